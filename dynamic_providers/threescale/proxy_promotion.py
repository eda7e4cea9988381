"""ProxyPromotion: what is declared for a product reaches the gateways, first staging, then production.

The fingerprint is computed by the program over everything that feeds the configuration, so a preview shows whether
`up` will promote. Reading compares the configurations in use with the one promoted here; a hand edit turns the
fingerprint into `drifted: …`, and the next `up` promotes again. Promotion cannot be undone, so deleting this resource
changes nothing.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi import Input, Output, ResourceOptions

from dynamic_providers.declared import Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.entity import EntityResource
from dynamic_providers.threescale.errors import Rejected
from dynamic_providers.threescale.gateway_config import PRODUCTION, STAGING, digest, newest
from dynamic_providers.threescale.owned import OwnedProvider
from dynamic_providers.threescale.shapes import Id
from dynamic_providers.waiting import Wait

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

DRIFTED = "drifted: "
SERVICE_TOKEN_SECONDS = 120.0
"""A product gets its service token in the background, and before it no configuration (CreateServiceTokenWorker)."""


@dataclass(frozen=True, kw_only=True)
class ProxyPromotionArgs:
    """What a caller declares."""

    product_id: Input[str]
    fingerprint: Input[str]
    """Digest of everything declared that feeds the configuration; a change promotes."""
    staging: Input[bool] = True
    """Deploy to the staging gateway."""
    production: Input[bool] = True
    """Promote what is in staging to the production gateway."""


class ProxyPromotionProps(Props):
    """The same fields, resolved."""

    product_id: Id
    fingerprint: str
    staging: bool = True
    production: bool = True


class ProxyPromotionProvider(OwnedProvider):
    """`/admin/api/services/{product_id}/proxy/deploy` and `…/proxy/configs`."""

    props = ProxyPromotionProps
    kept = frozenset({"content_digest", "production_version"})

    def live(self, api: "AdminApi", known: Json) -> Json:
        """Return the versions in use, and a fingerprint that tells the drift when content is not what was promoted."""
        product_id, promoted = known["product_id"], known.get("content_digest", "")
        environments = [STAGING] * known["staging"] + [PRODUCTION] * known["production"]
        in_use = {name: newest(api, product_id, name) for name in environments}
        if None in in_use.values():
            api.call("GET", f"services/{product_id}")  # 404: not without configurations, but gone
        strange = [f"{name} is {digest(held)}" for name, held in in_use.items() if digest(held) != promoted]
        drift = {"fingerprint": f"{DRIFTED}{', '.join(strange)}; promoted was {promoted}"} if strange else {}
        return _versions(in_use.get(STAGING), in_use.get(PRODUCTION)) | {"content_digest": promoted} | drift

    def converge(self, api: "AdminApi", wanted: Json) -> Json:
        """Deploy, then promote what production does not have yet."""
        product_id = wanted["product_id"]
        staged = _deployed(api, product_id) if wanted["staging"] else newest(api, product_id, STAGING)
        if staged is None:
            reason = "nothing is deployed to staging, so nothing can be promoted; declare `staging: true`"
            raise Rejected(f"promote product {product_id}", {"staging": [reason]})
        production = _promoted(api, wanted, staged) if wanted["production"] else None
        return _versions(staged, production) | {"content_digest": digest(production or staged)}

    def clear(self, api: "AdminApi", known: Json) -> None:
        """Leave the gateways as they are."""


def _deployed(api: "AdminApi", product_id: str) -> Json:
    """Return staging's newest configuration after a deploy, waiting for the first one of a new product.

    A deploy answers 201 whether it saved a configuration or not, and saves none without a change (porta,
    app/services/proxy_deployment_service.rb).
    """
    todo = "See whether 3scale's background jobs run (system-sidekiq), then run again."
    wait = Wait(f"product {product_id}, first configuration", SERVICE_TOKEN_SECONDS, todo=todo)
    while True:
        api.call("POST", f"services/{product_id}/proxy/deploy")
        if (staged := newest(api, product_id, STAGING)) is not None:
            return staged
        if not list(api.pages(f"services/{product_id}/backend_usages")):
            reason = "the product uses no backend, and without one 3scale saves no configuration"
            raise Rejected(f"deploy product {product_id}", {"backend_usages": [reason]})
        wait.pause("3scale saved none yet; the product's service token is made in the background")


def _promoted(api: "AdminApi", wanted: Json, staged: Json) -> Json:
    """Return the configuration that production uses: the staged one, unless the one it has is the same."""
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
        if not refusal.is_taken("version"):
            raise
    return staged


def _versions(staging: Json | None, production: Json | None) -> Json:
    """Return version numbers as strings; "" for an environment that is not ours or has no configuration."""
    told = {"staging_version": staging, "production_version": production}
    return {name: str(config["version"]) if config else "" for name, config in told.items()}


class ProxyPromotion(EntityResource, module="threescale", name="ProxyPromotion"):
    """The configuration of one product in use."""

    fingerprint: Output[str]
    staging_version: Output[str]
    production_version: Output[str]
    content_digest: Output[str]
    """Digest of what was promoted, stamps left out."""

    def __init__(self, name: str, args: ProxyPromotionArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(ProxyPromotionProvider(), name, args, opts)
