"""Reading a stack's cluster."""

from pathlib import Path

import pytest

from operations.cluster import Access, Cluster, access, connect
from operations.errors import OperationError
from tests.support.fake_cluster import FakeCluster, fake_cluster
from tests.support.http_fake import serving

SECRET = "/api/v1/namespaces/llm/secrets/key"


def reached(fake: FakeCluster) -> Cluster:
    return connect(Access(kubeconfig=str(fake.kubeconfig)))


def test_a_secret_is_read_as_it_stands(tmp_path: Path) -> None:
    with fake_cluster(tmp_path) as fake:
        fake.documents[SECRET] = {"metadata": {"name": "key"}, "data": {"user_key": "YQ=="}}
        assert reached(fake).secret_data("llm", "key") == {"user_key": "YQ=="}


def test_a_missing_secret_is_named(tmp_path: Path) -> None:
    with fake_cluster(tmp_path) as fake, pytest.raises(OperationError, match="Secret llm/key: it does not exist"):
        reached(fake).secret_data("llm", "key")


@pytest.mark.parametrize("status", [401, 403, 500])
def test_a_refusal_names_the_object(tmp_path: Path, status: int) -> None:
    with fake_cluster(tmp_path) as fake:
        fake.status[SECRET] = status
        with pytest.raises(OperationError, match="Secret llm/key: ") as refusal:
            reached(fake).secret_data("llm", "key")
        assert "canary-cluster-token" not in str(refusal.value)


def test_an_object_is_found_by_its_kind(tmp_path: Path) -> None:
    with fake_cluster(tmp_path) as fake:
        fake.documents["/apis/a.b/v1"] = {"resources": [{"kind": "Thing", "name": "things", "namespaced": True}]}
        fake.documents["/apis/a.b/v1/namespaces/n/things/x"] = {"metadata": {"name": "x"}}
        cluster = reached(fake)
        assert cluster.find("a.b/v1", "Thing", "n", "x") == {"metadata": {"name": "x"}}
        assert cluster.find("a.b/v1", "Thing", "n", "other") is None
        assert cluster.find("a.b/v1", "Unknown", "n", "x") is None
        assert cluster.find("absent/v1", "Thing", "n", "x") is None


def test_an_unreachable_cluster_is_no_absent_object(tmp_path: Path) -> None:
    with fake_cluster(tmp_path) as fake:
        cluster = reached(fake)
    with pytest.raises(OperationError, match="Thing n/x"):
        cluster.find("a.b/v1", "Thing", "n", "x")


def test_a_login_page_is_no_absent_object(tmp_path: Path) -> None:
    with serving(lambda *_: (200, b"<html>Log in</html>")) as fake:
        config = tmp_path / "kubeconfig"
        config.write_text(
            "{apiVersion: v1, kind: Config, current-context: t, users: [{name: t, user: {}}],"
            f" clusters: [{{name: t, cluster: {{server: '{fake.url}'}}}}],"
            " contexts: [{name: t, context: {cluster: t, user: t}}]}"
        )
        with pytest.raises(OperationError, match="no Kubernetes object"):
            connect(Access(kubeconfig=str(config))).secret_data("llm", "key")


@pytest.mark.parametrize(
    "text",
    ["{canary-credential: [", "canary-credential", "[canary-credential]", "clusters: canary-credential", "\x00"],
    ids=["torn", "text", "list", "other form", "no text"],
)
def test_what_is_no_kubeconfig_is_refused_by_its_path(tmp_path: Path, text: str) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(text)
    with pytest.raises(OperationError, match="kubeconfig") as refusal:
        connect(Access(kubeconfig=str(path)))
    assert str(path) in str(refusal.value)
    assert "canary-credential" not in str(refusal.value)


def test_an_absent_kubeconfig_is_refused_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(OperationError, match="absent"):
        connect(Access(kubeconfig=str(tmp_path / "absent")))


def test_a_context_that_is_not_there_is_named(tmp_path: Path) -> None:
    with fake_cluster(tmp_path) as fake, pytest.raises(OperationError, match="elsewhere"):
        connect(Access(kubeconfig=str(fake.kubeconfig), context="elsewhere"))


def test_the_variable_names_the_file_when_nothing_else_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "one"))
    assert access(None, None) == Access(kubeconfig=str(tmp_path / "one"))
    assert access(str(tmp_path / "other"), "c") == Access(kubeconfig=str(tmp_path / "other"), context="c")


def test_several_files_in_the_variable_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        (tmp_path / name).touch()
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path}/one:{tmp_path}/two")
    with pytest.raises(OperationError, match="several files"):
        access(None, None)
