"""A pool's MachineSet, derived from a worker's, and the autoscaler of its size; pure.

A MachineSet makes new Machines from its template and never touches those it has. So its name ends with a mark of the
template: another template is another MachineSet, whose nodes are there before the old ones go (docs, decision 14).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from components.config.machines import (
    MACHINE_API_NAMESPACE,
    MACHINES_LABEL,
    POOL_LABEL,
    Cloud,
    MachinePool,
    Vsphere,
    mark,
)
from components.custom_resources import Manifest
from components.gpu_node_pool.provider_spec import MIB_OF_A_GIB, copied, derived

_CLUSTER = "machine.openshift.io/cluster-api-cluster"
_MACHINE_SET = "machine.openshift.io/cluster-api-machineset"
_VALUE = "spec.template.spec.providerSpec.value"


@dataclass(frozen=True, kw_only=True)
class Machines:
    """What a pool's MachineSet is made from."""

    name: str
    """The pool's key in the stack file."""
    pool: MachinePool
    """How many, of which type."""
    platform: Cloud
    """Where."""
    worker: Mapping[str, Any]
    """A worker MachineSet of the cluster, whole."""
    gpus: int = 0
    """How many `nvidia.com/gpu` each machine offers."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Labels of the nodes."""
    taint: Mapping[str, str] | None = None
    """Taint of the nodes, or nothing."""

    @property
    def cluster(self) -> str:
        """The cluster's own name, with which the names of its machines begin."""
        return str(self.worker["spec"]["template"]["metadata"]["labels"][_CLUSTER])

    @property
    def mark(self) -> str:
        """Changes with what a machine is made from."""
        return mark(self.pool, self.platform, self.labels, self.taint)

    @property
    def machine_set_name(self) -> str:
        """Name of the MachineSet: that of its cluster first, as the installer does it, the template's mark last."""
        return f"{self.cluster}-{self.name}-{self.mark}"

    @property
    def selector(self) -> dict[str, str]:
        """Labels of the nodes that are made from this template, and of no others."""
        return {POOL_LABEL: self.name, MACHINES_LABEL: self.mark}

    @property
    def value(self) -> dict[str, Any]:
        """The cloud's part of the MachineSet."""
        return derived(self.worker_value, self.pool, self.platform, gpus=bool(self.gpus))

    @property
    def worker_value(self) -> dict[str, Any]:
        """The cloud's part of the worker."""
        value: dict[str, Any] = self.worker["spec"]["template"]["spec"]["providerSpec"]["value"]
        return value


def machine_set(machines: Machines) -> Manifest:
    """The MachineSet: zone, image, subnet and credentials of the worker, the rest the pool's own."""
    select = {_CLUSTER: machines.cluster, _MACHINE_SET: machines.machine_set_name}
    role = {f"machine.openshift.io/cluster-api-machine-{key}": "worker" for key in ("role", "type")}
    node: dict[str, Any] = {
        "metadata": {"labels": {**machines.labels, **machines.selector}},
        "providerSpec": {"value": machines.value},
    }
    if machines.taint is not None:
        node["taints"] = [dict(machines.taint)]
    return {
        "apiVersion": "machine.openshift.io/v1beta1",
        "kind": "MachineSet",
        "metadata": {
            "name": machines.machine_set_name,
            "namespace": MACHINE_API_NAMESPACE,
            "labels": {_CLUSTER: machines.cluster, POOL_LABEL: machines.name},
            **_capacity(machines),
        },
        "spec": {
            "replicas": machines.pool.least,
            "selector": {"matchLabels": select},
            "template": {"metadata": {"labels": {**select, **role}}, "spec": node},
        },
    }


def _capacity(machines: Machines) -> dict[str, dict[str, str]]:
    """What the autoscaler must know of a machine that is not there; only vSphere's controller does not know the GPUs.

    Source: machine-api-operator, pkg/controller/vsphere/machineset; the other clouds read it off the machine type.
    """
    if not isinstance(machines.platform, Vsphere):
        return {}
    platform = machines.platform
    size = {"vCPU": platform.cpus, "memoryMb": platform.memory_gib * MIB_OF_A_GIB, "GPU": machines.gpus}
    return {"annotations": {f"machine.openshift.io/{name}": str(count) for name, count in size.items()}}


def left_alone(machines: Machines) -> list[str]:
    """Property paths of the MachineSet that others change.

    What was copied from a worker that is read at each preview, and the size where it moves by itself.
    """
    source = machines.pool.machine_set
    read = source is not None and source.from_ is not None
    value = copied(machines.worker_value, machines.pool, machines.platform, gpus=bool(machines.gpus)) if read else ()
    paths = [f"{_VALUE}{path}" for path in value]
    return [*paths, "spec.replicas"] if machines.pool.autoscaled else paths


def machine_autoscaler(machines: Machines) -> Manifest:
    """The limits between which the cluster's autoscaler moves the MachineSet."""
    return {
        "apiVersion": "autoscaling.openshift.io/v1beta1",
        "kind": "MachineAutoscaler",
        "metadata": {"name": machines.machine_set_name, "namespace": MACHINE_API_NAMESPACE},
        "spec": {
            "minReplicas": machines.pool.least,
            "maxReplicas": machines.pool.most,
            "scaleTargetRef": {
                "apiVersion": "machine.openshift.io/v1beta1",
                "kind": "MachineSet",
                "name": machines.machine_set_name,
            },
        },
    }
