"""Interrupted by a signal, killed, or run twice at once: nothing half done stays, nothing is done twice."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.waiting import until
from tests.toolchain.machine import Checkout, Machine, everything_below, is_alive

LIMIT_SECONDS = 20.0


@contextmanager
def started(project: Checkout, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """The set-up as a program of its own."""
    output = subprocess.PIPE
    command = [*project.command(), "setup", *arguments]
    with subprocess.Popen(command, env=project.machine.environ, stdout=output, stderr=output, text=True) as child:
        try:
            yield child
        finally:
            child.kill()


def hanging(machine: Machine) -> int:
    """Wait until the compiler hangs; its process id."""
    marker = machine.fakes / "hanging"
    until(lambda: marker.exists() and marker.read_text(encoding="utf-8").strip() != "")
    return int(marker.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_children_and_keeps_what_is_finished(
    machine: Machine, project: Checkout, number: signal.Signals, code: int
) -> None:
    (machine.fakes / "hang-kube-apiserver").touch()
    with started(project) as child:
        compiler = hanging(machine)
        child.send_signal(number)
        _, error = child.communicate(timeout=LIMIT_SECONDS)
        assert child.returncode == code
        assert "run the same command again" in error
        assert not is_alive(compiler)
    assert everything_below(machine.cache / "partial") == set()
    assert not (project.root / ".toolchain" / "manifest.json").exists()

    (machine.fakes / "hang-kube-apiserver").unlink()
    assert project.run("setup") == 0
    assert machine.builds.count("pulumi") == 1
    assert machine.builds.count("kube-apiserver") == 2


def test_after_a_kill_the_next_run_goes_on(machine: Machine, project: Checkout) -> None:
    (machine.fakes / "hang-etcd").touch()
    with started(project) as child:
        compiler = hanging(machine)
        child.kill()
        child.wait(LIMIT_SECONDS)
    os.kill(compiler, signal.SIGKILL)
    (machine.fakes / "hang-etcd").unlink()
    assert list((machine.cache / "partial").glob("etcd-*")) != []
    assert project.run("setup") == 0
    assert list((machine.cache / "partial").glob("etcd-*")) == []
    assert machine.builds.count("kube-apiserver") == 1


def test_a_second_checkout_waits_for_the_first_and_says_so(machine: Machine, project: Checkout) -> None:
    other = machine.checkout("other")
    (machine.fakes / "hang-pulumi").touch()
    with started(project) as first:
        compiler = hanging(machine)
        with started(other) as second:
            assert second.stdout is not None
            line = second.stdout.readline()
            assert f"in use by the set-up of {project.root} (process {first.pid}); waiting" in line
            (machine.fakes / "hang-pulumi").unlink()
            first.send_signal(signal.SIGTERM)
            assert first.wait(LIMIT_SECONDS) == 143
            assert not is_alive(compiler)
            second.communicate(timeout=LIMIT_SECONDS)
            assert second.returncode == 0
    assert machine.builds.count("etcd") == 1


def test_a_waiting_set_up_can_be_interrupted(machine: Machine, project: Checkout) -> None:
    other = machine.checkout("other")
    (machine.fakes / "hang-pulumi").touch()
    with started(project):
        hanging(machine)
        with started(other) as second:
            assert second.stdout is not None
            second.stdout.readline()
            second.send_signal(signal.SIGINT)
            second.communicate(timeout=LIMIT_SECONDS)
            assert second.returncode == 130
    os.kill(hanging(machine), signal.SIGKILL)


def test_a_failure_in_one_lane_stops_the_compiler(
    machine: Machine, project: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    project.pin("keycloak", sha256="0" * 64)
    (machine.fakes / "hang-pulumi").touch()
    machine.command("mvn", 'until [ -e "$FAKES/hanging" ]; do sleep 0.02; done\n' + _delivered())
    assert project.run("setup") == 1
    assert f"allowed: SHA-256 {'0' * 64}" in capsys.readouterr().err
    assert not is_alive(int((machine.fakes / "hanging").read_text(encoding="utf-8")))


def _delivered() -> str:
    """The part of the pretending Maven that puts the archive into its repository."""
    return (
        'for argument in "$@"; do case "$argument" in -Dmaven.repo.local=*) repository="${argument#*=}";; esac; done\n'
        'folder="$repository/org/keycloak/keycloak-quarkus-dist/26.4.0"\n'
        'mkdir -p "$folder" && cp "$FAKES/keycloak.zip" "$folder/keycloak-quarkus-dist-26.4.0.zip"\n'
    )


def test_a_child_that_ignores_the_polite_signal_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from toolchain import processes  # noqa: PLC0415 - patched before use
    from toolchain.failure import InterruptedRunError  # noqa: PLC0415

    monkeypatch.setattr(processes, "GRACE_SECONDS", 0.1)
    running = processes.Processes()
    ready = tmp_path / "ready"
    script = f"trap '' TERM; echo $$ > {ready}.new; mv {ready}.new {ready}; while :; do sleep 60; done"
    refused: list[BaseException] = []

    def run() -> None:
        try:
            running.run(["/bin/sh", "-c", script], log=tmp_path / "log", environ=dict(os.environ), cwd=tmp_path)
        except InterruptedRunError as error:
            refused.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    until(ready.exists)
    running.stop()
    thread.join(LIMIT_SECONDS)
    assert len(refused) == 1
    assert not is_alive(int(ready.read_text(encoding="utf-8")))
