from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from sandbox.layout import Layout
from sandbox.process import MARK, Child, Command, Ledger, end_all, marked, memory, start_time, wait_gone

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_SLEEP = (sys.executable, "-c", "import signal; signal.pause()")
# Says when it is ready to ignore the polite request to end.
_STUBBORN = """
import os, pathlib, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(os.environ["READY"]).touch()
signal.pause()
"""


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    found = Layout.at(tmp_path / "sandbox")
    found.create()
    return found


def _soon(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20.0
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
    return holds()


def test_a_process_has_a_start_time_and_memory_while_it_lives() -> None:
    assert start_time(os.getpid()) is not None
    assert memory(os.getpid()) > 1024 * 1024


def test_a_pid_nobody_has_is_gone(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert start_time(process.pid) is None
    assert memory(process.pid) == 0


def test_a_zombie_counts_as_gone() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    try:
        assert wait_gone([process.pid], 10.0)
    finally:
        process.wait()


def test_a_child_is_recorded_while_it_runs_and_gone_after_its_stop(layout: Layout) -> None:
    async def scenario() -> None:
        child = await Child.start(Command(name="a/b", argv=_SLEEP), layout)
        assert Ledger(layout).living() == {"a/b": child.pid}
        assert marked(layout.root) == [child.pid]
        await child.stop(5.0)
        assert start_time(child.pid) is None

    asyncio.run(scenario())
    assert Ledger(layout).living() == {}
    assert marked(layout.root) == []


def test_a_child_that_ignores_the_request_to_end_is_killed(layout: Layout, tmp_path: Path) -> None:
    ready = tmp_path / "ready"

    async def scenario() -> int | None:
        words = (sys.executable, "-c", _STUBBORN)
        child = await Child.start(Command(name="x", argv=words, environment={"READY": str(ready)}), layout)
        assert await asyncio.to_thread(_soon, ready.exists)
        await child.stop(0.1)
        return child.exit_code

    assert asyncio.run(scenario()) == -signal.SIGKILL


def test_a_record_of_another_process_with_the_same_pid_is_not_ours(layout: Layout) -> None:
    ledger = Ledger(layout)
    ledger.write("stranger", os.getpid())
    path = next(layout.pids.glob("*.json"))
    path.write_text(path.read_text().replace(str(start_time(os.getpid())), "1"))
    assert ledger.living() == {}


def test_orphans_are_found_by_their_mark_and_ended(layout: Layout) -> None:
    environment = {"PATH": "/usr/bin:/bin", MARK: str(layout.root)}
    with subprocess.Popen(_SLEEP, env=environment) as orphan:
        assert _soon(lambda: marked(layout.root) == [orphan.pid])
        assert end_all(marked(layout.root), grace=5.0) == []
    assert marked(layout.root) == []
    assert orphan.returncode == -signal.SIGTERM


def test_a_child_gets_no_proxy_and_no_credential_of_the_caller(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://canary")
    monkeypatch.setenv("THREESCALE_ACCESS_TOKEN", "canary")

    async def scenario() -> None:
        words = (sys.executable, "-c", "import os; print(dict(os.environ))")
        child = await Child.start(Command(name="show", argv=words, environment={"OWN": "1"}), layout)
        await child.wait()

    asyncio.run(scenario())
    shown = (layout.logs / "show.log").read_text()
    assert "canary" not in shown
    assert "'OWN': '1'" in shown
