"""The whole set-up with commands that pretend to build and download."""

import errno
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.toolchain.machine import Checkout, Machine, everything_below

SERVERS = ["kube-apiserver", "kube-controller-manager", "etcd"]


def test_package_registries_alone_are_enough(machine: Machine, project: Checkout) -> None:
    assert project.run("setup") == 0
    manifest = project.manifest
    assert machine.builds == ["pulumi", *SERVERS]
    assert project.source("pulumi") == "build of pinned Go modules"
    assert project.source("keycloak") == "the Maven registry"
    assert project.source("crds") == "Go modules (1 files)"
    assert manifest["stand_ins"] == [
        "pulumi-language-python",
        "pulumi-resource-kubernetes",
        "pulumi-resource-keycloak",
    ]
    for key in ("bin", "pulumi_home", "python", "etcd", "kube_apiserver", "kube_controller_manager", "keycloak_home"):
        assert Path(str(manifest[key])).is_absolute()
        assert Path(str(manifest[key])).exists()
    assert manifest["java_home"] == str(machine.fakes / "java-home")
    assert everything_below(Path(str(manifest["crds"]))) == {"entry.json", "route.openshift.io/routes.yaml"}
    assert sorted(path.name for path in (project.root / ".toolchain" / "bin").iterdir()) == [
        "pulumi",
        "pulumi-language-python",
        "pulumi-language-python-exec",
        "pulumi-resource-pulumi-python",
    ]


def test_every_program_is_executable(project: Checkout) -> None:
    project.run("setup")
    programs = [*(project.root / ".toolchain" / "bin").iterdir()]
    programs += (project.root / ".toolchain" / "pulumi-home" / "plugins").glob("*/pulumi-resource-*")
    assert len(programs) == 6
    assert [path for path in programs if not os.access(path, os.X_OK)] == []


