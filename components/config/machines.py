"""Machines that this stack adds to the cluster: how many, of which type, and the MachineSet they are derived from."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from components.config.section import DnsLabel, Section, rule

POOL_LABEL = "maas/pool"
"""Node label with the pool's name: gates and model servers find the nodes of a pool by it."""

MACHINES_LABEL = "maas/machines"
"""Node label with what its machine was made from: while a pool is changed, its gate looks at the new nodes alone."""

_MARK_DIGITS = 5

MACHINE_API_NAMESPACE = "openshift-machine-api"
"""Namespace of all MachineSets (openshift/api, machine/v1beta1)."""

MAX_POOL_NAME = 23
"""Longest name of a pool in characters: with cluster id (27), dash, and the suffixes of template (6) and Machine (6) it
fits an instance's 63."""

_PROVIDERS = {
    "aws": "AWSMachineProviderConfig",
    "azure": "AzureMachineProviderSpec",
    "gcp": "GCPMachineProviderSpec",
    "vsphere": "VSphereMachineProviderSpec",
}
"""Kind of `providerSpec.value` per cloud (openshift/api, machine/v1beta1)."""

LabelName = Annotated[
    str,
    StringConstraints(pattern=r"^([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$"),
]
"""Name of a Kubernetes label, with or without a prefix."""

LabelValue = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$", max_length=63)]
"""Value of a Kubernetes label."""

NodeName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=253)]
"""Name of a node."""

GiB = Annotated[int, Field(gt=0, le=65_536)]
"""A size in GiB."""


DiskGiB = Annotated[
    GiB | None,
    Field(
        alias="volumeGiB",
        description="Size of the machine's disk. When left out, the worker's own, and for GPUs at least 200.",
    ),
]
"""Size of a machine's disk, in GiB."""

Spot = Annotated[bool, Field(description="Takes machines that the cloud may end at any time, at a lower price.")]
"""Whether machines are of the kind that the cloud may end."""


class Aws(Section):
    """Amazon: zone, image, subnet and credentials are those of the worker MachineSet."""

    kind: Literal["aws"] = Field(description="`aws`: machines of Amazon EC2.")
    volume_gib: DiskGiB = None
    spot: Spot = False
    capacity_reservation_id: str | None = Field(
        default=None, min_length=1, description="Capacity that was reserved for these machines."
    )


class Azure(Section):
    """Azure: zone, image, subnet and credentials are those of the worker MachineSet."""

    kind: Literal["azure"] = Field(description="`azure`: virtual machines of Microsoft Azure.")
    volume_gib: DiskGiB = None
    spot: Spot = False
    capacity_reservation_group_id: str | None = Field(
        default=None, min_length=1, description="Group of capacity reservations for these machines."
    )


class Accelerator(Section):
    """GPUs that Google Cloud attaches to a machine."""

    type: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")] = Field(
        description="Google's name of the GPU, for example `nvidia-tesla-t4`."
    )
    count: Annotated[int, Field(ge=1, le=16)] = Field(default=1, description="How many of them each machine gets.")


class Gcp(Section):
    """Google Cloud: zone, image, subnet and credentials are those of the worker MachineSet."""

    kind: Literal["gcp"] = Field(description="`gcp`: machines of Google Cloud.")
    volume_gib: DiskGiB = None
    spot: Spot = False
    accelerator: Accelerator | None = Field(
        default=None, description="GPUs attached to N1 machines; other GPU machine types carry their own."
    )


class Vsphere(Section):
    """VMware: workspace, network and credentials are those of the worker MachineSet."""

    kind: Literal["vsphere"] = Field(description="`vsphere`: virtual machines of VMware vSphere.")
    template: str = Field(
        min_length=1, description="Template of the virtual machines, with the GPU attached to it as a PCI device."
    )
    cpus: Annotated[int, Field(ge=1, le=1024)] = Field(description="Processor cores of each machine.")
    memory_gib: GiB = Field(alias="memoryGiB", description="Memory of each machine.")
    volume_gib: DiskGiB = None


