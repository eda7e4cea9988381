"""Child processes: each in a process group of its own, all ended when the run is interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from typing import TYPE_CHECKING

from toolchain.failure import CommandError, InterruptedRunError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TAIL_BYTES = 4000
"""How much of a failed command's output is read for the message."""

GRACE_SECONDS = 5.0
"""How long a child may take to end after SIGTERM before it gets SIGKILL."""


class Processes:
    """Runs commands, from any thread, until `stop` is called."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._children: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def run(self, command: Sequence[str], *, log: Path, environ: Mapping[str, str], cwd: Path) -> str:
        """What the command wrote to its standard output; all else goes to the end of `log`.

        Raises:
            CommandError: the command ended with another status than 0, or could not be started.
            InterruptedRunError: the run was interrupted before or meanwhile.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as errors:
            begin = errors.tell()
            child = self._start(command, errors.fileno(), environ, cwd, log)
            try:
                output, _ = child.communicate()
            finally:
                with self._lock:
                    self._children.discard(child)
            errors.write(output)
        self.check()
        if child.returncode != 0:
            raise CommandError(" ".join(command[:3]), child.returncode, _tail(log, begin), log)
        return output.decode("utf-8", "replace")

    def check(self) -> None:
        """Return while the run goes on.

        Raises:
            InterruptedRunError: `stop` was called.
        """
        if self._stopped:
            raise InterruptedRunError

    def stop(self) -> None:
        """End every child with its whole group, and refuse new ones. Returns when all are gone."""
        with self._lock:
            self._stopped = True
            children = list(self._children)
        for child in children:
            _signal_group(child, signal.SIGTERM)
        for child in children:
            try:
                child.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                _signal_group(child, signal.SIGKILL)
                child.wait()

    def _start(
        self, command: Sequence[str], errors: int, environ: Mapping[str, str], cwd: Path, log: Path
    ) -> subprocess.Popen[bytes]:
        # Under the lock, so that no child is born between `stop` marking the run and `stop` ending the children.
        with self._lock:
            self.check()
            try:
                child = subprocess.Popen(
                    command,
                    cwd=cwd,
                    env=dict(environ),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    start_new_session=True,
                )
            except OSError as error:
                raise CommandError(" ".join(command[:3]), 127, str(error), log) from error
            self._children.add(child)
            return child


def _signal_group(child: subprocess.Popen[bytes], signal_number: int) -> None:
    if child.poll() is None:
        try:
            os.killpg(child.pid, signal_number)
        except ProcessLookupError:
            # It ended between the two calls: what was asked for is the case.
            return


def _tail(log: Path, begin: int) -> str:
    with log.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(begin, size - TAIL_BYTES))
        return file.read().decode("utf-8", "replace").strip()
