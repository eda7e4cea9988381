"""How an import fails, and how it speaks."""

from __future__ import annotations

import sys


class FinalError(Exception):
    """What was asked, what was wrong, what is allowed and what to do; a further try would fail like this one."""

    def __init__(self, asked: str, wrong: str, allowed: str, remedy: str) -> None:
        super().__init__(f"{asked}: {wrong}. Allowed: {allowed}. Do: {remedy}.")


class PassingError(Exception):
    """Something that may go well the next time."""


def say(text: str) -> None:
    """A line of the Job's log."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
