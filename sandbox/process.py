"""Processes of the sandbox: started in groups of their own, recorded with their start time, ended by pid.

A pid alone can name a stranger after a while, so every record carries the kernel's start time of the process, and every
process carries the sandbox's folder in its environment: that is how one that lost its supervisor is found again.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.layout import PROJECT, Layout, read_json, write_private

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MARK = "SANDBOX_SUPERVISED_BY"
_PROC = Path("/proc")
_START_TIME_FIELD = 21
_STATE_FIELD = 2
_PAGE = os.sysconf("SC_PAGE_SIZE")
_MACHINE = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "MAAS_TOOLCHAIN_MANIFEST")
# How fast the simulated parts are: set by whoever starts the sandbox, read by the parts themselves.
_PACE = (
    "SANDBOX_OPERATOR_DELAY_SECONDS",
    "SANDBOX_GATEWAY_CACHE_SECONDS",
    "SANDBOX_CLOUD_VCPUS",
    "SERVICE_TOKEN_DELAY_SECONDS",
    "PURGE_DELAY_SECONDS",
)


@dataclass(frozen=True, kw_only=True)
class Command:
    """One process to start: `environment` is added to a small base, nothing else is inherited.

    `log` names the log file where it is not the process's own name: a pod's name changes, its log should not.
    """

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    log: str = ""


def python_module(module: str) -> tuple[str, ...]:
    """The command line that runs a module of this project with this interpreter."""
    return (sys.executable, "-m", module)


def start_time(pid: int) -> int | None:
    """The kernel's start time of a process in clock ticks; None when it is gone (a zombie is gone)."""
    try:
        text = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the command in brackets and may itself hold brackets and blanks.
    fields = ["", "", *text.rpartition(")")[2].split()]
    if fields[_STATE_FIELD] in {"Z", "X"}:
        return None
    return int(fields[_START_TIME_FIELD])


def memory(pid: int) -> int:
    """Resident memory of a process in bytes; 0 when it is gone."""
    try:
        return int((_PROC / str(pid) / "statm").read_text(encoding="ascii").split()[1]) * _PAGE
    except (FileNotFoundError, ProcessLookupError):
        return 0


def marked(root: Path) -> list[int]:
    """Every living process that carries the mark of the sandbox in this folder, the caller excepted."""
    mark = f"{MARK}={root}".encode()
    found = []
    for entry in _PROC.iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            environment = (entry / "environ").read_bytes().split(b"\0")
        except OSError:  # gone meanwhile, or another user's
            continue
        if mark in environment and start_time(int(entry.name)) is not None:
            found.append(int(entry.name))
    return found


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal to one process; a process that is gone is fine."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def end_all(pids: Iterable[int], *, grace: float) -> list[int]:
    """Ask processes to end, kill those that have not after `grace` seconds; the ones that still live are returned."""
    started = {pid: start_time(pid) for pid in pids}
    for number, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
        living = [pid for pid, ticks in started.items() if ticks is not None and start_time(pid) == ticks]
        for pid in living:
            send(pid, number)
        wait_gone(living, seconds)
    return [pid for pid, ticks in started.items() if ticks is not None and start_time(pid) == ticks]


def wait_gone(pids: Iterable[int], seconds: float) -> bool:
    """Wait until none of the processes lives; false when the time was not enough."""
    deadline = time.monotonic() + seconds
    waiting = list(pids)
    while waiting := [pid for pid in waiting if start_time(pid) is not None]:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


class Ledger:
    """The records of running processes in a sandbox's folder."""

    def __init__(self, layout: Layout) -> None:
        self._folder = layout.pids

    def _path(self, name: str) -> Path:
        return self._folder / f"{name.replace('/', '_')}.json"

    def write(self, name: str, pid: int) -> None:
        """Record a process that has just been started."""
        write_private(self._path(name), json.dumps({"name": name, "pid": pid, "started": start_time(pid)}))

    def remove(self, name: str) -> None:
        """Forget a process that has ended."""
        self._path(name).unlink(missing_ok=True)

    def living(self) -> dict[str, int]:
        """Name and pid of every recorded process that is still the one that was recorded."""
        found = {}
        for path in sorted(self._folder.glob("*.json")) if self._folder.is_dir() else ():
            record = read_json(path)
            name, pid, started = record.get("name"), record.get("pid"), record.get("started")
            if isinstance(pid, int) and started is not None and start_time(pid) == started:
                found[str(name)] = pid
        return found


class Child:
    """One running process and its group."""

    def __init__(self, command: Command, process: asyncio.subprocess.Process, ledger: Ledger, log: Path) -> None:
        self.command = command
        self.log = log
        self._process = process
        self._ledger = ledger

    @classmethod
    async def start(cls, command: Command, layout: Layout) -> Child:
        """Start the process; its output goes to `logs/<name>.log`."""
        ledger = Ledger(layout)
        log = layout.logs / f"{(command.log or command.name).replace('/', '_')}.log"
        with log.open("ab") as stream:
            process = await asyncio.create_subprocess_exec(
                *command.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                env=base_environment(layout) | dict(command.environment),
                cwd=command.cwd or PROJECT,
                start_new_session=True,
            )
        ledger.write(command.name, process.pid)
        return cls(command, process, ledger, log)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs, negative after a signal."""
        return self._process.returncode

    async def wait(self) -> int:
        """Wait until it ends and return how."""
        code = await self._process.wait()
        self._ledger.remove(self.command.name)
        return code

    def kill(self) -> None:
        """Kill the whole group at once, without a chance to clean up."""
        self._signal(signal.SIGKILL)

    async def stop(self, grace: float) -> None:
        """Ask the group to end, kill it after `grace` seconds, and wait until it is gone."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):  # the kill below is for those that take longer
            await asyncio.wait_for(self._process.wait(), grace)
        self._signal(signal.SIGKILL)
        await self.wait()

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return


def base_environment(layout: Layout) -> dict[str, str]:
    """What every process of the sandbox gets: the mark, and no proxy and no credential of the caller."""
    kept = {name: os.environ[name] for name in (*_MACHINE, *_PACE) if name in os.environ}
    return kept | {MARK: str(layout.root), "PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1", "GOTRACEBACK": "none"}


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log file, for an error message."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
