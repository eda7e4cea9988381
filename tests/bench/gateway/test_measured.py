"""Figures of the gateway: the least disturbed turn counts, and memory has to stay."""

from bench.gateway.load import Kind, Load
from bench.gateway.measured import Measured, Memory, Pair, counted, figures


def load(per_second: float, p50: float, p99: float) -> Load:
    return Load(requests=int(per_second * 2), seconds=2, p50_ms=p50, p99_ms=p99)


PAIR = Pair(
    without=[load(1000, 0.2, 5.0), load(1500, 0.4, 1.0)],
    with_policy=[load(500, 0.9, 2.0), load(750, 0.6, 8.0)],
)


def measured(end: int = 1_050_000) -> Measured:
    return Measured(
        apart={Kind.PLAIN: PAIR},
        kept={(Kind.PLAIN, 1): PAIR, (Kind.PLAIN, 16): PAIR},
        memory_with=Memory(requests=50_000, resident=(1_000_000, end), lua=(500_000, 500_000)),
        memory_without=Memory(requests=50_000, resident=(900_000, 900_000), lua=(400_000, 400_000)),
    )


def test_the_quickest_turn_of_each_side_counts() -> None:
    found = {one.what: one for one in figures(measured())}
    p50, p99 = found["latency p50, plain, new connection"], found["latency p99, plain, new connection"]
    assert (p50.value, p50.floor, p50.ratio, p50.unit) == (600, 200, 3.0, "µs")
    assert (p99.value, p99.floor) == (2000, 1000)
    throughput = found["throughput, plain, 16 connections"]
    assert (throughput.value, throughput.floor, throughput.ratio) == (750, 1500, 0.5)


def test_memory_that_grows_by_more_than_a_tenth_misses_its_goal() -> None:
    for end, good in ((1_050_000, True), (1_100_000, True), (1_100_001, False)):
        resident = next(one for one in figures(measured(end)) if one.what.startswith("resident"))
        assert resident.good is good
        assert "50,000 streams" in resident.what


def test_every_line_has_a_floor() -> None:
    assert all(one.floor for one in figures(measured()))


def test_one_connection_is_one() -> None:
    assert (counted(1), counted(64)) == ("1 connection", "64 connections")
