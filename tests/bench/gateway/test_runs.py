"""Every load of a run is noted, and the policy has to have counted all of them."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bench.engine import BenchError
from bench.gateway import counting
from bench.gateway.engine import USAGE
from bench.gateway.load import Kind, Load, Wrk
from bench.gateway.measured import figures
from bench.gateway.runs import Bench, chain_item
from sandbox.nginx import Gateway, Installation
from tests.gateway_nginx.packages import unpacked


class Told:
    """wrk that sees two thousand answers each time, and gateways that count a share of them."""

    def __init__(self, share: float) -> None:
        self.share = share
        self.answers: Counter[str] = Counter()

    def load(self, url: str, _kind: Kind, _connections: int, _seconds: int, *, reconnect: bool) -> Load:
        self.answers[url] += 2000
        return Load(requests=2000, seconds=1.0 + reconnect, p50_ms=1.0, p99_ms=1.0)

    def gateway(self, url: str) -> Gateway:
        def metrics() -> str:
            return f"llm_tokens_total{{a}} {self.answers[url] * USAGE['total_tokens'] * self.share}\n"

        server = SimpleNamespace(memory=1)
        return cast(
            "Gateway", SimpleNamespace(url=url, server=server, worker=lambda: {"lua_bytes": 1}, metrics=metrics)
        )


@dataclass(frozen=True)
class ToldBench(Bench):
    """A bench without a server."""

    told: Any = None

    @contextmanager
    def _gateways(self) -> Iterator[tuple[Gateway, Gateway]]:
        yield self.told.gateway("without"), self.told.gateway("with")


def bench(share: float) -> ToldBench:
    told = Told(share)
    return ToldBench(cast("Installation", None), cast("Wrk", told), seconds=1, turns=2, streams=5_000, told=told)


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "slow" not in request.keywords:
        monkeypatch.setattr(counting, "SETTLED_SECONDS", 0.0)


def test_a_policy_that_counts_every_load_is_measured() -> None:
    asked = bench(1.0)
    assert asked.all().memory_with.requests == 6000
    # Two turns of two kinds apart and over each number of connections, and the streams with their warm-up.
    assert asked.told.answers["with"] == 2000 * (2 * 2 * (1 + 3) + 3 + 3)


@pytest.mark.parametrize("share", [0.2, 0.95, 1.05])
def test_a_policy_that_counts_another_share_is_refused(share: float) -> None:
    with pytest.raises(BenchError, match="allowed are"):
        bench(share).all()


def test_the_policy_has_the_version_of_its_manifest() -> None:
    assert chain_item()["version"] == "0.2"


@pytest.mark.slow
def test_a_short_run_has_every_figure() -> None:
    found = figures(Bench(Installation(unpacked("nginx")), Wrk(unpacked("wrk")), seconds=1, turns=1, streams=500).all())
    assert len(found) == 8 + 6 + 4
    assert all(one.value > 0 for one in found)
