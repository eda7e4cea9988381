from typing import ClassVar

import pytest

from dynamic_providers.threescale.application_plan import ApplicationPlanProvider
from dynamic_providers.threescale.errors import Rejected
from tests.dynamic_providers.threescale.conformance import MadeInSteps
from tests.dynamic_providers.threescale.scripted import Reply, in_turn, scripted
from tests.dynamic_providers.threescale.tenant import Json, Tenant
from tests.support.plugin_host import PluginError


class TestApplicationPlan(MadeInSteps):
    provider = ApplicationPlanProvider
    recorded = "dynamic_providers.threescale.application_plan.ApplicationPlanProvider"
    change: ClassVar[Json] = {
        "name": "Gold",
        "published": False,
        "approval_required": True,
        "limits": {"hits per day": {"value": 7}, "hits per hour": {"value": 0}},
    }
    spelled: ClassVar[Json] = {"limits": {"hits per day": {"value": 1000.0}, "hits per minute": {"value": 5}}}
    lost_post = "/application_plans"
    second_call = ("POST", "/limits")
    later = frozenset({"limits"})

    def example(self, tenant: Tenant) -> Json:
        return {
            "product_id": tenant.product(),
            "system_name": tenant.unique("standard"),
            "name": "Standard",
            "published": True,
            "approval_required": False,
            "limits": {"hits per day": {"value": 1000}, "hits per minute": {"value": 5}},
            "adopt": False,
        }

    def test_a_limit_whose_answer_was_lost_is_set_once(self, tenant: Tenant) -> None:
        tenant.fault("reset_after", "POST", "/limits")
        held = tenant.host.create(self.provider, self.example(tenant))
        assert tenant.host.read(self.provider, held) == held

    def test_one_changed_limit_is_one_write(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.clear()
        limits = held.inputs["limits"] | {"hits per day": {"value": 1}}
        tenant.host.update(self.provider, held, held.inputs | {"limits": limits})
        assert len(tenant.writes()) == 1

    @pytest.mark.parametrize("published", [True, False])
    def test_a_publication_whose_answer_was_lost_is_no_error(self, tenant: Tenant, published: bool) -> None:  # noqa: FBT001
        held = tenant.host.create(self.provider, self.example(tenant) | {"published": not published})
        tenant.fault("reset_after", "PUT", "/application_plans/")
        updated = tenant.host.update(self.provider, held, held.inputs | {"published": published})
        assert tenant.host.read(self.provider, updated) == updated

    def test_a_publication_that_was_refused_is_an_error(self) -> None:
        refused = {"errors": {"state_event": ["cannot transition when hidden"]}}
        hidden = {"application_plan": {"id": 7, "name": "Gold", "state": "hidden"}}
        wanted = {"product_id": "1", "name": "Gold", "approval_required": False, "published": True, "limits": {}}
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

    @pytest.mark.parametrize("key", ["hits", "hits per week ", "per day", "hits per decade", "hits/day"])
    def test_a_key_that_is_no_limit_is_refused(self, tenant: Tenant, key: str) -> None:
        wrong = self.example(tenant) | {"limits": {key: {"value": 1}}}
        (reason,) = tenant.host.check(self.provider, wrong).failures.values()
        assert "Allowed is `<metric> per <period>`" in reason
