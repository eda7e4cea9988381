"""The objects every OpenShift cluster has before anybody installs anything, as far as the program looks at them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.kube.client import ApiError, Json, KubeClient
from sandbox.kube.workers import Seed, workers

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
DEFAULT_CLASS = "gp3-csi"
SHARED_CLASS = "efs-sc"
_CONFLICT = 409
# The cluster was "installed" at one fixed moment, so that a restart changes nothing.
_INSTALLED = "2026-01-05T09:00:00Z"


@dataclass(frozen=True, kw_only=True)
class Installed:
    """What the installer was told."""

    domain: str
    """The apps domain."""
    infrastructure: str
    """What the names of the cluster's machines begin with."""
    zones: tuple[str, ...]
    """Amazon's zones with a worker each; none is a cluster without a cloud."""


async def plant(client: KubeClient, installed: Installed, authority_pem: str) -> None:
    """Create the seeds or bring them up to date; namespaces first, everything else at once."""
    await asyncio.gather(*(_plant(client, seed) for seed in namespaces()))
    await asyncio.gather(*(_plant(client, seed) for seed in cluster_objects(installed, authority_pem)))


def namespaces() -> Sequence[Seed]:
    """OpenShift's own namespaces."""
    return [_seed("/api/v1/namespaces", "v1", "Namespace", name) for name in NAMESPACES]


def cluster_objects(installed: Installed, authority_pem: str) -> Sequence[Seed]:
    """Everything else: configuration, the router's authority, storage classes, workers."""
    config = "config.openshift.io/v1"
    return [
        _seed(f"/apis/{config}/ingresses", config, "Ingress", "cluster", domain=installed.domain),
        _infrastructure(installed),
        _cluster_version(),
        _config_map("openshift-config-managed", "default-ingress-cert", {"ca-bundle.crt": authority_pem}),
        Seed("/api/v1/namespaces/openshift-config/secrets", _pull_secret()),
        _global_operators(),
        # An administrator has switched the monitoring of user workloads on.
        _config_map("openshift-monitoring", "cluster-monitoring-config", {"config.yaml": "enableUserWorkload: true\n"}),
        _storage_class(DEFAULT_CLASS, "ebs.csi.aws.com", mode="WaitForFirstConsumer", default=True),
        _storage_class(SHARED_CLASS, "efs.csi.aws.com", mode="Immediate", default=False),
        *workers(installed.infrastructure, installed.zones),
    ]


def _seed(collection: str, api_version: str, kind: str, name: str, **spec: str) -> Seed:
    body: Json = {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}}
    return Seed(collection, body | ({"spec": spec} if spec else {}))


def _global_operators() -> Seed:
    """The one OperatorGroup of the namespace for operators that watch the whole cluster (OLM)."""
    namespace = "openshift-operators"
    body: Json = {
        "apiVersion": "operators.coreos.com/v1",
        "kind": "OperatorGroup",
        "metadata": {"name": "global-operators", "namespace": namespace},
        "spec": {},
    }
    return Seed(f"/apis/operators.coreos.com/v1/namespaces/{namespace}/operatorgroups", body)


def _config_map(namespace: str, name: str, data: dict[str, str]) -> Seed:
    body = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
        "data": data,
    }
    return Seed(f"/api/v1/namespaces/{namespace}/configmaps", body)


def _pull_secret() -> Json:
    """The cluster's access to registries, without any registry: the node pretends to pull."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/dockerconfigjson",
        "metadata": {"name": "pull-secret", "namespace": "openshift-config"},
        "stringData": {".dockerconfigjson": '{"auths": {}}'},
    }


def _infrastructure(installed: Installed) -> Seed:
    base = installed.domain.removeprefix("apps.")
    platform, detail = _platform(installed)
    body = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "Infrastructure",
        "metadata": {"name": "cluster"},
        "spec": {"platformSpec": {"type": platform}, "cloudConfig": {"name": ""}},
    }
    status = {
        "infrastructureName": installed.infrastructure,
        "platform": platform,
        "platformStatus": {"type": platform, **detail},
        "etcdDiscoveryDomain": "",
        "apiServerURL": f"https://api.{base}:6443",
        "apiServerInternalURI": f"https://api-int.{base}:6443",
        "controlPlaneTopology": "HighlyAvailable",
        "infrastructureTopology": "HighlyAvailable",
        "cpuPartitioning": "None",
    }
    return Seed("/apis/config.openshift.io/v1/infrastructures", body, status)


def _platform(installed: Installed) -> tuple[str, Json]:
    """The platform's name and what else is known of it; without a zone there is no cloud."""
    return ("AWS", {"aws": {"region": installed.zones[0][:-1]}}) if installed.zones else ("None", {})


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
