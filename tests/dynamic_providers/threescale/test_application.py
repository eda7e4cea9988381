from typing import ClassVar

import pytest

from dynamic_providers.threescale.application import Application, ApplicationProvider
from tests.dynamic_providers.threescale.conformance import EntityConformance
from tests.dynamic_providers.threescale.tenant import Held, Json, Tenant
from tests.support.plugin_host import PluginError


class TestApplication(EntityConformance):
    provider = ApplicationProvider
    recorded = "dynamic_providers.threescale.application.ApplicationProvider"
    change: ClassVar[Json] = {"description": "Changed", "suspended": True}
    later = frozenset({"suspended"})
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
            "suspended": False,
            "key_rotation": "",
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

    def key(self, tenant: Tenant, held: Held) -> str:
        """Return the key that 3scale has."""
        application = tenant.api.item("GET", f"accounts/{held.inputs['account_id']}/applications/{held.id}")
        return str(application["user_key"])

    @pytest.mark.row("S-203")
    def test_a_rotation_replaces_the_key_in_place_and_only_once(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        wanted = held.inputs | {"key_rotation": "2026-01"}
        assert tenant.host.diff(self.provider, held, wanted).replaces == []
        rotated = tenant.host.update(self.provider, held, wanted)
        assert rotated.outs["user_key"] == self.key(tenant, held) != held.outs["user_key"]
        assert tenant.host.read(self.provider, rotated) == rotated
        again = tenant.host.update(self.provider, rotated, wanted | {"description": "Same key"})
        assert again.outs["user_key"] == rotated.outs["user_key"] == self.key(tenant, held)

    @pytest.mark.parametrize("kind", ["reset_after", "reset_before", "truncated"])
    def test_a_rotation_whose_answer_was_lost_keeps_the_key_that_3scale_has(self, tenant: Tenant, kind: str) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.fault(kind, "PUT", rf"/applications/{held.id}\.json")
        rotated = tenant.host.update(self.provider, held, held.inputs | {"key_rotation": "2026-01"})
        assert rotated.outs["user_key"] == self.key(tenant, held) != held.outs["user_key"]

    @pytest.mark.parametrize("refreshed", [True, False])
    def test_a_rotation_that_nobody_recorded_is_done_again_by_the_next_run(
        self, tenant: Tenant, *, refreshed: bool
    ) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        wanted = held.inputs | {"key_rotation": "2026-01"}
        tenant.host.update(self.provider, held, wanted)  # its result never reached the state
        if refreshed:
            held = tenant.host.read(self.provider, held)
            assert held.outs["user_key"] == self.key(tenant, held)
        rotated = tenant.host.update(self.provider, held, wanted)
        assert rotated.outs["user_key"] == self.key(tenant, held)
        assert tenant.host.read(self.provider, rotated) == rotated

    def test_a_rotation_where_no_key_is_asked_for_is_refused(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        tenant.api.call("PUT", f"services/{example['product_id']}", {"service": {"backend_version": "2"}})
        held = tenant.host.create(self.provider, example)
        with pytest.raises(PluginError, match="does not authenticate by API key"):
            tenant.host.update(self.provider, held, held.inputs | {"key_rotation": "2026-01"})

    @pytest.mark.row("S-204")
    def test_an_application_is_made_suspended_and_resumed(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant) | {"suspended": True})
        path = f"accounts/{held.inputs['account_id']}/applications/{held.id}"
        assert tenant.api.item("GET", path)["state"] == "suspended"
        assert tenant.host.read(self.provider, held) == held
        resumed = tenant.host.update(self.provider, held, held.inputs | {"suspended": False})
        assert tenant.api.item("GET", path)["state"] == "live"
        assert resumed.outs["user_key"] == held.outs["user_key"]

    @pytest.mark.parametrize("event", ["suspend", "resume"])
    def test_a_decision_whose_answer_was_lost_is_no_error(self, tenant: Tenant, event: str) -> None:
        suspend = event == "suspend"
        held = tenant.host.create(self.provider, self.example(tenant) | {"suspended": not suspend})
        tenant.fault("reset_after", "PUT", f"/{event}")
        updated = tenant.host.update(self.provider, held, held.inputs | {"suspended": suspend})
        assert tenant.host.read(self.provider, updated) == updated

    def test_what_is_declared_suspended_is_suspended_once_it_is_accepted(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.waiting(tenant) | {"accepted": False, "suspended": True})
        assert tenant.host.read(self.provider, held) == held
        path = f"accounts/{held.inputs['account_id']}/applications/{held.id}"
        tenant.api.call("PUT", f"{path}/accept")
        drifted = tenant.host.read(self.provider, held)
        assert drifted.inputs == held.inputs | {"suspended": False}
        tenant.host.update(self.provider, drifted, held.inputs)
        assert tenant.api.item("GET", path)["state"] == "suspended"

    def test_an_application_that_no_rule_holds_back_is_no_difference_to_one_left_to_others(
        self, tenant: Tenant
    ) -> None:
        held = tenant.host.create(self.provider, self.example(tenant) | {"accepted": False})
        assert tenant.host.read(self.provider, held) == held
        assert held.outs["accepted"] is False

    @pytest.mark.row("S-174")
    def test_an_application_left_to_others_waits_until_they_accept_it(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.waiting(tenant) | {"accepted": False})
        path = f"accounts/{held.inputs['account_id']}/applications/{held.id}"
        assert tenant.api.item("GET", path)["state"] == "pending"
        assert tenant.host.read(self.provider, held) == held
        tenant.api.call("PUT", f"{path}/accept")
        assert tenant.host.read(self.provider, held) == held

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

    @pytest.mark.row("S-174")
    def test_a_plan_with_approval_is_accepted(self, tenant: Tenant) -> None:
        example = self.waiting(tenant)
        held = tenant.host.create(self.provider, example)
        assert tenant.host.read(self.provider, held) == held
        assert held.outs["accepted"] is True
