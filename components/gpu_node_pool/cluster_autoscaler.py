"""The cluster's one autoscaler; pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from components.config.gpu import ClusterAutoscaler, Pool
from components.custom_resources import Manifest


def cluster_autoscaler(settings: ClusterAutoscaler, pools: Iterable[Pool]) -> Manifest:
    """The autoscaler: nodes that are not needed go, and GPUs stay between the sums of the pools' limits.

    It is called `default`; the operator ignores any other name (cluster-autoscaler-operator, clusterautoscaler).
    """
    limits: dict[str, Any] = {"gpus": [{"type": kind, **sums} for kind, sums in sorted(_sums(pools).items())]}
    if not limits["gpus"]:
        limits = {}
    if settings.max_nodes_total is not None:
        limits["maxNodesTotal"] = settings.max_nodes_total
    unneeded = f"{settings.unneeded_minutes}m"
    scale_down = {"enabled": True, "delayAfterAdd": unneeded, "unneededTime": unneeded}
    return {
        "apiVersion": "autoscaling.openshift.io/v1",
        "kind": "ClusterAutoscaler",
        "metadata": {"name": "default"},
        "spec": {**({"resourceLimits": limits} if limits else {}), "scaleDown": scale_down},
    }


def _sums(pools: Iterable[Pool]) -> Mapping[str, dict[str, int]]:
    """Fewest and most GPUs by their kind; pools with a fixed size count too.

    Counted is what a node offers, several times its cards when pods take turns on them, and no parts of divided ones
    (cluster-autoscaler, processors/customresources/gpu_processor.go, GetNodeResourceTargets).
    """
    found: dict[str, dict[str, int]] = {}
    for pool in (pool for pool in pools if pool.accelerator):
        entry = found.setdefault(pool.accelerator, {"min": 0, "max": 0})
        entry["min"] += pool.least * pool.resources_per_node
        entry["max"] += pool.most * pool.resources_per_node
    # The autoscaler wants a maximum of at least one (cluster-autoscaler-operator, ResourceRange).
    return {kind: {**sums, "max": max(1, sums["max"])} for kind, sums in found.items()}
