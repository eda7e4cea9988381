"""Processors and memory of machine types with GPUs; a table, so that a stack file can be checked."""

from collections.abc import Mapping
from dataclasses import dataclass

from components.config.machines import MachinePool, Vsphere


@dataclass(frozen=True)
class Size:
    """What one machine has, or what pods may have of it."""

    cpus: float
    """Processors, as the cloud counts them."""
    memory_gib: float
    """Memory in GiB."""


_STEPS = {"xlarge": 4, "2xlarge": 8, "4xlarge": 16, "8xlarge": 32, "12xlarge": 48, "16xlarge": 64, "24xlarge": 96}
_STEPS |= {"48xlarge": 192}
_PER_CPU = {"g4dn": 4, "g5": 4, "g6": 4, "g6e": 8}
"""GiB for each processor of a family (Amazon EC2, accelerated computing instances)."""

_N1 = {"n1-standard": 3.75, "n1-highmem": 6.5, "n1-highcpu": 0.9}
"""GiB for each processor, which the type's name counts (Google Cloud, N1 machine series)."""

_OTHERS: Mapping[str, Size] = {
    "g4dn.metal": Size(96, 384),
    "p4d.24xlarge": Size(96, 1152),
    "p4de.24xlarge": Size(96, 1152),
    "p5.4xlarge": Size(16, 256),
    **{f"{family}.48xlarge": Size(192, 2048) for family in ("p5", "p5e", "p5en", "p6-b200")},
    "Standard_NC4as_T4_v3": Size(4, 28),
    "Standard_NC8as_T4_v3": Size(8, 56),
    "Standard_NC16as_T4_v3": Size(16, 110),
    "Standard_NC64as_T4_v3": Size(64, 440),
    "Standard_NC24ads_A100_v4": Size(24, 220),
    "Standard_NC48ads_A100_v4": Size(48, 440),
    "Standard_NC96ads_A100_v4": Size(96, 880),
    "Standard_ND96asr_v4": Size(96, 900),
    "Standard_ND96amsr_A100_v4": Size(96, 1900),
    "Standard_NC40ads_H100_v5": Size(40, 320),
    "Standard_NC80adis_H100_v5": Size(80, 640),
    "Standard_ND96isr_H100_v5": Size(96, 1900),
    "Standard_ND96isr_H200_v5": Size(96, 1850),
    **{f"g2-standard-{cpus}": Size(cpus, 4 * cpus) for cpus in (4, 8, 12, 16, 24, 32, 48, 96)},
    **{f"a2-highgpu-{count}g": Size(12 * count, 85 * count) for count in (1, 2, 4, 8)},
    "a2-megagpu-16g": Size(96, 1360),
    **{f"a2-ultragpu-{count}g": Size(12 * count, 170 * count) for count in (1, 2, 4, 8)},
    **{f"a3-highgpu-{count}g": Size(26 * count, 234 * count) for count in (1, 2, 4, 8)},
    "a3-megagpu-8g": Size(208, 1872),
    "a3-ultragpu-8g": Size(224, 2952),
    "a4-highgpu-8g": Size(224, 3968),
}
"""Amazon EC2, accelerated computing instances; Azure, sizes for virtual machines, GPU accelerated; Google Cloud, GPU
machine types."""

_REPORTED = 0.93
"""Share of a machine's memory that its node reports: firmware, hypervisor and kernel keep the rest (rule of thumb)."""

_REPORTED_OF_LARGE, _KEPT_BY_LARGE = 0.98, 4.0
"""The same of a large machine, where the share that is kept is smaller, beside some GiB (rule of thumb)."""

_RESERVED = Size(1.0, 2.5)
"""What pods of models do not get: 500m and 1 GiB for the system (OpenShift, allocating resources for nodes, the default
`system-reserved`), and as much again and 1.5 GiB that the cluster's and the GPU operator's own pods ask for on each
node (rule of thumb)."""


def for_pods(pool: MachinePool, platform: object) -> Size | None:
    """What pods of models may ask for of an empty node, or nothing for machines that are in no table."""
    if isinstance(platform, Vsphere):
        whole: Size | None = Size(platform.cpus, platform.memory_gib)
    else:
        whole = size_of(pool.machine_type) if pool.machine_type is not None else None
    if whole is None:
        return None
    reported = max(whole.memory_gib * _REPORTED, whole.memory_gib * _REPORTED_OF_LARGE - _KEPT_BY_LARGE)
    memory = max(0.0, reported - _RESERVED.memory_gib)
    return Size(max(0.0, whole.cpus - _RESERVED.cpus), memory)


def size_of(machine_type: str) -> Size | None:
    """Processors and memory of a cloud's machine type, or nothing for a type that is in no table."""
    if machine_type in _OTHERS:
        return _OTHERS[machine_type]
    family, _, size = machine_type.partition(".")
    if family in _PER_CPU and size in _STEPS:
        return Size(_STEPS[size], _STEPS[size] * _PER_CPU[family])
    series, _, cpus = machine_type.rpartition("-")
    return Size(int(cpus), int(cpus) * _N1[series]) if series in _N1 and cpus.isdigit() else None
