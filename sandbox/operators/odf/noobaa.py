"""NooBaa: the Multicloud Object Gateway, whose endpoint runs for real, and its class of buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.operators.kinds import DEPLOYMENT, SECRET, SERVICE, STORAGE_CLASS
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

FINALIZER = "noobaa.io/graceful_finalizer"
ROOT_SECRET = "noobaa-root-master-key-volume"  # noqa: S105 - the name of a Secret, not its contents
ROOT_ENTRY = "root"
ENDPOINT = "noobaa-endpoint"
_CERTIFICATE = "noobaa-s3-serving-cert"
_IMAGE = "registry.redhat.io/odf4/mcg-core-rhel9:v4.20"
_PORT = 6443


def class_name(namespace: str) -> str:
    """The storage class of its buckets."""
    return f"{namespace}.noobaa.io"


def reconcile(gateway: Manifest, view: View) -> Outcome:
    """Run the endpoint; Ready, and the class made, when it answers."""
    namespace = gateway["metadata"]["namespace"]
    if deleted(gateway):
        present = view.store.get(STORAGE_CLASS, "", class_name(namespace))
        return Outcome(delete=(present,) if present is not None else (), patch=released(gateway, FINALIZER))
    patch = finalized(gateway, FINALIZER)
    if not view.due("new"):
        return Outcome(patch=patch, status=_status(gateway, "Creating", view), again=True)
    objects = (_service(gateway), _endpoint(gateway))
    secret = _root(gateway, view)
    if not deployment_available(view.store, namespace, ENDPOINT):
        return Outcome(patch=patch, create=(secret,), apply=objects, status=_status(gateway, "Connecting", view))
    if not view.due("configuring"):
        return Outcome(patch=patch, apply=objects, status=_status(gateway, "Configuring", view), again=True)
    return Outcome(patch=patch, apply=(*objects, _class(namespace)), status=_status(gateway, "Ready", view))


def ready(view: View, namespace: str, gateway: Manifest | None) -> bool:
    """Whether buckets can be made."""
    running = deployment_available(view.store, namespace, ENDPOINT)
    return running and (gateway or {}).get("status", {}).get("phase") == "Ready"


def _root(gateway: Manifest, view: View) -> Manifest:
    return {**_head(gateway, SECRET.api_version, SECRET.kind, ROOT_SECRET), "stringData": {ROOT_ENTRY: view.random(32)}}


def _service(gateway: Manifest) -> Manifest:
    head = _head(gateway, SERVICE.api_version, SERVICE.kind, "s3")
    head["metadata"]["annotations"] = {"service.beta.openshift.io/serving-cert-secret-name": _CERTIFICATE}
    ports = [{"name": "s3-https", "port": 443, "targetPort": _PORT}]
    return {**head, "spec": {"selector": {"noobaa-s3": "noobaa"}, "ports": ports}}


def _endpoint(gateway: Manifest) -> Manifest:
    labels = {"app": "noobaa", "noobaa-s3": "noobaa"}
    reference = {"name": ROOT_SECRET, "key": ROOT_ENTRY}
    container = {
        "name": "endpoint",
        "image": _IMAGE,
        "env": [{"name": "NOOBAA_ROOT_SECRET", "valueFrom": {"secretKeyRef": reference}}],
        "ports": [{"containerPort": _PORT}],
        "readinessProbe": {"tcpSocket": {"port": _PORT}},
        "volumeMounts": [{"name": "s3-secret", "mountPath": "/etc/s3-secret", "readOnly": True}],
    }
    pod = {"containers": [container], "volumes": [{"name": "s3-secret", "secret": {"secretName": _CERTIFICATE}}]}
    template = {"metadata": {"labels": labels}, "spec": pod}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    return {**_head(gateway, DEPLOYMENT.api_version, DEPLOYMENT.kind, ENDPOINT), "spec": spec}


def _class(namespace: str) -> Manifest:
    return {
        "apiVersion": STORAGE_CLASS.api_version,
        "kind": STORAGE_CLASS.kind,
        "metadata": {"name": class_name(namespace)},
        "provisioner": f"{namespace}.noobaa.io/obc",
        "parameters": {"bucketclass": "noobaa-default-bucket-class"},
        "reclaimPolicy": "Delete",
    }


def _head(gateway: Manifest, api_version: str, kind: str, name: str) -> Manifest:
    metadata = {"name": name, "namespace": gateway["metadata"]["namespace"], "ownerReferences": [owner(gateway)]}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}


def _status(gateway: Manifest, phase: str, view: View) -> Manifest:
    done = phase == "Ready"
    message = f"noobaa operator completed reconcile - system is {phase.lower()}" if done else f"phase {phase}"
    reason = f"SystemPhase{phase}"
    conditions = [
        condition("Available", done, reason, message),
        condition("Progressing", not done, reason, message),
        condition("Degraded", False, reason, message),
        condition("Upgradeable", done, reason, message),
    ]
    old = gateway.get("status", {}).get("conditions", ())
    return {"phase": phase, "conditions": timed(old, conditions, view.now, "lastHeartbeatTime")}
