"""Saved configurations of the gateway: which one is in use, what counts as the same, how the next one gets there.

A deploy saves one for staging, a promotion hands that one to production.
"""

import hashlib
import json
from typing import TYPE_CHECKING, Any

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.errors import NotFound, Rejected
from dynamic_providers.threescale.staged import is_current
from dynamic_providers.waiting import Wait

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

STAGING, PRODUCTION = "sandbox", "production"
"""The environments' names in paths (porta, app/models/proxy_config.rb)."""
VOLATILE = frozenset({"created_at", "updated_at", "deployed_at", "lock_version"})
"""Stamps inside the content that change with every write, even one that changes nothing."""
IDS_OF_RULES = frozenset({"id", "metric_id"})
"""A rule that was removed by hand and made again has another id, and so has a metric: the gateway reports by name."""
DIGEST_CHARACTERS = 16
UNUSED = "oauth_login_url"
"""Of the proxy, for a kind of authentication that 3scale gave up: empty and absent mean the same."""
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


def deployed(api: "AdminApi", wanted: Json) -> Json:
    """Return staging's newest configuration after a deploy, waiting for the first one of a new product.

    A deploy answers 201 whether it saved a configuration or not, and saves none without a change (porta,
    app/services/proxy_deployment_service.rb). `wanted` are the inputs, with the `staging_version` that was seen last
    if there was one: a newer one that 3scale saved by itself after our last write needs no deploy.

    Raises:
        Rejected: the product uses no backend, or a deploy of somebody else stays in force.
        TimedOut: none was saved in time.
    """
    product_id = wanted["product_id"]
    if api.deployed_by_itself(product_id):
        staged = newest(api, product_id, STAGING)
        if staged is not None and str(staged["version"]) != wanted.get("staging_version"):
            return staged
    elif "content_digest" not in wanted:  # a product that was there before this resource may need none
        staged = newest(api, product_id, STAGING)
        if staged is not None and is_current(api, product_id, staged):
            return staged
    remedy = "See whether 3scale's background jobs run (system-sidekiq), then run again."
    wait = Wait(f"product {product_id}, first configuration", SERVICE_TOKEN_SECONDS, remedy=remedy)
    uses_backend = False  # asked once: nothing but the configuration is waited for
    while True:
        proxy = api.item("POST", f"services/{product_id}/proxy/deploy")
        if (staged := newest(api, product_id, STAGING)) is not None:
            return _saved_anew(api, product_id, proxy) if _overtaken(staged, proxy) else staged
        uses_backend = uses_backend or bool(list(api.pages(f"services/{product_id}/backend_usages")))
        if not uses_backend:
            reason = "the product uses no backend, and without one 3scale saves no configuration"
            raise Rejected(f"deploy product {product_id}", {"backend_usages": [reason]})
        wait.pause("3scale saved none yet; the product's service token is made in the background")


def promoted(api: "AdminApi", wanted: Json, staged: Json) -> Json:
    """Return the configuration that production uses: the staged one, unless the one it has says the same.

    `wanted` are the inputs, with `production_version` and `content_digest` of the last promotion if there was one.

    Raises:
        Rejected: 3scale refuses the promotion.
    """
    product_id = wanted["product_id"]
    if wanted.get("production_version") == str(staged["version"]):
        return staged
    if wanted.get("content_digest", digest(staged)) == digest(staged):
        held = _of_production(api, product_id)
        if held is not None and digest(held) == digest(staged):
            return held
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


def _of_production(api: "AdminApi", product_id: str) -> Json | None:
    new = api.expected(f"services/{product_id}/proxy/configs/{PRODUCTION}") is not None
    return None if new else newest(api, product_id, PRODUCTION)


def _overtaken(staged: Json, proxy: Json) -> bool:
    """Tell whether a deploy that answered with `proxy` left another state in force.

    3scale compares with the newest configuration that the same person saved (porta, Proxy#deploy). When somebody else
    deployed in between and we went back to exactly what we had, it saves nothing, and theirs stays. Writes to the
    product leave stamps, so this happens with what leaves none: the upstream of a backend.
    """
    upstream = staged["content"].get("proxy", {}).get("api_backend")
    return upstream is not None and proxy.get("api_backend") not in (None, upstream)


def _saved_anew(api: "AdminApi", product_id: str, proxy: Json) -> Json:
    """Change a field that no gateway reads, upon which 3scale saves a configuration, and return that."""
    if proxy.get(UNUSED):
        reason = "somebody else's deploy stays in force, as 3scale takes ours for one that is there already"
        raise Rejected(f"deploy product {product_id}", {"proxy": [f"{reason}; change any of its settings"]})
    api.call("PATCH", f"services/{product_id}/proxy", {"proxy": {UNUSED: None if UNUSED in proxy else ""}})
    staged = newest(api, product_id, STAGING)
    if staged is None or _overtaken(staged, proxy):
        raise Rejected(f"deploy product {product_id}", {"proxy": ["3scale saved no configuration of what it holds"]})
    return staged


def _lasting(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        passing = VOLATILE | IDS_OF_RULES if "metric_system_name" in value else VOLATILE
        return {key: _lasting(item) for key, item in value.items() if key not in passing}
    return [_lasting(item) for item in value] if isinstance(value, list) else value
