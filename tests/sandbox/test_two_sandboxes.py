"""Whole sandboxes: side by side, killed, stopped, started again."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox import lifecycle
from sandbox.cli import main
from sandbox.process import Ledger, marked, wait_gone
from sandbox.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.layout import Layout
    from tests.support.running_sandbox import RunningSandbox

pytestmark = pytest.mark.e2e


@pytest.fixture
def own(start_sandbox: Callable[[Settings], RunningSandbox], tmp_path: Path) -> RunningSandbox:
    """A sandbox of this test's own."""
    return start_sandbox(Settings(root=tmp_path / "own", operators=False))


LOOPBACK = ("0100007F:", "0000000000000000FFFF00000100007F:")
"""127.0.0.1 as the kernel writes it, and the same address on a socket for both families."""


def _listening(layout: Layout) -> set[int]:
    """Ports of the sandbox's processes on which somebody listens, from the kernel's own table."""
    inodes = set()
    for pid in marked(layout.root):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            link = str(entry.readlink())
            if link.startswith("socket:["):
                inodes.add(link[8:-1])
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                assert fields[1].startswith(LOOPBACK), f"not on loopback: {line}"
                found.add(int(fields[1].split(":")[1], 16))
    return found


def test_two_sandboxes_live_side_by_side(
    cluster: RunningSandbox, own: RunningSandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    pid = lifecycle.supervisor(own.layout)
    assert main(["start", "--dir", str(own.layout.root)]) == 0
    assert f"already running (pid {pid})" in capsys.readouterr().out
    assert lifecycle.supervisor(own.layout) == pid

    assert main(["status", "--json", "--dir", str(own.layout.root)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ready"]
    assert {"etcd", "kube-apiserver", "kube-controller-manager"} <= {part["name"] for part in found["parts"]}
    assert all(part["state"] == "running" for part in found["parts"])
    # The goal for the whole, Keycloak and every operator included, is 2.5 GiB; this is the bare cluster.
    assert found["memory"] < 1024**3

    assert not _listening(cluster.layout) & _listening(own.layout)
    own.create("/api/v1/namespaces", "Namespace", "only-here")
    assert cluster.kube("GET", "/api/v1/namespaces/only-here").status == 404
    assert lifecycle.stop(own.layout, lambda _line: None) >= 4
    assert cluster.kube("GET", "/readyz").status == 200


def test_state_survives_a_stop_and_nothing_a_killed_supervisor(
    own: RunningSandbox, start_sandbox: Callable[[Settings], RunningSandbox]
) -> None:
    own.create("/api/v1/namespaces", "Namespace", "kept")
    assert main(["stop", "--dir", str(own.layout.root)]) == 0
    assert marked(own.layout.root) == []
    assert not own.layout.endpoints.exists()

    again = start_sandbox(Settings(root=own.layout.root, operators=False))
    assert again.endpoints == own.endpoints
    assert again.kube("GET", "/api/v1/namespaces/kept").status == 200

    pid = lifecycle.supervisor(own.layout)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert wait_gone([pid], 10.0)
    assert len(marked(own.layout.root)) == 3
    assert lifecycle.stop(own.layout, lambda _line: None) == 3
    assert marked(own.layout.root) == []
    assert Ledger(own.layout).living() == {}

    assert main(["stop", "--clean", "--dir", str(own.layout.root)]) == 0
    assert not own.layout.root.exists()
