from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING

import pytest

from sandbox import lifecycle
from sandbox.cli import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    manifest = tmp_path / "manifest.json"
    servers = ", ".join(
        f'"{name}": "{sys.executable}"' for name in ("etcd", "kube_apiserver", "kube_controller_manager")
    )
    manifest.write_text(f"{{{servers}}}")
    monkeypatch.setenv("MAAS_TOOLCHAIN_MANIFEST", str(manifest))
    return tmp_path / "sandbox"


def test_the_status_of_nothing_is_not_running(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--dir", str(folder)]) == 3
    assert capsys.readouterr().out == "not running\n"


def test_stopping_nothing_is_fine(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stop", "--dir", str(folder)]) == 0
    assert capsys.readouterr().out == "not running\n"
    assert not folder.exists()


def test_a_taken_control_port_is_refused_before_anything_starts(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["start", "--dir", str(folder), "--control-port", str(port)]) == 1
    shown = capsys.readouterr().err
    assert f"port {port} on 127.0.0.1 is taken" in shown
    assert not folder.exists()


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--domain", "Apps.Test"),
        ("--domain", "nodots"),
        ("--control-port", "80"),
        ("--pod-delay", "-1"),
        ("--infrastructure", "Cluster_1"),
        ("--zones", "us-east-2a,here"),
        ("--host", "Login"),
    ],
)
def test_a_wrong_choice_is_named_with_what_is_allowed(
    folder: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    assert main(["start", "--dir", str(folder), f"{option}={value}"]) == 1
    shown = capsys.readouterr().err
    assert f"{option} {value}" in shown
    assert "allowed:" in shown


def test_a_missing_toolchain_stops_the_start(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAAS_TOOLCHAIN_MANIFEST", str(folder / "none.json"))
    assert main(["start", "--dir", str(folder)]) == 1
    assert "python3 -m toolchain setup" in capsys.readouterr().err


def test_clean_refuses_a_folder_that_is_no_sandbox(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    assert main(["stop", "--clean", "--dir", str(folder)]) == 1
    assert (folder / "thesis.txt").exists()
    assert "does not look like a sandbox" in capsys.readouterr().err


def test_start_refuses_a_folder_with_something_foreign_in_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder.mkdir()
    (folder / "precious").write_text("years of work")
    assert main(["start", "--dir", str(folder)]) == 1
    shown = capsys.readouterr().err
    assert "precious" in shown
    assert "allowed:" in shown
    assert main(["stop", "--clean", "--dir", str(folder)]) == 1
    assert [path.name for path in folder.iterdir()] == ["precious"]


def test_stop_removes_nothing_in_a_foreign_folder(folder: Path) -> None:
    (folder / "pids").mkdir(parents=True)
    (folder / "endpoints.json").write_text("{}")
    assert main(["stop", "--dir", str(folder)]) == 0
    assert (folder / "endpoints.json").exists()


@pytest.mark.parametrize("command", [["start"], ["stop", "--clean"], ["status"], ["logs"]])
def test_a_file_as_folder_gives_no_traceback(folder: Path, command: list[str]) -> None:
    folder.write_text("precious")
    assert main([*command, "--dir", str(folder)]) in ({0} if command == ["logs"] else {1, 3})
    assert folder.read_text() == "precious"


def test_a_folder_that_cannot_be_made_is_explained(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder.write_text("")
    assert main(["start", "--dir", str(folder / "below")]) == 1
    shown = capsys.readouterr().err
    assert "NotADirectoryError" in shown
    assert "do:" in shown


def test_status_before_any_port_is_known_is_explained(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifecycle, "supervisor", lambda _layout: 1)
    folder.mkdir()
    (folder / "ports.json").write_text("{}")
    assert main(["status", "--dir", str(folder)]) == 1
    shown = capsys.readouterr().err
    assert "names its port" in shown
    assert f"--dir {folder}" in shown


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("action", [["list"], ["clear"], ["add", "router", "status", "status=500"]])
def test_the_folder_of_a_fault_is_taken_in_both_places(
    folder: Path, monkeypatch: pytest.MonkeyPatch, place: str, action: list[str]
) -> None:
    asked: list[Path] = []
    monkeypatch.setattr(lifecycle, "supervisor", lambda layout: asked.append(layout.root))
    option = ["--dir", str(folder)]
    words = [*option, *action] if place == "before" else [*action, *option]
    assert main(["faults", *words]) == 3
    assert asked == [folder]


def test_an_unknown_log_lists_those_there_are(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "logs").mkdir(parents=True)
    (folder / "logs" / "etcd.log").write_text("one\ntwo\nthree\n")
    assert main(["logs", "--dir", str(folder), "etdc"]) == 1
    assert "etcd" in capsys.readouterr().err
    assert main(["logs", "--dir", str(folder), "etcd", "--lines", "2"]) == 0
    assert capsys.readouterr().out == "two\nthree\n"


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("start", "stop", "status", "logs", "faults"):
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])
        assert ended.value.code == 0
        assert "--dir" in capsys.readouterr().out


def test_a_wrong_command_line_exits_with_two() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["begin"])
    assert ended.value.code == 2
