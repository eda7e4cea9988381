"""What was measured, as figures: each of the gateway with the policy beside the same without it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.figures import Figure
from bench.gateway.load import Kind, Load

FLAT = 1.1
"""Memory at the end over memory after the warm-up, at most."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Turns of the same load, without the policy and with it."""

    without: Sequence[Load]
    with_policy: Sequence[Load]


@dataclass(frozen=True, kw_only=True)
class Memory:
    """Of one worker, in bytes: resident, and Lua's own after a collection; at the beginning and at the end."""

    requests: int
    resident: tuple[int, int]
    lua: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Everything of one run."""

    apart: Mapping[Kind, Pair]
    """One client, a new connection for each request."""
    kept: Mapping[tuple[Kind, int], Pair]
    """Kind and number of clients, each of which keeps its connection."""
    memory_without: Memory
    memory_with: Memory


def figures(found: Measured) -> list[Figure]:
    """Return the lines of the table; of several turns the least disturbed one counts."""
    lines: list[Figure] = []
    for kind in found.apart:
        lines += _latency(found.apart[kind], f"{kind}, new connection")
        lines += _latency(found.kept[kind, 1], f"{kind}, kept connection")
    for (kind, connections), pair in found.kept.items():
        ours, floor = (max(load.per_second for load in side) for side in (pair.with_policy, pair.without))
        what = f"throughput, {kind}, {counted(connections)}"
        lines.append(Figure(what=what, value=ours, unit="answers/s", floor=floor))
    return [*lines, *_memory(found.memory_with, "with the policy", FLAT), *_memory(found.memory_without, "without it")]


def counted(connections: int) -> str:
    """Return the number of connections in words."""
    return "1 connection" if connections == 1 else f"{connections} connections"


def _latency(pair: Pair, what: str) -> list[Figure]:
    lines = []
    for name, place in (("p50_ms", "p50"), ("p99_ms", "p99")):
        ours, floor = (1e3 * min(getattr(load, name) for load in side) for side in (pair.with_policy, pair.without))
        lines.append(Figure(what=f"latency {place}, {what}", value=round(ours), unit="µs", floor=round(floor)))
    return lines


def _memory(found: Memory, whose: str, most: float | None = None) -> list[Figure]:
    """Return memory at the end over memory at the beginning; with `most` that many times as much is the goal."""
    lines = []
    for what, (begin, end) in (("resident memory", found.resident), ("Lua's own memory", found.lua)):
        after = f"{what} of the worker after {found.requests:,} streams, over its beginning, {whose}"
        goal, good = (f"≤ {most} × floor", end <= most * begin) if most else ("", None)
        lines.append(Figure(what=after, value=end / 1e6, unit="MB", floor=begin / 1e6, goal=goal, good=good))
    return lines
