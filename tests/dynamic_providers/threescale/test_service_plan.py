from typing import ClassVar

import pytest

from dynamic_providers.threescale.service_plan import ServicePlanProvider
from tests.dynamic_providers.threescale.conformance import LostAnswers, OwnedConformance
from tests.dynamic_providers.threescale.tenant import Held, Json, Tenant


class TestServicePlan(OwnedConformance, LostAnswers):
    provider = ServicePlanProvider
    recorded = "dynamic_providers.threescale.service_plan.ServicePlanProvider"
    change: ClassVar[Json] = {"name": "Everyone", "published": False, "approval_required": True}
    spelled: ClassVar[Json] = {"default": None}
    lost_post = "/service_plans"

    def example(self, tenant: Tenant) -> Json:
        rest = {"published": True, "approval_required": False, "default": True}
        return {"product_id": tenant.product(), "name": "Silver", **rest}

    def plans(self, tenant: Tenant, held: Held) -> dict[str, Json]:
        return {plan["name"]: plan for plan in tenant.api.pages(f"services/{held.id}/service_plans", "plans")}

    def test_the_plan_that_3scale_made_is_taken_over_in_two_calls(self, tenant: Tenant) -> None:
        example = self.example(tenant) | {"name": "Default"}
        tenant.clear()
        held = tenant.host.create(self.provider, example)
        path = f"services/{held.id}/service_plans"
        assert tenant.requests() == [f"GET {path}", f"PUT {path}/{held.outs['plan_id']}/default"]
        (plan,) = self.plans(tenant, held).values()
        assert (str(plan["id"]), plan["default"]) == (held.outs["plan_id"], True)

    @pytest.mark.row("S-166")
    def test_whoever_signs_up_later_is_subscribed(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        account = tenant.account()
        contracts = tenant.state()["service_contract"]
        subscribed = [one["plan_id"] for one in contracts if str(one["account_id"]) == account]
        assert int(held.outs["plan_id"]) in subscribed

    def test_a_renamed_plan_is_the_same_plan(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        updated = tenant.host.update(self.provider, held, held.inputs | {"name": "Gold"})
        assert updated.outs["plan_id"] == held.outs["plan_id"]
        assert set(self.plans(tenant, held)) == {"Default", "Gold"}

    def test_a_plan_renamed_by_hand_is_shown_and_named_back(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        path = f"services/{held.id}/service_plans/{held.outs['plan_id']}"
        tenant.api.call("PUT", path, {"service_plan": {"name": "By hand", "state_event": "hide"}})
        drifted = tenant.host.read(self.provider, held)
        assert drifted.inputs == held.inputs | {"name": "By hand", "published": False}
        tenant.host.update(self.provider, drifted, held.inputs)
        assert tenant.host.read(self.provider, held) == held

    def test_another_default_made_by_hand_is_drift_only_where_this_one_is_declared(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        other = tenant.host.create(self.provider, held.inputs | {"name": "Other", "default": False})
        assert tenant.host.read(self.provider, other) == other
        tenant.api.call("PUT", f"services/{held.id}/service_plans/{other.outs['plan_id']}/default")
        assert tenant.host.read(self.provider, held).inputs == held.inputs | {"default": False}
        assert tenant.host.read(self.provider, other) == other

    def test_a_plan_deleted_by_hand_is_gone(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant) | {"default": False})
        tenant.api.call("DELETE", f"services/{held.id}/service_plans/{held.outs['plan_id']}")
        assert tenant.host.read(self.provider, held).id == ""

    def test_a_default_that_is_not_declared_any_more_stays_and_is_said_to(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        updated = tenant.host.update(self.provider, held, held.inputs | {"default": False})
        assert self.plans(tenant, held)["Silver"]["default"]
        assert any("stays in product" in line and "cannot unset" in line for line in tenant.host.lines)
        assert tenant.host.read(self.provider, updated) == updated

    @pytest.mark.parametrize("published", [True, False])
    def test_a_publication_whose_answer_was_lost_is_no_error(self, tenant: Tenant, published: bool) -> None:  # noqa: FBT001
        held = tenant.host.create(self.provider, self.example(tenant) | {"published": not published})
        tenant.fault("reset_after", "PUT", r"/service_plans/\d+\.json")
        updated = tenant.host.update(self.provider, held, held.inputs | {"published": published})
        assert tenant.host.read(self.provider, updated) == updated

    def test_a_plan_that_is_gone_is_made_again_by_an_update(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant) | {"default": False})
        tenant.api.call("DELETE", f"services/{held.id}/service_plans/{held.outs['plan_id']}")
        updated = tenant.host.update(self.provider, held, held.inputs | {"approval_required": True})
        assert updated.outs["plan_id"] != held.outs["plan_id"]
        assert tenant.host.read(self.provider, updated) == updated

    def test_a_destroyed_plan_that_nothing_needs_is_deleted_under_any_name(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant) | {"default": False})
        path = f"services/{held.id}/service_plans/{held.outs['plan_id']}"
        tenant.api.call("PUT", path, {"service_plan": {"name": "By hand"}})
        tenant.host.delete(self.provider, held)
        assert set(self.plans(tenant, held)) == {"Default"}

    def test_a_destroyed_plan_that_the_product_needs_stays_and_is_said_to(self, tenant: Tenant) -> None:
        default = tenant.host.create(self.provider, self.example(tenant))
        only = tenant.host.create(self.provider, self.example(tenant) | {"name": "Default", "default": False})
        used = tenant.host.create(self.provider, self.example(tenant) | {"default": False})
        tenant.api.call("POST", f"accounts/{tenant.account()}/service_plans/{used.outs['plan_id']}/buy")
        for held, why in ((default, "as its default"), (only, "as its only one"), (used, "for its subscriptions")):
            tenant.host.delete(self.provider, held)
            assert held.inputs["name"] in self.plans(tenant, held)
            said = f"service plan {held.outs['plan_id']} stays in product {held.id} {why}"
            assert said in tenant.host.lines
