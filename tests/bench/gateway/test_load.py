"""What wrk tells is read, and what it complains of is not passed over."""

import pytest

from bench.engine import BenchError
from bench.gateway.engine import engine
from bench.gateway.load import Kind, Wrk, parsed
from sandbox.nginx import Installation
from tests.gateway_nginx.packages import unpacked

LINE = '{"requests":10,"seconds":2.000000,"p50_ms":0.500000,"p99_ms":1.500000,"errors":0}'


def test_the_last_line_is_what_counts() -> None:
    found = parsed(f"Running 2s test\n  1 threads\n{LINE}\n")
    assert (found.requests, found.per_second, found.p50_ms, found.p99_ms) == (10, 5.0, 0.5, 1.5)


def test_broken_answers_are_no_figure() -> None:
    with pytest.raises(BenchError, match="statuses other than 2xx"):
        parsed(LINE.replace('"errors":0', '"errors":3'))


@pytest.mark.parametrize(("output", "complaint"), [("", ""), ("unable to connect", ""), (LINE, "it crashed")])
def test_a_run_that_tells_nothing_is_no_figure(output: str, complaint: str) -> None:
    with pytest.raises(BenchError, match="wrk did not tell"):
        parsed(output, complaint)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("reconnect", [False, True])
def test_a_real_load_reaches_a_real_engine(kind: Kind, *, reconnect: bool) -> None:
    wrk = Wrk(unpacked("wrk"))
    with engine(Installation(unpacked("nginx"))) as server:
        found = wrk.load(server.url, kind, 2, 1, reconnect=reconnect)
    assert found.requests > 10
    assert 0 < found.p50_ms <= found.p99_ms


def test_a_server_that_refuses_is_said() -> None:
    with pytest.raises(BenchError):
        Wrk(unpacked("wrk")).load("http://127.0.0.1:9", Kind.PLAIN, 1, 1)
