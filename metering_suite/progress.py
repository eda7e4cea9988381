"""How far a run is, on one line that is written over."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

_EVERY_SECONDS = 0.1
_WIDTH = 100


class Line:
    """Writes to a terminal; stays quiet where nobody watches."""

    def __init__(self, stream: TextIO) -> None:
        """Take where to write."""
        self._stream = stream
        self._begun = time.monotonic()
        self._written = 0.0

    def __call__(self, done: int, count: int, name: str) -> None:
        """Show one more call."""
        now = time.monotonic()
        if not self._stream.isatty() or (now - self._written < _EVERY_SECONDS and done < count):
            return
        self._written = now
        elapsed = now - self._begun
        left = elapsed / done * (count - done)
        text = f"{done} of {count}  {elapsed:.0f} s gone, about {left:.0f} s left  {name}"
        self._stream.write(f"\r{text[:_WIDTH].ljust(_WIDTH)}")
        self._stream.flush()

    def end(self) -> None:
        """Clear the line."""
        if self._stream.isatty():
            self._stream.write(f"\r{' ' * _WIDTH}\r")
            self._stream.flush()
