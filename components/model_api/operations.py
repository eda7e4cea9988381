"""A model's operations as methods and mapping rules of 3scale; pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from components.config import counted
from components.config.operations import OPERATIONS, Operation

_GAP = 10
"""Distance of two rules' positions, so that a rule between two others moves none of them."""

TOKEN_METRICS: Mapping[str, Mapping[str, str]] = {
    "completion_tokens": {
        "friendly_name": counted.TOKEN_METRICS["completion_tokens"],
        "unit": "token",
        "description": "Tokens of the answer",
    },
    "prompt_tokens": {
        "friendly_name": counted.TOKEN_METRICS["prompt_tokens"],
        "unit": "token",
        "description": "Tokens of the request",
    },
    "total_tokens": {
        "friendly_name": counted.TOKEN_METRICS["total_tokens"],
        "unit": "token",
        "description": "Tokens of request and answer together",
    },
}
"""Metrics that the gateway's token policy reports, by system name: the counts in an answer's `usage`.

The counts are those of vLLM's OpenAI-compatible server. porta makes `hits` itself (porta, app/models/service.rb).
"""

FURTHER_TOKEN_METRICS: Mapping[str, Mapping[str, str]] = {
    "cached_tokens": {
        "friendly_name": counted.FURTHER_TOKEN_METRICS["cached_tokens"],
        "unit": "token",
        "description": "Those of the prompt's tokens that the server had in its cache; part of prompt_tokens",
    },
    "estimated_tokens": {
        "friendly_name": counted.FURTHER_TOKEN_METRICS["estimated_tokens"],
        "unit": "token",
        "description": "An estimate by length, for calls whose answers told no usage; part of no other metric",
    },
    "reasoning_tokens": {
        "friendly_name": counted.FURTHER_TOKEN_METRICS["reasoning_tokens"],
        "unit": "token",
        "description": "Those of the answer's tokens that are thoughts; part of completion_tokens",
    },
}
"""Metrics that `apiDefaults.metering` adds: details of the same `usage`, and an estimate where there is none."""

USAGE_METRICS: Mapping[str, Mapping[str, str]] = {**TOKEN_METRICS, **FURTHER_TOKEN_METRICS}
"""All of them."""


def methods(operations: Iterable[Operation]) -> dict[str, dict[str, str]]:
    """System name of each method to what it is called; every method counts as a hit too."""
    return {
        operation.system_name: {
            "friendly_name": operation.friendly_name,
            "description": f"{operation.verb} {operation.pattern}",
        }
        for operation in operations
    }


def mapping_rules(operations: Iterable[Operation], *, keep_default: bool) -> dict[str, dict[str, Any]]:
    """`<verb> <pattern>` of each rule to the method it counts and its position.

    3scale's own rule `GET /` lets every GET path pass and counts it; it stays only with `keep_default`.
    """
    rules = {
        f"{operation.verb} {operation.pattern}": {
            "metric": operation.system_name,
            "delta": 1,
            "position": (1 + OPERATIONS.index(operation)) * _GAP,
            "last": False,
        }
        for operation in operations
    }
    default = {"GET /": {"metric": "hits", "delta": 1, "position": 1, "last": False}}
    return {**default, **rules} if keep_default else rules
