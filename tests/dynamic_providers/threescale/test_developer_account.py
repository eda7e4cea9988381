from typing import ClassVar

import pytest

from dynamic_providers.threescale.developer_account import DeveloperAccountProvider
from tests.dynamic_providers.threescale.conformance import MadeInSteps
from tests.dynamic_providers.threescale.tenant import Held, Json, Tenant
from tests.support.plugin_host import PluginError


class TestDeveloperAccount(MadeInSteps):
    provider = DeveloperAccountProvider
    recorded = "dynamic_providers.threescale.developer_account.DeveloperAccountProvider"
    change: ClassVar[Json] = {
        "org_name": "Renamed",
        "monthly_billing_enabled": True,
        "monthly_charging_enabled": True,
    }
    later = frozenset({"monthly_billing_enabled", "monthly_charging_enabled"})
    lost_post = r"/signup\.json$"
    second_call = ("PUT", "/approve")
    switch = "consumers.accounts.<key>.adopt"

    def example(self, tenant: Tenant) -> Json:
        name = tenant.unique("dev")
        return {
            "org_name": f"Team {name}",
            "username": name,
            "email": f"{name}@example.com",
            "approved": True,
            "monthly_billing_enabled": False,
            "monthly_charging_enabled": False,
            "adopt": False,
        }

    def ids(self, tenant: Tenant, held: Held) -> list[str]:
        accounts = tenant.api.pages("accounts", "accounts")
        return [str(one["id"]) for one in accounts if one["org_name"] == held.inputs["org_name"]]

    def user(self, tenant: Tenant, held: Held) -> Json:
        return next(tenant.api.pages(f"accounts/{held.id}/users", "users"))

    def test_the_account_is_approved_and_its_user_active_without_a_password(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        assert tenant.api.item("GET", f"accounts/{held.id}")["state"] == "approved"
        assert self.user(tenant, held)["state"] == "active"

    @pytest.mark.parametrize("username", [" dev", "dev ", "dv", "d" * 41])
    def test_a_username_that_3scale_would_change_or_refuse_is_refused(self, tenant: Tenant, username: str) -> None:
        checked = tenant.host.check(self.provider, self.example(tenant) | {"username": username})
        assert checked.failures.keys() == {"username"}

    @pytest.mark.row("S-170")
    def test_billing_is_off_until_it_is_declared(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        account = tenant.api.item("GET", f"accounts/{held.id}")
        assert (account["monthly_billing_enabled"], account["monthly_charging_enabled"]) == (False, False)

    def test_billing_that_3scale_does_not_tell_is_no_difference(self) -> None:
        item = {"state": "approved", "org_name": "O", "user": {"state": "active"}}
        assert not {"monthly_billing_enabled", "monthly_charging_enabled"} & self.provider().live(item).keys()

    @pytest.mark.parametrize("event", ["approve", "activate"])
    def test_a_decision_whose_answer_was_lost_is_taken(self, tenant: Tenant, event: str) -> None:
        tenant.fault("reset_after", "PUT", f"/{event}")
        held = tenant.host.create(self.provider, self.example(tenant))
        assert tenant.host.read(self.provider, held) == held

    @pytest.mark.parametrize("event", ["approve", "activate"])
    def test_a_decision_that_was_refused_is_an_error_and_leaves_nothing(self, tenant: Tenant, event: str) -> None:
        example = self.example(tenant)
        tenant.fault("status", "PUT", f"/{event}", status=422)
        with pytest.raises(PluginError, match=rf"PUT .*/{event}\.json: 3scale refused it"):
            tenant.host.create(self.provider, example)
        assert not [one for one in tenant.api.pages("accounts", "accounts") if one["org_name"] == example["org_name"]]

    def test_a_withdrawal_that_was_refused_is_an_error(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.fault("status", "PUT", "/make_pending", status=422)
        with pytest.raises(PluginError, match=r"/make_pending\.json: 3scale refused it"):
            tenant.host.update(self.provider, held, held.inputs | {"approved": False})
        assert tenant.host.read(self.provider, held) == held

    def test_a_user_can_be_renamed_in_place(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        name = tenant.unique("renamed")
        updated = tenant.host.update(
            self.provider, held, held.inputs | {"username": name, "email": f"{name}@example.com"}
        )
        assert tenant.host.read(self.provider, updated) == updated
        assert self.user(tenant, held)["username"] == name

    def test_a_user_suspended_by_hand_is_drift_and_is_repaired(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.api.call("PUT", f"accounts/{held.id}/users/{self.user(tenant, held)['id']}/suspend")
        drifted = tenant.host.read(self.provider, held)
        assert drifted.inputs == held.inputs | {"approved": False}
        tenant.host.update(self.provider, drifted, held.inputs)
        assert tenant.host.read(self.provider, held) == held

    def test_an_approval_can_be_withheld_and_withdrawn(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        waiting = tenant.host.update(self.provider, held, held.inputs | {"approved": False})
        assert tenant.api.item("GET", f"accounts/{held.id}")["state"] == "pending"
        assert tenant.host.read(self.provider, waiting) == waiting
