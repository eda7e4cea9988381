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
    """Backend, product, usages, metrics, rules, policies, plans and promotion; one product's writes come one by one."""

    product_id: pulumi.Output[str]
    """Id of the product."""
    plan_ids: dict[str, pulumi.Output[str]]
    """Ids of the plans by system name."""

    def __init__(self, name: str, args: ModelApiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:threescale:ModelApi", name, {}, opts)
        self._args = args
        self._definition = api_definition(args.site.settings, args.key)
        self._adopt = args.site.settings.models[args.key].adopt
        backend, product = self._backend(name), self._product(name)
        metrics = self._metrics(name, product, backend)
        rules = MappingRules(
            f"{name}-rules",
            MappingRulesArgs(product_id=product.id, rules=self._definition.rules),
            self._after(metrics),
        )
        policies = PolicyChain(
            f"{name}-policies",
            PolicyChainArgs(product_id=product.id, policies=self._definition.policies),
            self._after(rules),
        )
        plans = {
            key: self._plan(f"{name}.{key}", key, product, metrics) for key in args.site.settings.models[args.key].plans
        }
        ProxyPromotion(
            f"{name}-promotion",
            ProxyPromotionArgs(
                product_id=product.id,
                fingerprint=self._definition.fingerprint,
                staging=args.site.settings.promotion.staging,
                production=args.site.settings.promotion.production,
            ),
            self._after(backend, product, metrics, rules, policies),
        )
        self.product_id = product.id
        self.plan_ids = {key: plan.id for key, plan in plans.items()}
        self.register_outputs({})

    def _after(self, *resources: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options of an entity that comes after `resources`."""
        return pulumi.ResourceOptions(
            parent=self,
            provider=self._args.site.threescale,
            depends_on=list(resources),
            deleted_with=self._args.installation,
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
            self._after(self._args.ready),
        )

    def _product(self, name: str) -> Product:
        definition = self._definition
        return Product(
            name,
            ProductArgs(
                system_name=definition.system_name,
                name=definition.name,
                description=definition.description,
                adopt=self._adopt,
            ),
            self._after(self._args.ready),
        )

    def _metrics(self, name: str, product: Product, backend: Backend) -> Metrics:
        usages = BackendUsages(
            f"{name}-usages",
            BackendUsagesArgs(product_id=product.id, usages={USAGE_PATH: {"backend_id": backend.id}}),
            self._after(product, backend),
        )
        definition = self._definition
        return Metrics(
            f"{name}-metrics",
            MetricsArgs(product_id=product.id, metrics=definition.metrics, methods=definition.methods),
            self._after(usages),
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
            self._after(metrics),
        )
