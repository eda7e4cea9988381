"""StorageCluster: a disk per replica, the object gateway, and storage classes that come after everything runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.operators.kinds import BUCKET_CLAIM, DEPLOYMENT, NODE, NOOBAA, STORAGE_CLASS, VOLUME_CLAIM
from sandbox.operators.odf import rgw
from sandbox.operators.reconcile import (
    Outcome,
    condition,
    deleted,
    deployment_available,
    finalized,
    owner,
    released,
    timed,
)

if TYPE_CHECKING:
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest

FINALIZER = "storagecluster.ocs.openshift.io"
STORAGE_LABEL = "cluster.ocs.openshift.io/openshift-storage"
_REPLICAS = 3
_TAINT = {"key": "node.ocs.openshift.io/storage", "operator": "Equal", "value": "true", "effect": "NoSchedule"}
_IMAGE = "registry.redhat.io/rhceph/rhceph-8-rhel9"


def reconcile(cluster: Manifest, view: View) -> Outcome:
    """Run the disks and the gateway; Ready when all of it runs. The classes come one phase later."""
    if deleted(cluster):
        return _removed(cluster, view)
    patch = finalized(cluster, FINALIZER)
    if problem := _problem(cluster, view):
        return Outcome(patch=patch, status=_status(cluster, "Error", problem, view))
    if not view.due("new"):
        return Outcome(
            patch=patch, status=_status(cluster, "Progressing", "Initializing StorageCluster", view), again=True
        )
    own = rgw.wanted(view) and not _standalone(cluster)
    objects = (*_disks(cluster), _gateway(cluster), *(rgw.objects(cluster) if own else ()))
    create = (rgw.root(cluster, view),) if own else ()
    if waiting := _waiting(cluster, view):
        status = _status(cluster, "Progressing", waiting, view)
        return Outcome(patch=patch, create=create, apply=objects, status=status)
    # In release 4.20 another controller makes the classes, some time after the storage is ready.
    classes = _classes(cluster, view) if view.due("classes") and not _standalone(cluster) else ()
    return Outcome(
        patch=patch,
        create=create,
        apply=(*objects, *classes),
        status=_status(cluster, "Ready", "", view),
        again=not view.due("classes"),
    )


def _standalone(cluster: Manifest) -> bool:
    return bool(cluster["spec"].get("multiCloudGateway", {}).get("reconcileStrategy") == "standalone")


def _problem(cluster: Manifest, view: View) -> str:
    """What the operator refuses to begin with, in its words."""
    if _standalone(cluster):
        return ""
    labelled = [node for node in view.store.objects(NODE) if STORAGE_LABEL in node["metadata"].get("labels", {})]
    if len(labelled) < _REPLICAS:
        return f"Error while reconciling: Not enough nodes found: Expected {_REPLICAS}, found {len(labelled)}"
    for devices in cluster["spec"].get("storageDeviceSets", ()):
        if not devices["dataPVCTemplate"].get("spec", {}).get("storageClassName"):
            return f"Error while reconciling: no StorageClass specified for the device set {devices['name']}"
    return ""


def _waiting(cluster: Manifest, view: View) -> str:
    namespace = cluster["metadata"]["namespace"]
    for disk in _disks(cluster):
        name = disk["metadata"]["name"]
        if disk["kind"] == DEPLOYMENT.kind and not deployment_available(view.store, namespace, name):
            return f"Waiting on Ceph Cluster to initialize before starting Noobaa: {name} is not available"
    if rgw.wanted(view) and not _standalone(cluster) and not rgw.available(cluster, view):
        return "Waiting on Ceph Object Store to become ready"
    gateway = view.store.get(NOOBAA, namespace, "noobaa")
    phase = (gateway or {}).get("status", {}).get("phase") or "not created"
    return "" if phase == "Ready" else f"Waiting on Nooba instance to finish initialization: it is {phase}"


def _disks(cluster: Manifest) -> tuple[Manifest, ...]:
    """A claim and the Deployment that keeps the disk, per replica of each device set."""
    found: list[Manifest] = []
    for devices in cluster["spec"].get("storageDeviceSets", ()):
        for number in range(int(devices.get("count", 1)) * int(devices.get("replica", 1))):
            claim = f"{devices['name']}-data-{number}"
            found.append({**_head(cluster, VOLUME_CLAIM.api_version, VOLUME_CLAIM.kind, claim),
                          "spec": devices["dataPVCTemplate"]["spec"]})  # fmt: skip
            found.append(_keeper(cluster, number, claim))
    return tuple(found)


def _keeper(cluster: Manifest, number: int, claim: str) -> Manifest:
    name = f"rook-ceph-osd-{number}"
    labels = {"app": "rook-ceph-osd", "ceph-osd-id": str(number)}
    pod = {
        "nodeSelector": {STORAGE_LABEL: ""},
        "tolerations": [_TAINT],
        "containers": [
            {"name": "osd", "image": _IMAGE, "volumeDevices": [{"name": "data", "devicePath": "/dev/data"}]}
        ],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}],
    }
    template = {"metadata": {"labels": labels}, "spec": pod}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    return {**_head(cluster, DEPLOYMENT.api_version, DEPLOYMENT.kind, name), "spec": spec}


def _gateway(cluster: Manifest) -> Manifest:
    return {**_head(cluster, NOOBAA.api_version, NOOBAA.kind, "noobaa"), "spec": {}}


def _classes(cluster: Manifest, view: View) -> tuple[Manifest, ...]:
    name, namespace = cluster["metadata"]["name"], cluster["metadata"]["namespace"]
    drivers = {f"{name}-ceph-rbd": "rbd.csi.ceph.com", f"{name}-cephfs": "cephfs.csi.ceph.com"}
    volumes = (
        {
            "apiVersion": STORAGE_CLASS.api_version,
            "kind": STORAGE_CLASS.kind,
            "metadata": {"name": title},
            "provisioner": f"{namespace}.{driver}",
            "reclaimPolicy": "Delete",
            "volumeBindingMode": "Immediate",
        }
        for title, driver in drivers.items()
    )
    return (*volumes, *((rgw.storage_class(cluster),) if rgw.wanted(view) else ()))


def _removed(cluster: Manifest, view: View) -> Outcome:
    """Gone only when nobody has a volume or a bucket on it any more (uninstall mode `graceful`)."""
    titles = {one["metadata"]["name"] for one in _classes(cluster, view)}
    claims = [one for one in view.store.objects(VOLUME_CLAIM) if one["spec"].get("storageClassName") in titles]
    users = [one["metadata"]["name"] for one in (*claims, *view.store.objects(BUCKET_CLAIM))]
    if users:
        text = f"Uninstall: waiting for {', '.join(sorted(users))} to be deleted"
        return Outcome(status=_status(cluster, "Deleting", text, view))
    present = (view.store.get(STORAGE_CLASS, "", title) for title in sorted(titles))
    return Outcome(delete=tuple(one for one in present if one is not None), patch=released(cluster, FINALIZER))


def _head(cluster: Manifest, api_version: str, kind: str, name: str) -> Manifest:
    metadata = {"name": name, "namespace": cluster["metadata"]["namespace"], "ownerReferences": [owner(cluster)]}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}


def _status(cluster: Manifest, phase: str, message: str, view: View) -> Manifest:
    done, failed = phase == "Ready", phase == "Error"
    reason = "ReconcileFailed" if failed else "ReconcileCompleted" if done else "ReconcileInit"
    text = message or "Reconcile completed successfully"
    conditions = [
        condition("ReconcileComplete", not failed and done, reason, text),
        condition("Available", done, reason, text),
        condition("Progressing", not done and not failed, reason, text),
        condition("Degraded", failed, reason, text),
        condition("Upgradeable", done, reason, text),
    ]
    old = cluster.get("status", {}).get("conditions", ())
    return {"phase": phase, "conditions": timed(old, conditions, view.now), "version": "4.20.0"}
