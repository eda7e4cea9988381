"""The gateway's policy chain as typed values; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from components.config.api_defaults import Upstream

LLM_METRICS_VERSION = "0.2"
"""Version of our token policy. The gateway skips a policy of another version than the chain's, with only a log line."""


class Policy(Protocol):
    """One link of the chain."""

    def item(self) -> Mapping[str, Any]:
        """The link as porta stores it: name, version, enabled, configuration."""


@dataclass(frozen=True)
class CorsPolicy:
    """Which web pages may call the API from a browser."""

    allow_origin: str
    """One origin, or `*`."""
    allow_credentials: bool = False
    """Whether cookies go along. It is always written: the gateway takes a missing value for true."""

    def item(self) -> Mapping[str, Any]:
        """The link as porta stores it; the methods are listed, since with an empty list no preflight succeeds."""
        return _item(
            "cors",
            {
                "allow_origin": self.allow_origin,
                "allow_credentials": self.allow_credentials,
                "allow_methods": ["GET", "POST", "OPTIONS"],
                "allow_headers": ["Authorization", "Content-Type", "Accept"],
            },
        )


@dataclass(frozen=True)
class UpstreamConnectionPolicy:
    """Time limits towards the model server; the gateway's own 60 seconds cut long answers."""

    settings: Upstream
    """The limits, in seconds."""

    def item(self) -> Mapping[str, Any]:
        """The link as porta stores it."""
        return _item(
            "upstream_connection",
            {
                "connect_timeout": self.settings.connect_timeout,
                "send_timeout": self.settings.send_timeout,
                "read_timeout": self.settings.read_timeout,
            },
        )


@dataclass(frozen=True)
class LlmMetricsPolicy:
    """Counts the tokens of successful answers, streamed ones included, into metrics of 3scale."""

    metrics: tuple[str, ...]
    """System names of the metrics, which the answer's `usage` has under the same names."""

    def item(self) -> Mapping[str, Any]:
        """The link as porta stores it: one rule per metric."""
        succeeded = {"left": "{{status}}", "left_type": "liquid", "op": "==", "right": "200", "right_type": "plain"}
        rules = [
            {
                "metric": metric,
                "increment": f"{{{{ llm_usage.{metric} }}}}",
                "condition": {"combine_op": "and", "operations": [succeeded]},
            }
            for metric in self.metrics
        ]
        return _item("llm-metrics", {"enable_sse_support": True, "rules": rules}, version=LLM_METRICS_VERSION)


@dataclass(frozen=True)
class ApicastPolicy:
    """The gateway itself: authorises, counts, forwards. porta appends it when it is missing."""

    def item(self) -> Mapping[str, Any]:
        """The link as porta stores it."""
        return _item("apicast", {})


def chain(policies: Iterable[Policy]) -> list[dict[str, Any]]:
    """The links in the order in which the gateway runs them."""
    return [dict(policy.item()) for policy in policies]


def _item(name: str, configuration: Mapping[str, Any], version: str = "builtin") -> Mapping[str, Any]:
    return {"name": name, "version": version, "enabled": True, "configuration": dict(configuration)}
