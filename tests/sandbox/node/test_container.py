"""Containers as real processes under a node whose API server is a dictionary."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.faults import Faults
from sandbox.layout import Layout
from sandbox.node import container as container_module
from sandbox.node.container import ContainerRunner
from sandbox.node.images import Program
from sandbox.node.world import Pace, World
from sandbox.process import marked
from tests.sandbox.eventually import run, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

# Listens on the port it is given and tells its environment to a file in its folder.
_SERVER = """
import json, os, pathlib, socket, sys
folder = pathlib.Path(os.environ["SANDBOX_DIR"])
(folder / "seen.json").write_text(json.dumps(dict(os.environ)))
if (folder / "fail").exists():
    sys.exit(3)
server = socket.create_server(("127.0.0.1", int(os.environ["SANDBOX_PORT_8080"])))
while True:
    server.accept()[0].close()
"""


class _Cluster:
    """Answers reads from a dictionary and remembers warnings."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.warnings: list[tuple[str, str]] = []

    async def find(self, path: str) -> dict[str, Any] | None:
        return self.objects.get(path)

    async def warn(self, _item: object, reason: str, message: str) -> None:
        self.warnings.append((reason, message))


def _pod(**spec: object) -> dict[str, Any]:
    metadata = {"name": "p", "namespace": "ns", "uid": "u"}
    return {"metadata": metadata, "spec": spec, "status": {"podIP": "10.128.0.2"}}


_CONTAINER: dict[str, Any] = {
    "name": "c",
    "image": "quay.io/x/vllm:1",
    "args": ["--name=$(WHO)"],
    "env": [{"name": "WHO", "value": "me"}],
    "ports": [{"containerPort": 8080, "name": "http"}],
}


