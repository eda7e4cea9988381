"""Nodes with GPUs, in pools of equal ones; what a model server needs to know of its pool."""

from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from components.config.gpu_products import PRODUCTS, GpuProduct, Gpus, gpus_of
from components.config.machines import (
    MACHINES_LABEL,
    POOL_LABEL,
    Aws,
    Azure,
    BareMetal,
    Gcp,
    LabelName,
    MachinePool,
    NodeName,
    Vsphere,
    check,
    mark,
)
from components.config.section import DnsLabel, Section, rule

GPU = "nvidia.com/gpu"
"""Resource that a pod asks for, and key of the taint (NVIDIA, GPU operator)."""

ACCELERATOR_LABEL = "cluster-api/accelerator"
"""Node label by which the autoscaler knows GPUs and counts them (cluster-autoscaler, clusterapi provider)."""

_SHARED = "-SHARED"
"""What gpu-feature-discovery appends to the product's name when GPUs are time-sliced (NVIDIA, k8s-device-plugin)."""

_MIG_USABLE = 0.95
"""Share of a profile's memory that the driver reports: 4864 MiB of `1g.5gb` (NVIDIA, MIG user guide)."""

ProductName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$", max_length=48)]
"""A GPU by its short name, or by its node label; the sharing's suffix must still fit a label's 63 characters."""


class Exclusive(Section):
    """Every GPU is one model server's alone."""

    strategy: Literal["none"] = Field(default="none", description="`none`: each GPU belongs to one pod.")


class TimeSlicing(Section):
    """Several pods take turns on one GPU; nothing keeps one from taking the memory of the others."""

    strategy: Literal["timeSlicing"] = Field(
        description="`timeSlicing`: pods take turns on a GPU, and its memory is nobody's own."
    )
    replicas: Annotated[int, Field(ge=2, le=48)] = Field(description="How many pods share one GPU.")


class Mig(Section):
    """Every GPU is divided into equal parts with memory of their own."""

    strategy: Literal["mig"] = Field(description="`mig`: each GPU is divided into equal parts that cannot disturb.")
    profile: Annotated[str, StringConstraints(pattern=r"^[1-7]g\.[0-9]+gb$")] = Field(
        description="Size of a part, as NVIDIA names it, for example `1g.10gb`."
    )
    parts_per_gpu: Annotated[int, Field(ge=1, le=7)] | None = Field(
        default=None,
        description="How many such parts a GPU is divided into. Required for a GPU that is named by its node label; "
        "those of a known GPU are known.",
    )


class PoolTaint(Section):
    """What keeps other pods away from expensive nodes."""

    key: LabelName = Field(default=GPU, description="Key of the taint. The GPU operator's own pods tolerate any.")
    value: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$", max_length=63)] | (
        None
    ) = Field(default=None, description="Value of the taint. When left out, the GPU, with `-SHARED` when time-sliced.")
    effect: Literal["NoSchedule", "none"] = Field(
        default="NoSchedule", description="`none` leaves the nodes open to every pod."
    )