def test_a_second_run_does_nothing_and_names_each_stand_in(
    machine: Machine, project: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    project.run("setup")
    before, calls = everything_below(machine.folder), machine.calls
    capsys.readouterr()
    begin = time.monotonic()
    assert project.run("setup") == 0
    assert time.monotonic() - begin < 2
    assert machine.calls == calls
    assert everything_below(machine.folder) == before
    lines = [line for line in capsys.readouterr().out.splitlines() if "STAND-IN" in line]
    assert [line.split("]")[1].split()[0] for line in lines] == project.manifest["stand_ins"]


def test_a_second_checkout_reuses_the_cache(machine: Machine, project: Checkout) -> None:
    project.run("setup")
    calls = machine.calls
    other = machine.checkout("other")
    assert other.run("setup") == 0
    fresh = [call for call in machine.calls[len(calls) :] if not call.startswith(("java ", "uv "))]
    assert fresh == []
    assert other.manifest["etcd"] == project.manifest["etcd"]
    assert other.manifest["keycloak_home"] != project.manifest["keycloak_home"]


def test_nothing_is_written_outside_the_cache_and_the_project(machine: Machine, project: Checkout) -> None:
    project.run("setup")
    assert everything_below(machine.folder / "home") == set()
    assert everything_below(machine.folder / "tmp") == set()
    assert {path.name for path in (machine.folder / "cache").iterdir()} == {"maas"}


def test_build_caches_are_removed_after_success(machine: Machine, project: Checkout) -> None:
    project.run("setup")
    assert not (machine.cache / "go-work").exists()
    assert everything_below(machine.cache / "partial") == set()


def test_a_changed_requirements_lock_builds_nothing_again(machine: Machine, project: Checkout) -> None:
    project.run("setup")
    count = len(machine.calls)
    (project.root / "requirements.lock").write_text("other==1\n", encoding="utf-8")
    assert project.run("setup") == 0
    fresh = [call for call in machine.calls[count:] if not call.startswith("java ")]
    assert [call.split()[:3] for call in fresh] == [["uv", "pip", "sync"]]


def test_a_changed_go_sum_builds_only_that_group_again(machine: Machine, project: Checkout) -> None:
    project.run("setup")
    count = len(machine.builds)
    (project.root / "toolchain" / "go" / "kubernetes" / "go.sum").write_text("other\n", encoding="utf-8")
    assert project.run("setup") == 0
    assert machine.builds[count:] == SERVERS


def test_a_damaged_installed_file_is_put_right(machine: Machine, project: Checkout) -> None:
    project.run("setup")
    pulumi = project.root / ".toolchain" / "bin" / "pulumi"
    pulumi.unlink()
    assert project.run("setup") == 0
    assert pulumi.exists()
    assert machine.builds.count("pulumi") == 1


def test_a_damaged_cache_entry_is_made_anew(machine: Machine, project: Checkout) -> None:
    project.run("setup")
    Path(str(project.manifest["etcd"])).write_bytes(b"")
    assert project.run("setup") == 0
    assert machine.builds.count("etcd") == 2


def test_what_was_finished_before_a_failure_is_kept(
    machine: Machine, project: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    (machine.fakes / "fail-etcd").write_text("main.go:1: it does not compile\n", encoding="utf-8")
    assert project.run("setup") == 1
    error = capsys.readouterr().err
    assert "it does not compile" in error
    assert str(project.root / ".toolchain" / "logs" / "etcd.log") in error
    assert not (project.root / ".toolchain" / "manifest.json").exists()
    assert (machine.cache / "go-work").exists()

    (machine.fakes / "fail-etcd").unlink()
    assert project.run("setup") == 0
    assert machine.builds == ["pulumi", *SERVERS, "etcd"]


def test_a_full_disk_seen_by_the_compiler_is_told_in_four_parts(
    machine: Machine, project: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    (machine.fakes / "fail-pulumi").write_text("write x.o: no space left on device\n", encoding="utf-8")
    assert project.run("setup") == 1
    error = capsys.readouterr().err
    assert "the disk or the quota is full" in error
    assert "XDG_CACHE_HOME" in error
    assert error.count("\n") == 4


def test_a_full_disk_seen_by_ourselves_leaves_no_half_tool(
    machine: Machine, project: Checkout, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copyfileobj", full)
        assert project.run("setup") == 1
    assert "Filling the cache with keycloak 26.4.0 needs space" in capsys.readouterr().err
    assert list(machine.cache.glob("keycloak-*")) == []
    assert project.run("setup") == 0


def test_too_little_space_is_told_before_a_build_begins(
    machine: Machine, project: Checkout, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage("/")._replace(free=1_000_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    assert project.run("setup") == 1
    assert "1000 MB free" in capsys.readouterr().err
    assert machine.builds == []


def test_a_missing_maven_is_told_before_anything_begins(
    machine: Machine, project: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    (machine.fakes / "mvn").unlink()
    assert project.run("setup") == 1
    error = capsys.readouterr().err
    assert "missing: mvn" in error
    assert "apt-get install -y --no-install-recommends maven" in error
    assert machine.builds == []


def test_only_python_asks_for_nothing_else(machine: Machine, project: Checkout) -> None:
    (machine.fakes / "mvn").unlink()
    assert project.run("setup", "--only", "python") == 0
    assert {call.split()[0] for call in machine.calls} == {"uv"}
    assert not (project.root / ".toolchain" / "manifest.json").exists()


def test_launchers_run_the_stand_ins_of_their_own_checkout(project: Checkout, tmp_path: Path) -> None:
    project.run("setup")
    plugins = project.root / ".toolchain" / "pulumi-home" / "plugins"
    launcher = plugins / "resource-kubernetes-v4.32.0" / "pulumi-resource-kubernetes"
    assert len(launcher.read_text(encoding="utf-8").splitlines()) == 2
    answer = subprocess.run([launcher, "127.0.0.1:1"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert answer.stdout == "kubernetes ['127.0.0.1:1']\n"


def test_a_blank_in_the_path_does_not_matter(machine: Machine) -> None:
    project = machine.checkout("it's a project")
    assert project.run("setup") == 0
    launcher = project.root / ".toolchain" / "bin" / "pulumi-language-python"
    answer = subprocess.run([launcher, "-x", "a b"], capture_output=True, text=True, check=True)
    assert answer.stdout == "language_python ['-x', 'a b']\n"


def test_a_launcher_carries_the_plugins_name_in_its_command_line(project: Checkout) -> None:
    project.run("setup")
    named = []
    for name in ("kubernetes", "keycloak", "language_python"):
        main = project.root / "toolchain" / "stand_ins" / name / "__main__.py"
        main.write_text("print(open('/proc/self/cmdline').read().split('\\0'))\n", encoding="utf-8")
    programs = [*(project.root / ".toolchain" / "pulumi-home" / "plugins").glob("*/pulumi-resource-*")]
    for path in [*programs, project.root / ".toolchain" / "bin" / "pulumi-language-python"]:
        answer = subprocess.run([path, "127.0.0.1:1"], capture_output=True, text=True, check=True)
        assert repr(path.name) in answer.stdout
        named.append(path.name)
    assert sorted(named) == ["pulumi-language-python", "pulumi-resource-keycloak", "pulumi-resource-kubernetes"]


def test_the_permission_for_other_machines_is_in_the_launchers_until_it_is_withdrawn(
    project: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MAAS_ALLOW_STAND_INS", raising=False)
    launcher = project.root / ".toolchain/pulumi-home/plugins/resource-kubernetes-v4.32.0/pulumi-resource-kubernetes"
    main = project.root / "toolchain" / "stand_ins" / "kubernetes" / "__main__.py"
    main.write_text("import os; print(os.environ.get('MAAS_ALLOW_STAND_INS'))\n", encoding="utf-8")

    def permitted(*switches: str) -> str:
        assert project.run("setup", *switches) == 0
        return subprocess.run([launcher], capture_output=True, text=True, check=True).stdout.strip()

    assert permitted() == "None"
    assert permitted("--allow-stand-ins") == "true"
    assert permitted() == "true"
    assert permitted("--again") == "true"
    assert "for any server" in capsys.readouterr().out
    assert permitted("--no-allow-stand-ins") == "None"
    assert permitted() == "None"
    project.run("status")
    assert "stand-in in use: pulumi-resource-kubernetes for servers on loopback" in capsys.readouterr().out


def test_a_second_installation_leaves_no_half_file(project: Checkout) -> None:
    project.run("setup")
    project.run("setup", "--again")
    assert list((project.root / ".toolchain").rglob("*.partial")) == []


def test_the_environment_keeps_pulumi_off_the_network(project: Checkout) -> None:
    project.run("setup")
    environment = project.manifest["environment"]
    assert isinstance(environment, dict)
    assert environment["PULUMI_HOME"] == project.manifest["pulumi_home"]
    assert environment["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] == "true"
    assert not [name for name in environment if "PASSPHRASE" in name or "BACKEND" in name]


def test_no_stand_in_is_used_where_the_exact_plugin_is_installed(machine: Machine, project: Checkout) -> None:
    folder = machine.folder / "home" / ".pulumi" / "plugins" / "resource-keycloak-v6.13.0"
    folder.mkdir(parents=True)
    (folder / "pulumi-resource-keycloak").write_text("official", encoding="utf-8")
    project.run("setup")
    assert project.source("plugin-keycloak") == f"this machine ({folder})"
    assert "pulumi-resource-keycloak" not in json.dumps(project.manifest["stand_ins"])


def test_an_installed_pulumi_is_used_only_in_the_exact_version(machine: Machine, project: Checkout) -> None:
    folder = machine.fakes
    for name in ("pulumi-language-python", "pulumi-language-python-exec", "pulumi-resource-pulumi-python"):
        machine.command(name, "exit 0\n")
    machine.command("pulumi", "echo v3.258.0\n")
    project.run("setup")
    assert project.source("pulumi") == "build of pinned Go modules"
    machine.command("pulumi", "echo v3.259.0\n")
    project.run("setup", "--again")
    assert project.source("pulumi") == f"this machine ({folder})"
    assert "pulumi-language-python" not in json.dumps(project.manifest["stand_ins"])


def test_stand_ins_of_another_checkout_are_not_taken_for_official_tools(machine: Machine, project: Checkout) -> None:
    other = machine.checkout("other")
    assert other.run("setup") == 0
    theirs = other.root / ".toolchain"
    # Their CLI says the right version: only its host tells it from a release.
    (theirs / "bin" / "pulumi").unlink()
    machine.command("pulumi", "echo v3.259.0\n")
    (machine.fakes / "pulumi").rename(theirs / "bin" / "pulumi")
    path = f"{theirs / 'bin'}:{machine.environ['PATH']}"
    assert project.run("setup", PATH=path, PULUMI_HOME=str(theirs / "pulumi-home")) == 0
    assert project.manifest["stand_ins"] == other.manifest["stand_ins"]
    assert "this machine" not in project.source("pulumi")
    assert project.source("plugin-kubernetes") == "own stand-in toolchain.stand_ins.kubernetes"
    launcher = project.root / ".toolchain" / "bin" / "pulumi-language-python"
    assert str(project.root) in launcher.read_text(encoding="utf-8")
