"""What model servers and the pools they run on promise each other, and every promise about model servers."""

from collections.abc import Iterator

from components.config import serving_promises
from components.config.gpu import TimeSlicing
from components.config.number_formats import number_formats
from components.config.pool_room import machine_room
from components.config.problems import Problem, written
from components.config.promise import Names, Promise
from components.config.serving_needs import placed, pods
from components.config.serving_waits import start_limits
from components.config.settings import Settings
from components.config.vllm import Vllm


def names(settings: Settings, _: Names) -> Iterator[Problem]:
    """Pools that models name are declared."""
    for key, server in pods(settings).items():
        if server.pool is not None and server.pool not in settings.gpu.pools:
            yield Problem(
                path=f"models.{key}.server.pool",
                given=f'"{server.pool}" is no pool',
                allowed=f"one of the pools: {', '.join(sorted(settings.gpu.pools)) or 'none is declared'}",
                remedy=f"declare gpu.pools.{server.pool}, or name another pool",
            )


def nodes(settings: Settings, _: Names) -> Iterator[Problem]:
    """One pod fits one node, and all replicas of a model fit its pool."""
    for key, server, pool in placed(settings):
        most = pool.most_per_pod
        room = pool.most * (pool.resources_per_node // max(1, server.devices))
        if server.devices > most:
            shared = (
                "; shared GPUs, and parts of one, do not add up for a pod" if most < pool.resources_per_node else ""
            )
            yield Problem(
                path=f"models.{key}.server.gpus",
                given=f"{server.devices} was given, while a pod can get {most} of a node of pool {pool.name}{shared}",
                allowed=f"at most {most}: all GPUs of a pod are on one node",
                remedy=f"lower models.{key}.server.gpus, or choose a pool of larger nodes",
            )
        elif server.most_replicas > room:
            word = "autoscale.max" if isinstance(server, Vllm) and server.autoscale is not None else "replicas"
            yield Problem(
                path=f"models.{key}.server.{word}",
                given=f"{server.most_replicas} was given, while pool {pool.name} holds {room} pod(s) of "
                f"{server.devices} GPU(s): {pool.most} node(s) with {pool.resources_per_node}",
                allowed=f"at most {room}",
                remedy=f"lower models.{key}.server.{word}, or raise gpu.pools.{pool.name}.max (or its replicas)",
            )


def capacity(settings: Settings, _: Names) -> Iterator[Problem]:
    """All models of a pool together fit its nodes."""
    for name in settings.gpu.pools:
        pool = settings.gpu.pool(name)
        asked = {key: one.most_replicas * one.devices for key, one, of in placed(settings) if of.name == name}
        have = pool.most * pool.resources_per_node
        alone = all(count <= have for count in asked.values())
        if sum(asked.values()) > have and alone:
            listed = ", ".join(f"{key} ({count})" for key, count in sorted(asked.items()))
            yield Problem(
                path=written(["gpu", "pools", name]),
                given=f"the models {listed} ask for {sum(asked.values())} GPUs of the pool, which has at most {have}",
                allowed=f"models that together ask for at most {have}; a GPU that is not shared is one pod's alone",
                remedy=f"raise gpu.pools.{name}.max (or its replicas), share its GPUs, or move a model to another pool",
            )


def shared_memory(settings: Settings, _: Names) -> Iterator[Problem]:
    """Servers that take turns on a GPU leave each other's memory alone."""
    for name, declared in settings.gpu.pools.items():
        if not isinstance(declared.sharing, TimeSlicing):
            continue
        there = {key: server for key, server, pool in placed(settings) if pool.name == name and server.devices}
        unknown = [key for key, server in there.items() if server.gpu_share is None]
        yield from (_without_share(key, name) for key in unknown)
        shares = {key: server.gpu_share for key, server in there.items() if server.gpu_share is not None}
        meeting = sorted((shares[key] for key in shares for _ in range(there[key].most_replicas)), reverse=True)
        worst = sum(meeting[: declared.sharing.replicas])
        if worst > 1:
            listed = ", ".join(f"{key} ({share:g})" for key, share in sorted(shares.items()))
            yield Problem(
                path=written(["gpu", "pools", name, "sharing"]),
                given=f"servers that can meet on one GPU take {worst:g} of its memory together: {listed}",
                allowed="shares of at most 1 together; nothing keeps one server from taking the memory of another",
                remedy="lower server.gpuMemoryUtilization or gpuMemoryShare of these models, or do not share the "
                "pool's GPUs",
            )


def _without_share(key: str, pool: str) -> Problem:
    return Problem(
        path=f"models.{key}.server.gpuMemoryShare",
        given=f"it is missing, and pods take turns on the GPUs of pool {pool}",
        allowed="the share of one GPU's memory that a pod takes at most, from 0 to 1, as it was measured; nothing "
        "keeps one server from taking the memory of another",
        remedy=f"add models.{key}.server.gpuMemoryShare, or choose a pool whose GPUs are not shared",
    )


SERVING_PROMISES: tuple[Promise, ...] = (
    Promise(frozenset({"models"}), serving_promises.operations),
    Promise(frozenset({"models"}), serving_promises.keys),
    Promise(frozenset({"models", "waits"}), start_limits),
    Promise(frozenset({"compat", "models", "prereqs"}), serving_promises.serverless),
    Promise(frozenset({"gpu", "models"}), number_formats),
    Promise(frozenset({"models"}), serving_promises.heads),
    Promise(frozenset({"gpu", "models"}), serving_promises.fits),
    Promise(frozenset({"gpu", "models"}), names),
    Promise(frozenset({"gpu", "models"}), nodes),
    Promise(frozenset({"gpu", "models"}), capacity),
    Promise(frozenset({"gpu", "models"}), machine_room),
    Promise(frozenset({"gpu", "models"}), shared_memory),
)
"""Every promise about model servers."""
