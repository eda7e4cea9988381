"""What a cluster has one of is not made beside somebody else's."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.config import Settings
from components.preflight.reader import ClusterReader
from components.preflight.singletons import already_there
from tests.components.config.test_validation import settings
from tests.support.fake_cluster import FakeCluster, fake_cluster
from tests.support.node_pools import PREREQS, gpu_pool

AUTOSCALERS = "/apis/autoscaling.openshift.io/v1/clusterautoscalers"
POLICIES = "/apis/nvidia.com/v1/clusterpolicies"
PLATFORMS = "/apis/datasciencecluster.opendatahub.io/v2/datascienceclusters"
FIRST_PLATFORMS = PLATFORMS.replace("/v2/", "/v1/")
STORAGE = "/apis/ocs.openshift.io/v1/namespaces/openshift-storage/storageclusters"
ODF = {
    "odf": {
        "channel": "stable-4.20",
        "startingCSV": "odf-operator.v4.20.0-rhodf",
        "backingClass": "gp3",
        "deviceSize": "1Ti",
    }
}
POOLS = {"pools": {"a10g": gpu_pool()}}
FIRST = {"openshiftAi": {"channel": "eus-2.25", "startingCSV": "rhods-operator.2.25.0"}}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[FakeCluster]:
    with fake_cluster(tmp_path) as running:
        yield running


def told(cluster: FakeCluster, found: Settings) -> list[str]:
    return list(already_there(ClusterReader(cluster.kubeconfig, None), found))


def named(name: str, **annotations: str) -> dict[str, Any]:
    return {"items": [{"metadata": {"name": name, **({"annotations": annotations} if annotations else {})}}]}


@pytest.mark.row("S-003")
@pytest.mark.parametrize(
    ("path", "name", "stack", "remedy"),
    [
        (AUTOSCALERS, "default", {"gpu": POOLS}, "Set gpu.autoscaler.manage to false"),
        (POLICIES, "somebodys", {"prereqs": PREREQS}, "Remove prereqs.gpuOperator"),
        (PLATFORMS, "default-dsc", {}, "Remove prereqs.openshiftAi"),
        (FIRST_PLATFORMS, "default-dsc", {"prereqs": FIRST}, "Remove prereqs.openshiftAi"),
        (STORAGE, "ocs-storagecluster", {"storage": ODF}, "Remove storage.odf"),
    ],
)
def test_somebody_elses_is_told_with_what_to_do_and_ours_is_not(
    cluster: FakeCluster, path: str, name: str, stack: dict[str, Any], remedy: str
) -> None:
    found = settings(**stack)
    assert told(cluster, found) == []

    cluster.documents[path] = named(name)
    [sentence] = told(cluster, found)
    assert f"/{name} already" in sentence
    assert remedy in sentence
    assert "have its owner remove" in sentence

    cluster.documents[path] = named(name, **{"pulumi.com/patchForce": "true"})
    assert told(cluster, found) == []


@pytest.mark.parametrize(
    "stack",
    [
        {"gpu": {**POOLS, "autoscaler": {"manage": False}}},
        {"gpu": {"pools": {"a10g": gpu_pool(min=None, max=None, replicas=1)}}},
    ],
)
def test_an_autoscaler_that_this_stack_does_not_make_is_not_looked_for(
    cluster: FakeCluster, stack: dict[str, Any]
) -> None:
    cluster.documents[AUTOSCALERS] = named("default")

    assert told(cluster, settings(**stack)) == []


def test_an_autoscaler_of_another_name_is_in_nobodys_way(cluster: FakeCluster) -> None:
    cluster.documents[AUTOSCALERS] = named("other")

    assert told(cluster, settings(gpu=POOLS)) == []
