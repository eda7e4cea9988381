"""Node Feature Discovery: a worker per node, and labels for the devices it finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.operators.daemons import daemon_set, ready_on
from sandbox.operators.kinds import DAEMON_SET, DEPLOYMENT, FEATURE_DISCOVERY, NODE, POD
from sandbox.operators.machine_api.cloud import cards_of
from sandbox.operators.reconcile import (
    Operator,
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

DEVICE_FOUND = "feature.node.kubernetes.io/pci-10de.present"
"""A device of NVIDIA: the label only has the vendor where `deviceLabelFields` says so."""
_FINALIZER = "nfd-finalizer"
_WORKER, _MASTER = "nfd-worker", "nfd-master"
_IMAGE = "registry.redhat.io/openshift4/ose-node-feature-discovery-rhel9:v4.20"
_VENDOR_ALONE = ("deviceLabelFields", "vendor")


def reconcile(discovery: Manifest, view: View) -> Outcome:
    """Run master and workers; Available when the master runs, labels where a worker is ready."""
    namespace = discovery["metadata"]["namespace"]
    if deleted(discovery):
        return Outcome(patch=released(discovery, _FINALIZER)) if view.due("deleting") else Outcome(again=True)
    patch = finalized(discovery, _FINALIZER)
    if not view.due("new"):
        return Outcome(patch=patch, status=_status(discovery, view, up=False), again=True)
    worker = daemon_set(
        _WORKER, namespace, _IMAGE, discovery, tolerations=[{"operator": "Exists", "effect": "NoSchedule"}]
    )
    up = deployment_available(view.store, namespace, _MASTER)
    return Outcome(
        patch=(*patch, *(_labels(discovery, view) if up else ())),
        apply=(_master(discovery), worker),
        status=_status(discovery, view, up=up),
    )


OPERATOR = Operator(
    name="nfd",
    package="nfd",
    reconcilers={FEATURE_DISCOVERY: reconcile},
    wakes=frozenset({DAEMON_SET, NODE, POD}),
    writes=frozenset({DEPLOYMENT}),
)


def _labels(discovery: Manifest, view: View) -> tuple[tuple[Manifest, Manifest], ...]:
    namespace = discovery["metadata"]["namespace"]
    label = DEVICE_FOUND if _by_vendor(discovery) else "feature.node.kubernetes.io/pci-0302_10de.present"
    found = []
    for node in view.store.objects(NODE):
        known = node["metadata"].get("labels", {})
        if cards_of(node) and label not in known and ready_on(_WORKER, namespace, node["metadata"]["name"], view):
            found.append((node, {"metadata": {"labels": {label: "true"}}}))
    return tuple(found)


def _by_vendor(discovery: Manifest) -> bool:
    config = discovery["spec"].get("workerConfig", {}).get("configData", "")
    return all(word in config for word in _VENDOR_ALONE)


def _master(discovery: Manifest) -> Manifest:
    labels = {"app": _MASTER}
    return {
        "apiVersion": DEPLOYMENT.api_version,
        "kind": DEPLOYMENT.kind,
        "metadata": {
            "name": _MASTER,
            "namespace": discovery["metadata"]["namespace"],
            "ownerReferences": [owner(discovery)],
        },
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": _MASTER, "image": _IMAGE}]}},
        },
    }


def _status(discovery: Manifest, view: View, *, up: bool) -> Manifest:
    """Conditions of cluster-nfd-operator (internal/status); a word of each is required by its definition."""
    old = discovery.get("status", {}).get("conditions", ())
    conditions = [
        condition("Available", up, "AllInstanceComponentsAreDeployedSuccessfully" if up else "DaemonSetProgressing"),
        condition("Upgradeable", up, "CanBeUpgraded" if up else "DaemonSetProgressing"),
        condition("Progressing", not up, "DaemonSetProgressing" if not up else "AsExpected"),
        condition("Degraded", False, "AsExpected"),
    ]
    told = [{"message": "", **entry} for entry in conditions]
    return {"conditions": timed(old, told, view.now)}
