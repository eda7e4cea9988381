"""GPUs by the names people use, and which machine types carry them; a table, so that a stack file can be checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field


def _profiles(*names: str) -> Mapping[str, int]:
    """MIG profiles, each with how many of it one GPU is divided into.

    The numbers are the same for every GPU here: seven slices of compute, eight of memory (NVIDIA, MIG user guide,
    supported MIG profiles; NVIDIA, mig-parted, `all-<profile>` of the default configuration).
    """
    return dict(zip(names, (7, 4, 3, 2, 1, 1), strict=True))


@dataclass(frozen=True, kw_only=True)
class GpuProduct:
    """What one GPU is."""

    label: str
    """Value of the node label `nvidia.com/gpu.product`: the driver's name for it, blanks as dashes
    (NVIDIA, k8s-device-plugin, gpu-feature-discovery)."""
    memory_gib: float
    """Memory that the driver reports, in GiB: what a model can plan with."""
    compute_capability: tuple[int, int]
    """Generation: bfloat16 from (8, 0), fp8 from (8, 9) (NVIDIA, CUDA programming guide, compute capabilities)."""
    mig: Mapping[str, int] = field(default_factory=dict)
    """MIG profile to how many of it one GPU is divided into; empty for a GPU that cannot be divided."""


_GB_40 = _profiles("1g.5gb", "1g.10gb", "2g.10gb", "3g.20gb", "4g.20gb", "7g.40gb")
_GB_80 = _profiles("1g.10gb", "1g.20gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb")
_GB_94 = _profiles("1g.12gb", "1g.24gb", "2g.24gb", "3g.47gb", "4g.47gb", "7g.94gb")
_GB_141 = _profiles("1g.18gb", "1g.35gb", "2g.35gb", "3g.71gb", "4g.71gb", "7g.141gb")
_GB_180 = _profiles("1g.23gb", "1g.45gb", "2g.45gb", "3g.90gb", "4g.90gb", "7g.180gb")

PRODUCTS: Mapping[str, GpuProduct] = {
    "T4": GpuProduct(label="Tesla-T4", memory_gib=14.6, compute_capability=(7, 5)),
    "A10": GpuProduct(label="NVIDIA-A10", memory_gib=22.1, compute_capability=(8, 6)),
    "A10G": GpuProduct(label="NVIDIA-A10G", memory_gib=22.1, compute_capability=(8, 6)),
    "L4": GpuProduct(label="NVIDIA-L4", memory_gib=22.2, compute_capability=(8, 9)),
    "L40": GpuProduct(label="NVIDIA-L40", memory_gib=44.5, compute_capability=(8, 9)),
    "L40S": GpuProduct(label="NVIDIA-L40S", memory_gib=44.5, compute_capability=(8, 9)),
    "A100-40GB": GpuProduct(label="NVIDIA-A100-SXM4-40GB", memory_gib=39.4, compute_capability=(8, 0), mig=_GB_40),
    "A100-80GB": GpuProduct(label="NVIDIA-A100-SXM4-80GB", memory_gib=79.2, compute_capability=(8, 0), mig=_GB_80),
    "A100-80GB-PCIe": GpuProduct(label="NVIDIA-A100-80GB-PCIe", memory_gib=79.2, compute_capability=(8, 0), mig=_GB_80),
    "H100": GpuProduct(label="NVIDIA-H100-80GB-HBM3", memory_gib=79.1, compute_capability=(9, 0), mig=_GB_80),
    "H100-NVL": GpuProduct(label="NVIDIA-H100-NVL", memory_gib=93.0, compute_capability=(9, 0), mig=_GB_94),
    "H200": GpuProduct(label="NVIDIA-H200", memory_gib=139.8, compute_capability=(9, 0), mig=_GB_141),
    "B200": GpuProduct(label="NVIDIA-B200", memory_gib=178.0, compute_capability=(10, 0), mig=_GB_180),
}
"""GPUs by name; memory as drivers report it, rounded down (NVIDIA data sheets; confirm by `nvidia.com/gpu.memory`)."""


@dataclass(frozen=True)
class Gpus:
    """The GPUs of one machine."""

    product: str
    """Key of `PRODUCTS`."""
    count: int


_AWS: Mapping[str, tuple[str, Mapping[str, int]]] = {
    "g4dn": ("T4", {"12xlarge": 4, "metal": 8}),
    "g5": ("A10G", {"12xlarge": 4, "24xlarge": 4, "48xlarge": 8}),
    "g6": ("L4", {"12xlarge": 4, "24xlarge": 4, "48xlarge": 8}),
    "g6e": ("L40S", {"12xlarge": 4, "24xlarge": 4, "48xlarge": 8}),
    "p4d": ("A100-40GB", {"24xlarge": 8}),
    "p4de": ("A100-80GB", {"24xlarge": 8}),
    "p5": ("H100", {"48xlarge": 8}),
    "p5e": ("H200", {"48xlarge": 8}),
    "p5en": ("H200", {"48xlarge": 8}),
    "p6-b200": ("B200", {"48xlarge": 8}),
}
"""Family to GPU and to the sizes that have more than one (Amazon EC2, accelerated computing instances)."""

_OTHERS: Mapping[str, Gpus] = {
    # Azure, sizes for virtual machines, GPU accelerated.
    "Standard_NC4as_T4_v3": Gpus("T4", 1),
    "Standard_NC8as_T4_v3": Gpus("T4", 1),
    "Standard_NC16as_T4_v3": Gpus("T4", 1),
    "Standard_NC64as_T4_v3": Gpus("T4", 4),
    "Standard_NC24ads_A100_v4": Gpus("A100-80GB-PCIe", 1),
    "Standard_NC48ads_A100_v4": Gpus("A100-80GB-PCIe", 2),
    "Standard_NC96ads_A100_v4": Gpus("A100-80GB-PCIe", 4),
    "Standard_ND96asr_v4": Gpus("A100-40GB", 8),
    "Standard_ND96amsr_A100_v4": Gpus("A100-80GB", 8),
    "Standard_NC40ads_H100_v5": Gpus("H100-NVL", 1),
    "Standard_NC80adis_H100_v5": Gpus("H100-NVL", 2),
    "Standard_ND96isr_H100_v5": Gpus("H100", 8),
    "Standard_ND96isr_H200_v5": Gpus("H200", 8),
    # Google Cloud, GPU machine types; N1 machines carry what the pool attaches to them.
    **{f"g2-standard-{cpus}": Gpus("L4", 1) for cpus in (4, 8, 12, 16, 32)},
    "g2-standard-24": Gpus("L4", 2),
    "g2-standard-48": Gpus("L4", 4),
    "g2-standard-96": Gpus("L4", 8),
    **{f"a2-highgpu-{count}g": Gpus("A100-40GB", count) for count in (1, 2, 4, 8)},
    "a2-megagpu-16g": Gpus("A100-40GB", 16),
    **{f"a2-ultragpu-{count}g": Gpus("A100-80GB", count) for count in (1, 2, 4, 8)},
    **{f"a3-highgpu-{count}g": Gpus("H100", count) for count in (1, 2, 4, 8)},
    "a3-megagpu-8g": Gpus("H100", 8),
    "a3-ultragpu-8g": Gpus("H200", 8),
    "a4-highgpu-8g": Gpus("B200", 8),
}


def gpus_of(machine_type: str) -> Gpus | None:
    """The GPUs of a cloud's machine type, or nothing for a type that is not in the table."""
    family, _, size = machine_type.partition(".")
    if size and family in _AWS:
        product, larger = _AWS[family]
        return Gpus(product, larger.get(size, 1))
    return _OTHERS.get(machine_type)
