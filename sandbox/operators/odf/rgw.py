"""Ceph's own object gateway, which runs for real where no cloud has buckets, and its class of buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.operators.kinds import DEPLOYMENT, INFRASTRUCTURE, SECRET, SERVICE, STORAGE_CLASS
from sandbox.operators.reconcile import deployment_available, owner

if TYPE_CHECKING:
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest

SUFFIX = ".ceph.rook.io/bucket"
"""What follows the namespace in the name of its provisioner (rook, pkg/operator/ceph/object/bucket)."""

ROOT_SECRET = "rook-ceph-rgw-root"  # noqa: S105 - the name of a Secret, not its contents
ROOT_ENTRY = "root"
_CERTIFICATE = "ceph-rgw-tls"
_IMAGE = "registry.redhat.io/rhceph/rhceph-8-rhel9"
_CLOUDS = ("AWS", "Azure", "GCP", "IBMCloud")
"""Platforms whose own buckets are used instead (ocs-operator, controllers/storagecluster/platform_detection.go)."""
_PORT = 6443


def wanted(view: View) -> bool:
    """Whether the platform has no buckets of its own."""
    found = view.store.get(INFRASTRUCTURE, "", "cluster")
    return found is not None and found.get("status", {}).get("platform") not in _CLOUDS


def name(cluster_name: str) -> str:
    """Name of its Service."""
    return f"rook-ceph-rgw-{cluster_name}-cephobjectstore"


def available(cluster: Manifest, view: View) -> bool:
    """Whether its pod runs."""
    return deployment_available(view.store, cluster["metadata"]["namespace"], _pod(cluster))


def objects(cluster: Manifest) -> tuple[Manifest, ...]:
    """Service and Deployment."""
    return _service(cluster), _server(cluster)


def root(cluster: Manifest, view: View) -> Manifest:
    """Secret from which the keys of its buckets are computed."""
    return {**_head(cluster, SECRET.api_version, SECRET.kind, ROOT_SECRET), "stringData": {ROOT_ENTRY: view.random(32)}}


def storage_class(cluster: Manifest) -> Manifest:
    """The storage class of its buckets (ocs-operator, controllers/storagecluster/storageclasses.go)."""
    metadata = cluster["metadata"]
    return {
        "apiVersion": STORAGE_CLASS.api_version,
        "kind": STORAGE_CLASS.kind,
        "metadata": {"name": f"{metadata['name']}-ceph-rgw"},
        "provisioner": f"{metadata['namespace']}{SUFFIX}",
        "parameters": {
            "objectStoreName": f"{metadata['name']}-cephobjectstore",
            "objectStoreNamespace": metadata["namespace"],
            "region": "us-east-1",
        },
        "reclaimPolicy": "Delete",
    }


def _pod(cluster: Manifest) -> str:
    return f"{name(cluster['metadata']['name'])}-a"


def _labels(cluster: Manifest) -> dict[str, str]:
    return {"app": "rook-ceph-rgw", "rgw": f"{cluster['metadata']['name']}-cephobjectstore"}


def _service(cluster: Manifest) -> Manifest:
    head = _head(cluster, SERVICE.api_version, SERVICE.kind, name(cluster["metadata"]["name"]))
    head["metadata"]["annotations"] = {"service.beta.openshift.io/serving-cert-secret-name": _CERTIFICATE}
    ports = [{"name": "https", "port": 443, "targetPort": _PORT}]
    return {**head, "spec": {"selector": _labels(cluster), "ports": ports}}


def _server(cluster: Manifest) -> Manifest:
    reference = {"name": ROOT_SECRET, "key": ROOT_ENTRY}
    container = {
        "name": "rgw",
        "image": _IMAGE,
        "env": [{"name": "RGW_ROOT_SECRET", "valueFrom": {"secretKeyRef": reference}}],
        "ports": [{"containerPort": _PORT}],
        "readinessProbe": {"tcpSocket": {"port": _PORT}},
        "volumeMounts": [{"name": "rook-ceph-rgw-cert", "mountPath": "/etc/ceph/private", "readOnly": True}],
    }
    volumes = [{"name": "rook-ceph-rgw-cert", "secret": {"secretName": _CERTIFICATE}}]
    template = {"metadata": {"labels": _labels(cluster)}, "spec": {"containers": [container], "volumes": volumes}}
    spec = {"replicas": 1, "selector": {"matchLabels": _labels(cluster)}, "template": template}
    return {**_head(cluster, DEPLOYMENT.api_version, DEPLOYMENT.kind, _pod(cluster)), "spec": spec}


def _head(cluster: Manifest, api_version: str, kind: str, title: str) -> Manifest:
    metadata = {"name": title, "namespace": cluster["metadata"]["namespace"], "ownerReferences": [owner(cluster)]}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}
