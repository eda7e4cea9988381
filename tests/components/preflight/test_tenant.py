"""The tenant's name stays what it was when 3scale was first started."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.components.preflight.test_program import facts, online, refusal
from tests.support.fake_cluster import FakeCluster, fake_cluster

MANAGER = "/apis/apps.3scale.net/v1alpha1/namespaces/3scale/apimanagers/apimanager"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[FakeCluster]:
    with fake_cluster(tmp_path) as running:
        yield running


def has_tenant(cluster: FakeCluster, name: str) -> None:
    cluster.documents[MANAGER] = {"spec": {"tenantName": name}}


@pytest.mark.row("S-114")
def test_another_name_than_the_installation_has_is_refused_with_both(cluster: FakeCluster) -> None:
    has_tenant(cluster, "3scale")

    told = refusal(online(cluster.kubeconfig))

    assert "threescale.tenantName is maas, and the APIManager in namespace 3scale has the tenant 3scale" in told
    assert "Set threescale.tenantName to 3scale" in told


def test_the_same_name_and_a_cluster_without_3scale_pass(cluster: FakeCluster) -> None:
    assert facts(online(cluster.kubeconfig))
    assert ("GET", MANAGER) in cluster.requests
    has_tenant(cluster, "maas")
    assert facts(online(cluster.kubeconfig))
