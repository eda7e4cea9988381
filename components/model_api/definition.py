"""Everything one model's API declares, computed from the settings; pure."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from components.config import Settings
from components.config.hosts import model_base_url, portal_url
from components.config.operations import exposed
from components.model_api.operations import TOKEN_METRICS, mapping_rules, methods
from components.model_api.policies import ApicastPolicy, CorsPolicy, LlmMetricsPolicy, UpstreamConnectionPolicy, chain

USAGE_PATH = "/"
"""Path of the product below which the backend is mounted; with any other one the gateway needs a routing policy."""


@dataclass(frozen=True, kw_only=True)
class ApiDefinition:
    """What feeds the gateway's configuration of one model, and only that: its fingerprint decides about promotion."""

    system_name: str
    """Permanent name of product and backend."""
    name: str
    """Title in the portal."""
    description: str
    """Sentence in the portal."""
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

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that change with anything the gateway's configuration is made from."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def api_definition(settings: Settings, key: str) -> ApiDefinition:
    """The API of model `key`."""
    model = settings.models[key]
    operations = exposed(model, settings.compat)
    cors = settings.api_defaults.cors
    open_cors = settings.compat.open_cors
    return ApiDefinition(
        system_name=settings.system_name(key),
        name=settings.display_name(key),
        description=model.description,
        private_endpoint=model_base_url(settings, key),
        methods=methods(operations),
        metrics={name: dict(metric) for name, metric in TOKEN_METRICS.items()},
        rules=mapping_rules(operations, keep_default=settings.compat.keep_default_mapping_rule),
        policies=chain(
            [
                CorsPolicy("*" if open_cors else cors.allow_origin or portal_url(settings)),
                UpstreamConnectionPolicy(settings.api_defaults.upstream),
                LlmMetricsPolicy(tuple(TOKEN_METRICS)),
                ApicastPolicy(),
            ]
        ),
    )
