"""What every meter does, and waiting until it shows what it is going to show."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from metering_suite.counts import Counts

Reading = dict[str, "Counts"]
"""Tokens counted so far by key; under the empty key where a meter cannot tell keys apart."""

METRIC_NAMES: Mapping[str, str] = {
    "prompt": "prompt_tokens",
    "completion": "completion_tokens",
    "total": "total_tokens",
}
"""The system names that the metrics have by custom."""


class Meter(Protocol):
    """Reads what a gateway counted."""

    name: str

    @property
    def tells_keys(self) -> bool:
        """Whether a reading is by key."""
        ...

    async def reading(self) -> Reading:
        """What is counted so far."""
        ...


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long a meter is waited for."""

    quiet_seconds: float = 0.5
    """Without a change after everything expected was there: what comes too often shows late."""
    lost_seconds: float = 3.0
    """Without a change while something is missing: then it is lost."""
    limit_seconds: float = 60.0
    """In all."""
    poll_seconds: float = 0.05


async def settled(meter: Meter, reached: Callable[[Reading], bool], patience: Patience) -> Reading:
    """The reading once it does not change any more: soon after `reached`, later when something is missing."""
    start = changed = time.monotonic()
    reading = await meter.reading()
    while True:
        now = time.monotonic()
        allowed = patience.quiet_seconds if reached(reading) else patience.lost_seconds
        if now - changed >= allowed or now - start >= patience.limit_seconds:
            return reading
        await asyncio.sleep(patience.poll_seconds)
        latest = await meter.reading()
        if latest != reading:
            reading, changed = latest, time.monotonic()


def renamed(counts: Mapping[str, int], names: Mapping[str, str]) -> Counts:
    """Counts by the suite's names, from counts by a gateway's."""
    return {metric: counts.get(name, 0) for metric, name in names.items()}
