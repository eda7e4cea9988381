from typing import ClassVar

import pytest

from dynamic_providers.threescale.application import Application, ApplicationProvider
from tests.dynamic_providers.threescale.conformance import EntityConformance
from tests.dynamic_providers.threescale.tenant import Held, Json, Tenant
from tests.support.plugin_host import PluginError


class TestApplication(EntityConformance):
    provider = ApplicationProvider
    recorded = "dynamic_providers.threescale.application.ApplicationProvider"
    change: ClassVar[Json] = {"description": "Changed"}
    lost_post = r"/applications\.json$"
    switch = "consumers.accounts.<key>.adopt"

    def example(self, tenant: Tenant) -> Json:
        product = tenant.product()
        return {
            "account_id": tenant.account(),
            "plan_id": tenant.plan(product),
            "name": "notebook",
            "description": "A notebook",
            "product_id": product,
            "accepted": True,
            "adopt": False,
        }

    def listing(self, held: Held) -> tuple[str, str]:
        return f"accounts/{held.inputs['account_id']}/applications", "applications"

    def test_the_key_is_made_by_3scale_and_is_a_secret_output(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        application = tenant.api.item("GET", f"accounts/{held.inputs['account_id']}/applications/{held.id}")
        assert held.outs["user_key"] == application["user_key"] != ""
        assert Application.secret_outputs == ("user_key",)

    def test_another_plan_is_an_update_and_keeps_the_key(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        wanted = held.inputs | {"plan_id": tenant.plan(held.inputs["product_id"])}
        assert tenant.host.diff(self.provider, held, wanted).replaces == []
        updated = tenant.host.update(self.provider, held, wanted)
        assert updated.outs == held.outs | {"plan_id": wanted["plan_id"]}
        assert tenant.host.read(self.provider, updated) == updated

    def waiting(self, tenant: Tenant) -> Json:
        """Return an example whose plan wants an approval."""
        example = self.example(tenant)
        plan = f"services/{example['product_id']}/application_plans/{example['plan_id']}"
        tenant.api.call("PUT", plan, {"application_plan": {"approval_required": True}})
        return example

    def test_an_acceptance_that_was_refused_is_an_error_and_leaves_nothing(self, tenant: Tenant) -> None:
        example = self.waiting(tenant)
        tenant.fault("status", "PUT", "/accept", status=422)
        with pytest.raises(PluginError, match=r"PUT .*/accept\.json: 3scale refused it"):
            tenant.host.create(self.provider, example)
        held = tenant.api.pages(f"accounts/{example['account_id']}/applications", "applications")
        assert example["name"] not in [one["name"] for one in held]  # a sign-up brings an application of its own

    def test_an_acceptance_whose_answer_was_lost_is_no_error(self, tenant: Tenant) -> None:
        example = self.waiting(tenant)
        tenant.fault("reset_after", "PUT", "/accept")
        held = tenant.host.create(self.provider, example)
        assert tenant.host.read(self.provider, held) == held
        assert held.outs["accepted"] is True

    def test_a_plan_with_approval_is_accepted(self, tenant: Tenant) -> None:
        example = self.waiting(tenant)
        held = tenant.host.create(self.provider, example)
        assert tenant.host.read(self.provider, held) == held
        assert held.outs["accepted"] is True
