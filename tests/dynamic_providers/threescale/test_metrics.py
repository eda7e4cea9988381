from typing import ClassVar

from dynamic_providers.threescale.metrics import MetricsProvider
from tests.dynamic_providers.threescale.conformance import LostAnswers, OwnedConformance
from tests.dynamic_providers.threescale.tenant import Held, Json, Tenant

TOKENS = {"friendly_name": "Tokens", "unit": "token", "description": "All of them"}
CHAT = {"friendly_name": "Chat", "description": ""}


class TestMetrics(OwnedConformance, LostAnswers):
    provider = MetricsProvider
    recorded = "dynamic_providers.threescale.metrics.MetricsProvider"
    change: ClassVar[Json] = {
        "metrics": {"tokens": TOKENS | {"unit": "piece"}, "prompts": TOKENS | {"friendly_name": "P"}}
    }
    spelled: ClassVar[Json] = {"methods": {"chat/completions": {"friendly_name": "Chat"}}}
    lost_post = r"/metrics"

    def example(self, tenant: Tenant) -> Json:
        return {"product_id": tenant.product(), "metrics": {"tokens": TOKENS}, "methods": {"chat/completions": CHAT}}

    def test_ids_are_told_for_every_member_and_for_hits(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        ids = {one["system_name"]: str(one["id"]) for one in tenant.api.pages(f"services/{held.id}/metrics", "metrics")}
        assert held.outs["metric_ids"] == ids
        assert ids.keys() == {"hits", "tokens", "chat/completions"}

    def test_a_member_left_out_stays_on_the_server(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        updated = tenant.host.update(self.provider, held, held.inputs | {"metrics": {}})
        assert tenant.host.read(self.provider, updated) == updated
        assert "tokens" in self.names(tenant, held)

    def test_a_metric_made_by_hand_is_kept_and_no_difference(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.metric(held.id, "by_hand")
        assert tenant.host.read(self.provider, held) == held

    def test_a_metric_changed_by_hand_is_shown_by_its_name(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        metric = {"metric": {"friendly_name": "By hand"}}
        tenant.api.call("PUT", f"services/{held.id}/metrics/{held.outs['metric_ids']['tokens']}", metric)
        drifted = tenant.host.read(self.provider, held).inputs
        assert drifted["metrics"] == {"tokens": TOKENS | {"friendly_name": "By hand"}}

    def test_deleting_removes_the_members_but_those_in_use(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        method = int(held.outs["metric_ids"]["chat/completions"])
        rule = {"http_method": "POST", "pattern": "/v1/chat", "metric_id": method, "delta": 1}
        tenant.api.call("POST", f"services/{held.id}/proxy/mapping_rules", {"mapping_rule": rule})
        tenant.deploy(held.id)
        tenant.host.delete(self.provider, held)
        assert self.names(tenant, held) == {"hits", "chat/completions"}
        assert any("chat/completions" in line and "configuration uses" in line for line in tenant.host.lines)

    def names(self, tenant: Tenant, held: Held) -> set[str]:
        return {one["system_name"] for one in tenant.api.pages(f"services/{held.id}/metrics", "metrics")}
