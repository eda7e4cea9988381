"""`python -m bench streams`: many streams at a time through the sandbox's gateway, which must lose no token."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.engine import BenchError
from bench.figures import Figure, as_json, table
from bench.report import about_this_machine
from bench.streams.load import Load, load
from bench.streams.parts import Parts, parts
from sandbox.errors import SandboxError

_SETTLE_SECONDS = 30.0
"""Reports follow their answers; later than this they are lost."""


async def measured(streams: int, seconds: float) -> list[Figure]:
    """The engine alone, then the same load through the gateway, and what was counted of it.

    Raises:
        BenchError: an answer was not whole.
        SandboxError: a part did not start.
    """
    async with parts() as here:
        sys.stderr.write(f"{streams} streams for {seconds:.0f} s, the engine alone\n")
        alone = await load(here.engine_url, streams, seconds)
        before = await here.generated()
        sys.stderr.write(f"{streams} streams for {seconds:.0f} s, through the gateway\n")
        through = await load(here.gateway_url, streams, seconds)
        after = await here.generated()
        generated = {name: after[name] - before[name] for name in after}
        counted = await _settled(here, generated)
    return figures(streams, alone, through, generated, counted)


async def _settled(here: Parts, generated: dict[str, int]) -> dict[str, int]:
    """What was counted once it is everything, or after the time that reports have."""
    deadline = time.monotonic() + _SETTLE_SECONDS
    # The recording backend has no event to wait for.
    while (counted := here.counted()) != generated and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    return counted


def figures(
    streams: int, alone: Load, through: Load, generated: dict[str, int], counted: dict[str, int]
) -> list[Figure]:
    """The lines of the table."""
    lines = [
        Figure(
            what=f"answers per second, {streams} streams", value=through.per_second, unit="/s", floor=alone.per_second
        ),
        Figure(
            what=f"median time to the first byte, {streams} streams",
            value=1e3 * through.median_first_byte,
            unit="ms",
            floor=1e3 * alone.median_first_byte,
        ),
        Figure(what="answers through the gateway", value=through.answers, unit="answers"),
    ]
    for name, truth in generated.items():
        value = counted.get(name, 0)
        what, good = f"{name} counted, beside those generated", value == truth
        lines.append(Figure(what=what, value=value, unit="tokens", floor=truth, goal="1.00 × floor", good=good))
    return lines


def main(words: Sequence[str]) -> int:
    """Run it; 0 when no token was lost or counted twice, 1 otherwise, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m bench streams", description=__doc__)
    parser.add_argument("--streams", type=int, default=64, help="at a time (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=60.0, help="of each load (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON")
    chosen = parser.parse_args(words)
    if chosen.streams < 1 or chosen.seconds <= 0:
        parser.error(f"--streams {chosen.streams} --seconds {chosen.seconds}: allowed are numbers above 0")
    try:
        found = asyncio.run(measured(chosen.streams, chosen.seconds))
    except (BenchError, SandboxError) as failure:
        sys.stderr.write(f"error: {failure}\n")
        return 1
    if chosen.json:
        chosen.json.write_text(json.dumps(as_json(found, about_this_machine()), indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(table(found))
    return 0 if all(one.good is not False for one in found) else 1
