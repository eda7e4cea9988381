"""What other users of GPUs read about the pools."""

from typing import Any

from components.config import Settings


def gpu_pools(settings: Settings) -> list[dict[str, Any]] | None:
    """The pools with what a pod needs to get on their nodes; nothing when the stack has none."""
    pools = [settings.gpu.pool(key) for key in settings.gpu.pools]
    return [
        {
            "name": pool.name,
            "product": pool.product_label,
            "resource": pool.gpu_resource,
            "memory_gib": pool.memory_gib,
            "taint": pool.taint,
            "labels": pool.label,
            "sharing": pool.settings.sharing.strategy,
            "min": pool.least,
            "max": pool.most,
        }
        for pool in pools
    ] or None
