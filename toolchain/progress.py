"""What the person at the terminal sees: one line per change, and on a terminal one moving line below."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HEARTBEAT_SECONDS = 60.0
"""How often a run without a terminal says what it is still doing."""

_BAR_WIDTH = 20


class Progress:
    """Writes lines to `stream`; times are seconds since it was made. Usable from any thread."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._tty = stream.isatty()
        self._clock = clock
        self._start = clock()
        self._lock = threading.Lock()
        self._tasks: dict[str, float] = {}
        self._fractions: dict[str, tuple[int, int]] = {}
        self._last_heartbeat = self._start

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return self._clock() - self._start

    def line(self, tool: str, text: str) -> None:
        """Say that something changed for `tool`."""
        with self._lock:
            self._erase()
            self._stream.write(f"[{self.elapsed:6.1f} s] {tool:<24} {text}\n")
            self._stream.flush()
            self._last_heartbeat = self._clock()

    @contextmanager
    def task(self, tool: str) -> Iterator[None]:
        """Mark `tool` as being worked on, for the moving line and the heartbeat."""
        with self._lock:
            self._tasks[tool] = self._clock()
        try:
            yield
        finally:
            with self._lock:
                self._tasks.pop(tool, None)
                self._fractions.pop(tool, None)

    def transferred(self, tool: str, done: int, total: int) -> None:
        """Remember how many bytes of a transfer are done; `total` is 0 when unknown."""
        with self._lock:
            self._fractions[tool] = (done, total)

    def tick(self) -> None:
        """Redraw the moving line; without a terminal say once a minute what is still going on."""
        with self._lock:
            if self._tty:
                self._erase()
                self._stream.write(self._moving_line())
                self._stream.flush()
            elif self._tasks and self._clock() - self._last_heartbeat >= HEARTBEAT_SECONDS:
                self._last_heartbeat = self._clock()
                self._stream.write(f"[{self.elapsed:6.1f} s] {'still at work':<24} {self._moving_line()}\n")
                self._stream.flush()

    def close(self) -> None:
        """Remove the moving line."""
        with self._lock:
            self._erase()
            self._stream.flush()

    def _erase(self) -> None:
        if self._tty:
            self._stream.write("\r\x1b[K")

    def _moving_line(self) -> str:
        return "  ".join(self._moving_part(tool, begin) for tool, begin in sorted(self._tasks.items()))[:118]

    def _moving_part(self, tool: str, begin: float) -> str:
        done, total = self._fractions.get(tool, (0, 0))
        if total and self._tty:
            filled = _BAR_WIDTH * done // total
            return f"{tool} [{'#' * filled}{'.' * (_BAR_WIDTH - filled)}] {100 * done // total} %"
        return f"{tool} {self._clock() - begin:.0f} s"


def size_text(size: int) -> str:
    """A size in bytes as people write it: "340 B", "12 kB", "115 MB"."""
    if size < 1000:  # noqa: PLR2004 - the unit is the name
        return f"{size} B"
    if size < 1_000_000:  # noqa: PLR2004 - likewise
        return f"{size / 1e3:.0f} kB"
    return f"{size / 1e6:.0f} MB"
