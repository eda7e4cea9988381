from concurrent.futures import ThreadPoolExecutor

import pytest

from dynamic_providers.threescale.application_plan import ApplicationPlanProvider
from tests.dynamic_providers.threescale.foreign_members import ForeignMembers
from tests.dynamic_providers.threescale.tenant import Held, Json, Tenant
from tests.dynamic_providers.threescale.test_limits import plan_with
from tests.support.plugin_host import PluginError

SUPPORT = {"name": "Support", "description": "By mail"}


class TestFeatures(ForeignMembers):
    provider = ApplicationPlanProvider
    set_name = "features"
    goes_with_its_owner = True

    def example(self, tenant: Tenant) -> Json:
        return plan_with(tenant, features={"support": SUPPORT})

    def of_the_product(self, tenant: Tenant, held: Held, name: str, scope: str = "ApplicationPlan") -> Json:
        body = {"feature": {"system_name": name, "name": name, "scope": scope}}
        return tenant.api.item("POST", f"services/{held.inputs['product_id']}/features", body)

    def add_by_hand(self, tenant: Tenant, held: Held) -> str:
        feature = self.of_the_product(tenant, held, "by_hand")
        tenant.api.call("POST", f"application_plans/{held.id}/features", {"feature_id": feature["id"]})
        return "by_hand"

    def served(self, tenant: Tenant, held: Held) -> set[str]:
        return {one["system_name"] for one in tenant.api.pages(f"application_plans/{held.id}/features", "features")}

    def test_a_feature_that_the_product_has_is_attached_and_told_anew(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        self.of_the_product(tenant, held, "sla")
        wanted = held.inputs | {"features": {"sla": {"name": "Service level", "description": "99 %"}}}
        updated = tenant.host.update(self.provider, held, wanted)
        assert tenant.host.read(self.provider, updated) == updated

    @pytest.mark.row("S-172")
    def test_a_feature_left_out_stays_in_the_product(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.host.update(self.provider, held, held.inputs | {"features": {}})
        assert self.served(tenant, held) == set()
        of_product = tenant.api.pages(f"services/{held.inputs['product_id']}/features", "features")
        assert [feature["system_name"] for feature in of_product] == ["support"]

    def test_a_feature_of_service_plans_is_refused_by_name(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        self.of_the_product(tenant, held, "vip", "ServicePlan")
        wanted = held.inputs | {"features": {"vip": SUPPORT}}
        with pytest.raises(PluginError, match="vip exists in the product as a feature of every service_plan"):
            tenant.host.update(self.provider, held, wanted)

    def test_plans_made_at_once_share_a_feature(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        plans = [example | {"system_name": tenant.unique("plan")} for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(lambda plan: tenant.host.create(self.provider, plan), plans))
        assert [tenant.host.read(self.provider, held) for held in made] == made
