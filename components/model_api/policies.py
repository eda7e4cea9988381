"""The gateway's policy chain as typed values; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from components.config.api_defaults import Upstream
from components.config.gateway_policy import NAME, VERSION
from components.config.metering import Metering

_KEY_PLACE = "Bearer <modelApiKey>"
"""Stands for the key wherever a chain is computed, so that no secret is in what is compared and shown."""


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
class UncachedPolicy:
    """Has every call authorised before it passes; with the gateway's cache calls pass that a limit forbids.

    It comes before what authorises (APIcast, policy/caching).
    """

    def item(self) -> Mapping[str, Any]:
        """The link as porta stores it."""
        return _item("caching", {"caching_type": "none"})


@dataclass(frozen=True, kw_only=True)
class PlanTerms:
    """What applications of one plan may ask of a model."""

    plan: str
    """Title of the plan, as 3scale's backend tells it to the gateway (porta, app/lib/backend, plan_name)."""
    models: tuple[str, ...] = ()
    """Names that may be asked for; empty for all."""
    max_tokens: int | None = None
    """Most tokens of an answer; nothing for as many as the model gives."""

    def entry(self) -> Mapping[str, Any]:
        """The plan as the token policy's configuration has it."""
        models = {"models": sorted(self.models)} if self.models else {}
        return {"plan": self.plan, **models, **({"max_tokens": self.max_tokens} if self.max_tokens else {})}


@dataclass(frozen=True)
class LlmMetricsPolicy:
    """Counts the tokens of successful answers, streamed ones included, into metrics of 3scale.

    What is as the policy does it anyway is not written, so that a chain says only what is special about it.
    """

    metrics: tuple[str, ...]
    """System names of the metrics, which the answer's `usage` has under the same names."""
    version: str = VERSION
    """Version of the policy; the gateway skips one of another version than its own, with only a log line."""
    limited: tuple[str, ...] = ()
    """Those of the metrics whose limits are looked at before each call: 3scale looks at named ones alone."""
    plans: tuple[PlanTerms, ...] = ()
    """Plans that do not permit everything."""
    metering: Metering = field(default_factory=Metering)
    """How it counts."""

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
        return _item(NAME, {"enable_sse_support": True, "rules": rules, **self._special()}, version=self.version)

    def _special(self) -> Mapping[str, Any]:
        counting, estimate = self.metering, self.metering.estimate
        special = {
            "continuous_usage_stats": counting.continuous_usage or None,
            "application_labels": None if counting.application_labels else False,
            "limited_metrics": sorted(self.limited) or None,
            "plans": [terms.entry() for terms in sorted(self.plans, key=lambda terms: terms.plan)] or None,
            "estimate": {"enabled": True, "bytes_per_token": estimate.bytes_per_token} if estimate.enabled else None,
        }
        return {key: value for key, value in special.items() if value is not None}


@dataclass(frozen=True)
class ApicastPolicy:
    """The gateway itself: authorises, counts, forwards. porta appends it when it is missing."""

    def item(self) -> Mapping[str, Any]:
        """The link as porta stores it."""
        return _item("apicast", {})


@dataclass(frozen=True)
class ServerKeyPolicy:
    """Sends the model server's own key in place of the developer's, which the gateway has read by then.

    It comes after `apicast`: policies change a request in their order (APIcast, policy/headers/README.md).
    """

    def item(self) -> Mapping[str, Any]:
        """The link as porta stores it, with a place for the key: `with_key` fills it in."""
        return _item("headers", {"request": [_authorization(_KEY_PLACE)], "response": []})


def with_key(policies: Iterable[Mapping[str, Any]], key: str) -> list[dict[str, Any]]:
    """The links with `key` in its place."""
    place = [_authorization(_KEY_PLACE)]
    return [
        {**link, "configuration": {**link["configuration"], "request": [_authorization(f"Bearer {key}")]}}
        if link["configuration"].get("request") == place
        else dict(link)
        for link in policies
    ]


def chain(policies: Iterable[Policy]) -> list[dict[str, Any]]:
    """The links in the order in which the gateway runs them."""
    return [dict(policy.item()) for policy in policies]


def _authorization(value: str) -> dict[str, str]:
    return {"op": "set", "header": "Authorization", "value_type": "plain", "value": value}


def _item(name: str, configuration: Mapping[str, Any], version: str = "builtin") -> Mapping[str, Any]:
    return {"name": name, "version": version, "enabled": True, "configuration": dict(configuration)}
