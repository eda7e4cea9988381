"""What 3scale counts for a model: its methods and metrics by name, whether computed or declared."""

from components.config.catalog import Model
from components.config.compat import Compat
from components.config.operations import exposed

HITS = "hits"
"""Metric that 3scale makes with each product; every method counts into it."""

TOKEN_METRICS = ("completion_tokens", "prompt_tokens", "total_tokens")
"""Metrics every computed API has besides `hits`; vLLM's OpenAI-compatible server reports them in `usage`."""


def method_names(model: Model, compat: Compat) -> tuple[str, ...]:
    """Permanent names of the methods, in the order of their rules where they are computed, else sorted."""
    if model.api.methods is not None:
        return tuple(sorted(model.api.methods))
    return tuple(operation.system_name for operation in exposed(model, compat))


def metric_names(model: Model) -> tuple[str, ...]:
    """Permanent names of the metrics besides `hits`, sorted."""
    return TOKEN_METRICS if model.api.metrics is None else tuple(sorted(model.api.metrics))


def counted(model: Model, compat: Compat) -> tuple[str, ...]:
    """Everything a limit, a price or a rule can name."""
    return (HITS, *metric_names(model), *method_names(model, compat))
