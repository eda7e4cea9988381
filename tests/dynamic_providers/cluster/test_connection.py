from pathlib import Path

import pytest

from dynamic_providers.cluster.connection import Cluster, cluster
from dynamic_providers.cluster.errors import ClusterError, Forbidden, Unreachable
from tests.dynamic_providers.cluster.fake_api import CANARY, fake_api

PATH = "/apis/example.com/v1/namespaces/models/widgets/tiny"


def test_the_environment_is_used_where_no_path_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_api(tmp_path) as api:
        monkeypatch.setattr("kubernetes.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(tmp_path / "kubeconfig"))
        api.put(PATH, {"metadata": {"name": "tiny"}})
        assert Cluster().get(PATH) == {"metadata": {"name": "tiny"}}


def test_one_process_has_one_client_per_cluster(tmp_path: Path) -> None:
    with fake_api(tmp_path):
        settings = {"kubeconfig": str(tmp_path / "kubeconfig"), "context": ""}
        assert cluster(settings) is cluster(dict(settings))


@pytest.mark.parametrize(
    ("content", "context", "told"),
    [
        (None, "", "read kubeconfig"),
        ("{", "", "read kubeconfig"),
        ("kind: Config\nclusters: []\n", "", "read kubeconfig"),
        ("", "other", "context other"),
    ],
)
def test_a_kubeconfig_that_cannot_be_used_is_named(
    tmp_path: Path, content: str | None, context: str, told: str
) -> None:
    file = tmp_path / "broken"
    if content is not None:
        file.write_text(content)
    with pytest.raises(Unreachable, match=told) as refusal:
        Cluster(str(file), context)
    assert "Allowed is a kubeconfig" in str(refusal.value)


def test_an_answer_is_an_object_nothing_or_an_error(tmp_path: Path) -> None:
    with fake_api(tmp_path) as api:
        cluster = Cluster(str(tmp_path / "kubeconfig"))
        assert cluster.get(PATH) is None
        assert cluster.items("/apis/example.com/v1/namespaces/models/widgets") == []
        cases: dict[int, type[ClusterError]] = {
            401: Forbidden,
            403: Forbidden,
            422: ClusterError,
            409: Unreachable,
            500: Unreachable,
        }
        for status, kind in cases.items():
            api.status[PATH] = status
            with pytest.raises(kind, match="events is forbidden") as raised:
                cluster.get(PATH)
            assert type(raised.value) is kind
            assert CANARY not in str(raised.value)


def test_a_path_is_made_of_the_plural_that_the_server_tells(tmp_path: Path) -> None:
    with fake_api(tmp_path):
        cluster = Cluster(str(tmp_path / "kubeconfig"))
        assert cluster.path("example.com/v1", "Widget", "models", "tiny") == PATH
        assert cluster.path("example.com/v1", "World", "ignored", "w") == "/apis/example.com/v1/worlds/w"
        assert cluster.path("example.com/v1", "Later", "models", "tiny") is None
        assert cluster.path("later.com/v1", "Later", "models", "tiny") is None


def test_a_cluster_that_is_away_is_named_with_the_cause(tmp_path: Path) -> None:
    with fake_api(tmp_path):
        cluster = Cluster(str(tmp_path / "kubeconfig"))
    with pytest.raises(Unreachable, match=r"no answer of http://127.0.0.1:\d+ \(Connection refused\)"):
        cluster.get(PATH)
