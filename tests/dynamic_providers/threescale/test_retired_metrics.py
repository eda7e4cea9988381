from typing import ClassVar

import pytest

from dynamic_providers.threescale.metrics import MetricsProvider
from dynamic_providers.threescale.retired_metrics import RetiredMetricsProvider
from tests.dynamic_providers.threescale.conformance import OwnedConformance
from tests.dynamic_providers.threescale.tenant import Held, Json, Tenant
from tests.support.plugin_host import PluginError


class TestRetiredMetrics(OwnedConformance):
    provider = RetiredMetricsProvider
    recorded = "dynamic_providers.threescale.retired_metrics.RetiredMetricsProvider"
    change: ClassVar[Json] = {"members": {"tokens": "metric"}}

    def example(self, tenant: Tenant) -> Json:
        product = tenant.product()
        tenant.metric(product)
        self.method(tenant, product)
        return {"product_id": product, "members": {"tokens": "metric", "chat": "method"}, "foreign": "remove"}

    def method(self, tenant: Tenant, product: str, name: str = "chat") -> str:
        hits = next(tenant.api.pages(f"services/{product}/metrics", "metrics"))["id"]
        body = {"metric": {"system_name": name, "friendly_name": name}}
        return str(tenant.api.item("POST", f"services/{product}/metrics/{hits}/methods", body)["id"])

    def count(self, tenant: Tenant, product: str, metric: str) -> str:
        """Let a promoted rule count a metric; return the rule's path."""
        path = f"services/{product}/proxy/mapping_rules"
        rule = {"http_method": "POST", "pattern": "/v1/chat", "metric_id": int(metric), "delta": 1}
        made = tenant.api.item("POST", path, {"mapping_rule": rule})["id"]
        tenant.deploy(product)
        return f"{path}/{made}"

    def served(self, tenant: Tenant, held: Held) -> set[str]:
        return {one["system_name"] for one in tenant.api.pages(f"services/{held.id}/metrics", "metrics")}

    def test_a_member_made_by_hand_is_shown_by_name_and_kind_and_removed(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.metric(held.id, "by_hand")
        self.method(tenant, held.id, "by/hand")
        drifted = tenant.host.read(self.provider, held)
        assert drifted.inputs["members"] == held.inputs["members"] | {"by_hand": "metric", "by/hand": "method"}
        tenant.host.update(self.provider, drifted, held.inputs)
        assert self.served(tenant, held) == {"hits", "tokens", "chat"}
        assert tenant.host.read(self.provider, held) == held

    def test_what_is_retired_goes_and_a_foreign_member_is_kept_where_declared(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant) | {"foreign": "keep"})
        tenant.metric(held.id, "by_hand")
        assert tenant.host.read(self.provider, held) == held
        tenant.host.update(self.provider, held, held.inputs | {"members": {"chat": "method"}})
        assert self.served(tenant, held) == {"hits", "chat", "by_hand"}

    def test_a_declared_member_that_is_missing_is_not_missed(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        (tokens,) = (
            one["id"]
            for one in tenant.api.pages(f"services/{held.id}/metrics", "metrics")
            if one["system_name"] == "tokens"
        )
        tenant.api.call("DELETE", f"services/{held.id}/metrics/{tokens}")
        assert tenant.host.read(self.provider, held) == held

    @pytest.mark.parametrize("environment", ["staging", "production"])
    def test_what_a_gateway_still_counts_is_refused_by_name_and_the_rest_goes(
        self, tenant: Tenant, environment: str
    ) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        metrics = {one["system_name"]: one["id"] for one in tenant.api.pages(f"services/{held.id}/metrics", "metrics")}
        rule = self.count(tenant, held.id, metrics["chat"])
        configs = f"services/{held.id}/proxy/configs/sandbox"
        if environment == "production":
            version = tenant.api.item("GET", f"{configs}/latest")["version"]
            tenant.api.call("POST", f"{configs}/{version}/promote", {"to": "production"})
            tenant.api.call("DELETE", rule)
            tenant.api.call("POST", f"services/{held.id}/proxy/deploy")
        with pytest.raises(
            PluginError, match=rf"metrics of product {held.id}: chat cannot go, .* promote to production"
        ):
            tenant.host.update(self.provider, held, held.inputs | {"members": {}})
        assert self.served(tenant, held) == {"hits", "chat"}

    def test_it_goes_as_soon_as_no_gateway_counts_it(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        chat = self.method(tenant, held.id, "completions")
        rule = self.count(tenant, held.id, chat)
        tenant.api.call("DELETE", rule)
        tenant.api.call("POST", f"services/{held.id}/proxy/deploy")
        tenant.host.update(self.provider, tenant.host.read(self.provider, held), held.inputs)
        assert self.served(tenant, held) == {"hits", "tokens", "chat"}

    def test_after_the_metrics_of_the_same_run_nothing_is_asked(self, tenant: Tenant) -> None:
        product = tenant.product()
        declared = {"tokens": {"friendly_name": "Tokens", "unit": "token"}}
        tenant.host.create(MetricsProvider, {"product_id": product, "metrics": declared, "methods": {}})
        tenant.clear()
        tenant.host.create(self.provider, {"product_id": product, "members": {"tokens": "metric"}})
        assert tenant.requests() == []

    def test_a_kind_that_is_none_is_refused(self, tenant: Tenant) -> None:
        wrong = {"product_id": "1", "members": {"tokens": "gauge"}}
        assert set(tenant.host.check(self.provider, wrong).failures) == {'members["tokens"]'}
