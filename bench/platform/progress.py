"""What is being done, how long it has taken, and about how long it will."""

import sys
import time
from collections.abc import Mapping

from bench.platform.steps import Told

_EVERY_SECONDS = 15.0

EXPECTED: Mapping[str, tuple[float, float]] = {
    "start": (20.0, 0.0),
    "preview": (8.0, 0.2),
    "up": (70.0, 1.5),
    "unchanged": (16.0, 0.6),
    "one more": (25.0, 0.7),
    "destroy": (25.0, 1.0),
    "floor": (20.0, 0.6),
}
"""Step → seconds without a model, and for each further one: a guess for the time left, on two cores; no figure."""


def expected(step: str, models: int) -> float:
    """Return about how many seconds a step takes; pure."""
    fixed, each = EXPECTED[step]
    return fixed + each * models


class Progress:
    """Tells on standard error what is being done."""

    def __init__(self, sizes: list[int]) -> None:
        self._began = self._told = time.monotonic()
        self._ahead = [(step, models) for models in sizes for step in EXPECTED]

    def begin(self, step: str, models: int, what: str) -> None:
        """Tell that a step of `EXPECTED` begins; those before it are done."""
        self._ahead = self._ahead[self._ahead.index((step, models)) :]
        left = sum(expected(*one) for one in self._ahead)
        self._say(f"{what}; about {left / 60:.0f} min left")

    def resources(self, total: int) -> "Watch":
        """Return a listener that tells from time to time how many of `total` resources are done."""
        return Watch(self, total)

    def tick(self, what: str) -> None:
        """Tell `what`, unless something was told just now."""
        if time.monotonic() - self._told >= _EVERY_SECONDS:
            self._say(what)

    def _say(self, what: str) -> None:
        self._told = time.monotonic()
        sys.stderr.write(f"[{self._told - self._began:6.1f} s] {what}\n")
        sys.stderr.flush()


class Watch:
    """Tells how far a run of the engine is."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._total = total

    def __call__(self, told: Told) -> None:
        """Take note of one more event."""
        working = [step.name for urn, step in told.begun.items() if urn not in told.done and not step.is_component]
        waiting = f"; at {', '.join(working[:3])}" if working else ""
        self._progress.tick(f"  {len(told.done)} of {self._total} resources{waiting}")
