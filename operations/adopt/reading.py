"""One product as its tenant has it, in the form in which the providers compare it: what they would find is what counts.

Each part is read by the provider of the resource that will declare it, so nothing here knows how 3scale spells a value.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dynamic_providers.declared import canonical, plain
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.active_doc import ActiveDocProvider
from dynamic_providers.threescale.application_plan import ApplicationPlanProvider
from dynamic_providers.threescale.backend import BackendProvider
from dynamic_providers.threescale.client import AdminApi
from dynamic_providers.threescale.gateway_config import PRODUCTION, STAGING, digest, newest
from dynamic_providers.threescale.mapping_rules import MappingRulesProvider
from dynamic_providers.threescale.metric import HITS, KINDS, held_metrics, kind_of, metric_fields
from dynamic_providers.threescale.metric_names import remember_metrics
from dynamic_providers.threescale.metrics import MetricsProps
from dynamic_providers.threescale.policy_chain import Policy, PolicyChainProvider
from dynamic_providers.threescale.product import SUPPORT_EMAIL, ProductProvider
from dynamic_providers.threescale.staged import is_current


@dataclass(frozen=True, kw_only=True)
class Promoted:
    """How far the product as it is now has come."""

    staging: bool
    """Staging has it."""
    production: bool
    """Production has it too."""
    reason: str
    """Why one of them has not; empty otherwise."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One product with everything of it; values are canonical inputs of the providers."""

    id: str
    """Its id."""
    product: Json
    """Names, usage rules and settings of the proxy; its secret is not among them."""
    backends: Mapping[str, Json]
    """Path → backend."""
    metrics: Json
    """`metrics` and `methods`."""
    rules: Mapping[str, Json]
    """Method and pattern → rule, in order."""
    policies: list[Json]
    """The chain as the tenant keeps it."""
    plans: Mapping[str, Json]
    """Id → application plan; copies made for a single application are left out."""
    service_plans: list[Json]
    """As the tenant answers them."""
    pages: list[Json]
    """Documents bound to the product, oldest first."""
    promoted: Promoted
    """How far it has come."""

    @property
    def system_name(self) -> str:
        """Its permanent name."""
        return str(self.product["system_name"])


class Tenant:
    """What is read once for all products."""

    def __init__(self, api: AdminApi, support_default: str) -> None:
        """Read products, backends and documents; `support_default` is the support address that models get."""
        self.api = api
        self._support_default = support_default
        self.products = list(api.pages("services", "services"))
        backends = BackendProvider()
        self._backends = {
            str(item["id"]): backends.inputs(item, {}) for item in api.pages("backend_apis", "backend_apis")
        }
        docs = ActiveDocProvider()
        told = sorted(api.pages("active_docs", "api_docs"), key=lambda item: int(item["id"]))
        self._pages = [docs.inputs(item, {}) for item in told]
        self._support = str(api.item("GET", "provider").get(SUPPORT_EMAIL) or "")

    def read(self, product: Json) -> Reading:
        """Return one of `products` with everything of it."""
        api, id_ = self.api, str(product["id"])
        usages = api.pages(f"services/{id_}/backend_usages")
        rules = MappingRulesProvider()
        held = rules.live(api, rules.canonical({"product_id": id_, "rules": {}}))["rules"]
        chain = PolicyChainProvider().live(api, {"product_id": id_})["policies"]
        return Reading(
            id=id_,
            product=self._product(id_),
            backends={str(usage["path"]): self._backends[str(usage["backend_id"])] for usage in usages},
            metrics=self._metrics(id_),
            rules=held,
            policies=[_policy(link) for link in chain],
            plans=dict(self._plans(id_)),
            service_plans=list(api.pages(f"services/{id_}/service_plans", "plans")),
            pages=[page for page in self._pages if page.get("product_id") == id_],
            promoted=_promoted(api, id_),
        )

    def _product(self, id_: str) -> Json:
        """The product without its secret; an address that is only the tenant's counts as none."""
        provider = ProductProvider()
        item = provider.fetch(self.api, id_, {})
        own = str(item.get(SUPPORT_EMAIL) or "")
        none = own == self._support and not self._support_default
        return provider.inputs(item, {}) | {SUPPORT_EMAIL: "" if none else own}

    def _metrics(self, id_: str) -> Json:
        held = held_metrics(self.api, id_)
        remember_metrics(self.api, id_, held)
        members = {
            kind: {
                name: metric_fields(item, kind) for name, item in held.items() if kind_of(item) == kind and name != HITS
            }
            for kind in KINDS
        }
        return canonical(MetricsProps, {"product_id": id_, **members})[0]

    def _plans(self, id_: str) -> list[tuple[str, Json]]:
        provider = ApplicationPlanProvider()
        known = {"product_id": id_, "foreign": "remove", "limits": {}, "prices": {}, "features": {}}
        listed = self.api.pages(f"services/{id_}/application_plans", "plans")
        ids = [str(plan["id"]) for plan in listed if not plan.get("custom")]
        return [(one, provider.inputs(provider.fetch(self.api, one, known), known)) for one in ids]


def _policy(link: Json) -> Json:
    return Policy.model_validate(plain(link)).model_dump(mode="json")


def _promoted(api: AdminApi, id_: str) -> Promoted:
    staged, live = newest(api, id_, STAGING), newest(api, id_, PRODUCTION)
    if staged is None:
        return Promoted(staging=False, production=False, reason="nothing is deployed to staging yet")
    if not is_current(api, id_, staged):
        reason = f"the product was changed after its last deploy to staging (version {staged['version']})"
        return Promoted(staging=False, production=False, reason=reason)
    if live is None:
        return Promoted(staging=True, production=False, reason="nothing is promoted to production yet")
    if digest(live) != digest(staged):
        reason = f"production (version {live['version']}) has not what staging has (version {staged['version']})"
        return Promoted(staging=True, production=False, reason=reason)
    return Promoted(staging=True, production=True, reason="")