class _Stage:
    """A world and the container that runs in it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        layout = Layout.at(folder)
        layout.create()
        self.cluster = _Cluster()
        pace = Pace(start=0.0, retry=0.01, back_off_first=0.01, probe=0.01, probe_running=0.02, grace=2.0)
        environment = {"SANDBOX_CONTROL_URL": "http://127.0.0.1:9"}
        self.world = World(
            client=self.cluster,  # type: ignore[arg-type]  # only read through `find`
            layout=layout,
            faults=Faults(),
            events=self.cluster,  # type: ignore[arg-type]  # only `warn` is used
            environment=environment,
            pace=pace,
        )
        monkeypatch.setattr(World, "find", lambda _self, path: self.cluster.find(path))
        program = Program("model", (sys.executable, "-c", _SERVER), (8080,))
        monkeypatch.setattr(container_module, "program_for", lambda image, _name: program if "vllm" in image else None)
        self.folder = layout.data / "workloads" / "ns" / "p" / "c"

    @asynccontextmanager
    async def running(self, spec: dict[str, Any], **pod: object) -> AsyncIterator[ContainerRunner]:
        runner = ContainerRunner(self.world, _pod(**pod), spec, lambda: None)
        task = asyncio.create_task(runner.run())
        try:
            yield runner
        finally:
            task.cancel()
            await asyncio.wait({task})
            await runner.stop()
            assert marked(self.world.layout.root) == []


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> _Stage:
    return _Stage(tmp_path / "sandbox", monkeypatch)


def test_a_process_becomes_ready_and_is_reached_by_its_pods_address(stage: _Stage) -> None:
    async def scenario() -> None:
        async with stage.running(_CONTAINER) as runner:
            await until(lambda: runner.state.ready)
            seen = json.loads((stage.folder / "seen.json").read_text())
            port = stage.world.addresses.loopback("10.128.0.2", 8080)
            assert seen["SANDBOX_PORT_8080"] == str(port)
            assert json.loads(seen["SANDBOX_ARGS"]) == ["--name=me"]
            assert (seen["WHO"], seen["SANDBOX_CONTROL_URL"]) == ("me", "http://127.0.0.1:9")
            assert stage.world.instance_of("model") is not None
        assert stage.world.instance_of("model") is None

    run(scenario)


def test_a_killed_process_is_started_again_and_counted(stage: _Stage) -> None:
    async def scenario() -> None:
        async with stage.running(_CONTAINER) as runner:
            await until(lambda: runner.state.ready)
            first = stage.world.instance_of("model")
            assert first is not None
            os.kill(first.child.pid, signal.SIGKILL)
            await until(lambda: runner.state.restarts == 1 and runner.state.ready)
            assert runner.state.last["terminated"]["exitCode"] == 137

    run(scenario)


def test_a_process_that_fails_backs_off_and_finds_its_files_again(stage: _Stage) -> None:
    async def scenario() -> None:
        async with stage.running(_CONTAINER) as runner:
            await until(lambda: runner.state.ready)
            (stage.folder / "fail").touch()
            instance = stage.world.instance_of("model")
            assert instance is not None
            os.kill(instance.child.pid, signal.SIGTERM)
            await until(lambda: runner.state.restarts >= 2)
            assert runner.state.last["terminated"]["exitCode"] == 3
            assert "BackOff" in {reason for reason, _ in stage.cluster.warnings}
            (stage.folder / "fail").unlink()
            await until(lambda: runner.state.ready)

    run(scenario)


def test_a_workload_made_anew_finds_an_empty_folder(stage: _Stage) -> None:
    async def scenario() -> None:
        async with stage.running(_CONTAINER) as runner:
            await until(lambda: runner.state.ready)
        (stage.folder / ".owner").write_text("another")
        (stage.folder / "state.sqlite").touch()
        async with stage.running(_CONTAINER) as runner:
            await until(lambda: runner.state.ready)
            assert not (stage.folder / "state.sqlite").exists()

    run(scenario)


def test_a_missing_image_waits_until_the_fault_is_gone(stage: _Stage) -> None:
    async def scenario() -> None:
        stage.world.faults.order({"part": "node", "kind": "image_missing", "image": "quay.io/x/other:1", "count": 0})
        async with stage.running(_CONTAINER | {"image": "quay.io/x/other:1"}) as runner:
            await until(lambda: runner.state.state.get("waiting", {}).get("reason") == "ImagePullBackOff")
            assert not runner.state.ready
            stage.world.faults.clear()
            await until(lambda: runner.state.ready)
        assert stage.cluster.warnings[0][0] == "Failed"

    run(scenario)


def test_a_missing_secret_is_a_config_error_until_it_appears(stage: _Stage) -> None:
    async def scenario() -> None:
        env = [{"name": "T", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]
        async with stage.running(_CONTAINER | {"env": env}) as runner:
            await until(lambda: "waiting" in runner.state.state and "message" in runner.state.state["waiting"])
            found = runner.state.state["waiting"]
            assert found == {"reason": "CreateContainerConfigError", "message": 'secret "s" not found'}
            stage.cluster.objects["/api/v1/namespaces/ns/secrets/s"] = {"data": {"k": "dg=="}}
            await until(lambda: runner.state.ready)
            assert json.loads((stage.folder / "seen.json").read_text())["T"] == "v"

    run(scenario)


@pytest.mark.parametrize(("code", "policy"), [(0, "Never"), (0, "OnFailure"), (4, "Never")])
def test_a_pretended_job_ends_as_told(stage: _Stage, code: int, policy: str) -> None:
    async def scenario() -> None:
        if code:
            stage.world.faults.order({"part": "node", "kind": "exit_code", "code": code})
        async with stage.running(_CONTAINER, restartPolicy=policy) as runner:
            await until(lambda: runner.state.exit_code is not None)
            assert runner.state.exit_code == code
            assert stage.world.instance_of("model") is None

    run(scenario)


def test_a_job_that_fails_is_tried_again_on_failure(stage: _Stage) -> None:
    async def scenario() -> None:
        stage.world.faults.order({"part": "node", "kind": "exit_code", "code": 1, "count": 2})
        async with stage.running(_CONTAINER, restartPolicy="OnFailure") as runner:
            await until(lambda: runner.state.exit_code == 0)
            assert runner.state.restarts == 2

    run(scenario)


def test_a_fault_takes_readiness_away_and_gives_it_back(stage: _Stage) -> None:
    async def scenario() -> None:
        async with stage.running(_CONTAINER) as runner:
            await until(lambda: runner.state.ready)
            stage.world.faults.order({"part": "node", "kind": "unready", "pod": "p", "count": 0})
            await until(lambda: not runner.state.ready)
            assert runner.state.running
            stage.world.faults.clear()
            await until(lambda: runner.state.ready)

    run(scenario)


def test_pods_of_a_program_with_a_state_of_its_own_lead_to_one_process(
    stage: _Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = Program("threescale", (sys.executable, "-c", _SERVER), (8080,), alone=True)
    monkeypatch.setattr(container_module, "program_for", lambda _image, _name: alone)
    owner = {"kind": "DaemonSet", "name": "system-app", "uid": "o", "controller": True}

    def pod(name: str, address: str) -> dict[str, Any]:
        metadata = {"name": name, "namespace": "ns", "uid": name, "ownerReferences": [owner]}
        return {"metadata": metadata, "spec": {}, "status": {"podIP": address}}

    async def scenario() -> None:
        first = ContainerRunner(stage.world, pod("a", "10.128.0.2"), _CONTAINER, lambda: None)
        second = ContainerRunner(stage.world, pod("b", "10.128.0.3"), _CONTAINER, lambda: None)
        begun = asyncio.create_task(first.run())
        await until(lambda: first.state.ready)
        follows = asyncio.create_task(second.run())
        await until(lambda: second.state.ready)
        reached = stage.world.addresses.loopback
        assert len(stage.world.instances) == 1
        assert reached("10.128.0.3", 8080) == reached("10.128.0.2", 8080)
        begun.cancel()
        await asyncio.wait({begun})
        await first.stop()
        await until(lambda: "ns/b/c" in stage.world.instances and second.state.ready)
        follows.cancel()
        await asyncio.wait({follows})
        await second.stop()

    run(scenario)
