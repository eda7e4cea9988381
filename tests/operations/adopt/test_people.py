"""Developers' accounts: with `--accounts` they are entries too, and nothing of them changes."""

from tests.dynamic_providers.threescale.tenant import Tenant
from tests.operations.adopt.conftest import Adopt
from tests.operations.adopt.simulated_up import Up
from tests.operations.adopt.test_entries import product

PASSWORD = "canary-3117-password"
ADA = {
    "orgName": "Ada",
    "username": "ada",
    "email": "ada@example.com",
    "monthlyBillingEnabled": True,
    "monthlyChargingEnabled": True,
    "users": {"bob-b": {"username": "bob.b", "email": "bob@example.com", "active": False}},
    "subscriptions": ["tiny"],
    "applications": {
        "first-steps": {"model": "tiny", "plan": "basic", "description": "Of first-steps"},
        "paused": {"model": "tiny", "plan": "basic", "description": "Of paused", "suspended": True},
    },
    "adopt": True,
}
"""The entry of the account that `made` makes."""


def signed_up(tenant: Tenant, name: str, **fields: object) -> str:
    body = {"org_name": name.title(), "username": name, "email": f"{name}@example.com", **fields}
    return str(tenant.api.item("POST", "signup", body)["id"])


def made(tenant: Tenant) -> str:
    """A product and an account with two users and three applications; returns the account's id."""
    id_ = product(tenant.api)
    (plan,) = tenant.api.pages(f"services/{id_}/application_plans", "plans")
    account = signed_up(tenant, "ada", password=PASSWORD)
    user = {"username": "bob.b", "email": "bob@example.com", "password": PASSWORD}
    tenant.api.call("POST", f"accounts/{account}/users", user)
    for name in ("first-steps", "paused", "Not A Key"):
        body = {"plan_id": plan["id"], "name": name, "description": f"Of {name}"}
        application = tenant.api.item("POST", f"accounts/{account}/applications", body)
        if name == "paused":
            tenant.api.call("PUT", f"accounts/{account}/applications/{application['id']}/suspend")
    return account


def test_an_account_its_users_and_its_applications_are_taken_over_without_a_change(
    tenant: Tenant, adopt: Adopt
) -> None:
    account = made(tenant)
    adopted = adopt("--accounts", "--quiet")
    assert adopted.code == 3
    assert adopted.errors == (
        f"left out: of developer Ada (account {account}): "
        "application Not A Key: its name is no key; allowed are small letters, digits and -\n"
    )
    assert adopted.config["consumers"]["accounts"] == {"ada": ADA}
    keys = [one["user_key"] for one in tenant.state()["application"] if one.get("user_key")]
    assert keys
    assert not [secret for secret in (*keys, PASSWORD) if secret in adopted.text + adopted.errors]
    up = Up(tenant, adopted.config)
    assert (tenant.writes(), up.changed) == ([], [])
    assert up.kinds().count("Application") == 2


def test_an_account_that_waits_for_a_decision_is_named(tenant: Tenant, adopt: Adopt) -> None:
    product(tenant.api)
    account = signed_up(tenant, "eve")
    adopted = adopt("--accounts", "--quiet")
    assert adopted.code == 3
    assert f"left out: of developer Eve (account {account}): it waits for a decision" in adopted.errors
    assert "consumers" not in adopted.config


def test_without_the_switch_no_account_is_read(tenant: Tenant, adopt: Adopt) -> None:
    made(tenant)
    adopted = adopt("--quiet")
    assert (adopted.code, adopted.config.get("consumers")) == (0, None)
    assert [one for one in tenant.requests() if "accounts" in one] == []
