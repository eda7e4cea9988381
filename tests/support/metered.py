"""A gateway whose chain is the token policy alone: one request through its phases, the backend answered in place."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox.apicast.exchange import Exchange, Exit, HttpAnswer, HttpCall, Request
from sandbox.apicast.runtime import Runtime

FOLDER = Path(__file__).parents[2] / "policies" / "llm"
NAMES = ("prompt_tokens", "completion_tokens", "total_tokens")
SUCCEEDED = {"left": "{{status}}", "left_type": "liquid", "op": "==", "right": "200", "right_type": "plain"}
JSON = {"Content-Type": "application/json"}
EVENTS = {"Content-Type": "text/event-stream; charset=utf-8"}
CHAT = "/v1/chat/completions"


def rules(*names: str) -> list[dict[str, Any]]:
    return [
        {"metric": name, "increment": f"{{{{ llm_usage.{name} }}}}", "condition": {"operations": [SUCCEEDED]}}
        for name in names
    ]


def settings(**changes: object) -> dict[str, Any]:
    return {"enable_sse_support": True, "rules": rules(*NAMES), **changes}


def usage(prompt: int = 11, completion: int = 5, **more: object) -> dict[str, Any]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        **more,
    }


WHOLE = usage()
"""What is counted of it."""


class Gateway:
    """A gateway whose chain is the policy alone; it remembers every call to the backend."""

    def __init__(self, configuration: Mapping[str, Any] | None = None, **options: Any) -> None:  # noqa: ANN401  # Runtime's
        self.calls: list[HttpCall] = []
        self.answers: Callable[[HttpCall], HttpAnswer] = lambda _: HttpAnswer(202)
        self.now = 1_000_000.0
        self.runtime = Runtime(http=self._answered, clock=lambda: self.now, **options)
        self.policy = self.runtime.policy(FOLDER, settings() if configuration is None else dict(configuration))
        self.key = {"user_key": "canary-key"}

    def _answered(self, call: HttpCall) -> HttpAnswer:
        self.calls.append(call)
        return self.answers(call)

    def exchange(
        self, body: bytes, uri: str = CHAT, method: str = "POST", *, hits: int = 1, **headers: str
    ) -> Exchange:
        sent = {
            "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        request = Request(method, uri, {name: value for name, value in sent.items() if value}, body)
        return self.runtime.exchange(request, [self.policy], credentials=self.key, usage={"hits": hits} if hits else {})

    def sent(self, body: bytes, uri: str = CHAT, **headers: str) -> bytes:
        """The body that reaches the engine."""
        exchange = self.exchange(body, uri, "POST", hits=1, **headers)
        assert exchange.rewrite() is None
        assert exchange.access() is None
        return exchange.body or b""

    def answered(
        self,
        pieces: Iterable[bytes],
        headers: Mapping[str, str] = JSON,
        *,
        body: bytes = b'{"messages":[]}',
        status: int = 200,
        complete: bool = True,
        uri: str = CHAT,
        method: str = "POST",
    ) -> bytes:
        """What the client gets of an answer."""
        exchange = self.exchange(body, uri, method)
        assert exchange.rewrite() is None
        assert exchange.access() is None
        exchange.header_filter(status, dict(headers))
        out = b"".join(exchange.body_filter(piece) for piece in pieces)
        if complete:
            out += exchange.body_filter(b"", eof=True)
        exchange.post_action()
        exchange.log()
        return out

    def refused(self, body: bytes, uri: str = CHAT, **headers: str) -> Exit | None:
        exchange = self.exchange(body, uri, "POST", hits=1, **headers)
        return exchange.rewrite() or exchange.access()

    @property
    def reports(self) -> list[dict[str, str]]:
        """The forms of all reports."""
        return [
            dict(parse_qsl((call.body or b"").decode()))
            for call in self.calls
            if urlsplit(call.url).path == "/transactions.xml"
        ]

    @property
    def counted(self) -> dict[str, int]:
        """Metric → what was reported to 3scale."""
        total: dict[str, int] = {}
        for form in self.reports:
            for name, value in form.items():
                if "[usage][" in name:
                    metric = name.rpartition("[")[2].rstrip("]")
                    total[metric] = total.get(metric, 0) + int(value)
        return total

    def counter(self, name: str, **labels: str) -> float:
        """A counter's value, summed over the series that have these labels."""
        found = 0.0
        for line in self.runtime.metrics().splitlines():
            series, _, value = line.rpartition(" ")
            title, _, given = series.partition("{")
            if title == name and all(f'{label}="{one}"' in given for label, one in labels.items()):
                found += float(value)
        return found

    @property
    def warnings(self) -> list[str]:
        return [line.message for line in self.runtime.log if line.level in ("warn", "error", "err", "crit")]


def document(**members: object) -> bytes:
    return json.dumps({"id": "one", "choices": [], **members}).encode()


def event(**members: object) -> bytes:
    return b"data: " + json.dumps({"id": "one", "choices": [], **members}).encode() + b"\n\n"
