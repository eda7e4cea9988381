"""Starting and stopping a sandbox from outside: the supervisor as a process of its own, and nothing left after it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import time
from typing import TYPE_CHECKING

from sandbox.errors import SandboxError, port_taken
from sandbox.layout import Layout
from sandbox.manifest import load_tools
from sandbox.ownership import check_removable, claim, clean_command, is_owned
from sandbox.ports import is_free
from sandbox.process import Ledger, base_environment, end_all, marked, python_module, send, start_time, tail, wait_gone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.settings import Settings

    Say = Callable[[str], None]

_SUPERVISOR = "supervisor"
_START_SECONDS = 150.0
_STOP_SECONDS = 25.0
_GRACE_SECONDS = 5.0
_POLL_SECONDS = 0.05


def supervisor(layout: Layout) -> int | None:
    """The pid of the running supervisor; None when there is none."""
    return Ledger(layout).living().get(_SUPERVISOR)


def start(settings: Settings, say: Say) -> bool:
    """Start the sandbox and wait until it is ready; false when it was running already.

    Raises:
        SandboxError: the toolchain is missing, a fixed port is taken, the folder holds something that no sandbox made,
            or a part did not start.
    """
    layout = Layout.at(settings.root)
    load_tools()
    if settings.control_port and supervisor(layout) is None and not is_free(settings.control_port):
        raise port_taken("The sandbox was to start with a fixed control port.", settings.control_port)
    claim(layout)
    layout.create()
    # Two starts at once: the second waits here and then finds the sandbox running.
    with (layout.root / "start.lock").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _start(settings, layout, say)


def _start(settings: Settings, layout: Layout, say: Say) -> bool:
    if (running := supervisor(layout)) is not None:
        _follow(layout, running, lambda _line: None)
        say(f"already running (pid {running}) in {layout.root}")
        return False
    if left := end_left_overs(layout):
        say(f"ended {left} processes that a killed supervisor had left")
    layout.progress.unlink(missing_ok=True)
    pid = _spawn(settings, layout)
    try:
        _follow(layout, pid, say)
    except BaseException:
        # Also on Ctrl-C: a half-started sandbox is of no use.
        stop(layout, lambda _line: None)
        raise
    return True


def stop(layout: Layout, say: Say) -> int:
    """End every process of the sandbox; returns how many there were.

    Raises:
        SandboxError: a process did not end, not even killed.
    """
    before = set(marked(layout.root)) | set(Ledger(layout).living().values())
    pid = supervisor(layout)
    if pid is not None:
        send(pid, signal.SIGTERM)
        if not wait_gone([pid], _STOP_SECONDS):
            say(f"the supervisor (pid {pid}) takes longer than {_STOP_SECONDS:.0f} s and is killed")
            send(pid, signal.SIGKILL)
            wait_gone([pid], _GRACE_SECONDS)
        with contextlib.suppress(ChildProcessError):  # somebody else's child: its parent takes note of its end
            os.waitpid(pid, os.WNOHANG)
    end_left_overs(layout)
    if is_owned(layout):
        layout.endpoints.unlink(missing_ok=True)
    return len(before)


def end_left_overs(layout: Layout) -> int:
    """End processes of this folder's sandbox that have no supervisor; returns how many there were.

    Raises:
        SandboxError: one did not end.
    """
    found = set(Ledger(layout).living().values()) | set(marked(layout.root))
    if found:
        end_all(found, grace=_GRACE_SECONDS)
    # Whoever was started by one of them in its last moment.
    living = end_all(marked(layout.root), grace=0.0)
    if living:
        raise SandboxError(
            asked="The sandbox was to end every process it started.",
            value=f"still running after a kill: {', '.join(map(str, living))}",
            allowed="no process left",
            action="look at them with `ps -o pid,stat,args -p <pid>`; one in state D waits for a disk",
        )
    for record in layout.pids.glob("*.json") if is_owned(layout) else ():
        record.unlink(missing_ok=True)
    return len(found)


def clean(layout: Layout) -> None:
    """Remove the sandbox's folder with all its state.

    Raises:
        SandboxError: it is not, beyond doubt, a sandbox's own folder.
    """
    if not layout.root.exists() and not layout.root.is_symlink():
        return
    check_removable(layout)
    shutil.rmtree(layout.root)


def _spawn(settings: Settings, layout: Layout) -> int:
    """Start the supervisor in a session of its own; it outlives whoever asked for it."""
    log = layout.logs / "supervisor.log"
    words = [*python_module("sandbox.supervisor"), *settings.arguments()]
    return os.posix_spawn(
        words[0],
        words,
        base_environment(layout),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def _follow(layout: Layout, pid: int, say: Say) -> None:
    """Pass on the supervisor's progress until it is ready."""
    deadline = time.monotonic() + _START_SECONDS
    lines = _lines(layout)
    while True:
        ended = start_time(pid) is None
        for line in lines:
            if line is None:
                break
            if "error" in line:
                wait_gone([pid], _STOP_SECONDS)
                raise _failed(layout, str(line["error"]))
            say(f"{line['elapsed']:6.1f} s  {line['what']}")
            if line.get("ready"):
                return
        if ended or time.monotonic() > deadline:
            raise _not_ready(layout, pid, ended=ended)
        time.sleep(_POLL_SECONDS)


def _failed(layout: Layout, why: str) -> SandboxError:
    return SandboxError(
        asked="The sandbox was to start.",
        value=why,
        allowed="every part ready",
        action=f"see above; the logs are in {layout.logs}",
    )


def _lines(layout: Layout) -> Iterator[dict[str, object] | None]:
    """The lines of the progress file as they come; None when there is none at the moment."""
    offset = 0
    while True:
        text = layout.progress.read_bytes()[offset:] if layout.progress.exists() else b""
        whole = text[: text.rfind(b"\n") + 1]
        offset += len(whole)
        for line in whole.splitlines():
            yield json.loads(line)
        yield None


def _not_ready(layout: Layout, pid: int, *, ended: bool) -> SandboxError:
    log = layout.logs / "supervisor.log"
    found = "it ended" if ended else f"not ready after {_START_SECONDS:.0f} s"
    return SandboxError(
        asked=f"The sandbox's supervisor was started (pid {pid}).",
        value=f"{found}; the end of {log}:\n{tail(log)}",
        allowed="a supervisor that says it is ready",
        action=f"read {log}; `{clean_command(layout)}` throws all state away",
    )
