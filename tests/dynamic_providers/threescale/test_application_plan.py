import contextlib
from typing import ClassVar

import pytest

from dynamic_providers.threescale.application_plan import ApplicationPlanProvider
from dynamic_providers.threescale.errors import Rejected
from dynamic_providers.threescale.product import ProductProvider
from tests.dynamic_providers.threescale.conformance import MadeInSteps
from tests.dynamic_providers.threescale.scripted import Reply, in_turn, scripted
from tests.dynamic_providers.threescale.tenant import Json, Tenant
from tests.support.plugin_host import PluginError

SLA = {"name": "Service level", "description": "99.9 %"}


class TestApplicationPlan(MadeInSteps):
    provider = ApplicationPlanProvider
    recorded = "dynamic_providers.threescale.application_plan.ApplicationPlanProvider"
    change: ClassVar[Json] = {
        "name": "Gold",
        "published": False,
        "approval_required": True,
        "setup_fee": 5,
        "cost_per_month": 10.25,
        "trial_period_days": 14,
        "limits": {"hits per day": {"value": 7}, "hits per hour": {"value": 0}},
        "prices": {"hits from 1 to 100": {"cost_per_unit": 0.25}, "hits from 101": {"cost_per_unit": 0.0001}},
        "features": {"support": {"name": "Support day and night", "description": ""}, "sla": SLA},
    }
    spelled: ClassVar[Json] = {
        "setup_fee": "0.00",
        "cost_per_month": "10.00",
        "trial_period_days": 0.0,
        "limits": {"hits per day": {"value": 1000.0}, "hits per minute": {"value": 5}},
        "prices": {"hits from 1 to 100": {"cost_per_unit": "0.50"}},
        "features": {"support": {"name": "Support"}},
    }
    lost_post = "/application_plans"
    second_call = ("POST", "/limits")
    later = frozenset({"limits", "prices", "features"})

    def example(self, tenant: Tenant) -> Json:
        return {
            "product_id": tenant.product(),
            "system_name": tenant.unique("standard"),
            "name": "Standard",
            "published": True,
            "approval_required": False,
            "setup_fee": 0,
            "cost_per_month": 10,
            "trial_period_days": 0,
            "limits": {"hits per day": {"value": 1000}, "hits per minute": {"value": 5}},
            "prices": {"hits from 1 to 100": {"cost_per_unit": 0.5}},
            "features": {"support": {"name": "Support", "description": ""}},
            "foreign": "remove",
            "adopt": False,
        }

    @pytest.mark.parametrize("pattern", ["/limits", "/pricing_rules", r"/services/\d+/features", r"plans/\d+/features"])
    def test_a_member_whose_answer_was_lost_is_made_once(self, tenant: Tenant, pattern: str) -> None:
        tenant.fault("reset_after", "POST", pattern)
        held = tenant.host.create(self.provider, self.example(tenant))
        assert tenant.host.read(self.provider, held) == held

    @pytest.mark.parametrize("pattern", ["/limits", "/pricing_rules", "/features"])
    def test_an_update_that_broke_off_is_healed_by_the_next(self, tenant: Tenant, pattern: str) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        wanted = held.inputs | self.change
        for method in ("DELETE", "POST", "PUT"):
            tenant.fault("status", method, pattern, status=422)
            with contextlib.suppress(PluginError):
                tenant.host.update(self.provider, held, wanted)
        tenant.clear()
        updated = tenant.host.update(self.provider, held, wanted)
        assert tenant.host.read(self.provider, updated) == updated

    def test_a_plan_without_sets_is_one_call_to_make_and_two_to_change(self, tenant: Tenant) -> None:
        bare: Json = {name: {} for name in ("limits", "prices", "features")}
        product = tenant.host.create(ProductProvider, {"system_name": tenant.unique("p"), "name": "P"})
        first = self.example(tenant) | bare | {"product_id": product.id}
        tenant.clear()
        held = tenant.host.create(self.provider, first)
        assert tenant.requests() == [f"POST services/{product.id}/application_plans"]
        tenant.clear()
        tenant.host.update(self.provider, held, held.inputs | {"name": "Renamed"})
        path = f"services/{product.id}/application_plans/{held.id}"
        assert tenant.requests() == [f"GET {path}", f"PUT {path}"]

    def test_one_changed_limit_is_one_write(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.clear()
        limits = held.inputs["limits"] | {"hits per day": {"value": 1}}
        tenant.host.update(self.provider, held, held.inputs | {"limits": limits})
        assert len(tenant.writes()) == 1

    @pytest.mark.parametrize("published", [True, False])
    @pytest.mark.row("S-164")
    def test_a_publication_whose_answer_was_lost_is_no_error(self, tenant: Tenant, published: bool) -> None:  # noqa: FBT001
        held = tenant.host.create(self.provider, self.example(tenant) | {"published": not published})
        tenant.fault("reset_after", "PUT", "/application_plans/")
        updated = tenant.host.update(self.provider, held, held.inputs | {"published": published})
        assert tenant.host.read(self.provider, updated) == updated

    def test_a_publication_that_was_refused_is_an_error(self) -> None:
        refused = {"errors": {"state_event": ["cannot transition when hidden"]}}
        hidden = {"application_plan": {"id": 7, "name": "Gold", "state": "hidden"}}
        costs = {"setup_fee": 0, "cost_per_month": 0, "trial_period_days": 0}
        wanted = {"product_id": "1", "name": "Gold", "approval_required": False, "published": True} | costs
        replies = in_turn(Reply(status=422, body=refused), Reply(body=hidden))
        with scripted(replies) as server, pytest.raises(Rejected, match="state_event cannot transition"):
            self.provider().write(server.api(), {"id": 7, "state": "hidden"}, wanted, frozenset({"published", "name"}))

    def test_a_plan_with_applications_is_not_forgotten(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        body = {"plan_id": int(held.id), "name": "notebook"}
        tenant.api.call("POST", f"accounts/{tenant.account()}/applications", body)
        with pytest.raises(PluginError, match="At least one application depends on it"):
            tenant.host.delete(self.provider, held)

    def test_a_replacement_exists_before_the_old_plan_goes(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        diff = tenant.host.diff(self.provider, held, held.inputs | {"system_name": "other"})
        assert not diff.delete_before_replace
