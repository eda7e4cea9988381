from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.operators.kinds import BUCKET_CLAIM, NODE, NOOBAA, STORAGE_CLASS, STORAGE_CLUSTER
from sandbox.operators.odf.storage_cluster import FINALIZER, STORAGE_LABEL, reconcile
from tests.sandbox.operators.picture import applied, condition, named, running, view, written

if TYPE_CHECKING:
    from sandbox.operators.store import Manifest

SPACE = "openshift-storage"
DEVICES: dict[str, Any] = {
    "name": "ocs-deviceset",
    "count": 1,
    "replica": 3,
    "dataPVCTemplate": {"spec": {"storageClassName": "gp3-csi", "accessModes": ["ReadWriteOnce"]}},
}
NODES = [named(NODE, f"worker-{number}", metadata={"labels": {STORAGE_LABEL: ""}}) for number in range(3)]
DISKS = [running(f"rook-ceph-osd-{number}", SPACE) for number in range(3)]
GATEWAY = named(NOOBAA, "noobaa", SPACE, status={"phase": "Ready"})


def cluster(**fields: Any) -> Manifest:  # noqa: ANN401 - the fields of any kind
    return named(STORAGE_CLUSTER, "ocs-storagecluster", SPACE, **{"spec": {"storageDeviceSets": [DEVICES]}, **fields})


def test_without_three_labelled_nodes_it_says_so_and_does_not_begin() -> None:
    asked = cluster()
    outcome = reconcile(asked, view(asked, *NODES[:2]))
    status = written(outcome)

    assert status["phase"] == "Error"
    assert condition(status, "ReconcileComplete")["message"].endswith("Not enough nodes found: Expected 3, found 2")
    assert not outcome.apply


def test_a_disk_per_replica_is_claimed_on_the_labelled_nodes() -> None:
    asked = cluster()
    outcome = reconcile(asked, view(asked, *NODES))

    for number in range(3):
        claim = applied(outcome, "PersistentVolumeClaim", f"ocs-deviceset-data-{number}")
        keeper = applied(outcome, "Deployment", f"rook-ceph-osd-{number}")
        assert claim["spec"]["storageClassName"] == "gp3-csi"
        assert keeper["spec"]["template"]["spec"]["nodeSelector"] == {STORAGE_LABEL: ""}
    assert applied(outcome, "NooBaa", "noobaa")
    assert written(outcome)["phase"] == "Progressing"
    assert "rook-ceph-osd-0 is not available" in condition(written(outcome), "Progressing")["message"]


def test_it_is_ready_with_disks_and_gateway_and_its_classes_come_later() -> None:
    asked = cluster()
    waiting = written(reconcile(asked, view(asked, *NODES, *DISKS)))
    early = reconcile(asked, view(asked, *NODES, *DISKS, GATEWAY, early={"classes"}))
    late = reconcile(asked, view(asked, *NODES, *DISKS, GATEWAY))

    assert waiting["phase"] == "Progressing"
    assert (written(early)["phase"], written(late)["phase"]) == ("Ready", "Ready")
    assert "StorageClass" not in {one["kind"] for one in early.apply}
    shared = applied(late, "StorageClass", "ocs-storagecluster-cephfs")
    assert shared["provisioner"] == "openshift-storage.cephfs.csi.ceph.com"
    # The sandbox's platform is Amazon's, where there is no gateway of Ceph's.
    assert not [one for one in late.apply if one["metadata"]["name"].endswith("ceph-rgw")]


def test_the_gateway_alone_needs_no_nodes_and_makes_no_shared_class() -> None:
    asked = cluster(spec={"multiCloudGateway": {"reconcileStrategy": "standalone", "dbStorageClassName": "gp3-csi"}})
    outcome = reconcile(asked, view(asked, GATEWAY))

    assert written(outcome)["phase"] == "Ready"
    assert {one["kind"] for one in outcome.apply} == {"NooBaa"}


def test_it_waits_for_everybodys_buckets_before_it_goes() -> None:
    leaving = cluster(metadata={"deletionTimestamp": "now", "finalizers": [FINALIZER]})
    claim = named(BUCKET_CLAIM, "models", "llm-hosting", spec={"storageClassName": "openshift-storage.noobaa.io"})
    shared = named(STORAGE_CLASS, "ocs-storagecluster-cephfs")

    held = reconcile(leaving, view(leaving, claim, shared))
    gone = reconcile(leaving, view(leaving, shared))

    assert condition(written(held), "ReconcileComplete")["message"].startswith("Uninstall: waiting for models")
    assert gone.delete == (shared,)
    assert gone.patch[0][1] == {"metadata": {"finalizers": []}}
