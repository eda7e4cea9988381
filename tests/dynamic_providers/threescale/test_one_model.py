"""What one complete model costs in requests. The floor is what 3scale's API asks for without a single look-up.

With M methods of one rule each, three metrics and L limits that is 15 + 2M + L: backend, product, usage, the list of
rules (which also tells the metric `hits`), methods, rules, metrics, plan, limits, the list of service plans and the
default of them, document, proxy settings, policy chain, and the promotion: one reading and one write.
"""

from dataclasses import dataclass, field

import pytest

from dynamic_providers.threescale.active_doc import ActiveDocProvider
from dynamic_providers.threescale.application_plan import ApplicationPlanProvider
from dynamic_providers.threescale.backend import BackendProvider
from dynamic_providers.threescale.backend_usages import BackendUsagesProvider
from dynamic_providers.threescale.entity import TenantProvider
from dynamic_providers.threescale.mapping_rules import MappingRulesProvider
from dynamic_providers.threescale.metrics import MetricsProvider
from dynamic_providers.threescale.policy_chain import PolicyChainProvider
from dynamic_providers.threescale.product import ProductProvider
from dynamic_providers.threescale.proxy_promotion import ProxyPromotionProvider
from dynamic_providers.threescale.retired_metrics import RetiredMetricsProvider
from dynamic_providers.threescale.service_plan import ServicePlanProvider
from tests.dynamic_providers.threescale.tenant import CANARY, Held, Json, Tenant
from tests.support.plugin_host import PluginHost

METHODS = [f"operation-{number}" for number in range(8)]
METRICS = ["prompt_tokens", "completion_tokens", "total_tokens"]
LIMITS = {"hits per minute": {"value": 60}, "hits per day": {"value": 1000}, "total_tokens per day": {"value": 50_000}}
FLOOR = 15 + 2 * len(METHODS) + len(LIMITS)
LOOK_UPS = 3
"""Backends, products and documents are listed once by each process, to refuse a name that is taken."""


@dataclass
class Model:
    """The resources of one model, made one after the other as the program orders them."""

    tenant: Tenant
    host: PluginHost
    held: dict[type[TenantProvider], Held] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Every request of the provider."""

    def make(self, provider: type[TenantProvider], inputs: Json) -> str:
        """Create a resource; return its id."""
        self.tenant.clear()
        self.held[provider] = self.host.create(provider, inputs)
        self.asked += self.tenant.requests()
        return self.held[provider].id

    def change(self, provider: type[TenantProvider], **inputs: object) -> list[str]:
        """Update a resource; return the requests of that."""
        held = self.held[provider]
        self.tenant.clear()
        self.held[provider] = self.host.update(provider, held, held.inputs | inputs)
        return self.tenant.requests()

    def complete(self) -> "Model":
        """Make all of it."""
        name = self.tenant.unique("model")
        title = {"system_name": name, "name": name}
        backend = self.make(BackendProvider, title | {"private_endpoint": "http://upstream.example:80"})
        product = self.make(ProductProvider, title)
        of_product = {"product_id": product}
        self.make(BackendUsagesProvider, of_product | {"usages": {"/": {"backend_id": backend}}})
        self.tenant.deploy(product)  # waits for the service token, which takes 3scale a moment
        metrics = {metric: {"friendly_name": metric, "unit": "token"} for metric in METRICS}
        methods = {method: {"friendly_name": method} for method in METHODS}
        self.make(MetricsProvider, of_product | {"metrics": metrics, "methods": methods})
        rules = {f"POST /{method}": {"metric": method, "position": place} for place, method in enumerate(METHODS, 1)}
        self.make(MappingRulesProvider, of_product | {"rules": rules})
        self.make(ApplicationPlanProvider, of_product | {"system_name": "standard", "name": "S", "limits": LIMITS})
        self.make(ServicePlanProvider, of_product)
        paths = {"/operation-0": {"post": {"responses": {"200": {"description": "Good"}}}}}
        servers = [{"url": "https://model.example"}]
        document = {"openapi": "3.0.3", "info": {"title": name, "version": "1"}, "servers": servers, "paths": paths}
        self.make(ActiveDocProvider, of_product | title | {"document": document})
        self.make(PolicyChainProvider, of_product | {"policies": [CORS]})
        self.make(ProxyPromotionProvider, of_product | {"fingerprint": "abc"})
        members = dict.fromkeys(METRICS, "metric") | dict.fromkeys(METHODS, "method")
        self.make(RetiredMetricsProvider, of_product | {"members": members})
        return self


CORS = {"name": "cors", "version": "builtin", "configuration": {"allow_origin": "*"}, "enabled": True}


def test_a_model_costs_what_3scale_asks_for(tenant: Tenant) -> None:
    with PluginHost({"adminUrl": tenant.url, "accessToken": CANARY, "caBundle": ""}) as unaware:
        first = Model(tenant, unaware).complete()
        second = Model(tenant, unaware).complete()
    assert len(first.asked) == FLOOR + LOOK_UPS <= 1.1 * FLOOR
    assert len(second.asked) == FLOOR


def test_a_model_that_does_not_change_is_not_written_to(tenant: Tenant) -> None:
    model = Model(tenant, tenant.host).complete()
    tenant.clear()
    for provider, held in model.held.items():
        assert tenant.host.read(provider, held) == held
        checked = tenant.host.check(provider, held.inputs, held.inputs)
        assert tenant.host.diff(provider, held, checked.inputs).changed == frozenset()
    assert tenant.writes() == []


@pytest.mark.row("S-165", "S-166", "C-27")
def test_whoever_signs_up_is_subscribed_and_gets_no_application(tenant: Tenant) -> None:
    product = Model(tenant, tenant.host).complete().held[ProductProvider].id
    account = tenant.account()
    subscribed = tenant.api.pages(f"accounts/{account}/service_contracts", "service_contracts")
    assert [str(one["service_id"]) for one in subscribed].count(product) == 1
    applications = tenant.api.pages(f"accounts/{account}/applications", "applications")
    assert product not in {str(one["service_id"]) for one in applications}


def test_a_changed_limit_is_one_write(tenant: Tenant) -> None:
    model = Model(tenant, tenant.host).complete()
    asked = model.change(ApplicationPlanProvider, limits=LIMITS | {"hits per day": {"value": 1}})
    assert [one.split()[0] for one in asked if not one.startswith("GET")] == ["PUT"]


def test_a_changed_rule_or_policy_is_live_in_four_calls_at_most(tenant: Tenant) -> None:
    model = Model(tenant, tenant.host).complete()
    rules = model.held[MappingRulesProvider].inputs["rules"]
    changed = rules | {"POST /operation-3": rules["POST /operation-3"] | {"delta": 2}}
    asked = model.change(MappingRulesProvider, rules=changed) + model.change(ProxyPromotionProvider, fingerprint="def")
    assert len(asked) == 4
    chain = [CORS | {"enabled": False}]
    asked = model.change(PolicyChainProvider, policies=chain) + model.change(ProxyPromotionProvider, fingerprint="ghi")
    assert len(asked) == 3
    held = model.held[ProxyPromotionProvider]
    live = tenant.api.item("GET", f"services/{held.id}/proxy/configs/production/latest")["content"]["proxy"]
    assert [one["name"] for one in live["policy_chain"]] == ["apicast"]
    assert sum(rule["delta"] for rule in live["proxy_rules"]) == len(METHODS) + 1