class GpuPool(MachinePool):
    """Equal nodes with equal GPUs."""

    platform: Annotated[Aws | Azure | Gcp | Vsphere | BareMetal, Field(discriminator="kind")] = Field(
        description="Where the nodes come from."
    )
    product: ProductName = Field(
        description="The GPU: one of "
        + ", ".join(PRODUCTS)
        + ", or any other by its node label `nvidia.com/gpu.product`, together with memoryGiB."
    )
    memory_gib: Annotated[float, Field(gt=0, le=4096)] | None = Field(
        default=None,
        alias="memoryGiB",
        description="Memory of one GPU in GiB, as its driver reports it. When left out, the known GPU's.",
    )
    gpus_per_node: Annotated[int, Field(ge=1, le=16)] | None = Field(
        default=None, description="GPUs of one node. When left out, those of the machine type."
    )
    sharing: Annotated[Exclusive | TimeSlicing | Mig, Field(discriminator="strategy")] = Field(
        default=Exclusive(), description="How pods share a GPU. When left out, they do not."
    )
    taint: PoolTaint = Field(
        default=PoolTaint(), description="Taint of the nodes; model servers of the pool tolerate it."
    )
    for_others: bool = Field(
        default=False,
        description="Whether the pool is there for programs outside this stack. When false, a pool that no model uses "
        "is refused.",
    )
    price_per_hour: Annotated[float, Field(gt=0, le=100_000)] | None = Field(
        default=None, description="What one node costs per hour, in any currency; only for the outputs on cost."
    )

    @property
    def known(self) -> GpuProduct | None:
        """The GPU of the table, or nothing for one that is named by its node label."""
        return PRODUCTS.get(self.product)

    @property
    def of_its_machines(self) -> Gpus | None:
        """What the table says about the machine type, or what the platform attaches; nothing when neither knows."""
        if isinstance(self.platform, Gcp) and self.platform.accelerator is not None:
            return Gpus(_google(self.platform.accelerator.type), self.platform.accelerator.count)
        return gpus_of(self.machine_type) if self.machine_type else None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        check(self, self.platform)
        self._check_product()
        self._check_machine()
        self._check_sharing()
        return self

    def _check_product(self) -> None:
        if self.known is None and self.memory_gib is None:
            raise rule(
                given=f"product {self.product} was given without memoryGiB",
                allowed=f"one of {', '.join(PRODUCTS)}, or another GPU's node label together with its memory",
                remedy="correct {path}.product, or add {path}.memoryGiB",
            )

    def _check_machine(self) -> None:
        carried = self.of_its_machines
        if carried is None:
            if self.gpus_per_node is None:
                raise rule(
                    given=f"gpusPerNode is missing, and machineType {self.machine_type or 'of this platform'} is in no "
                    "table",
                    allowed="the number of GPUs of one node",
                    remedy="add {path}.gpusPerNode",
                )
            return
        if self.known is not None and PRODUCTS.get(carried.product) != self.known:
            raise rule(
                given=f"product {self.product} was given, but {self.machine_type} carries {carried.product}",
                allowed=f"product {carried.product}, or a machine type with {self.product}",
                remedy="correct {path}.product or {path}.machineType",
            )
        if self.gpus_per_node is not None and self.gpus_per_node != carried.count:
            raise rule(
                given=f"gpusPerNode {self.gpus_per_node} was given, but {self.machine_type} has {carried.count}",
                allowed=f"{carried.count}, or nothing",
                remedy="remove {path}.gpusPerNode, or choose another {path}.machineType",
            )

    def _check_sharing(self) -> None:
        if not isinstance(self.sharing, Mig):
            return
        if self.known is not None and not self.known.mig:
            raise rule(
                given=f"sharing.strategy mig was given for {self.product}, which cannot be divided",
                allowed=f"mig for {', '.join(name for name, product in PRODUCTS.items() if product.mig)}",
                remedy="give {path}.sharing.strategy none or timeSlicing",
            )
        self._check_parts(self.sharing)
        if self.autoscaled:
            raise rule(
                given="min and max were given with sharing.strategy mig",
                allowed="a fixed size: the autoscaler cannot tell which parts a machine that is not there would offer",
                remedy="give {path}.replicas in place of {path}.min and {path}.max",
            )

    def _check_parts(self, sharing: Mig) -> None:
        if self.known is None:
            if sharing.parts_per_gpu is None:
                raise rule(
                    given=f"sharing.partsPerGpu is missing, and product {self.product} is in no table",
                    allowed="how many parts of that profile one GPU has",
                    remedy="add {path}.sharing.partsPerGpu; nvidia-smi mig -lgip prints it as the total",
                )
        elif sharing.profile not in self.known.mig:
            raise rule(
                given=f"profile {sharing.profile} was given, which {self.product} does not have",
                allowed=f"one of {', '.join(self.known.mig)}",
                remedy="correct {path}.sharing.profile",
            )
        elif sharing.parts_per_gpu not in (None, (parts := self.known.mig[sharing.profile])):
            raise rule(
                given=f"sharing.partsPerGpu {sharing.parts_per_gpu} was given, and {self.product} is divided into "
                f"{parts} parts of {sharing.profile}",
                allowed=f"{parts}, or nothing",
                remedy="remove {path}.sharing.partsPerGpu",
            )


class ClusterAutoscaler(Section):
    """The cluster's one autoscaler; without it no pool changes its size."""

    manage: bool = Field(
        default=True,
        description="Whether this stack makes it, when a pool has min and max. False where the cluster has one.",
    )
    max_nodes_total: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None, description="Most nodes of the whole cluster. When left out, the pools' own limits are enough."
    )
    unneeded_minutes: Annotated[int, Field(ge=1, le=1440)] = Field(
        default=10, description="How long a node must be unneeded before it goes. 10 minutes when left out."
    )


class GpuSettings(Section):
    """Nodes with GPUs."""

    pools: dict[DnsLabel, GpuPool] = Field(
        default={},
        description="Pools by name. When there are none, model servers with a GPU take any node that has one.",
    )
    autoscaler: ClusterAutoscaler = Field(
        default=ClusterAutoscaler(), description="The autoscaler of pools with min and max."
    )

    def pool(self, name: str) -> "Pool":
        """Pool `name` as a model server sees it."""
        return Pool(name=name, settings=self.pools[name])


