"""Places one pool of nodes without GPUs, and the cluster's autoscaler."""

from dataclasses import dataclass

import pulumi

from components.config.machines import WorkerPool as WorkerPoolSettings
from components.gpu_node_pool.cluster_autoscaler import cluster_autoscaler
from components.gpu_node_pool.machine_set import Machines
from components.gpu_node_pool.placing import MachineSets, fingerprint, place_machines, worker_of
from components.site import Site
from dynamic_providers.cluster.node_pool_ready import NodePoolReady, NodePoolReadyArgs


@dataclass(frozen=True, kw_only=True)
class WorkerPoolArgs:
    """Which pool, from what."""

    site: Site
    """The stack at work."""
    settings: WorkerPoolSettings
    """What the stack file says."""
    machine_sets: MachineSets
    """Worker MachineSets that were read from the cluster."""


class WorkerPool(pulumi.ComponentResource):
    """MachineSet and MachineAutoscaler, and the gate."""

    ready: pulumi.Resource
    """The gate: the nodes take pods."""

    def __init__(self, name: str, args: WorkerPoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:platform:WorkerPool", name, {}, opts)
        settings = args.settings
        machines = Machines(
            name=name,
            pool=settings,
            platform=settings.platform,
            worker=worker_of(settings, args.machine_sets),
            labels=settings.labels,
        )
        made = place_machines(args.site, self, name, machines)
        self.ready = args.site.listed.joined(
            NodePoolReady(
                f"{name}-ready",
                NodePoolReadyArgs(
                    pool=name,
                    selector=machines.selector,
                    minimum=settings.least,
                    machine_set=machines.machine_set_name,
                    timeout_seconds=args.site.settings.waits.nodes_ready_seconds,
                    trigger=fingerprint(settings),
                ),
                args.site.listed.behind(
                    pulumi.ResourceOptions(parent=self, provider=args.site.listed_gates, depends_on=made)
                ),
            )
        )
        self.register_outputs({})


@dataclass(frozen=True, kw_only=True)
class AutoscalingArgs:
    """For which stack."""

    site: Site
    """The stack at work."""


class Autoscaling(pulumi.ComponentResource):
    """The cluster's one autoscaler."""

    def __init__(self, name: str, args: AutoscalingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:platform:Autoscaling", name, {}, opts)
        gpu = args.site.settings.gpu
        manifest = cluster_autoscaler(gpu.autoscaler, [gpu.pool(key) for key in gpu.pools])
        args.site.place(f"{name}-cluster", manifest, pulumi.ResourceOptions(parent=self))
        self.register_outputs({})
