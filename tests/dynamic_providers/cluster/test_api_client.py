"""Keys of a kubeconfig are used and not left on disk."""

import tempfile
from pathlib import Path

import pytest
import urllib3
from kubernetes.client import Configuration

from dynamic_providers.cluster.api_client import client_without_files
from dynamic_providers.cluster.connection import Cluster
from dynamic_providers.cluster.errors import Unreachable
from tests.support.client_certificate_server import client_certificate_server


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that takes the place of /tmp."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("extra", [{}, {"tls-server-name": "api.test"}])
def test_inline_keys_are_used_and_leave_no_file(tmp_path: Path, scratch: Path, extra: dict[str, object]) -> None:
    with client_certificate_server(tmp_path, **extra) as kubeconfig:
        for _ in range(2):  # the library remembers the names of files by their contents
            cluster = Cluster(str(kubeconfig))
            assert list(scratch.iterdir()) == []
            assert cluster.get("/") == {"kind": "Greeting"}
    assert list(scratch.iterdir()) == []


def test_a_server_is_not_verified_only_where_the_file_says_so(tmp_path: Path) -> None:
    with client_certificate_server(tmp_path, **{"insecure-skip-tls-verify": True}) as kubeconfig:
        cluster = Cluster(str(kubeconfig))
        with pytest.warns(urllib3.exceptions.InsecureRequestWarning):
            assert cluster.get("/") == {"kind": "Greeting"}


def test_a_server_of_another_name_is_refused(tmp_path: Path) -> None:
    with (
        client_certificate_server(tmp_path, **{"tls-server-name": "other.test"}) as kubeconfig,
        pytest.raises(Unreachable, match="no answer"),
    ):
        Cluster(str(kubeconfig)).get("/")


def test_a_broken_key_is_named_and_leaves_no_file(tmp_path: Path, scratch: Path) -> None:
    with client_certificate_server(tmp_path) as kubeconfig:
        text = kubeconfig.read_text().replace("client-key-data: ", "client-key-data: AAAA")
        kubeconfig.write_text(text)
    with pytest.raises(Unreachable, match="read kubeconfig"):
        Cluster(str(kubeconfig))
    assert list(scratch.iterdir()) == []


def test_the_environments_proxy_is_used_unless_it_is_bypassed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    with client_certificate_server(tmp_path) as kubeconfig:
        through = client_without_files(str(kubeconfig), None, Configuration()).rest_client.pool_manager
        assert through.proxy is not None
        assert through.connection_pool_kw["ssl_context"] is not None
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert client_without_files(str(kubeconfig), None, Configuration()).rest_client.pool_manager.proxy is None
        assert Cluster(str(kubeconfig)).get("/") == {"kind": "Greeting"}
