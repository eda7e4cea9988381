"""The node that a Machine becomes, as its kubelet registers it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sandbox.operators.kinds import NODE

if TYPE_CHECKING:
    from sandbox.operators.machine_api.cloud import InstanceType
    from sandbox.operators.store import Manifest


def node_name(machine: Manifest) -> str:
    """The name that Amazon gives an instance, from its address."""
    first, second = _address(machine)
    region = machine["spec"].get("providerSpec", {}).get("value", {}).get("placement", {}).get("region", "us-east-2")
    return f"ip-10-0-{first}-{second}.{region}.compute.internal"


def node_manifest(machine: Manifest, kind: InstanceType, now: str) -> Manifest:
    """The node with the Machine's labels and taints; its network is not up yet."""
    value, name = machine["spec"]["providerSpec"]["value"], node_name(machine)
    owner = f"{machine['metadata']['namespace']}/{machine['metadata']['name']}"
    spec: Manifest = {"providerID": machine["spec"].get("providerID", "")}
    if taints := machine["spec"].get("taints"):
        spec["taints"] = taints
    size = {"cpu": str(kind.cpus), "memory": f"{kind.memory_gib}Gi", "ephemeral-storage": _disk(value), "pods": "250"}
    first, second = _address(machine)
    return {
        "apiVersion": NODE.api_version,
        "kind": NODE.kind,
        "metadata": {
            "name": name,
            "labels": _labels(machine, name),
            "annotations": {"machine.openshift.io/machine": owner},
        },
        "spec": spec,
        "status": {
            "capacity": size,
            "allocatable": size,
            "conditions": [_ready(now, up=False)],
            "addresses": [
                {"type": "InternalIP", "address": f"10.0.{first}.{second}"},
                {"type": "Hostname", "address": name},
            ],
        },
    }


def _labels(machine: Manifest, name: str) -> dict[str, str]:
    value = machine["spec"]["providerSpec"]["value"]
    return {
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "node-role.kubernetes.io/worker": "",
        "node.openshift.io/os_id": "rhcos",
        "node.kubernetes.io/instance-type": value["instanceType"],
        "topology.kubernetes.io/region": value["placement"]["region"],
        "topology.kubernetes.io/zone": value["placement"]["availabilityZone"],
        **machine["spec"].get("metadata", {}).get("labels", {}),
    }


def joined(node: Manifest, now: str) -> Manifest:
    """The patch of a node's status once its network is up."""
    others = [one for one in node["status"]["conditions"] if one["type"] != "Ready"]
    return {"conditions": [*others, _ready(now, up=True)]}


def _ready(now: str, *, up: bool) -> Manifest:
    down = "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady"
    return {
        "type": "Ready",
        "status": str(up),
        "reason": "KubeletReady" if up else "KubeletNotReady",
        "message": "kubelet is posting ready status" if up else down,
        "lastHeartbeatTime": now,
        "lastTransitionTime": now,
    }


def _address(machine: Manifest) -> tuple[int, int]:
    digest = hashlib.sha256(machine["metadata"]["uid"].encode()).digest()
    return digest[0] // 2, digest[1]


def _disk(value: Manifest) -> str:
    sizes = [disk.get("ebs", {}).get("volumeSize") for disk in value.get("blockDevices") or []]
    return f"{next((size for size in sizes if size), 120)}Gi"
