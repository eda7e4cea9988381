"""The workers of the cluster and, on Amazon, their MachineSets: one of each per zone, as the installer makes them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sandbox.kube.client import Json

_NAMESPACE = "openshift-machine-api"
_COLLECTION = f"/apis/machine.openshift.io/v1beta1/namespaces/{_NAMESPACE}"


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


def workers(infrastructure: str, zones: Sequence[str]) -> Iterator[Seed]:
    """A worker per zone with its MachineSet and Machine; without a zone one worker that no cloud made."""
    if not zones:
        yield worker("worker-0")
    for number, zone in enumerate(zones):
        yield worker(f"worker-{number}", zone)
        yield from _machines(f"worker-{number}", infrastructure, zone)


def worker(
    name: str,
    zone: str = "",
    annotations: Mapping[str, str] | None = None,
    extended: Mapping[str, str] | None = None,
) -> Seed:
    """A ready worker Node, in a zone of Amazon or nobody's; `extended` adds resources such as `nvidia.com/gpu`."""
    size = {"cpu": "16", "memory": "64Gi", "ephemeral-storage": "120Gi", "pods": "250", **(extended or {})}
    status = {
        "capacity": size,
        "allocatable": size,
        "conditions": [_ready()],
        "addresses": [{"type": "InternalIP", "address": "10.0.0.10"}, {"type": "Hostname", "address": name}],
    }
    metadata: Json = {"name": name, "labels": _labels(name, zone)}
    if annotations:
        metadata["annotations"] = dict(annotations)
    return Seed("/api/v1/nodes", {"apiVersion": "v1", "kind": "Node", "metadata": metadata}, status)


def _labels(name: str, zone: str) -> dict[str, str]:
    labels = {
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "node-role.kubernetes.io/worker": "",
        "node.openshift.io/os_id": "rhcos",
    }
    if zone:
        labels |= {
            "node.kubernetes.io/instance-type": "m6i.4xlarge",
            "topology.kubernetes.io/region": _region(zone),
            "topology.kubernetes.io/zone": zone,
        }
    return labels


def _ready() -> Json:
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "type": "Ready",
        "status": "True",
        "reason": "KubeletReady",
        "message": "simulated node is posting ready status",
        "lastHeartbeatTime": now,
        "lastTransitionTime": now,
    }


def _machines(node: str, infrastructure: str, zone: str) -> Sequence[Seed]:
    """The MachineSet of a worker as the installer makes it, and its one Machine."""
    name = f"{infrastructure}-worker-{zone}"
    cluster = {"machine.openshift.io/cluster-api-cluster": infrastructure}
    select = cluster | {"machine.openshift.io/cluster-api-machineset": name}
    role = {f"machine.openshift.io/cluster-api-machine-{key}": "worker" for key in ("role", "type")}
    spec: Json = {"providerSpec": {"value": _amazon(infrastructure, zone)}}
    head: Json = {"apiVersion": "machine.openshift.io/v1beta1"}
    machine_set = {
        **head,
        "kind": "MachineSet",
        "metadata": {"namespace": _NAMESPACE, "name": name, "labels": cluster},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": select},
            "template": {"metadata": {"labels": select | role}, "spec": spec},
        },
    }
    machine = {
        **head,
        "kind": "Machine",
        "metadata": {"namespace": _NAMESPACE, "name": f"{name}-m4x7c", "labels": select | role},
        "spec": spec | {"providerID": f"aws:///{zone}/i-0a1b2c3d4e5f60718"},
    }
    counts = {"replicas": 1, "fullyLabeledReplicas": 1, "readyReplicas": 1, "availableReplicas": 1}
    return [
        Seed(f"{_COLLECTION}/machinesets", machine_set, counts | {"observedGeneration": 1}),
        Seed(f"{_COLLECTION}/machines", machine, {"phase": "Running", "nodeRef": {"kind": "Node", "name": node}}),
    ]


def _amazon(infrastructure: str, zone: str) -> Json:
    """The cloud's part of a worker of Amazon (openshift/api, machine/v1beta1/types_awsprovider.go)."""
    owned = f"kubernetes.io/cluster/{infrastructure}"
    return {
        "apiVersion": "machine.openshift.io/v1beta1",
        "kind": "AWSMachineProviderConfig",
        "ami": {"id": "ami-0f1e2d3c4b5a69788"},
        "blockDevices": [{"ebs": {"encrypted": True, "iops": 0, "volumeSize": 120, "volumeType": "gp3"}}],
        "credentialsSecret": {"name": "aws-cloud-credentials"},
        "deviceIndex": 0,
        "iamInstanceProfile": {"id": f"{infrastructure}-worker-profile"},
        "instanceType": "m6i.4xlarge",
        "placement": {"availabilityZone": zone, "region": _region(zone)},
        "securityGroups": [_tagged(f"{infrastructure}-node")],
        "subnet": _tagged(f"{infrastructure}-subnet-private-{zone}"),
        "tags": [{"name": owned, "value": "owned"}],
        "userDataSecret": {"name": "worker-user-data"},
    }


def _tagged(name: str) -> Json:
    return {"filters": [{"name": "tag:Name", "values": [name]}]}


def _region(zone: str) -> str:
    """The region of a zone, which has one letter more."""
    return zone[:-1]
