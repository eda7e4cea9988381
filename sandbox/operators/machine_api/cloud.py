"""The simulated cloud: Amazon's machine types, and how many processors the account may have at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.operators.store import Manifest

CARDS = "sandbox/gpus"
"""Annotation of a node that was made by hand: `<product>=<count>`, for example `NVIDIA-L40S=2`."""


@dataclass(frozen=True)
class Card:
    """One GPU as its driver describes it."""

    product: str
    memory_mib: int
    mig: Mapping[str, int] = field(default_factory=dict)
    """Profile to how many of it the GPU can be divided into; empty for one that cannot be divided."""


@dataclass(frozen=True)
class InstanceType:
    """One size of machine."""

    cpus: int
    memory_gib: int
    card: Card | None = None
    cards: int = 0


_A100_40 = {"1g.5gb": 7, "1g.10gb": 4, "2g.10gb": 3, "3g.20gb": 2, "4g.20gb": 1, "7g.40gb": 1}
_OF_80 = {"1g.10gb": 7, "1g.20gb": 4, "2g.20gb": 3, "3g.40gb": 2, "4g.40gb": 1, "7g.80gb": 1}
_H200 = {"1g.18gb": 7, "1g.35gb": 4, "2g.35gb": 3, "3g.71gb": 2, "4g.71gb": 1, "7g.141gb": 1}
_B200 = {"1g.23gb": 7, "1g.45gb": 4, "2g.45gb": 3, "3g.90gb": 2, "4g.90gb": 1, "7g.180gb": 1}
"""Profiles by GPU (NVIDIA, MIG user guide, supported MIG profiles)."""

_CARDS = {
    card.product: card
    for card in (
        Card("Tesla-T4", 15360),
        Card("NVIDIA-A10G", 23028),
        Card("NVIDIA-L4", 23034),
        Card("NVIDIA-L40S", 46068),
        Card("NVIDIA-A100-SXM4-40GB", 40960, _A100_40),
        Card("NVIDIA-A100-SXM4-80GB", 81920, _OF_80),
        Card("NVIDIA-A100-80GB-PCIe", 81920, _OF_80),
        Card("NVIDIA-H100-80GB-HBM3", 81559, _OF_80),
        Card("NVIDIA-H200", 143771, _H200),
        Card("NVIDIA-B200", 183359, _B200),
    )
}
_CPUS = {
    "large": 2, "xlarge": 4, "2xlarge": 8, "4xlarge": 16, "8xlarge": 32, "12xlarge": 48, "16xlarge": 64,
    "24xlarge": 96, "48xlarge": 192, "metal": 96,
}  # fmt: skip
_PLAIN = {"m": 4, "c": 2, "r": 8}
"""GiB of memory per processor, by the first letter of a family without GPUs."""
_WITH_CARDS = {
    "g4dn": ("Tesla-T4", 4, {"12xlarge": 4, "metal": 8}),
    "g5": ("NVIDIA-A10G", 4, {"12xlarge": 4, "24xlarge": 4, "48xlarge": 8}),
    "g6": ("NVIDIA-L4", 4, {"12xlarge": 4, "24xlarge": 4, "48xlarge": 8}),
    "g6e": ("NVIDIA-L40S", 8, {"12xlarge": 4, "24xlarge": 4, "48xlarge": 8}),
    "p4d": ("NVIDIA-A100-SXM4-40GB", 12, {"24xlarge": 8}),
    "p4de": ("NVIDIA-A100-SXM4-80GB", 12, {"24xlarge": 8}),
    "p5": ("NVIDIA-H100-80GB-HBM3", 10, {"48xlarge": 8}),
    "p5en": ("NVIDIA-H200", 10, {"48xlarge": 8}),
    "p6-b200": ("NVIDIA-B200", 10, {"48xlarge": 8}),
}
"""Family to its GPU, its GiB per processor, and the sizes with more than one GPU (Amazon EC2)."""


def instance_type(name: str) -> InstanceType | None:
    """The size of that name, or None where Amazon has none."""
    family, _, size = name.partition(".")
    cpus = _CPUS.get(size)
    if cpus is None:
        return None
    if family in _WITH_CARDS:
        product, per_cpu, several = _WITH_CARDS[family]
        return InstanceType(cpus, cpus * per_cpu, _CARDS[product], several.get(size, 1))
    if family[:1] in _PLAIN and family[1:2].isdigit():
        return InstanceType(cpus, cpus * _PLAIN[family[0]])
    return None


def cards_of(node: Manifest) -> tuple[Card, int] | None:
    """The GPUs of a node and their number, by its machine type or by hand; None for a node without."""
    metadata = node["metadata"]
    product, _, count = metadata.get("annotations", {}).get(CARDS, "").partition("=")
    if product:
        return _CARDS.get(product, Card(product, 49140)), int(count or "1")
    found = instance_type(metadata.get("labels", {}).get("node.kubernetes.io/instance-type", ""))
    return (found.card, found.cards) if found is not None and found.card is not None else None
