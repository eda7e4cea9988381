"""Saved configurations of the gateway: the newest one per environment, and what counts as the same content."""

import hashlib
import json
from typing import TYPE_CHECKING, Any

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.errors import NotFound

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

STAGING, PRODUCTION = "sandbox", "production"
"""The environments' names in paths (porta, app/models/proxy_config.rb)."""
VOLATILE = frozenset({"created_at", "updated_at", "deployed_at", "lock_version"})
"""Stamps inside the content that change with every write, even one that changes nothing."""
DIGEST_CHARACTERS = 16


def newest(api: "AdminApi", product_id: str, environment: str) -> Json | None:
    """Return the newest saved configuration (`version`, `content`), or None when there is none yet."""
    try:
        return api.item("GET", f"services/{product_id}/proxy/configs/{environment}/latest")
    except NotFound:
        return None


def digest(config: Json | None) -> str:
    """Return a short digest of what the gateway would do with this configuration; "" for none."""
    if config is None:
        return ""
    text = json.dumps(_lasting(config["content"]), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_CHARACTERS]


def _lasting(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {key: _lasting(item) for key, item in value.items() if key not in VOLATILE}
    return [_lasting(item) for item in value] if isinstance(value, list) else value
