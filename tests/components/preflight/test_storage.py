"""Preflight finds storage that is missing or of the wrong kind before anything is made."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.config import Settings
from tests.components.config.test_storage import ODF
from tests.components.config.test_validation import settings
from tests.components.preflight.test_program import facts, refusal
from tests.support.fake_cluster import SHARED_CLASS, STORAGE_CLASSES, FakeCluster, fake_cluster

PLATFORM = "/apis/config.openshift.io/v1/infrastructures/cluster"
VERSION = "/apis/config.openshift.io/v1/clusterversions/version"
RGW = {"kind": "obc", "storageClassName": "ocs-storagecluster-ceph-rgw"}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[FakeCluster]:
    with fake_cluster(tmp_path) as running:
        yield running


def online(cluster: FakeCluster, **changes: Any) -> Settings:  # noqa: ANN401 - keys of the stack file
    return settings(cluster={"offline": False, "kubeconfig": str(cluster.kubeconfig)}, **changes)


def offers(cluster: FakeCluster, name: str, provisioner: str = "") -> None:
    """Let the cluster have a storage class."""
    cluster.documents[f"{STORAGE_CLASSES}/{name}"] = {"metadata": {"name": name}, "provisioner": provisioner}


def shared(name: str) -> dict[str, Any]:
    return {"fileStorage": {"pvc": {"storageClassName": name}}}


@pytest.mark.row("S-032")
@pytest.mark.parametrize("provisioner", ["ebs.csi.aws.com", "openshift-storage.rbd.csi.ceph.com", "disk.csi.azure.com"])
def test_a_class_whose_volumes_one_node_writes_is_refused_for_the_portal(
    cluster: FakeCluster, provisioner: str
) -> None:
    offers(cluster, "efs-sc", provisioner)

    told = refusal(online(cluster))

    assert f"threescale.fileStorage.pvc.storageClassName is efs-sc, whose driver {provisioner}" in told
    assert "threescale.fileStorage.s3" in told


@pytest.mark.row("S-032")
@pytest.mark.parametrize(
    "provisioner", ["efs.csi.aws.com", "openshift-storage.cephfs.csi.ceph.com", "some.vendor/shares"]
)
def test_a_class_of_shared_or_unknown_volumes_passes(cluster: FakeCluster, provisioner: str) -> None:
    offers(cluster, "efs-sc", provisioner)

    assert facts(online(cluster))


@pytest.mark.row("C-13")
def test_a_bucket_for_the_portals_files_needs_no_class_at_all(cluster: FakeCluster) -> None:
    del cluster.documents[f"{STORAGE_CLASSES}/{SHARED_CLASS}"]
    bucket = {"pvc": None, "s3": {"bucket": "maas-files", "region": "eu-west-1"}}

    assert "threescale.fileStorage.pvc.storageClassName is efs-sc, which does not exist" in refusal(online(cluster))
    assert facts(online(cluster, threescale={"fileStorage": bucket}))


def test_classes_that_this_stacks_own_storage_makes_need_not_be_there_but_its_backing_class_does(
    cluster: FakeCluster,
) -> None:
    mine = {"storage": {"odf": ODF}, "threescale": shared("ocs-storagecluster-cephfs"), "modelStore": {"kind": "obc"}}
    assert "storage.odf.backingClass is gp3-csi, which does not exist" in refusal(online(cluster, **mine))

    offers(cluster, "gp3-csi")
    assert facts(online(cluster, **mine))


@pytest.mark.row("S-036")
def test_a_claim_on_a_class_that_is_not_there_would_stay_pending_without_a_word(cluster: FakeCluster) -> None:
    told = refusal(online(cluster, modelStore={"kind": "obc"}))

    assert "modelStore.storageClassName is openshift-storage.noobaa.io, which does not exist" in told
    offers(cluster, "openshift-storage.noobaa.io")
    assert facts(online(cluster, modelStore={"kind": "obc"}))


@pytest.mark.row("S-036", "C-12")
@pytest.mark.parametrize("platform", ["AWS", "Azure", "GCP", "IBMCloud"])
def test_cephs_own_gateway_is_refused_where_it_does_not_exist(cluster: FakeCluster, platform: str) -> None:
    offers(cluster, "ocs-storagecluster-ceph-rgw")
    cluster.documents[PLATFORM] = {"status": {"platformStatus": {"type": platform}}}

    assert f"this cluster runs on {platform}" in refusal(online(cluster, modelStore=RGW))


def test_cephs_own_gateway_passes_on_premises(cluster: FakeCluster) -> None:
    offers(cluster, "ocs-storagecluster-ceph-rgw")
    cluster.documents[PLATFORM] = {"status": {"platform": "VSphere"}}

    assert facts(online(cluster, modelStore=RGW))


@pytest.mark.row("S-033")
def test_storage_of_another_release_than_the_clusters_is_refused(cluster: FakeCluster) -> None:
    offers(cluster, "gp3-csi")
    cluster.documents[VERSION] = {"status": {"desired": {"version": "4.19.7"}}}

    told = refusal(online(cluster, storage={"odf": ODF}))

    assert "storage.odf.channel is stable-4.20, and this cluster is OpenShift 4.19.7" in told
    assert "stable-4.19" in told
    cluster.documents[VERSION] = {"status": {"desired": {"version": "4.20.4"}}}
    assert facts(online(cluster, storage={"odf": ODF}))
