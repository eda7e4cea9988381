"""What pools of nodes promise each other, the cluster and the models."""

from collections.abc import Iterator, Mapping

from components.config.gpu import ACCELERATOR_LABEL, Exclusive, GpuPool, Pool
from components.config.machines import MACHINES_LABEL, MAX_POOL_NAME, POOL_LABEL, BareMetal, WorkerPool
from components.config.problems import Problem
from components.config.promise import Names, Promise, repeated
from components.config.serving_needs import pods
from components.config.settings import Settings


def pool_names(settings: Settings, _: Names) -> Iterator[Problem]:
    """A pool's name is that of its MachineSet and of its nodes' label."""
    for path in _pools(settings):
        name = path.rpartition(".")[2]
        if len(name) > MAX_POOL_NAME:
            yield Problem(
                path=path,
                given=f"the key has {len(name)} characters",
                allowed=f"a key of at most {MAX_POOL_NAME} characters; the names of machines are made from it",
                remedy="shorten the key",
            )
    for path, first in repeated({path: path.rpartition(".")[2] for path in _pools(settings)}):
        yield Problem(
            path=path,
            given=f"{first} has the same name",
            allowed="a name that no other pool has; nodes are found by it",
            remedy="give one of the two another key",
        )


def pool_nodes(settings: Settings, _: Names) -> Iterator[Problem]:
    """A node that is there already belongs to one pool."""
    owners: dict[str, str] = {}
    for key, pool in settings.gpu.pools.items():
        names = pool.platform.nodes if isinstance(pool.platform, BareMetal) else ()
        for position, name in enumerate(names):
            path = f"gpu.pools.{key}.platform.nodes[{position}]"
            first = owners.setdefault(name, path)
            if first != path:
                yield Problem(
                    path=path,
                    given=f"{name} is also {first}",
                    allowed="each node in one pool, once",
                    remedy="remove one of the two",
                )


def pool_labels(settings: Settings, _: Names) -> Iterator[Problem]:
    """Labels that this stack and the GPU operator need are not overwritten."""
    for path, pool in _pools(settings).items():
        ours = {POOL_LABEL, MACHINES_LABEL}
        if isinstance(pool, GpuPool):
            ours |= {*Pool(name=path, settings=pool.model_copy(update={"labels": {}})).node_labels, ACCELERATOR_LABEL}
        for name in sorted(name for name in pool.labels if name in ours or name.startswith("nvidia.com/")):
            yield Problem(
                path=f"{path}.labels",
                given=f"{name} was given",
                allowed="labels that neither this stack nor the GPU operator writes",
                remedy=f"remove {name} from {path}.labels",
            )


def pool_platforms(settings: Settings, _: Names) -> Iterator[Problem]:
    """All machines of one cluster are made in one cloud."""
    kinds = {path: pool.platform.kind for path, pool in _pools(settings).items() if pool.platform.kind != "bareMetal"}
    first = next(iter(kinds), "")
    for path, kind in kinds.items():
        if kind != kinds[first]:
            yield Problem(
                path=f"{path}.platform.kind",
                given=f"{kind} was given, and {kinds[first]} in {first}",
                allowed="one cloud for all machines of a cluster; bareMetal beside it",
                remedy=f"correct {path}.platform.kind or {first}.platform.kind",
            )


def pool_sources(settings: Settings, _: Names) -> Iterator[Problem]:
    """Without a cluster no worker MachineSet can be read."""
    for path, pool in _pools(settings).items() if settings.cluster.offline else ():
        if pool.machine_set is not None and pool.machine_set.manifest is None:
            yield Problem(
                path=f"{path}.machineSet.from",
                given=f"{pool.machine_set.from_} was given while cluster.offline is true",
                allowed="machineSet.manifest in a preview without a cluster: nothing can be read",
                remedy=f"give the worker MachineSet whole as {path}.machineSet.manifest, or remove cluster.offline",
            )


def sharing(settings: Settings, _: Names) -> Iterator[Problem]:
    """GPUs are divided by the GPU operator that this stack configures, and by no other."""
    for key, pool in settings.gpu.pools.items() if settings.prereqs.gpu_operator is None else ():
        if not isinstance(pool.sharing, Exclusive):
            yield Problem(
                path=f"gpu.pools.{key}.sharing",
                given=f"{pool.sharing.strategy} was given without prereqs.gpuOperator",
                allowed="none, unless this stack installs the GPU operator; somebody else's settings are left alone",
                remedy="add prereqs.gpuOperator, or have the operator's owner divide the GPUs",
            )


def used_pools(settings: Settings, names: Names) -> Iterator[Problem]:
    """Expensive nodes are there for somebody."""
    # An entry that is wrong in itself is missing from the settings, and could name any pool.
    if names.models != frozenset(settings.models):
        return
    used = {server.pool for server in pods(settings).values()}
    for key, pool in settings.gpu.pools.items():
        if key not in used and not pool.for_others:
            yield Problem(
                path=f"gpu.pools.{key}",
                given="no model uses it",
                allowed="pools that a model names in server.pool, and pools with forOthers",
                remedy=f"remove gpu.pools.{key}, name it in a model, or set gpu.pools.{key}.forOthers to true",
            )


def _pools(settings: Settings) -> Mapping[str, GpuPool | WorkerPool]:
    """Every pool by its path."""
    workers = {f"nodes.workers.{key}": pool for key, pool in settings.nodes.workers.items()}
    return {**workers, **{f"gpu.pools.{key}": pool for key, pool in settings.gpu.pools.items()}}


NODE_PROMISES: tuple[Promise, ...] = (
    Promise(frozenset({"gpu", "nodes"}), pool_names),
    Promise(frozenset({"gpu"}), pool_nodes),
    Promise(frozenset({"gpu", "nodes"}), pool_labels),
    Promise(frozenset({"gpu", "nodes"}), pool_platforms),
    Promise(frozenset({"cluster", "gpu", "nodes"}), pool_sources),
    Promise(frozenset({"gpu", "prereqs"}), sharing),
    Promise(frozenset({"gpu", "models"}), used_pools),
)
"""Every promise about nodes."""
