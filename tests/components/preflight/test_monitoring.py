"""Monitors and rules are placed only where somebody reads them."""

from pathlib import Path

import pytest

from components.preflight.monitoring import unwatched
from components.preflight.reader import ClusterReader
from tests.components.config.test_validation import settings
from tests.support.fake_cluster import fake_cluster

CONFIGURATION = "/api/v1/namespaces/openshift-monitoring/configmaps/cluster-monitoring-config"


def told(folder: Path, document: object, **monitoring: object) -> list[str]:
    with fake_cluster(folder) as cluster:
        if document is not None:
            cluster.documents[CONFIGURATION] = document
        reader = ClusterReader(cluster.kubeconfig, None)
        return list(unwatched(reader, settings(monitoring={"enabled": True, **monitoring})))


@pytest.mark.row("S-219")
@pytest.mark.parametrize(
    "document",
    [
        None,
        {},
        {"data": {}},
        {"data": {"config.yaml": "enableUserWorkload: false"}},
        {"data": {"config.yaml": "prometheusK8s: {}"}},
        {"data": {"config.yaml": "["}},
    ],
)
def test_a_cluster_that_does_not_watch_users_is_refused(tmp_path: Path, document: object) -> None:
    (said,) = told(tmp_path, document)

    assert "enableUserWorkload: true" in said
    assert "openshift-monitoring/cluster-monitoring-config" in said


def test_a_cluster_that_watches_users_passes(tmp_path: Path) -> None:
    assert told(tmp_path, {"data": {"config.yaml": "enableUserWorkload: true\n"}}) == []


def test_who_places_nothing_to_read_is_not_asked(tmp_path: Path) -> None:
    assert told(tmp_path, None, podMonitors=False, alerts={"enabled": False}) == []
    assert told(tmp_path, None, enabled=False) == []
    with fake_cluster(tmp_path) as cluster:
        assert list(unwatched(ClusterReader(cluster.kubeconfig, None), settings())) == []
        assert cluster.requests == []
