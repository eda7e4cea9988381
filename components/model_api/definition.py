"""Everything one model's API declares, computed from the settings or taken from them word by word; pure."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from components.config import Model, Settings
from components.config.counted import token_metrics
from components.config.exact_api import Refusals
from components.config.hosts import model_base_url, portal_url
from components.config.operations import exposed
from components.config.product_rules import effective
from components.config.vllm import Vllm
from components.model_api.metering import USAGE_METRICS, token_links
from components.model_api.operations import mapping_rules, methods
from components.model_api.policies import ApicastPolicy, CorsPolicy, ServerKeyPolicy, UpstreamConnectionPolicy, chain

USAGE_PATH = "/"
"""Path of the product below which the backend is mounted; with any other one the gateway needs a routing policy."""


@dataclass(frozen=True, kw_only=True)
class ApiDefinition:
    """What feeds the gateway's configuration of one model, and only that: its fingerprint decides about promotion.

    The whole product is part of that configuration, usage rules included (porta, app/lib/apicast/proxy_source.rb).
    """

    product: dict[str, Any]
    """Names, usage rules and proxy settings of the product."""
    private_endpoint: str
    """Base URL of the model server."""
    methods: dict[str, dict[str, str]]
    """Methods by system name."""
    metrics: dict[str, dict[str, str]]
    """Metrics by system name, besides `hits`."""
    rules: dict[str, dict[str, Any]]
    """Mapping rules by verb and pattern."""
    policies: list[dict[str, Any]]
    """The policy chain."""
    default_service_plan: str
    """Name of the service plan that is made the product's default; empty for none."""

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that change with anything the gateway's configuration is made from."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def members(self) -> dict[str, str]:
        """Kind of every declared metric and method by system name."""
        return dict.fromkeys(self.metrics, "metric") | dict.fromkeys(self.methods, "method")


def api_definition(settings: Settings, key: str) -> ApiDefinition:
    """The API of model `key`."""
    model = settings.models[key]
    return ApiDefinition(
        product=_product(settings, key),
        private_endpoint=model_base_url(settings, key),
        methods=_methods(settings, model),
        metrics=_metrics(settings, model),
        rules=_rules(settings, model),
        policies=_policies(settings, key),
        default_service_plan=model.subscription.plan if model.subscription.default else "",
    )


def asks_for_key(model: Model) -> bool:
    """Whether the gateway sends the server's own key; a chain that is declared word by word is left alone."""
    return isinstance(model.server, Vllm) and model.server.require_api_key and model.api.policies is None


def _product(settings: Settings, key: str) -> dict[str, Any]:
    api = settings.models[key].api
    return {
        "system_name": settings.system_name(key),
        "name": settings.display_name(key),
        "description": settings.models[key].description,
        **effective(settings.api_defaults.product, api.product),
        **api.authentication.model_dump(),
        **_refusals(api.errors),
        "hostname_rewrite": api.hostname_rewrite,
        "api_test_path": api.test_path,
    }


def _refusals(declared: Refusals) -> dict[str, Any]:
    """Proxy settings of the refusals that are declared; the others keep 3scale's own."""
    settings: dict[str, Any] = {}
    for kind in ("auth_failed", "auth_missing", "no_match", "limits_exceeded"):
        refusal = getattr(declared, kind)
        values = {
            f"error_{kind}": refusal.text,
            f"error_status_{kind}": refusal.status,
            f"error_headers_{kind}": refusal.content_type,
        }
        settings |= {name: value for name, value in values.items() if value is not None}
    return settings


def _methods(settings: Settings, model: Model) -> dict[str, dict[str, str]]:
    if model.api.methods is None:
        return methods(exposed(model, settings.compat))
    return {
        name: {"friendly_name": one.display_name, "description": one.description}
        for name, one in model.api.methods.items()
    }


def _metrics(settings: Settings, model: Model) -> dict[str, dict[str, str]]:
    if model.api.metrics is None:
        return {name: dict(USAGE_METRICS[name]) for name in token_metrics(model, settings.api_defaults.metering)}
    return {
        name: {"friendly_name": one.display_name, "unit": one.unit, "description": one.description}
        for name, one in model.api.metrics.items()
    }


def _rules(settings: Settings, model: Model) -> dict[str, dict[str, Any]]:
    if model.api.rules is None:
        return mapping_rules(exposed(model, settings.compat), keep_default=settings.compat.keep_default_mapping_rule)
    return {key: rule.model_dump() for key, rule in model.api.rules.items()}


def _policies(settings: Settings, key: str) -> list[dict[str, Any]]:
    model = settings.models[key]
    if model.api.policies is not None:
        return [item.model_dump() for item in model.api.policies]
    cors = settings.api_defaults.cors
    origin = "*" if settings.compat.open_cors else cors.allow_origin or portal_url(settings)
    return chain(
        [
            CorsPolicy(origin),
            UpstreamConnectionPolicy(settings.api_defaults.upstream),
            *token_links(settings, key),
            ApicastPolicy(),
            *([ServerKeyPolicy()] if asks_for_key(model) else []),
        ]
    )
