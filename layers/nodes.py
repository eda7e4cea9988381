"""The nodes that this stack adds; part of the layer on which everything else stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.gpu_node_pool import (
    Autoscaling,
    AutoscalingArgs,
    GpuNodePool,
    GpuNodePoolArgs,
    GpuSoftware,
    GpuSoftwareArgs,
    MachineSets,
    WorkerPool,
    WorkerPoolArgs,
)
from components.site import Site


@dataclass(frozen=True, kw_only=True)
class Nodes:
    """The nodes, placed."""

    workers: Mapping[str, pulumi.Resource]
    """Name of a pool of `nodes.workers` → the gate behind which its nodes take pods."""
    gpus: Mapping[str, pulumi.Resource]
    """Name of a pool of `gpu.pools` → the gate behind which its nodes offer their GPUs."""
    gpu_software: Sequence[pulumi.Resource]
    """Gates behind which nodes that are no pool's offer theirs; empty where this stack installs no driver."""


def place(site: Site, operators: Mapping[str, pulumi.Resource], machine_sets: MachineSets) -> Nodes:
    """Place the nodes; `machine_sets` are those that preflight read from the cluster."""
    settings = site.settings
    workers = {
        key: WorkerPool(key, WorkerPoolArgs(site=site, settings=pool, machine_sets=machine_sets)).ready
        for key, pool in settings.nodes.workers.items()
    }
    sizes = [*settings.nodes.workers.values(), *settings.gpu.pools.values()]
    if settings.gpu.autoscaler.manage and any(pool.autoscaled for pool in sizes):
        Autoscaling("autoscaling", AutoscalingArgs(site=site))
    software = _software(site, operators)
    after = software.placed if software is not None else []
    pools = [settings.gpu.pool(key) for key in settings.gpu.pools]
    gpus = {
        pool.name: GpuNodePool(
            pool.name, GpuNodePoolArgs(site=site, pool=pool, machine_sets=machine_sets, after=after)
        ).ready
        for pool in pools
    }
    for name, gate in (workers | gpus).items():
        site.watch(f"nodes.{name}", gate)
    return Nodes(workers=workers, gpus=gpus, gpu_software=software.ready if software is not None else [])


def _software(site: Site, operators: Mapping[str, pulumi.Resource]) -> GpuSoftware | None:
    if site.settings.prereqs.nfd is None and site.settings.prereqs.gpu_operator is None:
        return None
    return GpuSoftware("gpus", GpuSoftwareArgs(site=site, operators=operators))
