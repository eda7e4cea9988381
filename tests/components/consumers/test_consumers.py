"""Declared accounts, and where their keys land."""

import base64
from typing import Any

import pulumi
import pytest

from components.consumers import Consumers, ConsumersArgs
from components.site import Site
from tests.support.platform import MODEL, an_offer, placed
from tests.support.recorder import DYNAMIC, Recording, secret

T = f"{DYNAMIC}threescale:"


def recording(**changes: object) -> Recording:
    def component(site: Site, gate: pulumi.Resource) -> None:
        args = ConsumersArgs(
            site=site,
            namespace=pulumi.CustomResource("test:index:Namespace", "namespace"),
            offers={MODEL: an_offer()},
            after=[gate],
            installation=pulumi.CustomResource("test:index:Installation", "installation"),
        )
        Consumers("consumers", args)

    return placed(component, **changes)


@pytest.mark.row("S-198")
def test_an_account_has_no_password_and_its_application_the_plans_id() -> None:
    found = recording()
    account, application = found.one(T + "DeveloperAccount"), found.one(T + "Application")

    assert "password" not in account.inputs
    assert (account.inputs["username"], account.inputs["email"]) == ("dev1", "dev1@apps.maas.test")
    assert (application.inputs["account_id"], application.inputs["plan_id"]) == ("dev1-id", "81")
    assert application.inputs["product_id"] == "31"
    assert application.inputs["name"] == "first-steps"


@pytest.mark.row("S-199")
def test_the_key_lands_in_a_secret_of_its_own_outside_3scales_namespace() -> None:
    found = recording()
    key = found.one("kubernetes:core/v1:Secret")
    encoded = base64.b64encode(b"canary-user-key").decode()

    assert key.inputs["metadata"] == {"name": "dev1.first-steps", "namespace": "maas-consumers"}
    assert key.inputs["data"] == secret({"UserKey": encoded})
    assert found.urn("test:index:Namespace") in key.dependencies


def test_names_that_differ_only_in_where_they_are_parted_stay_apart() -> None:
    application: dict[str, Any] = {"model": MODEL, "plan": "standard"}
    accounts = {
        "dev1": None,
        "a-b": {"orgName": "1", "username": "one", "email": "1@x.example", "applications": {"c": application}},
        "a": {"orgName": "2", "username": "two", "email": "2@x.example", "applications": {"b-c": application}},
    }

    found = recording(consumers={"accounts": accounts})

    assert [one.name for one in found.of(T + "Application")] == ["a-b.c", "a.b-c"]


def test_entities_go_with_the_installation() -> None:
    found = recording()

    for kind in ("DeveloperAccount", "Application"):
        assert "::threescale::" in found.one(T + kind).provider
        assert found.one(T + kind).deleted_with == found.urn("test:index:Installation")
    assert found.one("kubernetes:core/v1:Secret").deleted_with == ""


def test_without_accounts_nothing_is_placed() -> None:
    assert [one for one in recording(consumers=None).resources if one.type.startswith(T)] == []


@pytest.mark.row("S-198")
def test_an_account_may_have_users_who_sign_in_through_the_identity_server() -> None:
    users = {"second": {"username": "dev2", "email": "dev2@x.example", "role": "admin"}}
    found = recording(consumers={"accounts": {"dev1": {"users": users}}})
    user = found.one(T + "DeveloperUser")

    assert user.name == "dev1.second"
    assert (user.inputs["account_id"], user.inputs["username"], user.inputs["role"]) == ("dev1-id", "dev2", "admin")
    assert user.inputs["active"] is True
    assert "password" not in user.inputs
    assert found.urn(T + "DeveloperAccount") in user.dependencies


@pytest.mark.row("S-202", "C-28")
def test_an_account_subscribes_before_its_applications_do() -> None:
    found = recording(consumers={"accounts": {"dev1": {"subscriptions": [MODEL]}}})
    subscription = found.one(T + "ServiceSubscription")

    assert subscription.name == f"dev1.{MODEL}"
    assert (subscription.inputs["service_plan_id"], subscription.inputs["product_id"]) == ("171", "31")
    assert subscription.inputs["account_id"] == "dev1-id"
    assert subscription.urn in found.one(T + "Application").dependencies
    # Of a subscription that is deleted to be replaced, the engine deletes first what takes an input from it.
    assert subscription.urn in found.one(T + "Application").sources["account_id"]


@pytest.mark.row("S-170")
def test_billing_is_off_until_somebody_asks_for_it_and_an_application_can_be_suspended() -> None:
    account = recording().one(T + "DeveloperAccount").inputs
    assert (account["monthly_billing_enabled"], account["monthly_charging_enabled"]) == (False, False)

    application = {"first-steps": {"suspended": True, "keyRotation": "2027-01"}}
    changed = {"monthlyBillingEnabled": True, "applications": application}
    found = recording(consumers={"accounts": {"dev1": changed}})
    assert found.one(T + "DeveloperAccount").inputs["monthly_billing_enabled"] is True
    inputs = found.one(T + "Application").inputs
    assert (inputs["suspended"], inputs["key_rotation"]) == (True, "2027-01")
