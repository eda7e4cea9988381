"""A program of one model's 3scale entities; the test's edits come as JSON in EDIT."""

import json
import os

import pulumi

from dynamic_providers.threescale.application import Application, ApplicationArgs
from dynamic_providers.threescale.application_plan import ApplicationPlan, ApplicationPlanArgs
from dynamic_providers.threescale.backend import Backend, BackendArgs
from dynamic_providers.threescale.backend_usages import BackendUsages, BackendUsagesArgs
from dynamic_providers.threescale.developer_account import DeveloperAccount, DeveloperAccountArgs
from dynamic_providers.threescale.gate import Gate, GateArgs
from dynamic_providers.threescale.mapping_rules import MappingRules, MappingRulesArgs
from dynamic_providers.threescale.metrics import Metrics, MetricsArgs
from dynamic_providers.threescale.policy_chain import PolicyChain, PolicyChainArgs
from dynamic_providers.threescale.product import Product, ProductArgs
from dynamic_providers.threescale.proxy_promotion import ProxyPromotion, ProxyPromotionArgs

EDIT = json.loads(os.environ.get("EDIT", "{}"))
INPUTS = {
    "adminUrl": os.environ["TENANT_URL"],
    "accessToken": pulumi.Output.secret(os.environ["TENANT_TOKEN"]),
    "caBundle": "",
}
tenant = pulumi.ProviderResource("pulumi-python", "threescale", INPUTS)
gate = Gate(
    "gate",
    GateArgs(timeout_seconds=30),
    pulumi.ResourceOptions(provider=pulumi.ProviderResource("pulumi-python", "threescale-gate", INPUTS)),
)


def after(*resources: pulumi.Resource) -> pulumi.ResourceOptions:
    """Return options of an entity that comes after `resources`."""
    return pulumi.ResourceOptions(provider=tenant, depends_on=list(resources))


backend = Backend(
    "tiny",
    BackendArgs(system_name=EDIT.get("backend", "tiny"), name="Tiny", private_endpoint="http://tiny.models.svc"),
    after(gate),
)
product = Product("tiny", ProductArgs(system_name=EDIT.get("product", "tiny"), name="Tiny"), after(gate))
usages = BackendUsages(
    "tiny", BackendUsagesArgs(product_id=product.id, usages={"/": {"backend_id": backend.id}}), after()
)
metrics = Metrics(
    "tiny",
    MetricsArgs(
        product_id=product.id,
        metrics={"tokens": {"friendly_name": "Tokens", "unit": "token"}},
        methods={"chat": {"friendly_name": "Chat"}},
    ),
    after(usages),
)
rules = MappingRules(
    "tiny",
    MappingRulesArgs(
        product_id=product.id,
        rules={"POST /v1/chat/completions": {"metric": "chat", "position": 10, "delta": EDIT.get("delta", 1)}},
    ),
    after(metrics),
)
policies = PolicyChain(
    "tiny", PolicyChainArgs(product_id=product.id, policies=[{"name": "cors", "version": "builtin"}]), after(rules)
)
plan = ApplicationPlan(
    "tiny",
    ApplicationPlanArgs(
        product_id=product.id,
        system_name=EDIT.get("plan", "standard"),
        name="Standard",
        limits={"tokens per day": {"value": EDIT.get("limit", 100)}},
    ),
    after(metrics),
)
promotion = ProxyPromotion(
    "tiny", ProxyPromotionArgs(product_id=product.id, fingerprint=str(EDIT.get("delta", 1))), after(policies, product)
)
account = DeveloperAccount(
    "dev", DeveloperAccountArgs(org_name="Dev", username="dev1", email="dev1@example.com"), after(gate)
)
application = Application(
    "dev",
    ApplicationArgs(account_id=account.id, plan_id=plan.id, name="notebook", product_id=product.id),
    after(promotion),
)
pulumi.export("user_key", application.user_key)
pulumi.export("version", promotion.production_version)
