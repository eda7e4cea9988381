"""One model of the tenant, from its backend to the promotion."""

import hashlib
import json
from dataclasses import dataclass

import pulumi

from dynamic_providers.threescale.active_doc import ActiveDoc, ActiveDocArgs
from dynamic_providers.threescale.application_plan import ApplicationPlan, ApplicationPlanArgs
from dynamic_providers.threescale.backend import Backend, BackendArgs
from dynamic_providers.threescale.backend_usages import BackendUsages, BackendUsagesArgs
from dynamic_providers.threescale.mapping_rules import MappingRules, MappingRulesArgs
from dynamic_providers.threescale.metrics import Metrics, MetricsArgs
from dynamic_providers.threescale.policy_chain import PolicyChain, PolicyChainArgs
from dynamic_providers.threescale.product import Product, ProductArgs
from dynamic_providers.threescale.proxy_promotion import ProxyPromotion, ProxyPromotionArgs
from dynamic_providers.threescale.retired_metrics import RetiredMetrics, RetiredMetricsArgs
from dynamic_providers.threescale.service_plan import ServicePlan, ServicePlanArgs
from tests.dynamic_providers.engine.program.declaration import Declared
from tests.dynamic_providers.engine.program.tenant import Tenant

PROMOTED = ("backend", "product", "usages", "metrics", "methods", "rules", "policies", "subscription")
"""What feeds the configuration of the gateway."""


@dataclass(frozen=True, kw_only=True)
class Placed:
    """What accounts need of a model."""

    product: Product
    plan: ApplicationPlan
    subscription: ServicePlan
    promotion: ProxyPromotion


class Model:
    """Places the entities of one model; each step comes after the one before."""

    def __init__(self, tenant: Tenant, key: str, spec: Declared) -> None:
        self._tenant, self._spec = tenant, spec
        self._key = key
        self._name = str(spec.get("called") or spec.get("called_without_alias") or key)
        self._adopt = spec["adopt"]

    def placed(self) -> Placed:
        """Place all of them."""
        backend, product = self._roots()
        terms = ServicePlanArgs(product_id=product.id, **self._spec["subscription"])
        subscription = ServicePlan(self._name, terms, self._part(product))
        self._doc(product)
        metrics = self._metrics(product, backend)
        plan = self._plan(product, metrics)
        promotion = self._promotion(product, backend, metrics, subscription)
        self._retired(product, promotion, plan)
        return Placed(product=product, plan=plan, subscription=subscription, promotion=promotion)

    @property
    def _was(self) -> str:
        """What the resources were called before they got another name."""
        return self._key if "called" in self._spec else ""

    def _part(self, product: Product, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options of what is part of a product: it goes with it, and converges on whatever a new run finds there."""
        return self._tenant.after(product, *after, goes_with=product, was=self._was)

    def _own(self, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options of what has a name of its own, and would be refused if it were forgotten and found again."""
        return self._tenant.after(*after, was=self._was)

    def _roots(self) -> tuple[Backend, Product]:
        names = {"system_name": self._key, "adopt": self._adopt}
        backend = Backend(self._name, BackendArgs(**{**names, **self._spec["backend"]}), self._own())
        return backend, Product(self._name, ProductArgs(**{**names, **self._spec["product"]}), self._own(backend))

    def _doc(self, product: Product) -> None:
        if (document := self._spec.get("doc")) is None:
            return
        args = ActiveDocArgs(
            system_name=self._key, name=self._key, product_id=product.id, document=document, adopt=self._adopt
        )
        ActiveDoc(self._name, args, self._own(product))

    def _metrics(self, product: Product, backend: Backend) -> Metrics:
        mounted = {path: {"backend_id": backend.id} for path in self._spec["usages"]}
        usages = BackendUsages(
            self._name, BackendUsagesArgs(product_id=product.id, usages=mounted), self._part(product, backend)
        )
        counted = MetricsArgs(product_id=product.id, metrics=self._spec["metrics"], methods=self._spec["methods"])
        return Metrics(self._name, counted, self._part(product, usages))

    def _plan(self, product: Product, metrics: Metrics) -> ApplicationPlan:
        args = ApplicationPlanArgs(product_id=product.id, adopt=self._adopt, **self._spec["plan"])
        return ApplicationPlan(self._name, args, self._own(metrics))

    def _promotion(self, product: Product, backend: Backend, metrics: Metrics, plan: ServicePlan) -> ProxyPromotion:
        counted = MappingRulesArgs(product_id=product.id, rules=self._spec["rules"])
        rules = MappingRules(self._name, counted, self._part(product, metrics))
        chain = PolicyChainArgs(product_id=product.id, policies=self._spec["policies"])
        policies = PolicyChain(self._name, chain, self._part(product, rules))
        feeds = json.dumps({part: self._spec[part] for part in PROMOTED}, sort_keys=True)
        args = ProxyPromotionArgs(product_id=product.id, fingerprint=hashlib.sha256(feeds.encode()).hexdigest()[:12])
        # The default service plan stands in the configuration too.
        return ProxyPromotion(self._name, args, self._part(product, backend, metrics, rules, policies, plan))

    def _retired(self, product: Product, promotion: ProxyPromotion, plan: ApplicationPlan) -> None:
        kinds = {"metric": self._spec["metrics"], "method": self._spec["methods"]}
        members = {name: kind for kind, names in kinds.items() for name in names}
        args = RetiredMetricsArgs(product_id=product.id, members=members)
        RetiredMetrics(self._name, args, self._part(product, promotion, plan))
