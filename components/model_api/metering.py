"""The metrics of a model's tokens, and the links of the chain that count them and hold its plans' limits; pure."""

from collections.abc import Iterator, Mapping

from components.config import Settings
from components.config.counted import limitable_tokens, limited_tokens
from components.config.token_metrics import TOKEN_METRICS
from components.model_api.policies import LlmMetricsPolicy, PlanTerms, Policy, UncachedPolicy

USAGE_METRICS: Mapping[str, Mapping[str, str]] = {
    name: {"friendly_name": metric.title, "unit": "token", "description": metric.description}
    for name, metric in TOKEN_METRICS.items()
}
"""Metrics that the gateway's token policy reports, by system name. porta makes `hits` itself (porta,
app/models/service.rb)."""


def token_links(settings: Settings, key: str) -> list[Policy]:
    """What stands before `apicast` in the chain of model `key`; nothing where no answer tells tokens."""
    metering, policy = settings.api_defaults.metering, settings.threescale.gateway_policy
    metrics = limitable_tokens(settings.models[key], metering)
    if not metrics:
        return []
    if policy.is_the_guides:
        return [LlmMetricsPolicy(metrics, policy.version)]
    limited = limited_tokens(settings, key)
    asks_always = bool(limited) and metering.authorization == "exact"
    counting = LlmMetricsPolicy(metrics, policy.version, limited, tuple(_terms(settings, key)), metering)
    return [*([UncachedPolicy()] if asks_always else []), counting]


def _terms(settings: Settings, key: str) -> Iterator[PlanTerms]:
    """Those of the model's plans that do not permit everything."""
    for plan in settings.plans_of(key).values():
        if plan.is_restricted:
            yield PlanTerms(plan=plan.display_name, models=plan.models or (), max_tokens=plan.max_tokens)
