from typing import ClassVar

import pytest

from dynamic_providers.threescale.mapping_rules import MappingRulesProvider
from tests.dynamic_providers.threescale.conformance import LostAnswers, OwnedConformance
from tests.dynamic_providers.threescale.foreign_members import ForeignMembers
from tests.dynamic_providers.threescale.tenant import Held, Json, Tenant


def rule(position: int, **other: object) -> Json:
    return {"metric": "hits", "delta": 1, "position": position, "last": False, **other}


A, B, C = "GET /v1/models", "POST /v1/chat/completions", "POST /v1/completions$"


class TestMappingRules(OwnedConformance, LostAnswers, ForeignMembers):
    provider = MappingRulesProvider
    recorded = "dynamic_providers.threescale.mapping_rules.MappingRulesProvider"
    change: ClassVar[Json] = {"rules": {C: rule(5), A: rule(20, delta=3), B: rule(30, metric="tokens", last=True)}}
    spelled: ClassVar[Json] = {"rules": {A: {"metric": "hits", "position": 10.0}, B: rule(20, metric="tokens")}}
    lost_post = "/mapping_rules"
    set_name = "rules"

    def example(self, tenant: Tenant) -> Json:
        product = tenant.product()
        tenant.metric(product)
        return {"product_id": product, "rules": {A: rule(10), B: rule(20, metric="tokens")}, "foreign": "remove"}

    def add_by_hand(self, tenant: Tenant, held: Held) -> str:
        self.add(tenant, held, "/by/hand", position=2)
        return "GET /by/hand"

    def served(self, tenant: Tenant, held: Held) -> set[str]:
        return set(self.held_by_server(tenant, held))

    def held_by_server(self, tenant: Tenant, held: Held) -> list[str]:
        rules = tenant.api.pages(f"services/{held.id}/proxy/mapping_rules", "mapping_rules")
        return [f"{one['http_method']} {one['pattern']}" for one in sorted(rules, key=lambda one: one["position"])]

    def add(self, tenant: Tenant, held: Held, pattern: str, **more: object) -> None:
        hits = next(tenant.api.pages(f"services/{held.id}/metrics", "metrics"))["id"]
        body = {"http_method": "GET", "pattern": pattern, "metric_id": hits, "delta": 1, **more}
        tenant.api.call("POST", f"services/{held.id}/proxy/mapping_rules", {"mapping_rule": body})

    @pytest.mark.row("S-141")
    def test_the_rule_that_3scale_makes_is_rewritten(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        tenant.clear()
        held = tenant.host.create(self.provider, example)
        assert self.held_by_server(tenant, held) == [A, B]
        assert [one.split()[0] for one in tenant.writes()] == ["PATCH", "POST"]

    def test_no_rule_declared_leaves_none(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant) | {"rules": {}})
        assert self.held_by_server(tenant, held) == []

    def test_a_rule_made_by_hand_is_shown_by_name_and_place_and_removed(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        self.add(tenant, held, "/by/hand", position=2)
        drifted = tenant.host.read(self.provider, held)
        assert drifted.inputs["rules"] == held.inputs["rules"] | {"GET /by/hand": rule(15)}
        tenant.host.update(self.provider, drifted, held.inputs)
        assert tenant.host.read(self.provider, held) == held

    def test_a_rule_made_twice_by_hand_is_told_apart_by_its_id_and_removed(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        self.add(tenant, held, "/v1/models")
        drifted = tenant.host.read(self.provider, held)
        (extra,) = drifted.inputs["rules"].keys() - held.inputs["rules"].keys()
        assert extra.startswith("GET /v1/models (id ")
        tenant.host.update(self.provider, drifted, held.inputs)
        assert self.held_by_server(tenant, held) == [A, B]

    def test_a_rule_moved_by_hand_is_shown_and_moved_back(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        rules = {
            one["pattern"]: one for one in tenant.api.pages(f"services/{held.id}/proxy/mapping_rules", "mapping_rules")
        }
        path = f"services/{held.id}/proxy/mapping_rules/{rules['/v1/models']['id']}"
        tenant.api.call("PATCH", path, {"mapping_rule": {"position": 2}})
        drifted = tenant.host.read(self.provider, held)
        assert {key: value["position"] for key, value in drifted.inputs["rules"].items()} == {B: 10, A: 20}
        tenant.host.update(self.provider, drifted, held.inputs)
        assert tenant.host.read(self.provider, held) == held

    def test_a_rule_moved_by_hand_far_behind_the_last_one_is_moved_back(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        path = f"services/{held.id}/proxy/mapping_rules/{held.outs['rule_ids'][A]}"
        tenant.api.call("PATCH", path, {"mapping_rule": {"position": 7}})
        drifted = tenant.host.read(self.provider, held)
        assert list(self.held_by_server(tenant, held)) == [B, A]
        tenant.host.update(self.provider, drifted, held.inputs | {"rules": {A: rule(10), B: held.inputs["rules"][B]}})
        assert self.held_by_server(tenant, held) == [A, B]
        drifted = tenant.host.read(self.provider, held)
        tenant.api.call("PATCH", path, {"mapping_rule": {"position": 7}})
        wanted = held.inputs["rules"] | {C: rule(99)}
        tenant.host.update(self.provider, drifted, held.inputs | {"rules": wanted})
        assert self.held_by_server(tenant, held) == [A, B, C]

    def test_gaps_between_rules_in_their_order_are_left_alone(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        held = tenant.host.create(self.provider, example)
        path = f"services/{held.id}/proxy/mapping_rules/{held.outs['rule_ids'][B]}"
        tenant.api.call("PATCH", path, {"mapping_rule": {"position": 7}})
        tenant.clear()
        assert tenant.host.create(self.provider, example) == held
        assert tenant.writes() == []

    def test_a_rule_added_in_the_middle_is_one_write_that_rewrites_a_foreign_one(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        last = {f"POST /v{number}": rule(100 + number) for number in range(4)}
        held = tenant.host.create(self.provider, example | {"rules": example["rules"] | last})
        self.add(tenant, held, "/by/hand", position=3)
        tenant.clear()
        wanted = held.inputs | {"rules": held.inputs["rules"] | {C: rule(30)}}
        updated = tenant.host.update(self.provider, held, wanted)
        assert [one.split()[0] for one in tenant.writes()] == ["PATCH"]
        assert tenant.host.read(self.provider, updated) == updated

    def test_other_gaps_in_the_same_order_write_nothing(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.clear()
        tenant.host.update(self.provider, held, held.inputs | {"rules": {A: rule(1), B: rule(99, metric="tokens")}})
        assert tenant.writes() == []

    def test_a_metric_that_does_not_exist_is_named(self, tenant: Tenant) -> None:
        wrong = self.example(tenant) | {"rules": {A: rule(10, metric="tokns")}}
        with pytest.raises(Exception, match=r"tokns does not exist in product .* it has hits, tokens"):
            tenant.host.create(self.provider, wrong)

    def test_the_rule_that_3scale_makes_is_foreign_to_everybody(self, tenant: Tenant) -> None:
        kept = tenant.host.create(self.provider, self.example(tenant) | {"foreign": "keep"})
        assert self.held_by_server(tenant, kept) == [A, B]
        bare = tenant.host.create(self.provider, self.example(tenant) | {"foreign": "keep", "rules": {}})
        assert self.held_by_server(tenant, bare) == []

    @pytest.mark.parametrize("policy", ["remove", "keep"])
    def test_the_rule_that_3scale_makes_stays_where_it_is_declared(self, tenant: Tenant, policy: str) -> None:
        rules = {A: rule(10), "GET /": rule(20)}
        held = tenant.host.create(self.provider, self.example(tenant) | {"foreign": policy, "rules": rules})
        assert self.held_by_server(tenant, held) == [A, "GET /"]

    def test_a_rule_like_that_of_3scale_that_somebody_changed_is_kept(self, tenant: Tenant) -> None:
        example = self.example(tenant) | {"foreign": "keep"}
        path = f"services/{example['product_id']}/proxy/mapping_rules"
        (default,) = tenant.api.pages(path, "mapping_rules")
        tenant.api.call("PATCH", f"{path}/{default['id']}", {"mapping_rule": {"delta": 2}})
        held = tenant.host.create(self.provider, example)
        assert self.held_by_server(tenant, held) == ["GET /", A, B]

    def test_declared_rules_keep_their_order_among_foreign_ones(self, tenant: Tenant) -> None:
        example = self.example(tenant) | {"foreign": "keep"}
        held = tenant.host.create(self.provider, example)
        self.add(tenant, held, "/first", position=1)
        self.add(tenant, held, "/between", position=3)
        wanted = held.inputs | {"rules": {B: rule(1, metric="tokens"), C: rule(2), A: rule(3)}}
        updated = tenant.host.update(self.provider, held, wanted)
        order = self.held_by_server(tenant, held)
        assert [key for key in order if key in wanted["rules"]] == [B, C, A]
        assert [key for key in order if key not in wanted["rules"]] == ["GET /first", "GET /between"]
        assert tenant.host.read(self.provider, updated) == updated

    def test_the_last_rule_moved_to_the_front_is_one_write(self, tenant: Tenant) -> None:
        rules = {f"GET /v{number}": rule(number) for number in range(1, 7)}
        held = tenant.host.create(self.provider, self.example(tenant) | {"rules": rules})
        tenant.clear()
        wanted = held.inputs | {"rules": rules | {"GET /v1": rule(99)}}
        updated = tenant.host.update(self.provider, held, wanted)
        assert len(tenant.writes()) == 1
        assert tenant.host.read(self.provider, updated) == updated

    def test_a_changed_rule_is_one_call(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.clear()
        wanted = held.inputs | {"rules": held.inputs["rules"] | {A: rule(10, delta=5)}}
        updated = tenant.host.update(self.provider, held, wanted)
        assert tenant.requests() == [f"PATCH services/{held.id}/proxy/mapping_rules/{held.outs['rule_ids'][A]}"]
        assert tenant.host.read(self.provider, updated) == updated

    def test_a_changed_rule_that_is_gone_is_made_again(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.api.call("DELETE", f"services/{held.id}/proxy/mapping_rules/{held.outs['rule_ids'][A]}")
        wanted = held.inputs | {"rules": held.inputs["rules"] | {A: rule(10, delta=5)}}
        updated = tenant.host.update(self.provider, held, wanted)
        assert self.held_by_server(tenant, held) == [A, B]
        assert tenant.host.read(self.provider, updated) == updated

    def test_a_rule_counts_another_metric_from_now_on(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        wanted = held.inputs | {"rules": held.inputs["rules"] | {A: rule(10, metric="tokens")}}
        updated = tenant.host.update(self.provider, held, wanted)
        assert tenant.host.read(self.provider, updated) == updated

    @pytest.mark.parametrize("key", ["POST v1", "post /v1", "/v1", "POST /v 1", "FETCH /v1"])
    def test_a_key_that_is_no_rule_is_refused(self, tenant: Tenant, key: str) -> None:
        wrong = {"product_id": "1", "rules": {key: rule(10)}}
        (reason,) = tenant.host.check(self.provider, wrong).failures.values()
        assert "a method in capitals" in reason

    def test_an_unknown_key_of_a_rule_is_refused_by_its_path(self, tenant: Tenant) -> None:
        wrong = {"product_id": "1", "rules": {A: rule(10, metrc="hits")}}
        assert set(tenant.host.check(self.provider, wrong).failures) == {f'rules["{A}"]["metrc"]'}
