"""What belongs to the tenant itself: fields it defines, webhooks, its users' permissions, tokens and preferences."""

from __future__ import annotations

import pytest

from tests.support.tenant import Api, Json, fresh

DEFINITIONS = "/fields_definitions"
BLANK = ["can't be blank"]


@pytest.mark.parametrize("target", ["Account", "User"])
def test_a_required_field_makes_a_sign_up_without_it_422(api: Api, target: str) -> None:
    api.made(DEFINITIONS, target=target, name="team", label="Team", required=True, choices=["red", "blue"])
    form = {"org_name": "Org", "username": "dev1", "password": "canary-password"}
    assert api.refused("POST", "/signup", 422, **form) == {"errors": {"team": BLANK}}
    assert api.refused("POST", "/signup", 422, **form, team="green") == {"errors": {"team": ["illegal value"]}}
    account = api.made("/signup", **form, team="red")
    user = api.get(f"/accounts/{account['id']}/users")["users"][0]["user"]
    assert {"Account": account, "User": user}[target]["team"] == "red"


def test_a_defined_field_is_kept_by_every_target_and_changed_flat(api: Api) -> None:
    for target in ("Account", "User", "Cinstance"):
        api.made(DEFINITIONS, target=target, name="team", label="Team", required=target != "Account")
    account = api.made("/signup", org_name="Org", username="dev1", team="red")
    path = f"/accounts/{account['id']}"
    assert api.put(path, team="blue", org_name="Other")["team"] == "blue"
    assert api.put(path, org_name="Third")["team"] == "blue"
    user = {"username": "dev2", "email": "d2@maas.test"}
    assert api.refused("POST", f"{path}/users", 422, **user)["errors"] == {"team": BLANK}
    assert api.made(f"{path}/users", **user, team="a")["team"] == "a"
    plan = api.get("/services/1/application_plans")["plans"][0]["application_plan"]["id"]
    assert api.refused("POST", f"{path}/applications", 422, plan_id=plan)["errors"] == {"team": BLANK}
    made = api.made(f"{path}/applications", plan_id=plan, team="b")
    assert api.put(f"{path}/applications/{made['id']}", team="c")["team"] == "c"


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        (
            {"target": "Account", "name": "1x", "label": "L"},
            {"name": ["Name should start with letters, and can contain numbers, - and _"]},
        ),
        ({"target": "Account", "name": "org_name", "label": "L"}, {"name": ["has already been taken"]}),
        ({"target": "Account", "name": "state", "label": "L"}, {"name": ["Field name is not allowed"]}),
        ({"target": "Account", "name": "team"}, {"label": BLANK}),
        ({"target": "Plan", "name": "team", "label": "L"}, {"target": BLANK}),
        (
            {"target": "User", "name": "team", "label": "L", "required": True, "hidden": True},
            {"required": ["Fields cannot be required AND hidden/read_only"]},
        ),
    ],
)
def test_malformed_definitions_are_refused(api: Api, fields: Json, errors: Json) -> None:
    assert api.refused("POST", DEFINITIONS, 422, **fields) == {"errors": errors}


def test_what_every_object_needs_stays_defined_and_required(api: Api) -> None:
    listed = [item["fields_definition"] for item in api.get(DEFINITIONS)["fields_definitions"]]
    assert {(row["target"], row["name"]) for row in listed} == {
        ("Account", "org_name"),
        ("User", "username"),
        ("User", "email"),
        ("Cinstance", "name"),
        ("Cinstance", "description"),
    }
    api.refused("DELETE", f"{DEFINITIONS}/{listed[0]['id']}", 403)
    changed = api.put(f"{DEFINITIONS}/{listed[0]['id']}", label="Mine", required=False, hidden=True, target="User")
    assert (changed["label"], changed["required"], changed["hidden"]) == ("Mine", True, False)
    assert changed["target"] == listed[0]["target"]


def test_a_webhook_keeps_its_flags_and_needs_an_address_when_active(api: Api) -> None:
    assert api.refused("PUT", "/webhooks", 422, active=True) == {
        "errors": {"url": ["Must be a valid URL such as http://example.com"]}
    }
    first = api.put("/webhooks", url="https://hooks.example/x", active=True, account_created_on=True)
    assert (first["active"], first["account_created_on"], first["user_created_on"]) == (True, True, False)
    second = api.put("/webhooks", web_hook={"user_created_on": "1"})
    assert (second["url"], second["account_created_on"], second["user_created_on"]) == (first["url"], True, True)
    api.refused("GET", "/webhooks", 404)
    assert api.get("/webhooks/failures") == {"webhooks-failures": []}
    api.deleted("/webhooks/failures")
    answer = api.call("DELETE", "/admin/api/webhooks/failures.json", query="time=x")
    assert (answer.status, answer.json) == (400, {"error": "invalid time"})


def test_permissions_of_a_member_are_set_and_those_of_an_admin_are_not(api: Api) -> None:
    member = api.made("/users", username="member", email="m@maas.test")["id"]
    path = f"/users/{member}/permissions"
    assert api.get(path)["permissions"]["allowed_sections"] == []
    changed = api.put(path, allowed_sections=["portal", "invalid"], allowed_service_ids=["1", "99"])
    assert (changed["allowed_sections"], changed["allowed_service_ids"]) == (["portal"], [1])
    assert api.put(path, allowed_service_ids=[])["allowed_service_ids"] == []
    assert api.put(path, allowed_service_ids="")["allowed_service_ids"] is None
    assert api.refused("PUT", "/users/1/permissions", 403, allowed_sections=[]) == {"status": "Forbidden"}


def test_a_token_made_for_another_user_is_that_users(api: Api) -> None:
    member = api.made("/users", username="member", email="m@maas.test")["id"]
    made = api.made(f"/users/{member}/access_tokens", name="theirs", permission="ro", scopes=["account_management"])
    assert api.call("GET", "/admin/api/services.json", basic=f":{made['value']}").status == 200
    assert "theirs" not in str(api.get("/personal/access_tokens"))
    api.refused("POST", "/users/99/access_tokens", 404, name="x", permission="ro", scopes=["stats"])


def test_preferences_are_booleans_and_unknown_ones_are_dropped(api: Api) -> None:
    path = "/personal/notification_preferences"
    before = api.get(path)["notification_preferences"]
    assert (before["account_created"], before["weekly_report"]) == (True, False)
    assert api.put(path, weekly_report=True, account_created="false") == {
        **before,
        "weekly_report": True,
        "account_created": False,
    }
    wrong = api.refused("PUT", path, 422, account_created="some-value")
    sentence = "invalid value for 'account_created', must be either true or false"
    assert wrong == {"errors": {"preferences": [sentence]}}


def test_the_gateways_policies_are_listed_with_the_registered_ones_or_null(api: Api) -> None:
    schema = {"name": "llm", "version": "0.2", "summary": "s", "configuration": {"type": "object"}}
    api.made("/registry/policies", name="llm", version="0.2", schema=schema)
    listed = api.get("/policies")
    assert listed["cors"][0]["version"] == "builtin"
    assert listed["llm"] == [schema]
    assert fresh(gateway_answers=False).get("/policies") is None
