"""Places one pool of nodes with GPUs and waits until they offer them."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.config.gpu import Mig, Pool
from components.config.machines import BareMetal, Cloud
from components.gpu_node_pool.machine_set import Machines
from components.gpu_node_pool.placing import MachineSets, fingerprint, place_machines, worker_of
from components.site import Site
from dynamic_providers.cluster.node_marks import NodeMarks, NodeMarksArgs
from dynamic_providers.cluster.node_pool_ready import NodePoolReady, NodePoolReadyArgs


@dataclass(frozen=True, kw_only=True)
class GpuNodePoolArgs:
    """Which pool, from what, after what."""

    site: Site
    """The stack at work."""
    pool: Pool
    """The pool."""
    machine_sets: MachineSets
    """Worker MachineSets that were read from the cluster."""
    after: Sequence[pulumi.Resource]
    """What makes GPUs usable; the nodes are made meanwhile."""


class GpuNodePool(pulumi.ComponentResource):
    """MachineSet and MachineAutoscaler, or marks on nodes that are there already; and the gate."""

    ready: pulumi.Resource
    """The gate: model servers get their GPUs."""

    def __init__(self, name: str, args: GpuNodePoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:platform:GpuNodePool", name, {}, opts)
        platform = args.pool.settings.platform
        if isinstance(platform, BareMetal):
            machines, made = None, self._marks(name, args, platform)
        else:
            machines = self._machines(args, platform)
            made = place_machines(args.site, self, name, machines)
        self.ready = self._gate(name, args, machines, [*made, *args.after])
        self.register_outputs({})

    def _machines(self, args: GpuNodePoolArgs, platform: Cloud) -> Machines:
        pool = args.pool
        return Machines(
            name=pool.name,
            pool=pool.settings,
            platform=platform,
            worker=worker_of(pool.settings, args.machine_sets),
            gpus=pool.gpus_per_node if isinstance(pool.settings.sharing, Mig) else pool.resources_per_node,
            labels=pool.node_labels,
            taint=pool.taint,
        )

    def _marks(self, name: str, args: GpuNodePoolArgs, platform: BareMetal) -> Sequence[pulumi.Resource]:
        return [
            NodeMarks(
                f"{name}-{node}",
                NodeMarksArgs(node=node, labels=args.pool.node_labels, taint=args.pool.taint or {}),
                pulumi.ResourceOptions(parent=self, provider=args.site.listed_gates),
            )
            for node in platform.nodes
        ]

    def _gate(
        self, name: str, args: GpuNodePoolArgs, machines: Machines | None, after: list[pulumi.Resource]
    ) -> NodePoolReady:
        site, pool, prereqs = args.site, args.pool, args.site.settings.prereqs
        software = [one.namespace for one in (prereqs.nfd, prereqs.gpu_operator) if one is not None]
        return site.listed.joined(
            NodePoolReady(
                f"{name}-ready",
                NodePoolReadyArgs(
                    pool=pool.name,
                    selector=pool.node_selector,
                    minimum=pool.least,
                    machine_set=machines.machine_set_name if machines is not None else "",
                    resource=pool.gpu_resource,
                    per_node=pool.resources_per_node,
                    product=pool.product_label,
                    namespaces=software,
                    timeout_seconds=site.settings.waits.gpu_nodes_ready_seconds,
                    trigger=fingerprint(pool.settings),
                ),
                site.listed.behind(pulumi.ResourceOptions(parent=self, provider=site.listed_gates, depends_on=after)),
            )
        )
