"""Places the machines of a pool; what pools with and without GPUs share."""

import json
from collections.abc import Mapping
from typing import Any

import pulumi

from components.config.machines import MachinePool
from components.custom_resources import Manifest, digest
from components.gpu_node_pool.machine_set import Machines, left_alone, machine_autoscaler, machine_set
from components.site import Site
from dynamic_providers.cluster.node_pool_floor import NodePoolFloor, NodePoolFloorArgs

_DRAIN = "30m"
"""How long the machines of a removed MachineSet may take to go: model servers are given time to finish what they do."""

MachineSets = Mapping[str, Manifest]
"""Worker MachineSets of the cluster by name."""


def worker_of(pool: MachinePool, machine_sets: MachineSets) -> Mapping[str, Any]:
    """The worker MachineSet that a pool is derived from: given whole, or read from the cluster."""
    source = pool.machine_set
    if source is not None and source.manifest is not None:
        return source.manifest
    return machine_sets[source.from_ or ""] if source is not None else {}


def fingerprint(pool: MachinePool) -> str:
    """Changes with what the pool's nodes are made from, and not with what was copied from a worker."""
    said = pool.model_dump_json(by_alias=True, exclude={"machine_set", "price_per_hour", "for_others"})
    return digest(json.loads(said))


def place_machines(site: Site, parent: pulumi.Resource, name: str, machines: Machines) -> list[pulumi.Resource]:
    """The MachineSet and, when its size moves, its limits; the limits go first when the pool is removed.

    Another template is another resource, not a replacement: nothing of the old one, copied zone included, is kept.
    """
    made = site.place(
        f"{name}-machines-{machines.mark}",
        machine_set(machines),
        pulumi.ResourceOptions(
            parent=parent,
            ignore_changes=left_alone(machines),
            custom_timeouts=pulumi.CustomTimeouts(delete=_DRAIN),
        ),
    )
    return [made, *_limits(site, parent, name, machines, made)] if machines.pool.autoscaled else [made]


def _limits(
    site: Site, parent: pulumi.Resource, name: str, machines: Machines, made: pulumi.Resource
) -> list[pulumi.Resource]:
    limits = site.place(
        f"{name}-limits-{machines.mark}",
        machine_autoscaler(machines),
        pulumi.ResourceOptions(parent=parent, depends_on=[made]),
    )
    if not machines.pool.least:
        return [limits]
    # The autoscaler keeps a minimum, and does not make one (cluster-autoscaler, enforce-node-group-min-size).
    floor = NodePoolFloor(
        f"{name}-floor",
        NodePoolFloorArgs(machine_set=machines.machine_set_name, least=machines.pool.least),
        pulumi.ResourceOptions(parent=parent, provider=site.listed_gates, depends_on=[limits]),
    )
    return [limits, floor]
