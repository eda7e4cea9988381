"""ProxyPromotion: what is declared for a product reaches the gateways, first staging, then production.

The fingerprint is computed by the program over everything that feeds the configuration, so a preview shows whether
`up` will promote. Reading compares the configurations in use with the one promoted here; a hand edit turns the
fingerprint into `drifted: …`, and the next `up` promotes again. Promotion cannot be undone, so deleting this resource
changes nothing.

A repair of drift changes nothing that is declared: a rule added by hand that an earlier `up` promoted with the rest is
removed by `MappingRules`, and the fingerprint stays. So what this process has written to the product promotes as well.
A run that is killed between such a repair and the promotion takes that note with it: `pulumi up --replace` with the URN
of the promotion then promotes what the product is set to.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi import Input, Output, ResourceOptions
from pulumi.dynamic import DiffResult

from dynamic_providers.declared import Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale import unpromoted
from dynamic_providers.threescale.entity import EntityResource
from dynamic_providers.threescale.errors import Rejected
from dynamic_providers.threescale.gateway_config import PRODUCTION, STAGING, deployed, digest, newest, promoted
from dynamic_providers.threescale.owned import OwnedProvider
from dynamic_providers.threescale.shapes import Id

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

DRIFTED = "drifted: "


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
    kept = frozenset({"content_digest", "staging_version", "production_version"})

    def diff(self, _id: str, _olds: Json, _news: Json) -> DiffResult:
        """Say what replaces, and that there is something to promote where a repair has just changed the product."""
        found = super().diff(_id, _olds, _news)
        # True, or None: the engine compares the inputs itself.
        found.changes = unpromoted.lacks_promotion(_id) or None
        return found

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
        staged = deployed(api, wanted) if wanted["staging"] else newest(api, product_id, STAGING)
        if staged is None:
            reason = "nothing is deployed to staging, so nothing can be promoted; declare `staging: true`"
            raise Rejected(f"promote product {product_id}", {"staging": [reason]})
        production = promoted(api, wanted, staged) if wanted["production"] else None
        unpromoted.forget(product_id)
        return _versions(staged, production) | {"content_digest": digest(production or staged)}

    def clear(self, api: "AdminApi", known: Json) -> None:
        """Leave the gateways as they are."""


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
