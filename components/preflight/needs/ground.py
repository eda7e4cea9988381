"""What namespaces, operators, nodes and storage need."""

from collections.abc import Iterator

from components.config import Settings
from components.config.machines import MACHINE_API_NAMESPACE, BareMetal, MachinePool
from components.config.storage import NAMESPACE as STORAGE_NAMESPACE
from components.preflight.needs import kinds
from components.preflight.needs.need import Need, explained, managed
from components.preflight.needs.operators import operators


def ground(settings: Settings) -> Iterator[Need]:
    """Every need of the layer."""
    yield managed(kinds.NAMESPACES)
    for name, namespace in operators(settings).items():
        yield from _operator(namespace, shared=name == kinds.MESH)
    yield from _nodes(settings)
    yield from _gpu_software(settings)
    yield from _storage(settings)


def _operator(namespace: str, *, shared: bool) -> Iterator[Need]:
    """Its group, its pinned version, and the approval of exactly one install plan."""
    if not shared:
        yield managed(kinds.OPERATOR_GROUPS, namespace)
    yield managed(kinds.SUBSCRIPTIONS, namespace)
    yield Need(kinds.INSTALL_PLANS, ("list", "patch"), namespace)
    yield Need(kinds.CLUSTER_SERVICE_VERSIONS, ("delete", "get"), namespace)
    yield from explained(namespace)


def _nodes(settings: Settings) -> Iterator[Need]:
    pools: list[MachinePool] = [*settings.nodes.workers.values(), *settings.gpu.pools.values()]
    if pools:
        yield Need(kinds.NODES, ("list",))
    if any(isinstance(pool.platform, BareMetal) for pool in settings.gpu.pools.values()):
        yield Need(kinds.NODES, ("get", "patch"))
    if any(pool.machine_set is not None for pool in pools):
        yield managed(kinds.MACHINE_SETS, MACHINE_API_NAMESPACE)
        yield Need(kinds.MACHINES, ("list",), MACHINE_API_NAMESPACE)
        yield Need(kinds.EVENTS, ("list",), MACHINE_API_NAMESPACE)
    if any(pool.autoscaled for pool in pools):
        yield managed(kinds.MACHINE_AUTOSCALERS, MACHINE_API_NAMESPACE)
        if settings.gpu.autoscaler.manage:
            yield managed(kinds.CLUSTER_AUTOSCALERS)


def _gpu_software(settings: Settings) -> Iterator[Need]:
    prereqs = settings.prereqs
    if settings.gpu.pools:
        # NVIDIA's policy explains why a node offers no GPUs, where the cluster has one.
        yield Need(kinds.SOMEBODYS_CLUSTER_POLICIES, ("list",))
    if (nfd := prereqs.nfd) is not None:
        yield managed(kinds.FEATURE_DISCOVERIES, nfd.namespace)
    if (gpus := prereqs.gpu_operator) is not None:
        yield managed(kinds.CLUSTER_POLICIES)
        if any(settings.gpu.pool(key).shared for key in settings.gpu.pools):
            yield managed(kinds.CONFIG_MAPS, gpus.namespace)


def _storage(settings: Settings) -> Iterator[Need]:
    if (odf := settings.storage.odf) is None:
        return
    yield managed(kinds.STORAGE_CLUSTERS, STORAGE_NAMESPACE)
    yield Need(kinds.STORAGE_CLASSES, ("get",))
    if odf.nodes:
        yield Need(kinds.NODES, ("get", "patch"))
