from typing import ClassVar

import pytest

from dynamic_providers.threescale.mapping_rules import MappingRulesProvider
from dynamic_providers.threescale.metrics import MetricsProvider
from dynamic_providers.threescale.product import ProductProvider
from dynamic_providers.threescale.retired_metrics import RetiredMetricsProvider
from tests.dynamic_providers.threescale.conformance import LostAnswers, OwnedConformance
from tests.dynamic_providers.threescale.tenant import Held, Json, Tenant
from tests.support.plugin_host import PluginError

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
        members = {"metrics": {"tokens": TOKENS}, "methods": {"chat/completions": CHAT}}
        return {"product_id": tenant.product(), **members, "foreign": "remove"}

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

    def test_a_title_passes_from_a_member_left_out_to_its_successor(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        wanted = held.inputs | {"methods": {"chat-completions": CHAT}}
        updated = tenant.host.update(self.provider, held, wanted)
        assert tenant.host.read(self.provider, updated) == updated
        assert {"chat/completions", "chat-completions"} <= self.names(tenant, held)

    def test_two_members_change_titles(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        wanted = held.inputs | {
            "metrics": {"tokens": TOKENS | {"friendly_name": "Chat"}},
            "methods": {"chat/completions": CHAT | {"friendly_name": "Tokens"}},
        }
        updated = tenant.host.update(self.provider, held, wanted)
        assert tenant.host.read(self.provider, updated) == updated

    def test_the_title_of_a_metric_made_by_hand_is_left_alone_where_it_is_to_be_kept(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant) | {"foreign": "keep"})
        id_ = tenant.metric(held.id, "by_hand")
        wanted = held.inputs | {"metrics": {"tokens": TOKENS | {"friendly_name": "by_hand"}}}
        told = rf"call 'tokens' of product {held.id} 'by_hand': 'by_hand' \(id {id_}\), which nobody declared, has this"
        tenant.clear()
        with pytest.raises(PluginError, match=rf"{told} title already\. Titles are unique .*foreignMembers: remove"):
            tenant.host.update(self.provider, held, wanted)
        assert tenant.writes() == []

    @pytest.mark.parametrize("name", ["tokens", "newcomer"])
    def test_the_title_of_a_metric_that_is_to_be_removed_is_taken(self, tenant: Tenant, name: str) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.metric(held.id, "by_hand")
        wanted = held.inputs | {"metrics": held.inputs["metrics"] | {name: TOKENS | {"friendly_name": "by_hand"}}}
        updated = tenant.host.update(self.provider, held, wanted)
        assert tenant.host.read(self.provider, updated) == updated
        members = dict.fromkeys(wanted["metrics"], "metric") | {"chat/completions": "method"}
        tenant.host.create(RetiredMetricsProvider, {"product_id": held.id, "members": members})
        assert self.names(tenant, held) == {"hits", "chat/completions", *wanted["metrics"]}

    def test_the_title_of_a_method_made_by_hand_is_taken_when_everything_is_made_anew(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        hits = next(tenant.api.pages(f"services/{example['product_id']}/metrics", "metrics"))["id"]
        by_hand = {"metric": {"system_name": "by/hand", "friendly_name": "Tokens"}}
        tenant.api.call("POST", f"services/{example['product_id']}/metrics/{hits}/methods", by_hand)
        held = tenant.host.create(self.provider, example)
        assert tenant.host.read(self.provider, held) == held

    def test_a_title_that_is_freed_still_fits(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        longest = "T" * 255
        by_hand = {"metric": {"system_name": "by_hand", "friendly_name": longest, "unit": "1"}}
        tenant.api.call("POST", f"services/{held.id}/metrics", by_hand)
        wanted = held.inputs | {"metrics": {"tokens": TOKENS | {"friendly_name": longest}}}
        updated = tenant.host.update(self.provider, held, wanted)
        assert tenant.host.read(self.provider, updated) == updated

    def test_the_title_of_hits_is_left_alone_in_any_case(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        wanted = held.inputs | {"metrics": {"tokens": TOKENS | {"friendly_name": "Hits"}}}
        with pytest.raises(PluginError, match=r"'hits' \(id \d+\), which 3scale made, .*or rename 'hits' in 3scale\.$"):
            tenant.host.update(self.provider, held, wanted)

    def test_a_metric_that_is_to_be_a_method_is_refused(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        wanted = held.inputs | {"metrics": {}, "methods": {"tokens": CHAT | {"friendly_name": "Tokens"}}}
        with pytest.raises(PluginError, match=r"'tokens' among the methods .* 3scale has it among the metrics"):
            tenant.host.update(self.provider, held, wanted)

    def test_of_a_new_product_only_what_has_to_be_known_is_asked(self, tenant: Tenant) -> None:
        product = tenant.host.create(ProductProvider, {"system_name": tenant.unique("p"), "name": "P"}).id
        tenant.clear()
        held = tenant.host.create(self.provider, self.example(tenant) | {"product_id": product})
        tenant.host.create(MappingRulesProvider, {"product_id": product, "rules": {}})
        assert [one for one in tenant.requests() if one.startswith("GET")] == [
            f"GET services/{product}/proxy/mapping_rules"
        ]
        assert tenant.host.read(self.provider, held) == held

    def names(self, tenant: Tenant, held: Held) -> set[str]:
        return {one["system_name"] for one in tenant.api.pages(f"services/{held.id}/metrics", "metrics")}