class BareMetal(Section):
    """Nodes that are there already; they get labels and a taint and nothing else."""

    kind: Literal["bareMetal"] = Field(description="`bareMetal`: nodes of the cluster, named one by one.")
    nodes: Annotated[tuple[NodeName, ...], Field(min_length=1)] = Field(
        description="Names of the nodes, each of them in one pool only."
    )


Cloud = Aws | Azure | Gcp | Vsphere
"""Where machines can be made."""


class WorkerMachineSet(Section):
    """The worker MachineSet from which zone, image, subnet and credentials are taken: exactly one of the keys."""

    from_: DnsLabel | None = Field(
        default=None,
        alias="from",
        description="Name of a MachineSet in `openshift-machine-api`; it is read from the cluster at each preview.",
    )
    manifest: dict[str, Any] | None = Field(
        default=None,
        description="The same given whole, as `oc get machineset <name> -o yaml` prints it; a preview without a "
        "cluster needs it.",
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.from_ is None) == (self.manifest is None):
            both = self.manifest is not None
            raise rule(
                given=f"{'both from and manifest were' if both else 'neither from nor manifest was'} given",
                allowed="exactly one of the keys from and manifest",
                remedy="remove {path}.from or {path}.manifest" if both else "add {path}.from or {path}.manifest",
            )
        return self


class MachinePool(Section):
    """Machines of one kind."""

    machine_type: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=63)] | None = (
        Field(
            default=None,
            description="The cloud's name of the machine's size, for example `g5.2xlarge`. Required for aws, azure and "
            "gcp, refused elsewhere.",
        )
    )
    replicas: Annotated[int, Field(ge=0, le=1000)] | None = Field(
        default=None, description="How many machines there are. Either this key or both min and max."
    )
    min: Annotated[int, Field(ge=0, le=1000)] | None = Field(
        default=None, description="Fewest machines, 0 included; the cluster's autoscaler decides between min and max."
    )
    max: Annotated[int, Field(ge=1, le=1000)] | None = Field(default=None, description="Most machines.")
    labels: dict[LabelName, LabelValue] = Field(default={}, description="Further labels of the nodes.")
    machine_set: WorkerMachineSet | None = Field(
        default=None,
        description="A worker MachineSet of this cluster, in the zone where the machines shall be. Required but for "
        "bareMetal.",
    )

    @property
    def autoscaled(self) -> bool:
        """Whether the cluster's autoscaler decides how many machines there are."""
        return self.max is not None

    @property
    def least(self) -> int:
        """Fewest machines."""
        return self.min or 0 if self.autoscaled else self.replicas or 0

    @property
    def most(self) -> int:
        """Most machines."""
        return self.max if self.max is not None else self.replicas or 0


