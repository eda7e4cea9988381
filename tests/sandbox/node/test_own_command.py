"""A Job's container runs its own package, with files of its volumes and through the router's proxy."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.node import container as container_module
from sandbox.node.container import to_the_network
from sandbox.node.images import Program
from tests.sandbox.eventually import run, until
from tests.sandbox.node.test_container import _Stage as Stage

if TYPE_CHECKING:
    from pathlib import Path

_PACKAGE = """
import os, sys
print("said by", os.environ["WHO"], "about", sys.argv[1])
print(open(os.environ["AUTHORITY"]).read())
sys.exit(int(sys.argv[1]))
"""
_SPEC: dict[str, Any] = {
    "name": "c",
    "image": "quay.io/x/storage-initializer:1",
    "command": ["python3", "-m", "job"],
    "env": [{"name": "PYTHONPATH", "value": "/opt/script"}, {"name": "AUTHORITY", "value": "/etc/ca/ca.crt"}],
    "envFrom": [{"secretRef": {"name": "keys"}}],
    "terminationMessagePolicy": "FallbackToLogsOnError",
    "volumeMounts": [{"name": "script", "mountPath": "/opt/script/job"}, {"name": "ca", "mountPath": "/etc/ca"}],
}
_POD: dict[str, Any] = {
    "restartPolicy": "Never",
    "volumes": [{"name": "script", "configMap": {"name": "script"}}, {"name": "ca", "configMap": {"name": "ca"}}],
}


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    made = Stage(tmp_path / "sandbox", monkeypatch)
    monkeypatch.setattr(container_module, "program_for", lambda _image, _name: Program("job", (), own=True))
    space = "/api/v1/namespaces/ns"
    made.cluster.objects |= {
        f"{space}/configmaps/script": {"data": {"__init__.py": "", "__main__.py": _PACKAGE}},
        f"{space}/configmaps/ca": {"data": {"ca.crt": "trusted"}},
        f"{space}/secrets/keys": {"data": {"WHO": base64.b64encode(b"me").decode()}},
    }
    return made


def ended(stage: Stage, argument: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = []

    async def scenario() -> None:
        async with stage.running({**_SPEC, "args": [argument]}, **_POD) as runner:
            await until(lambda: "terminated" in runner.state.state)
            found.append(runner.state.state["terminated"])

    run(scenario)
    return found[0]


def test_a_package_that_ends_well_completes_the_container(stage: Stage) -> None:
    state = ended(stage, "0")

    assert (state["exitCode"], state["reason"]) == (0, "Completed")
    assert "message" not in state


def test_a_package_that_fails_leaves_the_end_of_its_log_as_message(stage: Stage) -> None:
    state = ended(stage, "2")

    assert state["exitCode"] == 2
    assert state["message"].splitlines() == ["said by me about 2", "trusted"]


def test_the_way_outside_is_the_routers_proxy_with_its_authority() -> None:
    found = to_the_network({"SANDBOX_PROXY": "http://127.0.0.1:1", "SANDBOX_CA_FILE": "/ca.pem"})

    assert found["HTTPS_PROXY"] == found["http_proxy"] == "http://127.0.0.1:1"
    assert found["SSL_CERT_FILE"] == "/ca.pem"
    assert to_the_network({}) == {"NO_PROXY": "127.0.0.1,localhost"}
