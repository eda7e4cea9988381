"""What 3scale counts for a model: its methods and metrics by name, whether computed or declared."""

from collections.abc import Mapping

from components.config.catalog import Model
from components.config.compat import Compat
from components.config.operations import exposed

HITS = "hits"
"""Metric that 3scale makes with each product; every method counts into it."""

TOKEN_METRICS: Mapping[str, str] = {
    "completion_tokens": "Completion tokens",
    "prompt_tokens": "Prompt tokens",
    "total_tokens": "Total tokens",
}
"""Metrics a computed API has besides `hits`, with their titles; an OpenAI-compatible server reports them in `usage`."""

_WITHOUT_TOKENS = frozenset({"docling", "image"})
"""Kinds of models whose answers are no tokens."""


def method_names(model: Model, compat: Compat) -> tuple[str, ...]:
    """Permanent names of the methods, in the order of their rules where they are computed, else sorted."""
    if model.api.methods is not None:
        return tuple(sorted(model.api.methods))
    return tuple(operation.system_name for operation in exposed(model, compat))


def metric_names(model: Model) -> tuple[str, ...]:
    """Permanent names of the metrics besides `hits`, sorted."""
    return tuple(token_metrics(model) if model.api.metrics is None else sorted(model.api.metrics))


def token_metrics(model: Model) -> tuple[str, ...]:
    """Names of the token metrics that the model's answers are counted by, where nobody declared any, sorted.

    Documents, images and judgements have no `usage`; Text Embeddings Inference reports no tokens of an answer
    (text-embeddings-inference, docs/openapi.json, OpenAICompatUsage).
    """
    engine = model.server.engine if model.server is not None else ""
    if model.kind in _WITHOUT_TOKENS or engine == "safety":
        return ()
    return tuple(name for name in TOKEN_METRICS if engine != "tei" or name != "completion_tokens")


def counted(model: Model, compat: Compat) -> tuple[str, ...]:
    """Everything a limit, a price or a rule can name."""
    return (HITS, *metric_names(model), *method_names(model, compat))


def computed_titles(model: Model, compat: Compat) -> dict[str, str]:
    """Titles by permanent name of what nobody declared: 3scale's `hits`, and whatever is computed."""
    titles = {HITS: "Hits"}  # porta, app/models/metric.rb
    if model.api.metrics is None:
        titles |= {name: TOKEN_METRICS[name] for name in token_metrics(model)}
    if model.api.methods is None:
        titles |= {operation.system_name: operation.friendly_name for operation in exposed(model, compat)}
    return titles
