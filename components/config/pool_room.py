"""Have the machines of a pool the processors and the memory that pods on their GPUs ask for?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from components.config.gpu import Pool
from components.config.machine_sizes import Size, for_pods
from components.config.problems import Problem, written
from components.config.promise import Names
from components.config.quantities import gib_of, number_of
from components.config.server_pod import ServerPod
from components.config.serving_needs import placed
from components.config.settings import Settings


@dataclass(frozen=True)
class _Asked:
    """What the pods of one model ask for, each."""

    key: str
    cpus: float
    memory_gib: float
    replicas: int


def machine_room(settings: Settings, _: Names) -> Iterator[Problem]:
    """One pod fits an empty node, and all pods together fit the pool's; machines that are in no table pass."""
    for name in settings.gpu.pools:
        pool = settings.gpu.pool(name)
        size = for_pods(pool.settings, pool.settings.platform)
        if size is None:
            continue
        asked = [_asked(key, server) for key, server, of in placed(settings) if of.name == name]
        large = [one for one in asked if one.cpus > size.cpus or one.memory_gib > size.memory_gib]
        yield from (_too_large(one, pool, size) for one in large)
        if not large:
            yield from _too_many(asked, pool, size)


def _asked(key: str, server: ServerPod) -> _Asked:
    requests = server.resources.requests
    return _Asked(key, number_of(requests.cpu), gib_of(requests.memory), server.most_replicas)


def _too_large(asked: _Asked, pool: Pool, size: Size) -> Problem:
    return Problem(
        path=f"models.{asked.key}.server.resources.requests",
        given=f"{asked.cpus:g} processors and {asked.memory_gib:.1f} GiB were given for a pod on pool {pool.name}, "
        f"whose machines ({_machine(pool)}) have {size.cpus:g} and {size.memory_gib:.1f} GiB for pods",
        allowed=f"at most {size.cpus:g} processors and {size.memory_gib:.1f} GiB; the system and the cluster's own "
        "pods need the rest, and a pod that asks for more stays pending for ever",
        remedy=f"lower models.{asked.key}.server.resources.requests, or give pool {pool.name} larger machines",
    )


def _too_many(asked: Sequence[_Asked], pool: Pool, size: Size) -> Iterator[Problem]:
    cpus = sum(one.cpus * one.replicas for one in asked)
    memory = sum(one.memory_gib * one.replicas for one in asked)
    have = Size(size.cpus * pool.most, size.memory_gib * pool.most)
    if cpus > have.cpus or memory > have.memory_gib:
        listed = ", ".join(f"{one.key} ({one.replicas} × {one.cpus:g} and {one.memory_gib:.1f} GiB)" for one in asked)
        yield Problem(
            path=written(["gpu", "pools", pool.name]),
            given=f"the models {listed} ask for {cpus:g} processors and {memory:.1f} GiB",
            allowed=f"at most {have.cpus:g} processors and {have.memory_gib:.1f} GiB, which {pool.most} machine(s) "
            f"({_machine(pool)}) have for pods",
            remedy="lower server.resources.requests of these models, raise the pool's max (or its replicas), or give "
            "it larger machines",
        )


def _machine(pool: Pool) -> str:
    return pool.settings.machine_type or "as its platform says"
