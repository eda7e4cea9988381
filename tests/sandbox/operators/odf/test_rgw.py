from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.operators.kinds import BUCKET_CLAIM, INFRASTRUCTURE, NODE, NOOBAA, SECRET, STORAGE_CLASS, STORAGE_CLUSTER
from sandbox.operators.odf import bucket_claim, rgw, storage_cluster
from sandbox.s3.keys import Derived
from tests.sandbox.operators.picture import applied, named, running, view, written

if TYPE_CHECKING:
    from sandbox.operators.store import Manifest

SPACE = "openshift-storage"
SERVER = "rook-ceph-rgw-ocs-storagecluster-cephobjectstore"
CLASS = "ocs-storagecluster-ceph-rgw"
NODES = [
    named(NODE, f"storage-{number}", metadata={"labels": {storage_cluster.STORAGE_LABEL: ""}}) for number in range(3)
]
READY = named(NOOBAA, "noobaa", SPACE, status={"phase": "Ready"})
DISKS = [running(f"rook-ceph-osd-{number}", SPACE) for number in range(3)]


def platform(name: str) -> Manifest:
    return named(INFRASTRUCTURE, "cluster", status={"platform": name})


def cluster() -> Manifest:
    claim: dict[str, Any] = {"spec": {"storageClassName": "localblock"}}
    devices = {"name": "set", "count": 1, "replica": 3, "dataPVCTemplate": claim}
    return named(STORAGE_CLUSTER, "ocs-storagecluster", SPACE, spec={"storageDeviceSets": [devices]})


def kinds_of(where: str, *objects: Manifest) -> set[str]:
    asked = cluster()
    outcome = storage_cluster.reconcile(asked, view(asked, platform(where), *NODES, *DISKS, READY, *objects))
    return {f"{one['kind']}/{one['metadata']['name']}" for one in (*outcome.apply, *outcome.create)}


@pytest.mark.parametrize("where", ["None", "BareMetal", "VSphere"])
def test_without_a_clouds_buckets_it_runs_and_its_class_comes_at_the_end(where: str) -> None:
    first, last = kinds_of(where), kinds_of(where, running(f"{SERVER}-a", SPACE))

    assert {f"Service/{SERVER}", f"Deployment/{SERVER}-a", f"Secret/{rgw.ROOT_SECRET}"} <= first
    assert f"StorageClass/{CLASS}" in last - first


@pytest.mark.parametrize("where", ["AWS", "Azure", "GCP", "IBMCloud"])
def test_a_cloud_has_buckets_of_its_own(where: str) -> None:
    assert not {name for name in kinds_of(where) if "rgw" in name}


def test_a_claim_on_its_class_is_bound_with_a_key_that_opens_its_bucket() -> None:
    provisioner = f"{SPACE}{rgw.SUFFIX}"
    root = named(SECRET, rgw.ROOT_SECRET, SPACE, data={rgw.ROOT_ENTRY: base64.b64encode(b"root").decode()})
    claim = named(BUCKET_CLAIM, "store", "models", spec={"storageClassName": CLASS, "bucketName": "weights"})
    world = view(claim, root, named(STORAGE_CLASS, CLASS, provisioner=provisioner))
    outcome = bucket_claim.reconcile(claim, world)
    secret, address = applied(outcome, "Secret", "store"), applied(outcome, "ConfigMap", "store")["data"]
    found = {key: base64.b64decode(text).decode() for key, text in secret["data"].items()}

    assert written(outcome) == {"phase": "Bound"}
    assert Derived("root").opens(found["AWS_ACCESS_KEY_ID"], "weights")
    assert (address["BUCKET_HOST"], address["BUCKET_PORT"]) == (f"{SERVER}.{SPACE}.svc", "443")
