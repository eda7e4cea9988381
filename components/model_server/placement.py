"""Where a server's pods run; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from components.config.gpu import Pool
from components.config.server_pod import GPU, ServerPod

_ANY_GPU_NODE = {"key": GPU, "operator": "Exists", "effect": "NoSchedule"}


@dataclass(frozen=True, kw_only=True)
class Placement:
    """What keeps a pod away from other nodes, and lets it on its own."""

    tolerations: list[dict[str, str]] = field(default_factory=list)
    """Taints that the pod tolerates."""
    node_selector: Mapping[str, str] = field(default_factory=dict)
    """Labels of its nodes."""
    devices: Mapping[str, str] = field(default_factory=dict)
    """What it takes of a node besides processors and memory, as a resource's name and number."""


def placement(server: ServerPod, pool: Pool | None) -> Placement:
    """Where a server runs: on its pool, where the stack file says, or on any node with a GPU if it has one."""
    resource = pool.gpu_resource if pool is not None else GPU
    devices = {resource: str(server.devices)} if server.devices else {}
    if pool is not None:
        return Placement(tolerations=pool.tolerations, node_selector=pool.node_selector, devices=devices)
    return Placement(tolerations=_tolerations(server), node_selector=dict(server.node_selector or {}), devices=devices)


def _tolerations(server: ServerPod) -> list[dict[str, str]]:
    if server.tolerations is None:
        return [_ANY_GPU_NODE] if server.devices else []
    return [
        {name: value for name, value in one.model_dump().items() if value is not None} for one in server.tolerations
    ]
