"""The metrics that the gateways' token policy reports: what 3scale calls each, and which counter of theirs has it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class TokenMetric:
    """One number of an answer's `usage`."""

    title: str
    description: str
    series: str
    """Counter of the gateways, where they have the policy."""
    usual: bool = True
    """Whether a computed API has it; others are added by a key of `apiDefaults.metering`."""


TOKEN_METRICS: Mapping[str, TokenMetric] = {
    "cached_tokens": TokenMetric(
        title="Cached tokens",
        description="Those of the prompt's tokens that the server had in its cache; part of prompt_tokens",
        series="llm_cached_tokens_total",
        usual=False,
    ),
    "completion_tokens": TokenMetric(
        title="Completion tokens", description="Tokens of the answer", series="llm_completion_tokens_count"
    ),
    "estimated_tokens": TokenMetric(
        title="Estimated tokens",
        description="An estimate by length, for calls whose answers told no usage; part of no other metric",
        series="llm_estimated_tokens_total",
        usual=False,
    ),
    "prompt_tokens": TokenMetric(
        title="Prompt tokens", description="Tokens of the request", series="llm_prompt_tokens_count"
    ),
    "reasoning_tokens": TokenMetric(
        title="Reasoning tokens",
        description="Those of the answer's tokens that are thoughts; part of completion_tokens",
        series="llm_reasoning_tokens_total",
        usual=False,
    ),
    "total_tokens": TokenMetric(
        title="Total tokens",
        description="Tokens of request and answer together",
        series="llm_total_token_count",
    ),
}
"""By system name. The usual ones are the counts of vLLM's `UsageInfo`; their counters have the names that the guides'
policy gives them."""

USUAL: Mapping[str, TokenMetric] = {name: metric for name, metric in TOKEN_METRICS.items() if metric.usual}
"""Those of every OpenAI-compatible server."""
