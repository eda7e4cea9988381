"""What 3scale counts for a model: its methods and metrics by name, whether computed or declared."""

from components.config.catalog import Model
from components.config.compat import Compat
from components.config.metering import Metering
from components.config.naming import metric_of
from components.config.operations import exposed
from components.config.settings import Settings
from components.config.token_metrics import TOKEN_METRICS, USUAL

HITS = "hits"
"""Metric that 3scale makes with each product; every method counts into it."""

_WITHOUT_TOKENS = frozenset({"docling", "image"})
"""Kinds of models whose answers are no tokens."""


def method_names(model: Model, compat: Compat) -> tuple[str, ...]:
    """Permanent names of the methods, in the order of their rules where they are computed, else sorted."""
    if model.api.methods is not None:
        return tuple(sorted(model.api.methods))
    return tuple(operation.system_name for operation in exposed(model, compat))


def metric_names(model: Model, metering: Metering) -> tuple[str, ...]:
    """Permanent names of the metrics besides `hits`, sorted."""
    return tuple(token_metrics(model, metering) if model.api.metrics is None else sorted(model.api.metrics))


def token_metrics(model: Model, metering: Metering) -> tuple[str, ...]:
    """Names of the token metrics that the model's answers are counted by, where nobody declared any, sorted.

    Documents, images and judgements have no `usage`; Text Embeddings Inference reports no tokens of an answer
    (text-embeddings-inference, docs/openapi.json, OpenAICompatUsage).
    """
    engine = model.server.engine if model.server is not None else ""
    if model.kind in _WITHOUT_TOKENS or engine == "safety":
        return ()
    usual = (name for name in USUAL if engine != "tei" or name != "completion_tokens")
    return tuple(sorted([*usual, *_further(model, metering)]))


def limitable_tokens(model: Model, metering: Metering) -> tuple[str, ...]:
    """Names of the model's metrics that the token policy reports, so that it can hold their limits, sorted."""
    return tuple(name for name in metric_names(model, metering) if name in TOKEN_METRICS)


def limited_tokens(settings: Settings, key: str) -> tuple[str, ...]:
    """Those of them that a plan of model `key` limits."""
    limits = {metric_of(limit) for plan in settings.plans_of(key).values() for limit in plan.limits}
    return tuple(
        name for name in limitable_tokens(settings.models[key], settings.api_defaults.metering) if name in limits
    )


def counted(model: Model, compat: Compat, metering: Metering) -> tuple[str, ...]:
    """Everything a limit, a price or a rule can name."""
    return (HITS, *metric_names(model, metering), *method_names(model, compat))


def computed_titles(model: Model, compat: Compat, metering: Metering) -> dict[str, str]:
    """Titles by permanent name of what nobody declared: 3scale's `hits`, and whatever is computed."""
    titles = {HITS: "Hits"}  # porta, app/models/metric.rb
    if model.api.metrics is None:
        titles |= {name: TOKEN_METRICS[name].title for name in token_metrics(model, metering)}
    if model.api.methods is None:
        titles |= {operation.system_name: operation.friendly_name for operation in exposed(model, compat)}
    return titles


def _further(model: Model, metering: Metering) -> list[str]:
    """What `apiDefaults.metering` adds. Details of a prompt and its answer are told of conversations alone."""
    wanted = {
        "cached_tokens": metering.cached_tokens and model.kind == "chat",
        "estimated_tokens": metering.estimate.enabled,
        "reasoning_tokens": metering.reasoning_tokens and model.kind == "chat",
    }
    return [name for name, counts in wanted.items() if counts]
