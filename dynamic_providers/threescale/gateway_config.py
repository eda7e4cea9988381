"""Saved configurations of the gateway: which one is in use, what counts as the same, how the next one gets there.

A deploy saves one for staging, a promotion hands that one to production.
"""

import hashlib
import json
from typing import TYPE_CHECKING, Any

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.errors import NotFound, Rejected
from dynamic_providers.waiting import Wait

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

STAGING, PRODUCTION = "sandbox", "production"
"""The environments' names in paths (porta, app/models/proxy_config.rb)."""
VOLATILE = frozenset({"created_at", "updated_at", "deployed_at", "lock_version"})
"""Stamps inside the content that change with every write, even one that changes nothing."""
DIGEST_CHARACTERS = 16
SERVICE_TOKEN_SECONDS = 120.0
"""A product gets its service token in the background, and before it no configuration (CreateServiceTokenWorker)."""


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


def deployed(api: "AdminApi", product_id: str) -> Json:
    """Return staging's newest configuration after a deploy, waiting for the first one of a new product.

    A deploy answers 201 whether it saved a configuration or not, and saves none without a change (porta,
    app/services/proxy_deployment_service.rb).

    Raises:
        Rejected: the product uses no backend.
        TimedOut: none was saved in time.
    """
    remedy = "See whether 3scale's background jobs run (system-sidekiq), then run again."
    wait = Wait(f"product {product_id}, first configuration", SERVICE_TOKEN_SECONDS, remedy=remedy)
    while True:
        api.call("POST", f"services/{product_id}/proxy/deploy")
        if (staged := newest(api, product_id, STAGING)) is not None:
            return staged
        if not list(api.pages(f"services/{product_id}/backend_usages")):
            reason = "the product uses no backend, and without one 3scale saves no configuration"
            raise Rejected(f"deploy product {product_id}", {"backend_usages": [reason]})
        wait.pause("3scale saved none yet; the product's service token is made in the background")


def promoted(api: "AdminApi", wanted: Json, staged: Json) -> Json:
    """Return the configuration that production uses: the staged one, unless the one it has is the same.

    `wanted` are the inputs, with the `production_version` that was promoted last if there was one.

    Raises:
        Rejected: 3scale refuses the promotion.
    """
    product_id = wanted["product_id"]
    held = None if "production_version" in wanted else newest(api, product_id, PRODUCTION)
    if held is not None and digest(held) == digest(staged):
        return held
    if wanted.get("production_version") == str(staged["version"]):
        return staged
    try:
        api.call(
            "POST", f"services/{product_id}/proxy/configs/{STAGING}/{staged['version']}/promote", {"to": PRODUCTION}
        )
    except Rejected as refusal:
        # A repeated request whose first answer was lost meets a version that production has already.
        held = newest(api, product_id, PRODUCTION) if refusal.is_taken("version") else None
        if held is None or held["version"] != staged["version"]:
            raise
    return staged


def _lasting(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {key: _lasting(item) for key, item in value.items() if key not in VOLATILE}
    return [_lasting(item) for item in value] if isinstance(value, list) else value
