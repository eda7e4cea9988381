"""Places one model's API in 3scale and promotes it."""

from dataclasses import dataclass

import pulumi

from components.model_api.definition import USAGE_PATH, api_definition
from components.model_api.pages import Page, page
from components.model_api.server_key import keyed_fingerprint, sent
from components.model_api.terms import plan_terms
from components.site import Offer, ServerKey, Site
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


@dataclass(frozen=True, kw_only=True)
class ModelApiArgs:
    """What to place, and after what."""

    site: Site
    """The stack at work."""
    key: str
    """The model, by its key in the catalogue."""
    ready: pulumi.Resource
    """Gate of the Admin API."""
    installation: pulumi.Resource
    """The 3scale installation, with which every entity goes."""
    server_key: ServerKey | None = None
    """The key for which the model's own server asks."""


class ModelApi(pulumi.ComponentResource):
    """One product with its backend, and everything of it.

    What feeds the gateway is written one by one and then promoted; plans, subscription and page feed none. Everything
    of a product goes with it, so removing a model is one deletion of the product and one of the backend.
    """

    offer: Offer
    """The model as others can use it."""

    def __init__(self, name: str, args: ModelApiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:threescale:ModelApi", name, {}, opts)
        self._args, self._settings = args, args.site.settings
        self._model = self._settings.models[args.key]
        self._definition = api_definition(self._settings, args.key)
        self._foreign = self._settings.threescale.foreign_members
        backend = self._backend(name)
        product = self._product(name, backend)
        subscription = self._subscription(name, product)
        if (described := page(self._settings, args.key, self._definition)) is not None:
            self._page(name, described, product)
        metrics = self._metrics(name, product, backend)
        plans = {key: self._plan(f"{name}.{key}", key, product, metrics) for key in self._model.plans}
        versions = self._promoted(name, product, metrics, [backend, subscription], [*plans.values()])
        self.offer = Offer(
            product=product,
            product_id=product.id,
            backend_id=backend.id,
            plan_ids={key: plan.id for key, plan in plans.items()},
            service_plan_id=subscription.plan_id,
            versions=versions,
        )
        self.register_outputs({})

    def _entity(self, goes_with: pulumi.Resource, after: list[pulumi.Resource]) -> pulumi.ResourceOptions:
        """Options of an entity that 3scale deletes together with `goes_with`."""
        site = self._args.site
        provider = site.threescale_by_model[self._args.key]
        return pulumi.ResourceOptions(parent=self, provider=provider, depends_on=after, deleted_with=goes_with)

    def _backend(self, name: str) -> Backend:
        names, product = self._model.backend, self._definition.product
        return Backend(
            f"{name}-backend",
            BackendArgs(
                system_name=self._settings.backend_system_name(self._args.key),
                name=names.display_name or product["name"],
                private_endpoint=self._definition.private_endpoint,
                description=product["description"] if names.description is None else names.description,
                adopt=self._model.adopt,
            ),
            self._entity(self._args.installation, [self._args.ready]),
        )

    def _product(self, name: str, backend: Backend) -> Product:
        """The product. It comes after the backend so that it is deleted first: its usages keep the backend alive."""
        declared = ProductArgs(**self._definition.product, adopt=self._model.adopt)
        return Product(name, declared, self._entity(self._args.installation, [self._args.ready, backend]))

    def _subscription(self, name: str, product: Product) -> ServicePlan:
        terms = self._model.subscription
        declared = ServicePlanArgs(
            product_id=product.id,
            name=terms.plan,
            published=terms.published,
            approval_required=terms.approval_required,
            default=terms.default,
        )
        return ServicePlan(f"{name}-subscription", declared, self._entity(product, [product]))

    def _page(self, name: str, described: Page, product: Product) -> None:
        declared = ActiveDocArgs(
            system_name=described.system_name,
            name=described.name,
            description=described.description,
            product_id=product.id,
            document=described.document,
            published=described.published,
            skip_swagger_validations=described.skip_validation,
            adopt=self._model.adopt,
        )
        ActiveDoc(f"{name}-docs", declared, self._entity(product, [product]))

    def _metrics(self, name: str, product: Product, backend: Backend) -> Metrics:
        usages, definition = {USAGE_PATH: {"backend_id": backend.id}}, self._definition
        used = BackendUsages(
            f"{name}-usages",
            BackendUsagesArgs(product_id=product.id, usages=usages, foreign=self._foreign),
            self._entity(product, [product, backend]),
        )
        return Metrics(
            f"{name}-metrics",
            MetricsArgs(
                product_id=product.id,
                metrics=definition.metrics,
                methods=definition.methods,
                # Only a promoted configuration lets go of what nobody declared: until then nothing removes it.
                foreign=self._foreign if self._settings.promotion_of(self._args.key).production else "keep",
            ),
            self._entity(product, [used]),
        )

    def _plan(self, name: str, key: str, product: Product, metrics: Metrics) -> ApplicationPlan:
        plan = self._settings.plans[key]
        declared = ApplicationPlanArgs(
            product_id=product.id,
            system_name=self._settings.plan_system_name(key),
            name=plan.display_name,
            **plan_terms(plan),
            foreign=self._foreign,
            adopt=self._model.adopt,
        )
        return ApplicationPlan(name, declared, self._entity(product, [metrics]))

    def _promoted(
        self,
        name: str,
        product: Product,
        metrics: Metrics,
        also_feeding: list[pulumi.Resource],
        plans: list[pulumi.Resource],
    ) -> dict[str, pulumi.Input[str]]:
        """Rules, policies and promotion; returns the versions in use. `plans` have limits on metrics."""
        definition, stages = self._definition, self._settings.promotion_of(self._args.key)
        rules, policies = self._rules_and_policies(name, product, metrics)
        if not (stages.staging or stages.production):
            return {"staging": "", "production": ""}
        promotion = ProxyPromotion(
            f"{name}-promotion",
            ProxyPromotionArgs(
                product_id=product.id,
                fingerprint=keyed_fingerprint(definition.fingerprint, self._args.server_key),
                staging=stages.staging,
                production=stages.production,
            ),
            self._entity(product, [*also_feeding, product, metrics, rules, policies]),
        )
        if stages.production:
            # While production keeps an older configuration, that one still counts what was left out.
            RetiredMetrics(
                f"{name}-retired",
                RetiredMetricsArgs(product_id=product.id, members=definition.members, foreign=self._foreign),
                self._entity(product, [promotion, *plans]),
            )
        return {"staging": promotion.staging_version, "production": promotion.production_version}

    def _rules_and_policies(self, name: str, product: Product, metrics: Metrics) -> tuple[MappingRules, PolicyChain]:
        definition, key = self._definition, self._args.server_key
        rules = MappingRules(
            f"{name}-rules",
            MappingRulesArgs(product_id=product.id, rules=definition.rules, foreign=self._foreign),
            self._entity(product, [metrics]),
        )
        policies = PolicyChain(
            f"{name}-policies",
            PolicyChainArgs(product_id=product.id, policies=sent(self._args.site, self._model, definition.policies)),
            self._entity(product, [rules, *([key.ready] if key is not None else [])]),
        )
        return rules, policies
