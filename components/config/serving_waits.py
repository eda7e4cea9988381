"""How long a model server may take to start, and how long its gate waits for it."""

from collections.abc import Iterator

from components.config.fit import arrival_seconds, start_seconds
from components.config.gpu import Pool
from components.config.problems import Problem
from components.config.promise import Names
from components.config.server_pod import ServerPod
from components.config.serving_needs import placed, pods
from components.config.settings import Settings


def start_limits(settings: Settings, _: Names) -> Iterator[Problem]:
    """The gate waits at least as long as a start may take."""
    limit = settings.waits.model_ready_seconds
    for key, server in pods(settings).items():
        start, arrival = longest_start(settings, key), _arrival(settings, key)
        if server.start_seconds is None and settings.models[key].weights is None:
            continue
        if start + arrival > limit:
            by_hand = server.start_seconds is not None
            path = f"models.{key}.server.startSeconds"
            yield Problem(
                path=path if by_hand else "waits.modelReadySeconds",
                given=f"{start} was given, while waits.modelReadySeconds is {limit}{_besides(arrival)}"
                if by_hand
                else f"{limit} was given, while models.{key} may take {start} to start{_besides(arrival)}",
                allowed=f"together at most {limit} seconds; the gate would give up on a start that is still permitted",
                remedy=f"set waits.modelReadySeconds to at least {start + arrival}, or "
                + ("lower startSeconds" if by_hand else f"set {path}"),
            )


def longest_start(settings: Settings, key: str) -> int:
    """How long the container of model `key` may take until its weights are loaded, in seconds."""
    model, limit = settings.models[key], settings.waits.model_ready_seconds
    if not isinstance(model.server, ServerPod):
        return limit
    if model.server.start_seconds is not None:
        return model.server.start_seconds
    return limit if model.weights is None else start_seconds(model.weights.gib(2.0))


def longest_wait(settings: Settings, key: str) -> int:
    """How long the gate of model `key` waits, in seconds: where nodes may still have to be made, for these too."""
    server, waits = settings.models[key].server, settings.waits
    pool = server.pool if isinstance(server, ServerPod) else None
    late = pool in settings.gpu.pools and _outgrows(settings, settings.gpu.pool(pool))
    return waits.model_ready_seconds + (waits.gpu_nodes_ready_seconds if late else 0)


def _arrival(settings: Settings, key: str) -> int:
    """How long image and weights take to the node; 0 where nobody says how large the weights are."""
    weights = settings.models[key].weights
    return 0 if weights is None else arrival_seconds(weights.gib(2.0))


def _besides(arrival: int) -> str:
    return f" and image and weights may take {arrival} to the node" if arrival else ""


def _outgrows(settings: Settings, pool: Pool) -> bool:
    """Whether all pods together may need more nodes than a pool always has."""
    asked = sum(server.most_replicas * server.devices for _, server, of in placed(settings) if of.name == pool.name)
    return pool.least < pool.most and asked > pool.least * pool.resources_per_node
