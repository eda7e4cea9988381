"""Keeps processes running: starts them again when they end without being asked to."""

from __future__ import annotations

import asyncio
import logging
import signal
from typing import TYPE_CHECKING

from sandbox.process import Child, Command, memory, send

if TYPE_CHECKING:
    from sandbox.layout import Layout

_log = logging.getLogger(__name__)
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 10.0
_STEADY_SECONDS = 30.0


class Kept:
    """One process and its successors."""

    def __init__(self, command: Command, layout: Layout) -> None:
        self.command = command
        self.exits = 0
        self._layout = layout
        self._child: Child | None = None
        self._started = asyncio.Event()
        self._task = asyncio.create_task(self._run(), name=f"keeper of {command.name}")

    @property
    def pid(self) -> int | None:
        """The running process; None between two."""
        return None if self._child is None else self._child.pid

    async def started(self) -> None:
        """Wait until the first process has been started."""
        await self._started.wait()

    async def stop(self, grace: float) -> None:
        """End the process and start no other."""
        self._task.cancel()
        await asyncio.wait({self._task})
        if self._child is not None:
            await self._child.stop(grace)
            self._child = None

    async def _run(self) -> None:
        pause = _FIRST_PAUSE
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            self._child = await Child.start(self.command, self._layout)
            self._started.set()
            code = await self._child.wait()
            self._child = None
            self.exits += 1
            pause = _FIRST_PAUSE if loop.time() - began > _STEADY_SECONDS else pause
            _log.warning("%s ended with %s; started again in %.1f s", self.command.name, code, pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)


class Keeper:
    """The processes the supervisor keeps running, by name."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._kept: dict[str, Kept] = {}

    async def keep(self, command: Command) -> Kept:
        """Start a process and keep it running."""
        kept = self._kept[command.name] = Kept(command, self._layout)
        await kept.started()
        return kept

    async def drop(self, name: str, grace: float) -> None:
        """Stop one process for good; one that is not kept is fine."""
        kept = self._kept.pop(name, None)
        if kept is not None:
            await kept.stop(grace)

    def shown(self) -> list[dict[str, object]]:
        """Name, pid, state, restarts and memory of each process."""
        return [part(name, kept.pid, kept.exits) for name, kept in self._kept.items()]

    def pid(self, name: str) -> int | None:
        """The pid of a kept process; None when there is none."""
        kept = self._kept.get(name)
        return None if kept is None else kept.pid

    def names(self) -> list[str]:
        """The names of the kept processes."""
        return list(self._kept)


def part(name: str, pid: int | None, restarts: int, state: str = "") -> dict[str, object]:
    """How `status` shows a process; memory in bytes."""
    return {
        "name": name,
        "pid": pid,
        "state": state or ("running" if pid is not None else "restarting"),
        "restarts": restarts,
        "memory": 0 if pid is None else memory(pid),
    }


def kill(pid: int) -> None:
    """Kill a process at once."""
    send(pid, signal.SIGKILL)


async def pause(pid: int, seconds: float) -> None:
    """Stop a process for a while: whoever talks to it waits, nothing is refused."""
    send(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        send(pid, signal.SIGCONT)
