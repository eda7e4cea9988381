"""A gateway on nginx between an engine and a backend."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.config.token_metrics import USUAL
from components.model_api.policies import LlmMetricsPolicy
from sandbox.nginx import Gateway, Installation, Service
from sandbox.nginx.configuration import STOCK
from sandbox.nginx.service import APICAST
from tests.gateway_nginx.packages import unpacked
from tests.gateway_nginx.servers import Answer, Asked, Backend, Server
from tests.support.waiting import until

POLICY = Path(__file__).resolve().parents[2] / "policies" / "llm"


def llm(**settings: object) -> dict[str, Any]:
    """The policy's item of a chain as the program promotes it, with further settings."""
    item = LlmMetricsPolicy(tuple(USUAL)).item()
    return {**item, "configuration": {**item["configuration"], **settings}}


USAGE = {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8}
PLAIN = b'{"choices":[{"message":{"content":"a b c"}}],"usage":' + json.dumps(USAGE).encode() + b"}"
EVENT = b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'
LAST = b'data: {"choices":[],"usage":' + json.dumps(USAGE).encode() + b"}\n\n"
DONE = b"data: [DONE]\n\n"


def model(asked: Asked) -> Answer:
    """A chat model that says its usage, in a stream only when it is asked for it."""
    body = json.loads(asked.body) if asked.body else {}
    if not body.get("stream"):
        return Answer(headers={"Content-Type": "application/json"}, body=PLAIN)
    told = [LAST] if (body.get("stream_options") or {}).get("include_usage") else []
    return Answer(headers={"Content-Type": "text/event-stream"}, pieces=[EVENT, EVENT, EVENT, *told, DONE])


@dataclass
class World:
    """One gateway and what it is between."""

    gateway: Gateway
    engine: Server
    backend: Backend

    def wait_for_report(self, key: str, **usage: int) -> None:
        """Return when exactly this has been reported for a key."""
        self.backend.wait(lambda: self.backend.reported(key) == usage)

    def wait_for_metric(self, line: str) -> None:
        """Return when the page of metrics has a line."""
        until(
            lambda: line in self.gateway.metrics().splitlines(), lambda: f"{line} is not in\n{self.gateway.metrics()}"
        )

    def wait_until_idle(self) -> None:
        """Return when everything that comes after answers is over: no request has a context left."""
        until(lambda: self.gateway.worker()["contexts"] == 0, lambda: f"a request is not over: {self.gateway.worker()}")


@contextmanager
def world_of(
    *chain: Mapping[str, Any],
    rules: Mapping[str, str] | None = None,
    policies: Mapping[str, Path] | None = None,
    workers: int = 1,
    decoder: str = STOCK,
) -> Iterator[World]:
    """A world whose gateway has this chain, by default the token policy and `apicast`."""
    items, folders = chain or (llm(), APICAST), policies or {"llm-metrics": POLICY}
    with Server(model) as engine, Backend() as backend:
        service = Service(upstream=engine.url, backend=backend.url, chain=items, rules=rules or {"/v1/": "hits"})
        nginx = Installation(unpacked("nginx"))
        with Gateway(nginx, service, folders, workers=workers, decoder=decoder) as gateway:
            yield World(gateway, engine, backend)
