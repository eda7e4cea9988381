"""Places one model's API in 3scale and promotes it."""

from dataclasses import dataclass

import pulumi

from components.model_api.definition import USAGE_PATH, api_definition
from components.site import Site
from dynamic_providers.threescale.application_plan import ApplicationPlan, ApplicationPlanArgs
from dynamic_providers.threescale.backend import Backend, BackendArgs
from dynamic_providers.threescale.backend_usages import BackendUsages, BackendUsagesArgs
from dynamic_providers.threescale.mapping_rules import MappingRules, MappingRulesArgs
from dynamic_providers.threescale.metrics import Metrics, MetricsArgs
from dynamic_providers.threescale.policy_chain import PolicyChain, PolicyChainArgs
from dynamic_providers.threescale.product import Product, ProductArgs
from dynamic_providers.threescale.proxy_promotion import ProxyPromotion, ProxyPromotionArgs


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


class ModelApi(pulumi.ComponentResource):
    """Backend, product, usages, metrics, rules, policies, plans and promotion; one product's writes come one by one.

    Everything of a product goes with it, so removing a model is one deletion of the product and one of the backend.
    """

    product_id: pulumi.Output[str]
    """Id of the product."""
    plan_ids: dict[str, pulumi.Output[str]]
    """Ids of the plans by system name."""

    def __init__(self, name: str, args: ModelApiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:threescale:ModelApi", name, {}, opts)
        self._args = args
        self._definition = api_definition(args.site.settings, args.key)
        self._adopt = args.site.settings.models[args.key].adopt
        backend = self._backend(name)
        product = self._product(name, backend)
        metrics = self._metrics(name, product, backend)
        plans = {
            key: self._plan(f"{name}.{key}", key, product, metrics) for key in args.site.settings.models[args.key].plans
        }
        self._promoted(name, product, backend, metrics)
        self.product_id = product.id
        self.plan_ids = {key: plan.id for key, plan in plans.items()}
        self.register_outputs({})

    def _entity(self, goes_with: pulumi.Resource, after: list[pulumi.Resource]) -> pulumi.ResourceOptions:
        """Options of an entity that 3scale deletes together with `goes_with`."""
        return pulumi.ResourceOptions(
            parent=self, provider=self._args.site.threescale, depends_on=after, deleted_with=goes_with
        )

    def _backend(self, name: str) -> Backend:
        definition = self._definition
        return Backend(
            f"{name}-backend",
            BackendArgs(
                system_name=definition.system_name,
                name=definition.name,
                private_endpoint=definition.private_endpoint,
                description=definition.description,
                adopt=self._adopt,
            ),
            self._entity(self._args.installation, [self._args.ready]),
        )

    def _product(self, name: str, backend: Backend) -> Product:
        """The product. It comes after the backend so that it is deleted first: its usages keep the backend alive."""
        definition = self._definition
        return Product(
            name,
            ProductArgs(
                system_name=definition.system_name,
                name=definition.name,
                description=definition.description,
                adopt=self._adopt,
            ),
            self._entity(self._args.installation, [self._args.ready, backend]),
        )

    def _metrics(self, name: str, product: Product, backend: Backend) -> Metrics:
        usages = BackendUsages(
            f"{name}-usages",
            BackendUsagesArgs(product_id=product.id, usages={USAGE_PATH: {"backend_id": backend.id}}),
            self._entity(product, [product, backend]),
        )
        definition = self._definition
        return Metrics(
            f"{name}-metrics",
            MetricsArgs(product_id=product.id, metrics=definition.metrics, methods=definition.methods),
            self._entity(product, [usages]),
        )

    def _plan(self, name: str, system_name: str, product: Product, metrics: Metrics) -> ApplicationPlan:
        plan = self._args.site.settings.plans[system_name]
        return ApplicationPlan(
            name,
            ApplicationPlanArgs(
                product_id=product.id,
                system_name=system_name,
                name=plan.display_name,
                published=plan.published,
                approval_required=plan.approval_required,
                limits={limit: {"value": value} for limit, value in plan.limits.items()},
                adopt=self._adopt,
            ),
            self._entity(product, [metrics]),
        )

    def _promoted(self, name: str, product: Product, backend: Backend, metrics: Metrics) -> None:
        definition, promotion = self._definition, self._args.site.settings.promotion
        rules = MappingRules(
            f"{name}-rules",
            MappingRulesArgs(product_id=product.id, rules=definition.rules),
            self._entity(product, [metrics]),
        )
        policies = PolicyChain(
            f"{name}-policies",
            PolicyChainArgs(product_id=product.id, policies=definition.policies),
            self._entity(product, [rules]),
        )
        ProxyPromotion(
            f"{name}-promotion",
            ProxyPromotionArgs(
                product_id=product.id,
                fingerprint=definition.fingerprint,
                staging=promotion.staging,
                production=promotion.production,
            ),
            self._entity(product, [backend, product, metrics, rules, policies]),
        )