class WorkerPool(MachinePool):
    """Machines for everything but GPUs, such as storage or the gateway."""

    platform: Annotated[Aws | Azure | Gcp | Vsphere, Field(discriminator="kind")] = Field(
        description="Where the machines are made."
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        check(self, self.platform)
        return self


class Nodes(Section):
    """Nodes that this stack adds; by default none, they are the cluster owner's."""

    workers: dict[DnsLabel, WorkerPool] = Field(
        default={}, description="Worker pools by name, each a MachineSet of its own."
    )


def mark(pool: MachinePool, platform: Cloud, labels: Mapping[str, str], taint: Mapping[str, str] | None) -> str:
    """Five hexadecimal digits that change with what a stack file says of a machine, and not with how many there are.

    A worker that is read from the cluster counts by its name: another one is another zone, and another image in the
    same one is no difference. Of one that is given whole its `providerSpec.value` counts.
    """
    source = pool.machine_set
    worker: Any = source.from_ if source is not None else None
    if source is not None and source.manifest is not None:
        worker = source.manifest["spec"]["template"]["spec"]["providerSpec"]["value"]
    said = {
        "machineType": pool.machine_type,
        # Without what is left out: a key that a later release knows is no other machine.
        "platform": platform.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "worker": worker,
        "labels": dict(labels),
        "taint": dict(taint) if taint is not None else None,
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:_MARK_DIGITS]


def check(pool: MachinePool, platform: Cloud | BareMetal) -> None:
    """Refuses numbers and keys that contradict each other or the platform.

    Raises:
        PydanticCustomError: with what was given, what is allowed and what to do.
    """
    if isinstance(platform, BareMetal):
        _only_nodes(pool)
        return
    _numbers(pool)
    typed = not isinstance(platform, Vsphere)
    if typed != (pool.machine_type is not None):
        raise rule(
            given=f"machineType was {'left out' if typed else 'given'} with platform.kind {platform.kind}",
            allowed="machineType for aws, azure and gcp; elsewhere the platform itself says the size",
            remedy="add {path}.machineType" if typed else "remove {path}.machineType",
        )
    if pool.machine_set is None:
        raise rule(
            given="machineSet is missing",
            allowed="a worker MachineSet from which zone, image, subnet and credentials are taken",
            remedy="add {path}.machineSet.from with a name that oc get machinesets -n openshift-machine-api lists",
        )
    if pool.machine_set.manifest is not None and (fault := provider_fault(pool.machine_set.manifest, platform)):
        raise rule(
            given=f"machineSet.manifest {fault}",
            allowed=f"a worker MachineSet of this cluster, whose providerSpec.value is a {_PROVIDERS[platform.kind]}",
            remedy="give {path}.machineSet.manifest as oc get machineset <name> -o yaml prints it",
        )


def provider_fault(manifest: dict[str, Any], platform: Cloud) -> str:
    """Why machines of `platform` cannot be derived from a worker MachineSet, or "" when they can."""
    if manifest.get("kind") != "MachineSet":
        return f"is a {manifest.get('kind') or 'text without kind'}"
    try:
        found = manifest["spec"]["template"]["spec"]["providerSpec"]["value"]["kind"]
        cluster = manifest["spec"]["template"]["metadata"]["labels"]["machine.openshift.io/cluster-api-cluster"]
    except (KeyError, TypeError):
        return "has no spec.template with the cluster's label and a providerSpec.value"
    if found != _PROVIDERS[platform.kind]:
        return f"has a providerSpec.value of kind {found}, not of {platform.kind}"
    return "" if cluster else "names no cluster"


def _numbers(pool: MachinePool) -> None:
    ranged = (pool.min is not None, pool.max is not None)
    if (pool.replicas is not None) == any(ranged) or (any(ranged) and not all(ranged)):
        given = [name for name in ("replicas", "min", "max") if getattr(pool, name) is not None]
        raise rule(
            given=f"{' and '.join(given) or 'neither replicas nor min and max'} {'were' if len(given) > 1 else 'was'}"
            " given",
            allowed="replicas alone, or min and max together",
            remedy="give {path}.replicas, or {path}.min and {path}.max",
        )
    if pool.min is not None and pool.max is not None and pool.min > pool.max:
        raise rule(
            given=f"min {pool.min} is more than max {pool.max}",
            allowed="a min of at most max",
            remedy="correct {path}.min or {path}.max",
        )


def _only_nodes(pool: MachinePool) -> None:
    unfit = {
        "machineType": pool.machine_type,
        "replicas": pool.replicas,
        "min": pool.min,
        "max": pool.max,
        "machineSet": pool.machine_set,
    }
    if given := [name for name, value in unfit.items() if value is not None]:
        raise rule(
            given=f"{', '.join(given)} {'were' if len(given) > 1 else 'was'} given with platform.kind bareMetal",
            allowed="named nodes alone: no machine is made for them",
            remedy=f"remove {', '.join(f'{{path}}.{name}' for name in given)}",
        )
