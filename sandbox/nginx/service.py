"""A product of 3scale as its promoted configuration describes it to the gateway, with one key in the header."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

APICAST: Mapping[str, Any] = {"name": "apicast", "version": "builtin", "configuration": {}}
"""The item of a chain that authorises a call and passes it on."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """What a gateway serves."""

    upstream: str
    """URL of the engine: `http://<address>:<port>`, no name and no path."""
    backend: str
    """URL of 3scale's authorisation backend, in the same form."""
    chain: Sequence[Mapping[str, Any]] = (APICAST,)
    """Policies in their order: `name`, `version`, `configuration`."""
    rules: Mapping[str, str] = field(default_factory=lambda: {"/": "hits"})
    """Beginning of a path → system name of the metric to which a call of any method adds 1."""

    def promoted(self) -> dict[str, Any]:
        """The content of a promoted configuration, as far as a gateway reads it (porta, app/lib/apicast)."""
        rules = [
            {"http_method": "ANY", "pattern": pattern, "metric_system_name": metric, "delta": 1, "last": False}
            for pattern, metric in self.rules.items()
        ]
        return {
            "id": 31,
            "system_name": "tinyllama",
            "backend_version": "1",
            "backend_authentication_type": "service_token",
            "backend_authentication_value": "service-token",
            "proxy": {
                "credentials_location": "authorization",
                "api_backend": self.upstream,
                "backend": {"endpoint": self.backend, "host": self.backend.split("//")[1]},
                "policy_chain": [dict(item) for item in self.chain],
                "proxy_rules": rules,
            },
        }
