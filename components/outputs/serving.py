"""What other teams need to know about model servers: addresses in the cluster, sizes, cost."""

from typing import Any

from components.config import Settings, hosts
from components.config.fit import Cost, Fit, cost
from components.config.server_pod import ServerPod
from components.config.serving_promises import fit_of_models
from components.config.vllm import Vllm

_DIGITS = 2


def serving_outputs(settings: Settings) -> dict[str, Any]:
    """The outputs by name; models of other teams' servers have an address and nothing else."""
    found = fit_of_models(settings)
    costs = {key: _cost(settings, key) for key in settings.models}
    return {
        "model_internal_urls": {key: hosts.model_base_url(settings, key) for key in settings.models},
        "model_fit": {key: _fit(fit) for key, fit in found.items()},
        "model_costs": {key: _costs(one) for key, one in costs.items() if one is not None},
    }


def _fit(fit: Fit) -> dict[str, Any]:
    return {
        "memory_gib": round(fit.memory, _DIGITS),
        "budget_gib": round(fit.budget, _DIGITS),
        "weights_gib": round(fit.weights, _DIGITS),
        "overhead_gib": round(fit.overhead, _DIGITS),
        "cache_gib": round(fit.wanted_cache, _DIGITS),
        "headroom_gib": round(fit.headroom, _DIGITS),
        "cached_tokens": fit.cached_tokens,
    }


def _cost(settings: Settings, key: str) -> Cost | None:
    """What the servers of model `key` cost, or nothing where the stack file tells no price."""
    model = settings.models[key]
    server = model.server
    if not isinstance(server, ServerPod) or server.pool is None:
        return None
    pool = settings.gpu.pool(server.pool)
    if pool.settings.price_per_hour is None:
        return None
    fewest = server.autoscale.min if isinstance(server, Vllm) and server.autoscale is not None else server.replicas
    share = server.devices / pool.resources_per_node
    return cost(pool.settings.price_per_hour, share, fewest, model.tokens_per_second)


def _costs(one: Cost) -> dict[str, float | None]:
    million = one.per_million_tokens
    return {
        "per_hour": round(one.per_hour, _DIGITS),
        "per_month": round(one.per_month, _DIGITS),
        "per_million_tokens": None if million is None else round(million, 2 * _DIGITS),
    }
