"""The objects every OpenShift cluster has before anybody installs anything, as far as the program looks at them."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.kube.client import ApiError, Json, KubeClient

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMESPACES = (
    "openshift-config",
    "openshift-config-managed",
    "openshift-image-registry",
    "openshift-ingress",
    "openshift-ingress-operator",
    "openshift-machine-api",
    "openshift-marketplace",
    "openshift-monitoring",
    "openshift-operator-lifecycle-manager",
    "openshift-operators",
    "openshift-user-workload-monitoring",
)
CLUSTER_VERSION = "4.20.4"
INFRASTRUCTURE_NAME = "sandbox-7x2kq"
DEFAULT_CLASS = "gp3-csi"
SHARED_CLASS = "efs-sc"
_CONFLICT = 409
# The cluster was "installed" at one fixed moment, so that a restart changes nothing.
_INSTALLED = "2026-01-05T09:00:00Z"


@dataclass(frozen=True)
class Seed:
    """One object: the collection it goes into, its body, and the status written after it."""

    collection: str
    body: Json
    status: Json = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The object's own path."""
        return f"{self.collection}/{self.body['metadata']['name']}"


async def plant(client: KubeClient, domain: str, authority_pem: str) -> None:
    """Create the seeds or bring them up to date; namespaces first, everything else at once."""
    await asyncio.gather(*(_plant(client, seed) for seed in namespaces()))
    await asyncio.gather(*(_plant(client, seed) for seed in cluster_objects(domain, authority_pem)))


def namespaces() -> Sequence[Seed]:
    """OpenShift's own namespaces."""
    return [_seed("/api/v1/namespaces", "v1", "Namespace", name) for name in NAMESPACES]


def cluster_objects(domain: str, authority_pem: str) -> Sequence[Seed]:
    """Everything else: configuration, the router's authority, storage classes, one worker."""
    return [
        _seed("/apis/config.openshift.io/v1/ingresses", "config.openshift.io/v1", "Ingress", "cluster", domain=domain),
        _infrastructure(domain),
        _cluster_version(),
        Seed(
            "/api/v1/namespaces/openshift-config-managed/configmaps",
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "default-ingress-cert", "namespace": "openshift-config-managed"},
                "data": {"ca-bundle.crt": authority_pem},
            },
        ),
        _storage_class(DEFAULT_CLASS, "ebs.csi.aws.com", mode="WaitForFirstConsumer", default=True),
        _storage_class(SHARED_CLASS, "efs.csi.aws.com", mode="Immediate", default=False),
        worker("worker-0"),
    ]


def worker(name: str, extended: dict[str, str] | None = None) -> Seed:
    """A ready worker Node; `extended` adds resources such as `nvidia.com/gpu`."""
    size = {"cpu": "16", "memory": "64Gi", "ephemeral-storage": "120Gi", "pods": "250"} | (extended or {})
    labels = {
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "node-role.kubernetes.io/worker": "",
        "node.openshift.io/os_id": "rhcos",
        "node.kubernetes.io/instance-type": "m6i.4xlarge",
        "topology.kubernetes.io/region": "us-east-2",
        "topology.kubernetes.io/zone": "us-east-2a",
    }
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "KubeletReady",
        "message": "simulated node is posting ready status",
        "lastHeartbeatTime": now,
        "lastTransitionTime": now,
    }
    status = {
        "capacity": size,
        "allocatable": size,
        "conditions": [ready],
        "addresses": [{"type": "InternalIP", "address": "10.0.0.10"}, {"type": "Hostname", "address": name}],
    }
    body = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}}
    return Seed("/api/v1/nodes", body, status)


def _seed(collection: str, api_version: str, kind: str, name: str, **spec: str) -> Seed:
    body: Json = {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}}
    return Seed(collection, body | ({"spec": spec} if spec else {}))


def _infrastructure(domain: str) -> Seed:
    base = domain.removeprefix("apps.")
    body = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "Infrastructure",
        "metadata": {"name": "cluster"},
        "spec": {"platformSpec": {"type": "AWS"}, "cloudConfig": {"name": ""}},
    }
    status = {
        "infrastructureName": INFRASTRUCTURE_NAME,
        "platform": "AWS",
        "platformStatus": {"type": "AWS", "aws": {"region": "us-east-2"}},
        "etcdDiscoveryDomain": "",
        "apiServerURL": f"https://api.{base}:6443",
        "apiServerInternalURI": f"https://api-int.{base}:6443",
        "controlPlaneTopology": "HighlyAvailable",
        "infrastructureTopology": "HighlyAvailable",
        "cpuPartitioning": "None",
    }
    return Seed("/apis/config.openshift.io/v1/infrastructures", body, status)


def _cluster_version() -> Seed:
    body = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "ClusterVersion",
        "metadata": {"name": "version"},
        "spec": {"clusterID": "2b6c3b0e-8f0e-4c55-9f0a-5a3f1f0f7a10", "channel": "stable-4.20"},
    }
    image = f"quay.io/openshift-release-dev/ocp-release:{CLUSTER_VERSION}-x86_64"
    update = {"version": CLUSTER_VERSION, "image": image}
    done = {
        "state": "Completed",
        "startedTime": _INSTALLED,
        "completionTime": _INSTALLED,
        "verified": False,
    }
    available = {
        "type": "Available",
        "status": "True",
        "lastTransitionTime": _INSTALLED,
        "message": f"Done applying {CLUSTER_VERSION}",
    }
    status = {
        "desired": update,
        "observedGeneration": 1,
        "versionHash": "",
        "availableUpdates": [],
        "history": [done | update],
        "conditions": [available],
    }
    return Seed("/apis/config.openshift.io/v1/clusterversions", body, status)


def _storage_class(name: str, provisioner: str, *, mode: str, default: bool) -> Seed:
    body = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {
            "name": name,
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true" if default else "false"},
        },
        "provisioner": provisioner,
        "reclaimPolicy": "Delete",
        "volumeBindingMode": mode,
        "allowVolumeExpansion": True,
    }
    return Seed("/apis/storage.k8s.io/v1/storageclasses", body)


async def _plant(client: KubeClient, seed: Seed) -> None:
    try:
        await client.create(seed.collection, seed.body)
    except ApiError as refusal:
        if refusal.status != _CONFLICT:
            raise
        await client.merge(seed.path, {key: seed.body[key] for key in ("spec", "data") if key in seed.body})
    if seed.status:
        await client.merge(f"{seed.path}/status", {"status": seed.status})
