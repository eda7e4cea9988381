"""Waiting for what tells nobody that it has come true."""

import threading
import time
from collections.abc import Callable


def until(holds: Callable[[], object], what: str | Callable[[], str] = "it", seconds: float = 30.0) -> None:
    """Return when something holds, which is asked again and again; fail after `seconds`, with what is the case then."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not holds():
        if time.monotonic() > deadline:
            told = what() if callable(what) else f"{what} did not come true"
            raise AssertionError(f"{told} (after {seconds:.0f} s)")
        pause.wait(0.01)
