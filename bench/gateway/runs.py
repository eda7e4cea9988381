"""What is measured, in which order: the gateway with the policy and the one without take turns."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.engine import BenchError
from bench.gateway.engine import USAGE, Engine, engine
from bench.gateway.load import Kind, Load, Wrk
from bench.gateway.measured import Measured, Memory, Pair
from bench.tenant import ROOT
from sandbox.nginx import Gateway, Installation, Service
from sandbox.nginx.service import APICAST

POLICY = ROOT / "policies" / "llm"
CONNECTIONS = (1, 16, 64)
STREAMS = 50_000
"""Over which memory has to stay."""
WARM_UP = 5_000
"""Streams before the first look at the memory."""
_METRICS = ("prompt_tokens", "completion_tokens", "total_tokens")


def chain_item() -> dict[str, Any]:
    """The policy with the settings that a product of chat models has."""
    manifest = json.loads((POLICY / "apicast-policy.json").read_text(encoding="utf-8"))
    success = {"left": "{{ status }}", "left_type": "liquid", "op": "==", "right": "200", "right_type": "plain"}
    condition = {"combine_op": "and", "operations": [success]}
    rules = [{"metric": n, "increment": f"{{{{ llm_usage.{n} }}}}", "condition": condition} for n in _METRICS]
    configuration = {"enable_sse_support": True, "rules": rules, "limited_metrics": ["total_tokens"]}
    return {"name": "llm-metrics", "version": manifest["version"], "configuration": configuration}


@dataclass(frozen=True)
class Bench:
    """One run; says on standard error what it does."""

    installation: Installation
    wrk: Wrk
    seconds: int
    """Of each load."""
    turns: int
    streams: int = STREAMS

    def all(self) -> Measured:
        """Measure everything.

        Raises:
            BenchError: an answer was broken, or tokens of one were not counted.
            SandboxError: nginx did not start.
        """
        began = time.monotonic()
        with self._gateways() as (without, with_policy):

            def pair(kind: Kind, connections: int, *, reconnect: bool = False) -> Pair:
                how = "each on a new connection" if reconnect else f"{connections} at a time"
                _say(
                    began, f"{kind} requests, {how}, {self.turns} turns of {self.seconds} s with the policy and without"
                )
                found: tuple[list[Load], list[Load]] = ([], [])
                for _ in range(self.turns):
                    for gateway, loads in zip((without, with_policy), found, strict=True):
                        loads.append(self.wrk.load(gateway.url, kind, connections, self.seconds, reconnect=reconnect))
                return Pair(without=found[0], with_policy=found[1])

            apart = {kind: pair(kind, 1, reconnect=True) for kind in Kind}
            kept = {(kind, number): pair(kind, number) for kind in Kind for number in CONNECTIONS}
            _say(began, f"memory over {self.streams:,} streams, without the policy and with it")
            measured = Measured(
                apart=apart,
                kept=kept,
                memory_without=self._memory(without),
                memory_with=self._memory(with_policy),
            )
            everything_counted(with_policy.metrics(), self.streams)
        return measured

    @contextmanager
    def _gateways(self) -> Iterator[tuple[Gateway, Gateway]]:
        """The one without the policy and the one with it, before one engine; the one that rests costs nothing."""
        with (
            engine(self.installation) as server,
            self._gateway(server, [APICAST]) as without,
            self._gateway(server, [chain_item(), APICAST]) as with_policy,
        ):
            yield without, with_policy

    def _gateway(self, server: Engine, chain: list[Any]) -> Gateway:
        service = Service(upstream=server.url, backend=server.backend_url, chain=chain, rules={"/v1/": "hits"})
        return Gateway(self.installation, service, {"llm-metrics": POLICY}, log_level="error")

    def _memory(self, gateway: Gateway) -> Memory:
        self._stream(gateway, min(WARM_UP, self.streams))
        begin = (gateway.server.memory, gateway.worker()["lua_bytes"])
        done = self._stream(gateway, self.streams)
        end = (gateway.server.memory, gateway.worker()["lua_bytes"])
        return Memory(requests=done, resident=(begin[0], end[0]), lua=(begin[1], end[1]))

    def _stream(self, gateway: Gateway, least: int) -> int:
        """Ask for at least so many streams; returns how many it were."""
        done = 0
        while done < least:
            done += self.wrk.load(gateway.url, Kind.STREAM, CONNECTIONS[1], self.seconds).requests
        return done


def everything_counted(metrics: str, requests: int) -> None:
    """Return when the page of metrics tells of at least so many answers' tokens and of no trouble.

    Raises:
        BenchError: it does not: such a figure would be that of a policy that does not work.
    """
    values = [line.rpartition(" ") for line in metrics.splitlines() if not line.startswith("#")]
    tokens = sum(float(value) for name, _, value in values if name.startswith("llm_tokens_total"))
    trouble = {
        name: value
        for name, _, value in values
        if name.startswith(("llm_policy_errors", "llm_reports_failed", "llm_usage_missing")) and float(value)
    }
    if tokens < requests * USAGE["total_tokens"] or trouble:
        raise BenchError(f"the policy counted {tokens:.0f} tokens of {requests} answers and more; trouble: {trouble}")


def _say(began: float, what: str) -> None:
    sys.stderr.write(f"[{time.monotonic() - began:6.1f} s] {what}\n")
    sys.stderr.flush()
