"""The links of the chain that count a model's tokens and hold its plans' limits of them; pure."""

from collections.abc import Iterator

from components.config import Plan, Settings
from components.config.counted import limitable_tokens
from components.config.naming import metric_of
from components.model_api.policies import LlmMetricsPolicy, PlanTerms, Policy, UncachedPolicy


def token_links(settings: Settings, key: str) -> list[Policy]:
    """What stands before `apicast` in the chain of model `key`; nothing where no answer tells tokens."""
    metering, policy = settings.api_defaults.metering, settings.threescale.gateway_policy
    metrics = limitable_tokens(settings.models[key], metering)
    if not metrics:
        return []
    if policy.is_the_guides:
        return [LlmMetricsPolicy(metrics, policy.version)]
    limited = tuple(name for name in metrics if name in _limited(settings, key))
    asks_always = bool(limited) and metering.authorization == "exact"
    counting = LlmMetricsPolicy(metrics, policy.version, limited, tuple(_terms(settings, key)), metering)
    return [*([UncachedPolicy()] if asks_always else []), counting]


def _limited(settings: Settings, key: str) -> frozenset[str]:
    """Everything that a plan of the model limits."""
    return frozenset(metric_of(limit) for plan in _plans(settings, key) for limit in plan.limits)


def _terms(settings: Settings, key: str) -> Iterator[PlanTerms]:
    """Those of the model's plans that do not permit everything."""
    for plan in _plans(settings, key):
        if plan.is_restricted:
            yield PlanTerms(plan=plan.display_name, models=plan.models or (), max_tokens=plan.max_tokens)


def _plans(settings: Settings, key: str) -> list[Plan]:
    """The model's plans that are declared; an entry of the catalogue may be drafted before them."""
    return [settings.plans[name] for name in settings.models[key].plans if name in settings.plans]
