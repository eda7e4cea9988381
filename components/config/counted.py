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
"""Metrics every computed API has besides `hits`, with their titles; vLLM's OpenAI-compatible server reports them in
`usage`."""


def method_names(model: Model, compat: Compat) -> tuple[str, ...]:
    """Permanent names of the methods, in the order of their rules where they are computed, else sorted."""
    if model.api.methods is not None:
        return tuple(sorted(model.api.methods))
    return tuple(operation.system_name for operation in exposed(model, compat))


def metric_names(model: Model) -> tuple[str, ...]:
    """Permanent names of the metrics besides `hits`, sorted."""
    return tuple(TOKEN_METRICS if model.api.metrics is None else sorted(model.api.metrics))


def counted(model: Model, compat: Compat) -> tuple[str, ...]:
    """Everything a limit, a price or a rule can name."""
    return (HITS, *metric_names(model), *method_names(model, compat))


def computed_titles(model: Model, compat: Compat) -> dict[str, str]:
    """Titles by permanent name of what nobody declared: 3scale's `hits`, and whatever is computed."""
    titles = {HITS: "Hits"}  # porta, app/models/metric.rb
    if model.api.metrics is None:
        titles |= TOKEN_METRICS
    if model.api.methods is None:
        titles |= {operation.system_name: operation.friendly_name for operation in exposed(model, compat)}
    return titles
