"""The processes that a language host starts: programs, policy packs, source plugins, installers."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
from queue import SimpleQueue
from typing import IO, TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

INTERRUPT_SECONDS = 3.0
"""How long an interrupted child may take before it is killed."""

GROUP_SECONDS = 1.0
"""How long a child may take to end by the interrupt that the engine has sent to the whole process group."""

Channel = Literal["stdout", "stderr"]

CHAINS = (b"During handling of the above exception", b"The above exception was the direct cause")
"""How Python joins the tracebacks of one failure."""

TRACEBACK = b"Traceback (most recent call last):"


class Children:
    """All running children; an interrupt reaches each of them and is remembered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._signalled: set[subprocess.Popen[bytes]] = set()
        self._interrupted = threading.Event()

    @property
    def interrupted(self) -> bool:
        """Whether the engine has cancelled the work."""
        return self._interrupted.is_set()

    @contextlib.contextmanager
    def child(
        self, command: list[str], cwd: str | Path, environ: dict[str, str], stdout: int | None
    ) -> Iterator[subprocess.Popen[bytes]]:
        """A running child with its standard error on a pipe; interrupted when the block ends before the child does."""
        process = subprocess.Popen(  # `communicate` would hold back output that the user waits for.
            command, cwd=cwd, env=environ, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE
        )
        with self._lock:
            self._running.add(process)
        try:
            yield process
        finally:
            self._end(process)
            with self._lock:
                self._running.discard(process)
                self._signalled.discard(process)

    def outputs(
        self, command: list[str], cwd: str | Path, environ: dict[str, str]
    ) -> Iterator[tuple[Channel, bytes] | int]:
        """What the child writes, line by line as it comes, and its exit code at the end."""
        with self.child(command, cwd, environ, stdout=subprocess.PIPE) as process:
            lines: SimpleQueue[tuple[Channel, bytes | None]] = SimpleQueue()
            for channel, pipe in (("stdout", process.stdout), ("stderr", process.stderr)):
                threading.Thread(target=self._pump, args=(channel, pipe, lines), daemon=True).start()
            open_channels = 2
            while open_channels:
                name, line = lines.get()
                if line is None:
                    open_channels -= 1
                else:
                    yield name, line
            yield process.wait()

    def _pump(self, channel: Channel, pipe: IO[bytes], lines: SimpleQueue[tuple[Channel, bytes | None]]) -> None:
        """Put every line of a pipe into the queue, and None at its end."""
        with pipe:
            forward(pipe, lambda line: lines.put((channel, line)), lambda: self.interrupted)
        lines.put((channel, None))

    def interrupt(self) -> None:
        """Interrupt every child and wait until it has ended."""
        self._interrupted.set()
        for process in self._all():
            self._signal_once(process)
        for process in self._all():
            self._end(process)

    def finish(self) -> None:
        """End every child, because the host ends.

        The engine interrupts the whole process group, so a child gets time to end by itself first: a second interrupt
        in the middle of Python's own clean-up would make it print what nobody can use.
        """
        self._interrupted.set()
        for process in self._all():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(GROUP_SECONDS)
        self.interrupt()

    def _all(self) -> list[subprocess.Popen[bytes]]:
        """The children that run now."""
        with self._lock:
            return list(self._running)

    def _signal_once(self, process: subprocess.Popen[bytes]) -> None:
        """Interrupt a child, but never twice."""
        with self._lock:
            if process in self._signalled:
                return
            self._signalled.add(process)
        process.send_signal(signal.SIGINT)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        """Return when the child has ended: by itself, by an interrupt, or killed after INTERRUPT_SECONDS."""
        if process.poll() is None:
            self._signal_once(process)
        try:
            process.wait(INTERRUPT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def forward(source: IO[bytes], sink: Callable[[bytes], object], interrupted: Callable[[], bool]) -> None:
    """Pass every line on as it comes, but for the traceback of a KeyboardInterrupt after the engine has cancelled.

    Nothing else is held back: a traceback is shown when it ends in any other exception, or when nobody cancelled.
    """
    held = Traceback()
    for line in source:
        if not held.takes(line):
            held.release(sink, interrupted)
            if not held.takes(line):
                sink(line)
    held.release(sink, interrupted)


class Traceback:
    """The lines of a traceback so far, with those of the exceptions that it was raised from."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._last = b""
        """The line that names the exception; empty while a traceback is open."""

    def takes(self, line: bytes) -> bool:
        """Whether the line belongs to the traceback, and keep it if so."""
        if not self._lines or self._last:
            chained = line.startswith((TRACEBACK, *CHAINS)) or not line.strip()
            if not line.startswith(TRACEBACK) and not (self._lines and chained):
                return False
            self._last = b"" if line.startswith(TRACEBACK) else self._last
        elif not line.startswith((b" ", b"\t")):
            self._last = line
        self._lines.append(line)
        return True

    def release(self, sink: Callable[[bytes], object], interrupted: Callable[[], bool]) -> None:
        """Show what was kept, unless it is the KeyboardInterrupt of a cancelled program."""
        if self._lines and not (self._last.startswith(b"KeyboardInterrupt") and interrupted()):
            sink(b"".join(self._lines))
        self._lines, self._last = [], b""
