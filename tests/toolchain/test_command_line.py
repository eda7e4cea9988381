"""The command line: from any folder, with exit codes that mean something."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.toolchain.machine import Checkout, Machine
from toolchain import prerequisites
from toolchain.failure import ToolchainError

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("folder", "command"),
    [
        (ROOT, ["-m", "toolchain"]),
        (ROOT / "tests" / "toolchain", ["../../toolchain"]),
        (Path("/"), [f"{ROOT}/toolchain"]),
    ],
)
def test_help_is_shown_from_any_folder(folder: Path, command: list[str]) -> None:
    answer = subprocess.run(
        [sys.executable, *command, "--help"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0
    for word in ("setup", "status", "secrets", "clean", "exit codes", "PLUGIN_MIRROR"):
        assert word in answer.stdout


def test_nothing_but_the_standard_library_is_imported() -> None:
    names = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            "import sys; sys.path.insert(0, sys.argv[1]); import toolchain.command_line",
            ROOT,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert names.stderr == ""
    assert names.returncode == 0


@pytest.mark.parametrize("arguments", [(), ("nothing",), ("setup", "--unknown"), ("secrets",)])
def test_wrong_usage_is_exit_code_2(project: Checkout, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as caught:
        project.run(*arguments)
    assert caught.value.code == 2


def test_status_says_what_is_installed_and_whether_it_is_whole(
    project: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project.run("status") == 1
    assert "run `python3 -m toolchain setup`" in capsys.readouterr().out
    project.run("setup")
    capsys.readouterr()
    assert project.run("status") == 0
    shown = capsys.readouterr().out
    assert "3.259.0" in shown
    assert "stand-in in use: pulumi-resource-keycloak" in shown
    Path(str(project.manifest["etcd"])).unlink()
    assert project.run("status") == 1


def test_clean_removes_what_the_set_up_made_and_keeps_the_cache(machine: Machine, project: Checkout) -> None:
    project.run("setup")
    (project.root / "mine").touch()
    assert project.run("clean") == 0
    assert sorted(path.name for path in project.root.iterdir()) == ["mine", "requirements.lock", "toolchain"]
    assert list(machine.cache.glob("pulumi-*")) != []
    assert project.run("clean", "--cache") == 0
    assert not machine.cache.exists()
    assert project.run("clean") == 0


def test_another_platform_is_refused_by_name() -> None:
    prerequisites.check_platform("Linux", "x86_64")
    with pytest.raises(ToolchainError, match="Darwin on arm64"):
        prerequisites.check_platform("Darwin", "arm64")


@pytest.mark.parametrize(("user", "command"), [(0, "do:      apt-get"), (1000, "do:      sudo apt-get")])
def test_sudo_is_advised_only_to_who_needs_it(
    project: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], user: int, command: str
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: user)
    (project.machine.fakes / "mvn").unlink()
    assert project.run("setup") == 1
    assert f"{command} install -y --no-install-recommends maven" in capsys.readouterr().err


def test_apt_installs_what_is_missing_only_when_told(
    machine: Machine, project: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prerequisites, "_can_apt", lambda: True)
    (machine.fakes / "mvn").rename(machine.fakes / "mvn-to-come")
    install = 'echo "apt-get $*" >> "$CALLS"\n[ "$1" = update ] || cp "$FAKES/mvn-to-come" "$FAKES/mvn"\n'
    machine.command("apt-get", install)
    assert project.run("setup") == 1
    assert [call for call in machine.calls if call.startswith("apt-get")] == []
    assert project.run("setup", "--install-prerequisites") == 0
    assert [call for call in machine.calls if call.startswith("apt-get")] == [
        "apt-get update -q",
        "apt-get install -q -y --no-install-recommends maven",
    ]
