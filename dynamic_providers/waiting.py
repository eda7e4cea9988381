"""One way of waiting for a condition: bounded, never silent, and able to say what it was waiting for."""

import random
import sys
import threading
import time
from collections.abc import Callable

LINE_EVERY_SECONDS = 25.0
"""The first look after this time prints a line even when nothing moved; looks are 6 s apart at most, so a sign of life
comes every half minute."""


class TimedOut(Exception):  # noqa: N818 - says what happened
    """A condition did not come true in the time it was given."""

    def __init__(self, what: str, seconds: float, phase: str, evidence: str, remedy: str) -> None:
        told = f"last seen: {phase}. {evidence}".rstrip(". ")
        super().__init__(f"wait for {what}: the time is over, {told}. Allowed were {seconds:.0f} s. {remedy}")


class Wait:
    """The course of one wait; `pause` between two looks at the condition.

    Lines go to standard output, which the engine shows beside the resource: one per change of phase, and one at least
    every half a minute.
    """

    def __init__(self, what: str, timeout_seconds: float, *, remedy: str, slowest_seconds: float = 5.0) -> None:
        """Begin to wait for `what`, a noun phrase; `remedy` is the advice given when the time is over."""
        self.what = what
        self.timeout_seconds = timeout_seconds
        self._remedy = remedy
        self._slowest = slowest_seconds
        self._step = 0.1
        self._began = time.monotonic()
        self._phase = ""
        self._said_at = 0.0

    @property
    def elapsed_seconds(self) -> float:
        """Seconds since the wait began."""
        return time.monotonic() - self._began

    def say(self, phase: str) -> None:
        """Print `phase` with the elapsed time when it is news, or when nothing was printed for long."""
        silent_for = self.elapsed_seconds - self._said_at
        if phase == self._phase and silent_for < LINE_EVERY_SECONDS:
            return
        self._phase, self._said_at = phase, self.elapsed_seconds
        sys.stdout.write(f"{self.what}: {phase} ({self.elapsed_seconds:.0f} s)\n")
        sys.stdout.flush()

    def pause(self, phase: str, evidence: Callable[[], str] = lambda: "") -> None:
        """Tell `phase`, then rest until the next look: first 0.1 s, growing, with jitter.

        When the time is over, `evidence` is asked for what else is known.

        Raises:
            TimedOut: the time is over.
        """
        self.say(phase)
        left = self.timeout_seconds - self.elapsed_seconds
        if left <= 0:
            raise TimedOut(self.what, self.timeout_seconds, phase, evidence(), self._remedy)
        jitter = random.uniform(0.8, 1.2)  # noqa: S311 - spreads polls over time, guards nothing
        # Nobody sets this event: the systems asked have none to wait for. Bounded by the time that is left.
        threading.Event().wait(min(left, self._step * jitter))
        self._step = min(self._slowest, self._step * 1.6)
