"""Which provider instance works on which model; pure.

An instance is a process with four workers (pulumi, sdk/python/lib/pulumi/dynamic/__main__.py), so a long catalogue is
spread over several. Moving a resource from one instance to another changes nothing in it: the engine compares both
instances' settings, finds no reason to replace, and goes on with the new one.
"""

import hashlib

from components.config import Settings
from dynamic_providers.threescale import at_once

MOST = at_once.OF_A_TENANT // at_once.OF_A_PROCESS
"""Instances at most, each a process of its own: as many as may all be busy without asking too much of the tenant."""

GROUND = "cluster-ground"
"""The instance that waits for what nodes and storage need: three operators at most, and what they make."""

LISTED = "cluster-listed"
"""The instance that waits for what the stack file lists, in any number and for hours: pools, imports, model servers."""

FIRST = "threescale"
"""The instance that always exists: it also works on what belongs to the tenant and to its accounts."""


def instances_by_model(settings: Settings) -> dict[str, str]:
    """Key of a model → name of the instance that works on it.

    By the permanent name in 3scale: under another key the same entities stay with the process that may have to tell a
    record of theirs from another (docs/decisions/0006).
    """
    return {key: instance_of(settings.system_name(key)) for key in settings.models}


def instance_of(system_name: str) -> str:
    """Name of the instance that works on this product; other products have no part in it, so nobody moves."""
    number = int.from_bytes(hashlib.sha256(system_name.encode()).digest()[:8]) % MOST
    return FIRST if number == 0 else f"{FIRST}-{number + 1}"


def gate_instances(settings: Settings) -> tuple[str, ...]:
    """Names of the instances that wait on the cluster beside the one for everything else; only those that are needed.

    A gate holds a worker while it waits, and asks at once only when it has one. On one instance four models that load
    their weights would keep operators from having their install plans approved, and identity server, 3scale and routes
    from being looked at.
    """
    once = settings.storage.odf or settings.prereqs.nfd or settings.prereqs.gpu_operator
    servers = any(model.server is not None for model in settings.models.values())
    listed = settings.nodes.workers or settings.gpu.pools or servers
    return (*([GROUND] if once else []), *([LISTED] if listed else []))