@dataclass(frozen=True, kw_only=True)
class Pool:
    """A pool as a model server sees it."""

    name: str
    """Its key in the stack file."""
    settings: GpuPool
    """What the stack file says."""

    @property
    def product(self) -> str:
        """Node label of the bare GPU, for example `NVIDIA-A10G`."""
        return self.settings.known.label if self.settings.known is not None else self.settings.product

    @property
    def product_label(self) -> str:
        """Value of the node label `nvidia.com/gpu.product`, `NVIDIA-A10G-SHARED` when time-sliced."""
        return self.product + (_SHARED if self.shared else "")

    @property
    def shared(self) -> bool:
        """Whether pods share the memory of a GPU."""
        return isinstance(self.settings.sharing, TimeSlicing)

    @property
    def taint(self) -> dict[str, str] | None:
        """The taint of the nodes as Kubernetes writes it (key, value, effect), or nothing."""
        taint = self.settings.taint
        if taint.effect == "none":
            return None
        return {"key": taint.key, "value": taint.value or self._kind, "effect": taint.effect}

    @property
    def tolerations(self) -> list[dict[str, str]]:
        """With which a pod may run on the nodes; empty without a taint."""
        return [{**self.taint, "operator": "Equal"}] if self.taint is not None else []

    @property
    def label(self) -> dict[str, str]:
        """With which a pod runs on the nodes of this pool only; known to the autoscaler while there is none."""
        return {POOL_LABEL: self.name}

    @property
    def node_selector(self) -> dict[str, str]:
        """The same for our own servers: machines that are changed are others, and servers move on behind their gate."""
        platform = self.settings.platform
        if isinstance(platform, BareMetal):
            return self.label
        return self.label | {MACHINES_LABEL: mark(self.settings, platform, self.node_labels, self.taint)}

    @property
    def node_labels(self) -> dict[str, str]:
        """Labels that the nodes get from this stack, those for the GPU operator included."""
        ours = {POOL_LABEL: self.name, "node-role.kubernetes.io/gpu": ""}
        if self.accelerator:
            ours[ACCELERATOR_LABEL] = self.accelerator
        if self.shared:
            ours["nvidia.com/device-plugin.config"] = self.device_plugin_config
        if isinstance(self.settings.sharing, Mig):
            ours["nvidia.com/mig.config"] = f"all-{self.settings.sharing.profile}"
        return self.settings.labels | ours

    @property
    def accelerator(self) -> str:
        """Under which name the autoscaler counts the nodes' GPUs; empty when it does not know them.

        It takes a node with the label for one that is not ready while it offers no `nvidia.com/gpu`, and a divided
        GPU never does (cluster-autoscaler, processors/customresources/gpu_processor.go).
        """
        return "" if isinstance(self.settings.sharing, Mig) else self._kind

    @property
    def device_plugin_config(self) -> str:
        """Name of the device plugin's configuration for this pool."""
        return f"shared-{self.name}"

    @property
    def gpu_resource(self) -> str:
        """What a pod asks for to get a GPU of this pool, or a part of one."""
        sharing = self.settings.sharing
        return f"nvidia.com/mig-{sharing.profile}" if isinstance(sharing, Mig) else GPU

    @property
    def memory_gib(self) -> float:
        """Memory in GiB of what one `gpu_resource` is: a GPU (when shared, the whole of it), or a part of one."""
        sharing, known = self.settings.sharing, self.settings.known
        if isinstance(sharing, Mig):
            return _MIG_USABLE * _gigabytes(sharing.profile)
        if self.settings.memory_gib is not None:
            return self.settings.memory_gib
        return known.memory_gib if known is not None else 0.0

    @property
    def gpus_per_node(self) -> int:
        """GPUs of one node."""
        carried = self.settings.of_its_machines
        return self.settings.gpus_per_node or (carried.count if carried is not None else 0)

    @property
    def resources_per_node(self) -> int:
        """How many `gpu_resource` one node offers."""
        sharing, known = self.settings.sharing, self.settings.known
        if isinstance(sharing, TimeSlicing):
            return self.gpus_per_node * sharing.replicas
        if isinstance(sharing, Mig):
            return self.gpus_per_node * (
                known.mig[sharing.profile] if known is not None else sharing.parts_per_gpu or 1
            )
        return self.gpus_per_node

    @property
    def most_per_pod(self) -> int:
        """How many `gpu_resource` one pod can use: of shared ones and of parts one alone.

        A process sees the first of several parts and no other (NVIDIA, MIG user guide, CUDA device enumeration).
        """
        return self.gpus_per_node if isinstance(self.settings.sharing, Exclusive) else 1

    @property
    def compute_capability(self) -> tuple[int, int] | None:
        """Generation of the GPU, or nothing for one that is in no table."""
        return self.settings.known.compute_capability if self.settings.known is not None else None

    @property
    def nodes(self) -> tuple[NodeName, ...]:
        """The named nodes of a bare-metal pool; empty for one that makes machines."""
        platform = self.settings.platform
        return platform.nodes if isinstance(platform, BareMetal) else ()

    @property
    def least(self) -> int:
        """Fewest nodes."""
        return len(self.nodes) or self.settings.least

    @property
    def most(self) -> int:
        """Most nodes."""
        return len(self.nodes) or self.settings.most

    @property
    def _kind(self) -> str:
        sharing = self.settings.sharing
        return f"{self.product}-MIG-{sharing.profile}" if isinstance(sharing, Mig) else self.product_label


def _gigabytes(profile: str) -> int:
    return int(profile.partition(".")[2].removesuffix("gb"))


def _google(accelerator: str) -> str:
    """Key of `PRODUCTS` for a GPU that Google Cloud attaches (Google Cloud, GPU platforms)."""
    names = {"nvidia-tesla-t4": "T4", "nvidia-l4": "L4", "nvidia-tesla-a100": "A100-40GB"}
    return names.get(accelerator, accelerator)
