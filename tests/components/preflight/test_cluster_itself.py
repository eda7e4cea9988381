"""The cluster's release, the kinds it serves, and storage for claims that name no class."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.preflight.cluster_version import outdated
from components.preflight.default_class import without_default
from components.preflight.reader import ClusterReader
from components.preflight.required_apis import missing_kinds, required_kinds
from tests.components.config.test_validation import settings
from tests.support.fake_cluster import DEFAULT_CLASS, STORAGE_CLASSES, VERSION, FakeCluster, fake_cluster
from tests.support.model_servers import served
from tests.support.node_pools import gpu_pool

FIRST_GENERATION = {"openshiftAi": {"channel": "eus-2.25", "startingCSV": "rhods-operator.2.25.0"}}
RHSSO = {"flavour": "rhsso", "channel": "stable", "startingCSV": "rhsso-operator.7.6.11-opr-002"}
MINIO = {"kind": "minio", "image": "quay.io/minio/minio@sha256:" + "1" * 64, "size": "10Gi"}
BY_CALL = {"by-call": {"displayName": "By call", "limits": {"hits per day": 1000}}}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[FakeCluster]:
    with fake_cluster(tmp_path) as running:
        yield running


def reader(cluster: FakeCluster) -> ClusterReader:
    return ClusterReader(cluster.kubeconfig, None)


def is_release(cluster: FakeCluster, version: str | None) -> None:
    cluster.documents[VERSION] = {"status": {"desired": {"version": version} if version else {}}}


@pytest.mark.row("S-003")
@pytest.mark.parametrize(
    ("version", "prereqs", "least"),
    [
        ("4.18.30", {}, "4.19"),
        ("4.19.0", {}, None),
        ("4.21.0-rc.1", {}, None),
        ("4.15.9", FIRST_GENERATION, "4.16"),
        ("4.16.1", FIRST_GENERATION, None),
        ("4.9.0", None, "4.16"),
        ("5.0.0", {}, None),
    ],
)
def test_a_cluster_older_than_what_is_installed_is_refused(
    cluster: FakeCluster,
    version: str,
    prereqs: dict[str, Any] | None,
    least: str | None,
) -> None:
    is_release(cluster, version)

    told = list(outdated(reader(cluster), settings(prereqs=prereqs)))

    assert len(told) == (least is not None)
    for one in told:
        assert f"It is OpenShift {version}. Needed is {least} or later" in one
        assert "Update the cluster" in one


def test_the_release_that_asks_for_more_is_named(cluster: FakeCluster) -> None:
    is_release(cluster, "4.18.30")

    assert "for rhods-operator.3.3.0" in next(outdated(reader(cluster), settings()))


@pytest.mark.row("S-003")
@pytest.mark.parametrize("version", [None, "unknown"])
def test_a_cluster_without_a_release_is_no_openshift(cluster: FakeCluster, version: str | None) -> None:
    is_release(cluster, version)

    assert "does not say which release of OpenShift it is" in next(outdated(reader(cluster), settings()))


@pytest.mark.row("S-003")
def test_the_dev_stack_needs_openshift_and_its_lifecycle_manager_alone() -> None:
    groups = {kind.group for kind in required_kinds(settings())}

    assert groups == {"config.openshift.io", "operators.coreos.com", "route.openshift.io"}


@pytest.mark.row("S-003", "S-016")
@pytest.mark.parametrize(
    ("changes", "missing", "remedy"),
    [
        ({"prereqs": None}, "inferenceservices.serving.kserve.io/v1beta1", "Give prereqs.openshiftAi"),
        ({"modelStore": {"kind": "obc"}}, "objectbucketclaims.objectbucket.io/v1alpha1", "Give storage.odf"),
        (
            {
                "models": {"granite": served(server={"autoscale": {"max": 2}})},
                "plans": BY_CALL,
            },
            "scaledobjects.keda.sh/v1alpha1, triggerauthentications.keda.sh/v1alpha1",
            "Custom Metrics Autoscaler operator",
        ),
        (
            {"prereqs": FIRST_GENERATION, "compat": {"serverless": True}},
            "knativeservings.operator.knative.dev/v1beta1",
            "Give prereqs.serverless, or remove compat.serverless",
        ),
        (
            {"prereqs": FIRST_GENERATION, "compat": {"serverless": True}},
            "servicemeshcontrolplanes.maistra.io/v2",
            "Give prereqs.serviceMesh, or remove compat.serverless",
        ),
    ],
)
def test_a_kind_that_nobody_brings_is_told_with_what_to_do(
    cluster: FakeCluster, changes: dict[str, Any], missing: str, remedy: str
) -> None:
    cluster.documents.pop("/apis/objectbucket.io/v1alpha1")

    told = [one for one in missing_kinds(reader(cluster), settings(**changes)) if missing in one]

    assert len(told) == 1
    assert remedy in told[0]
    assert "They are needed before anything is made." in told[0]


def test_a_kind_in_another_version_does_not_count(cluster: FakeCluster) -> None:
    cluster.serves("serving.kserve.io/v1beta1", "inferenceservices", "inferenceservices/status")
    assert "servingruntimes.serving.kserve.io/v1alpha1" in next(missing_kinds(reader(cluster), settings(prereqs=None)))

    cluster.serves("serving.kserve.io/v1alpha1", "servingruntimes")
    assert list(missing_kinds(reader(cluster), settings(prereqs=None))) == []


def test_a_cluster_without_the_machine_api_is_told_so(cluster: FakeCluster) -> None:
    del cluster.documents["/apis/machine.openshift.io/v1beta1"]

    [told] = missing_kinds(reader(cluster), settings(gpu={"pools": {"a10g": gpu_pool()}}))

    assert "machines.machine.openshift.io/v1beta1, machinesets.machine.openshift.io/v1beta1" in told
    assert "declare the pool as bareMetal" in told


def test_no_group_is_asked_for_twice(cluster: FakeCluster) -> None:
    list(missing_kinds(reader(cluster), settings()))

    assert len(cluster.requests) == len(set(cluster.requests)) == 4


def test_a_cluster_with_a_default_class_passes(cluster: FakeCluster) -> None:
    assert list(without_default(reader(cluster), settings())) == []
    beta = {"storageclass.beta.kubernetes.io/is-default-class": "true"}
    cluster.documents[STORAGE_CLASSES] = {"items": [{"metadata": {"name": "old", "annotations": beta}}]}
    assert list(without_default(reader(cluster), settings())) == []


@pytest.mark.parametrize("annotations", [None, {}, dict.fromkeys(DEFAULT_CLASS, "false")])
def test_without_a_default_class_volumes_would_stay_pending(cluster: FakeCluster, annotations: Any) -> None:  # noqa: ANN401 - as a server answers
    cluster.documents[STORAGE_CLASSES] = {"items": [{"metadata": {"name": "gp3-csi", "annotations": annotations}}]}

    [told] = without_default(reader(cluster), settings())

    assert "It has no default StorageClass, and the volumes of 3scale name none" in told
    assert "It has gp3-csi." in told
    assert "storageclass.kubernetes.io/is-default-class=true" in told


def test_everybody_who_relies_on_the_default_class_is_named(cluster: FakeCluster) -> None:
    cluster.documents[STORAGE_CLASSES] = {"items": []}
    found = settings(identity=RHSSO, modelStore=MINIO, modelImport={"image": MINIO["image"]})

    [told] = without_default(reader(cluster), found)

    assert "the volumes of 3scale, the identity server's database and the MinIO server name none" in told
    assert "It has none at all." in told
