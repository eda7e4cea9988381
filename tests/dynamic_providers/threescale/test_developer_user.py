from typing import ClassVar

import pytest

from dynamic_providers.threescale import password_trace
from dynamic_providers.threescale.developer_user import DeveloperUser, DeveloperUserArgs, DeveloperUserProvider
from tests.dynamic_providers.threescale.conformance import MadeInSteps
from tests.dynamic_providers.threescale.tenant import Held, Json, Tenant
from tests.support.plugin_host import PluginError
from tests.support.recorder import DYNAMIC, recorded, secret

PASSWORD, OTHER = "canary-open-sesame", "canary-close-sesame"


class TestDeveloperUser(MadeInSteps):
    provider = DeveloperUserProvider
    recorded = "dynamic_providers.threescale.developer_user.DeveloperUserProvider"
    change: ClassVar[Json] = {"role": "admin", "active": False}
    later = frozenset({"role", "active"})
    lost_post = r"/users\.json$"
    second_call = ("PUT", "/activate")
    switch = "consumers.accounts.<key>.adopt"

    def example(self, tenant: Tenant) -> Json:
        name = tenant.unique("person")
        return {
            "account_id": tenant.account(),
            "username": name,
            "email": f"{name}@example.com",
            "role": "member",
            "active": True,
            "adopt": False,
        }

    def listing(self, held: Held) -> tuple[str, str]:
        return f"accounts/{held.inputs['account_id']}/users", "users"

    def user(self, tenant: Tenant, held: Held) -> Json:
        return tenant.api.item("GET", f"accounts/{held.inputs['account_id']}/users/{held.id}")

    def test_a_user_is_active_and_has_its_role_though_3scale_makes_pending_members(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant) | {"role": "admin"})
        user = self.user(tenant, held)
        assert (user["state"], user["role"]) == ("active", "admin")

    def test_a_user_that_is_not_active_waits(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant) | {"active": False})
        assert self.user(tenant, held)["state"] == "pending"
        assert tenant.host.read(self.provider, held) == held

    def test_a_user_can_be_suspended_and_let_in_again(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        suspended = tenant.host.update(self.provider, held, held.inputs | {"active": False})
        assert self.user(tenant, held)["state"] == "suspended"
        tenant.host.update(self.provider, suspended, held.inputs)
        assert self.user(tenant, held)["state"] == "active"

    @pytest.mark.parametrize("event", ["activate", "suspend", "unsuspend", "admin"])
    def test_a_decision_whose_answer_was_lost_is_taken(self, tenant: Tenant, event: str) -> None:
        tenant.fault("reset_after", "PUT", f"/{event}")
        held = tenant.host.create(self.provider, self.example(tenant) | {"role": "admin"})
        held = tenant.host.update(self.provider, held, held.inputs | {"active": False})
        held = tenant.host.update(self.provider, held, held.inputs | {"active": True})
        assert tenant.host.read(self.provider, held) == held

    def test_a_decision_that_was_refused_is_an_error(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.fault("status", "PUT", "/suspend", status=422)
        with pytest.raises(PluginError, match=r"/suspend\.json: 3scale refused it"):
            tenant.host.update(self.provider, held, held.inputs | {"active": False})

    @pytest.mark.parametrize("field", ["username", "email"])
    def test_a_name_or_address_of_another_account_is_refused_with_that_account(
        self, tenant: Tenant, field: str
    ) -> None:
        theirs = tenant.host.create(self.provider, self.example(tenant))
        ours = self.example(tenant) | {field: theirs.inputs[field], "adopt": True}
        told = rf"{field} '{theirs.inputs[field]}' is already taken by a user of account {theirs.inputs['account_id']}"
        with pytest.raises(PluginError, match=told):
            tenant.host.create(self.provider, ours)

    def test_an_address_that_is_taken_is_named_when_it_is_changed(self, tenant: Tenant) -> None:
        theirs, held = (tenant.host.create(self.provider, self.example(tenant)) for _ in range(2))
        with pytest.raises(PluginError, match="is already taken by a user of account"):
            tenant.host.update(self.provider, held, held.inputs | {"email": theirs.inputs["email"]})

    def test_the_only_administrator_is_kept_and_the_error_says_what_to_do(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant) | {"role": "admin"})
        path = f"accounts/{held.inputs['account_id']}/users"
        first = next(user for user in tenant.api.pages(path, "users") if str(user["id"]) != held.id)
        tenant.api.call("DELETE", f"{path}/{first['id']}")
        with pytest.raises(PluginError, match=r"only administrator of account \d+.*Make another user"):
            tenant.host.delete(self.provider, held)
        assert self.user(tenant, held)["role"] == "admin"

    def test_a_deletion_refused_for_another_reason_is_told_as_it_is(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.fault("status", "DELETE", f"/users/{held.id}", status=422)
        with pytest.raises(PluginError, match="3scale refused it"):
            tenant.host.delete(self.provider, held)


class TestPassword:
    provider = DeveloperUserProvider

    def example(self, tenant: Tenant, password: str = PASSWORD) -> Json:
        return TestDeveloperUser().example(tenant) | {"password": password}

    def digest(self, tenant: Tenant, held: Held) -> str:
        """Return what the emulator keeps of the password."""
        users = tenant.state()["user"]
        return str(next(user["password_digest"] for user in users if str(user["id"]) == held.id))

    def test_only_a_trace_of_it_is_kept(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        assert password_trace.is_trace(held.outs["password"])
        assert self.digest(tenant, held) != "None"
        held = tenant.host.update(self.provider, held, held.inputs | {"password": OTHER})
        refreshed = tenant.host.read(self.provider, held)
        assert refreshed.outs == held.outs
        assert not [text for text in (str(held.outs), str(refreshed.outs), *tenant.host.lines) if "canary-" in text]

    def test_a_refresh_that_finds_no_difference_leaves_the_inputs_as_the_state_has_them(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        refreshed = tenant.host.read(self.provider, held)
        assert (refreshed.id, refreshed.outs) == (held.id, held.outs)
        assert password_trace.is_trace(refreshed.outs["password"])
        assert not password_trace.is_trace(refreshed.inputs.get("password"))

    def test_a_refresh_that_finds_one_keeps_the_password_from_being_another(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.api.call("PUT", f"accounts/{held.inputs['account_id']}/users/{held.id}/suspend")
        drifted = tenant.host.read(self.provider, held)
        assert drifted.inputs == held.inputs | {"active": False, "password": held.outs["password"]}
        checked = tenant.host.check(self.provider, held.inputs, drifted.inputs)
        assert tenant.host.diff(self.provider, drifted, checked.inputs).changed == {"active"}
        before = self.digest(tenant, held)
        repaired = tenant.host.update(self.provider, drifted, held.inputs)
        assert tenant.host.read(self.provider, repaired).outs == held.outs
        assert self.digest(tenant, held) == before

    def test_a_replacement_needs_the_password_itself(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        drifted, moved = held.inputs | {"password": held.outs["password"]}, {"account_id": tenant.account()}
        assert tenant.host.check(self.provider, held.inputs | moved, drifted).inputs["password"] == PASSWORD
        with pytest.raises(PluginError, match="only a trace of its password"):
            tenant.host.create(self.provider, drifted | moved)

    def test_a_changed_one_is_sent_and_an_unchanged_one_is_not(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        before = self.digest(tenant, held)
        changed = tenant.host.update(self.provider, held, held.inputs | {"password": OTHER})
        assert self.digest(tenant, held) != before
        tenant.clear()
        tenant.host.update(self.provider, changed, changed.inputs)
        assert tenant.writes() == []

    def test_one_whose_answer_was_lost_is_sent_again_by_the_next_run(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        before = self.digest(tenant, held)
        tenant.fault("status", "PUT", f"/users/{held.id}", status=422)
        with pytest.raises(PluginError, match="3scale refused it"):
            tenant.host.update(self.provider, held, held.inputs | {"password": OTHER})
        tenant.host.update(self.provider, held, held.inputs | {"password": OTHER})
        assert self.digest(tenant, held) != before

    def test_adoption_sets_it(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        held = tenant.host.create(self.provider, example)
        before = self.digest(tenant, held)
        tenant.host.create(self.provider, example | {"password": OTHER, "adopt": True})
        assert self.digest(tenant, held) != before

    def test_one_that_is_too_short_is_refused_with_the_lengths_that_are_allowed(self, tenant: Tenant) -> None:
        with pytest.raises(PluginError, match=r"too short.*at least 6 characters.*at least 15") as refused:
            tenant.host.create(self.provider, self.example(tenant, "tiny!"))
        held = tenant.host.create(self.provider, self.example(tenant))
        with pytest.raises(PluginError, match=r"update developer user .* too short") as refused_again:
            tenant.host.update(self.provider, held, held.inputs | {"password": "tiny!"})
        assert "tiny!" not in str(refused.value) + str(refused_again.value)

    @pytest.mark.parametrize("value", ["", 471147114711, ["canary-list"]])
    def test_a_value_that_is_no_password_is_refused_without_showing_it(self, tenant: Tenant, value: object) -> None:
        failures = tenant.host.check(self.provider, self.example(tenant) | {"password": value}).failures
        assert set(failures) == {"password"}
        assert not [part for part in ("4711", "canary") if part in failures["password"]]

    def test_it_is_a_secret_even_where_nobody_marked_it(self) -> None:
        args = DeveloperUserArgs(account_id="1", username="dev", email="dev@x.example", password=PASSWORD)
        user = recorded(lambda: DeveloperUser("dev", args)).one(f"{DYNAMIC}threescale:DeveloperUser")
        assert user.inputs["password"] == secret(PASSWORD)
        assert "password" in user.additional_secret_outputs
