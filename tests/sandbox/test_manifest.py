from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from sandbox.manifest import load_tools


def _manifest(tmp_path: Path, **changes: object) -> Path:
    content = dict.fromkeys(("etcd", "kube_apiserver", "kube_controller_manager"), sys.executable)
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"crds": "/crds", "environment": {"A": "b"}, **content, **changes}))
    return path


def test_a_manifest_is_read_as_data(tmp_path: Path) -> None:
    tools = load_tools(_manifest(tmp_path))
    assert tools.etcd == Path(sys.executable)
    assert tools.crds == Path("/crds")
    assert tools.keycloak_home is None
    assert tools.environment == {"A": "b"}


def test_the_environment_can_name_another_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAAS_TOOLCHAIN_MANIFEST", str(_manifest(tmp_path, keycloak_home="/kc")))
    assert load_tools().keycloak_home == Path("/kc")


def test_a_missing_manifest_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="toolchain setup") as refusal:
        load_tools(tmp_path / "none.json")
    assert str(tmp_path / "none.json") in str(refusal.value)


def test_a_binary_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="kube_apiserver = '/nowhere'"):
        load_tools(_manifest(tmp_path, kube_apiserver="/nowhere"))
