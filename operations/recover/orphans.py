"""Language host and providers that outlived a killed engine: they may still be finishing a create.

Seen with CLI 3.259: after `kill -9` of the engine its plugins run on, and a call under way goes on. A look-up that runs
beside them could miss an object that is made a moment later, so they are ended first.
"""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from operations.errors import OperationError

MARKS = ("pulumi-resource-", "pulumi-language-", "pulumi.dynamic")
"""What the command line of a plugin process contains: the executable names that the engine prescribes, and the module
in which Pulumi's SDK serves dynamic providers."""
LIMIT_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Process:
    """One running process, as /proc shows it."""

    pid: int
    parent: int
    command: str
    folder: Path


def _read(pid: int, proc: Path) -> Process | None:
    """The process, or None when it ended meanwhile or belongs to somebody else."""
    try:
        command = (proc / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        # The name in `stat` may hold spaces and brackets: the fields after the last bracket are state and parent.
        fields = (proc / str(pid) / "stat").read_text().rpartition(")")[2].split()
        folder = (proc / str(pid) / "cwd").readlink()
    except OSError:
        return None
    return None if fields[0] == "Z" else Process(pid=pid, parent=int(fields[1]), command=command, folder=folder)


def processes(proc: Path = Path("/proc")) -> Iterator[Process]:
    """The processes of this user; none where there is no /proc."""
    if not proc.is_dir():
        return
    for entry in proc.iterdir():
        if entry.name.isdigit() and (found := _read(int(entry.name), proc)):
            yield found


def orphans(project: Path, proc: Path = Path("/proc")) -> list[Process]:
    """Plugin processes of this project whose engine is gone: no `pulumi` among their ancestors."""
    running = {process.pid: process for process in processes(proc)}

    def engine_lives(process: Process) -> bool:
        above = running.get(process.parent)
        while above is not None and above.pid != 1:
            if Path(above.command.split(" ", 1)[0]).name == "pulumi":
                return True
            above = running.get(above.parent)
        return False

    return [
        process
        for process in running.values()
        if any(mark in process.command for mark in MARKS)
        and process.folder.is_relative_to(project)
        and not engine_lives(process)
    ]


def end(project: Path, limit: float = LIMIT_SECONDS) -> list[int]:
    """End the orphans of `project` and wait until they are gone; returns their pids.

    Raises:
        OperationError: One of them ignores both signals.
    """
    ended = [process.pid for process in orphans(project)]
    for number, share in ((signal.SIGTERM, 0.5), (signal.SIGKILL, 1.0)):
        deadline = time.monotonic() + limit * share
        for process in orphans(project):
            with contextlib.suppress(ProcessLookupError):  # it ended by itself since it was listed
                os.kill(process.pid, number)
        while orphans(project):
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)  # /proc has no event to wait for
        else:
            return ended
    left = ", ".join(str(process.pid) for process in orphans(project))
    message = (
        f"asked the providers of the killed run to end; {left} still run after {limit:.0f} s; end them, then repeat"
    )
    raise OperationError(message)
