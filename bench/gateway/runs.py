"""What is measured, in which order: the gateway with the policy and the one without take turns."""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bench.gateway.counting import Passed, everything_counted
from bench.gateway.engine import Engine, engine
from bench.gateway.load import Kind, Load, Wrk
from bench.gateway.measured import Measured, Memory, Pair
from bench.tenant import ROOT
from components.config.token_metrics import USUAL
from components.model_api.policies import LlmMetricsPolicy
from sandbox.nginx import Gateway, Installation, Service
from sandbox.nginx.service import APICAST

POLICY = ROOT / "policies" / "llm"
CONNECTIONS = (1, 16, 64)
STREAMS = 50_000
"""Over which memory has to stay."""
WARM_UP = 5_000
"""Streams before the first look at the memory."""


def chain_item() -> Mapping[str, Any]:
    """The policy as the program puts it into the chain of a chat model whose plans limit `total_tokens`."""
    return LlmMetricsPolicy(tuple(USUAL), limited=("total_tokens",)).item()


@dataclass(frozen=True)
class Side:
    """One of the two gateways, and what went through it; no load passes it by another way."""

    gateway: Gateway
    wrk: Wrk
    seconds: int
    """Of each load."""
    passed: Passed = field(default_factory=Passed)

    def load(self, kind: Kind, connections: int, *, reconnect: bool = False) -> Load:
        """One load, noted."""
        seen = self.wrk.load(self.gateway.url, kind, connections, self.seconds, reconnect=reconnect)
        self.passed.add(seen.requests, connections)
        return seen

    def streams(self, least: int) -> int:
        """Ask for at least so many streams; returns how many it were."""
        done = 0
        while done < least:
            done += self.load(Kind.STREAM, CONNECTIONS[1]).requests
        return done

    def memory(self, streams: int) -> Memory:
        """Before and after at least so many streams."""
        self.streams(min(WARM_UP, streams))
        begin = (self.gateway.server.memory, self.gateway.worker()["lua_bytes"])
        done = self.streams(streams)
        end = (self.gateway.server.memory, self.gateway.worker()["lua_bytes"])
        return Memory(requests=done, resident=(begin[0], end[0]), lua=(begin[1], end[1]))


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
        with self._gateways() as gateways:
            sides = [Side(gateway, self.wrk, self.seconds) for gateway in gateways]
            apart = {kind: self._pair(began, sides, kind, 1, reconnect=True) for kind in Kind}
            kept = {(kind, number): self._pair(began, sides, kind, number) for kind in Kind for number in CONNECTIONS}
            _say(began, f"memory over {self.streams:,} streams, without the policy and with it")
            memory_without, memory_with = (side.memory(self.streams) for side in sides)
            everything_counted(sides[1].gateway.metrics, sides[1].passed)
        return Measured(apart=apart, kept=kept, memory_without=memory_without, memory_with=memory_with)

    def _pair(
        self, began: float, sides: Sequence[Side], kind: Kind, connections: int, *, reconnect: bool = False
    ) -> Pair:
        """One kind of load through both, in turns."""
        how = "each on a new connection" if reconnect else f"{connections} at a time"
        _say(began, f"{kind} requests, {how}, {self.turns} turns of {self.seconds} s with the policy and without")
        found: tuple[list[Load], list[Load]] = ([], [])
        for _ in range(self.turns):
            for side, loads in zip(sides, found, strict=True):
                loads.append(side.load(kind, connections, reconnect=reconnect))
        return Pair(without=found[0], with_policy=found[1])

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


def _say(began: float, what: str) -> None:
    sys.stderr.write(f"[{time.monotonic() - began:6.1f} s] {what}\n")
    sys.stderr.flush()
