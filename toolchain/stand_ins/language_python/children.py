"""The processes that a language host starts: programs, policy packs, source plugins, installers."""

from __future__ import annotations

import contextlib
import os
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

Channel = Literal["stdout", "stderr"]

TRACEBACK = b"Traceback (most recent call last):"


class Children:
    """All running children; an interrupt reaches each of them and is remembered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
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
            end(process)
            with self._lock:
                self._running.discard(process)

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
        forward(pipe, lambda line: lines.put((channel, line)), lambda: self.interrupted)
        lines.put((channel, None))

    def interrupt(self) -> None:
        """Interrupt every child and wait until it has ended."""
        self._interrupted.set()
        with self._lock:
            running = list(self._running)
        for process in running:
            _signal(process, signal.SIGINT)
        for process in running:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Return when the child has ended: by itself, by an interrupt, or killed after INTERRUPT_SECONDS."""
    if process.poll() is None:
        _signal(process, signal.SIGINT)
    try:
        process.wait(INTERRUPT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send a signal unless the child is gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, number)


def forward(source: IO[bytes], sink: Callable[[bytes], object], interrupted: Callable[[], bool]) -> None:
    """Pass every line on as it comes, but for the traceback of a KeyboardInterrupt after the engine has cancelled.

    Nothing else is held back: a traceback is shown when it ends in any other exception, or when nobody cancelled.
    """
    held: list[bytes] = []
    for line in source:
        if not held and not line.startswith(TRACEBACK):
            sink(line)
            continue
        held.append(line)
        if len(held) > 1 and not line.startswith((b" ", b"\t")):
            if not (line.startswith(b"KeyboardInterrupt") and interrupted()):
                sink(b"".join(held))
            held.clear()
    if held:
        sink(b"".join(held))
