"""One set-up at a time per cache folder; the second waits and says for whom."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from toolchain.failure import ToolchainError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LIMIT_SECONDS = 3600.0
"""How long the second set-up waits: several times a cold build on two cores."""

_POLL_SECONDS = 0.2


@contextmanager
def held(
    path: Path,
    owner: str,
    *,
    waiting: Callable[[str], None],
    check: Callable[[], None],
    limit_seconds: float = LIMIT_SECONDS,
) -> Iterator[None]:
    """Hold the lock file `path`, with `owner` written into it for whoever waits.

    `waiting` is called once with the other owner's text; `check` is called while waiting and may raise. The kernel
    releases the lock when its process ends, however it ends.

    Raises:
        ToolchainError: another process held it for longer than the limit.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _acquire(descriptor, path, waiting, check, limit_seconds)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, owner.encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _acquire(
    descriptor: int, path: Path, waiting: Callable[[str], None], check: Callable[[], None], limit_seconds: float
) -> None:
    deadline = time.monotonic() + limit_seconds
    told = False
    pause = threading.Event()
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = os.pread(descriptor, 1000, 0).decode("utf-8", "replace") or "another process"
            if not told:
                waiting(other)
                told = True
            if time.monotonic() > deadline:
                raise _held_too_long(path, other, limit_seconds) from None
            check()
            pause.wait(_POLL_SECONDS)
        else:
            return


def _held_too_long(path: Path, other: str, limit_seconds: float) -> ToolchainError:
    return ToolchainError(
        asked=f"The tool cache {path.parent} is used by one set-up at a time.",
        wrong=f"{other} has held it for more than {limit_seconds:.0f} s",
        allowed="one set-up per cache folder",
        remedy="wait for it or end that process, then run again (or use another folder with XDG_CACHE_HOME)",
    )
