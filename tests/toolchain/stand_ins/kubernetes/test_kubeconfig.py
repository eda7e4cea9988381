from __future__ import annotations

import base64
import tempfile
from typing import TYPE_CHECKING

import pytest
import yaml

from toolchain.stand_ins.kubernetes import kubeconfig
from toolchain.stand_ins.kubernetes.kubeconfig import Kubeconfig, NoCluster

if TYPE_CHECKING:
    from pathlib import Path

    from toolchain.stand_ins.kubernetes.values import Value


def document(**user: Value) -> dict[str, Value]:
    return {
        "current-context": "one",
        "contexts": [
            {"name": "one", "context": {"cluster": "a", "user": "u", "namespace": "ours"}},
            {"name": "two", "context": {"cluster": "b", "user": "u"}},
        ],
        "clusters": [
            {"name": "a", "cluster": {"server": "https://a:1"}},
            {"name": "b", "cluster": {"server": "https://b:2"}},
        ],
        "users": [{"name": "u", "user": {"token": "canary-token", **user}}],
    }


def test_a_path_is_read_and_anything_else_is_contents(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(document()))
    assert kubeconfig.loaded(str(path), {}).server() == "https://a:1"
    assert kubeconfig.loaded(yaml.safe_dump(document()), {}).server("two") == "https://b:2"


@pytest.mark.parametrize("text", ["/no/such/file", "a: [", "- x\n"])
def test_what_is_neither_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(NoCluster, match="failed to parse kubeconfig data") as refusal:
        kubeconfig.loaded(f"{text}\n# canary-token" if "\n" in text else text, {})
    assert "canary" not in str(refusal.value)


def test_without_a_kubeconfig_the_environments_first_existing_file_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(document()))
    environment = {"KUBECONFIG": f"{tmp_path / 'missing'}:{path}"}
    assert kubeconfig.loaded("", environment).context()["namespace"] == "ours"
    with pytest.raises(NoCluster, match="KUBECONFIG"):
        kubeconfig.loaded("", {"KUBECONFIG": str(tmp_path / "missing")})


def test_context_and_cluster_can_be_chosen() -> None:
    config = Kubeconfig(document(), ".")
    assert kubeconfig.client(config).configuration.host == "https://a:1"
    assert kubeconfig.client(config, "two").configuration.host == "https://b:2"
    assert kubeconfig.client(config, "one", "b").configuration.host == "https://b:2"


def test_an_unknown_context_is_refused() -> None:
    with pytest.raises(NoCluster, match='context "three" does not exist'):
        kubeconfig.client(Kubeconfig(document(), "."), "three")


def test_broken_inline_keys_are_refused_and_nothing_stays_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    broken = base64.b64encode(b"no pem").decode()
    user = {"client-certificate-data": broken, "client-key-data": broken}
    with pytest.raises(NoCluster, match="unable to load Kubernetes client configuration"):
        kubeconfig.client(Kubeconfig(document(**user), "."))
    with pytest.raises(NoCluster, match="unable to load Kubernetes client configuration"):
        kubeconfig.client(Kubeconfig(document(**{"client-key-data": "***"}), "."))
    assert list(tmp_path.iterdir()) == []


def test_relative_paths_start_from_the_kubeconfigs_folder(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("canary-token-2")
    found = document(tokenFile="token")
    del found["users"][0]["user"]["token"]
    (tmp_path / "config").write_text(yaml.safe_dump(found))
    client = kubeconfig.client(kubeconfig.loaded(str(tmp_path / "config"), {}))
    assert "canary-token-2" in client.configuration.api_key["BearerToken"]
