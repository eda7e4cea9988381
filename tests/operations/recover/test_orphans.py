"""Plugin processes that outlived their engine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from operations.recover import orphans


def process(proc: Path, pid: int, parent: int, command: str, folder: Path) -> None:
    home = proc / str(pid)
    home.mkdir(parents=True)
    (home / "cmdline").write_bytes(command.replace(" ", "\0").encode())
    (home / "stat").write_text(f"{pid} (a (b) c) S {parent} 0 0")
    (home / "cwd").symlink_to(folder)


def test_a_plugin_whose_engine_is_gone_is_found(tmp_path: Path) -> None:
    process(tmp_path / "proc", 10, 1, "/venv/bin/python -u -m pulumi.dynamic 127.0.0.1:1", tmp_path)
    assert [found.pid for found in orphans.orphans(tmp_path, tmp_path / "proc")] == [10]


def test_a_plugin_under_a_living_engine_is_left_alone(tmp_path: Path) -> None:
    process(tmp_path / "proc", 5, 1, "/tools/bin/pulumi up", tmp_path)
    process(tmp_path / "proc", 6, 5, "/bin/sh /tools/bin/pulumi-resource-pulumi-python", tmp_path)
    process(tmp_path / "proc", 7, 6, "/venv/bin/python -u -m pulumi.dynamic 127.0.0.1:1", tmp_path)
    assert orphans.orphans(tmp_path, tmp_path / "proc") == []


def test_another_projects_plugin_is_left_alone(tmp_path: Path) -> None:
    process(tmp_path / "proc", 10, 1, "python -m pulumi.dynamic 127.0.0.1:1", tmp_path / "elsewhere")
    assert orphans.orphans(tmp_path / "mine", tmp_path / "proc") == []


def test_other_programs_of_the_project_are_left_alone(tmp_path: Path) -> None:
    process(tmp_path / "proc", 10, 1, "python -m sandbox start", tmp_path)
    assert orphans.orphans(tmp_path, tmp_path / "proc") == []


def test_a_plugin_is_known_by_its_executables_name_whatever_runs_it(tmp_path: Path) -> None:
    process(tmp_path / "proc", 10, 1, "/venv/bin/python /home/plugins/pulumi-resource-kubernetes", tmp_path)
    process(tmp_path / "proc", 11, 1, "/tools/bin/pulumi-language-python 127.0.0.1:1", tmp_path)
    assert {found.pid for found in orphans.orphans(tmp_path, tmp_path / "proc")} == {10, 11}


def test_an_orphan_that_ended_before_its_signal_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process(tmp_path / "proc", 10, 1, "python -m pulumi.dynamic 127.0.0.1:1", tmp_path)
    listed = [orphans.orphans(tmp_path, tmp_path / "proc")] * 2

    def vanished(*_: object) -> None:
        raise ProcessLookupError

    monkeypatch.setattr(orphans, "orphans", lambda _project: listed.pop() if listed else [])
    monkeypatch.setattr(os, "kill", vanished)
    assert orphans.end(tmp_path) == [10]


def test_an_orphan_is_ended_and_gone_when_the_call_returns(tmp_path: Path) -> None:
    code = "import sys; print(flush=True); sys.stdin.read()  # pulumi.dynamic"
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        ended = orphans.end(tmp_path)
        assert ended == [child.pid]
        assert child.wait(5) < 0
    assert not (Path("/proc") / str(child.pid)).exists() or os.name != "posix"
