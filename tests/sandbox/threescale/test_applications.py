"""What belongs to an application: its own plan, keys and filters, its product's flows, messages to its account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.tenant import Api


@pytest.fixture
def owned(api: Api) -> dict[str, Any]:
    """An application on a plan with a limit, a price and a feature; `path` is its address."""
    product = api.product()
    base = f"/services/{product['id']}"
    plan = api.made(f"{base}/application_plans", name="Plan", system_name="plan", state_event="publish")["id"]
    metric = f"/application_plans/{plan}/metrics/{product['hits']}"
    api.made(f"{metric}/limits", period="day", value=5)
    api.made(f"{metric}/pricing_rules", min=1, cost_per_unit=2)
    api.made(f"/application_plans/{plan}/features", feature_id=api.made(f"{base}/features", name="Fast")["id"])
    account = api.made("/signup", org_name="Team", username="dev1", password="canary-password")["id"]
    application = api.made(f"/accounts/{account}/applications", plan_id=plan, name="a")["id"]
    path = f"/accounts/{account}/applications/{application}"
    return {"product": base, "plan": plan, "account": account, "path": path}


def test_a_customised_plan_is_a_hidden_copy_with_all_that_hangs_on_the_plan(api: Api, owned: dict[str, Any]) -> None:
    copy = api.put(f"{owned['path']}/customize_plan")
    assert (copy["name"], copy["state"], copy["custom"]) == ("Plan (custom)", "hidden", True)
    assert copy["system_name"].startswith("plan_custom_")
    assert api.put(f"{owned['path']}/customize_plan") == copy
    for name in ("limits", "pricing_rules", "features"):
        assert len(api.get(f"/application_plans/{copy['id']}/{name}")[name]) == 1
    assert api.get(owned["path"])["application"]["plan_id"] == copy["id"]
    back = api.put(f"{owned['path']}/decustomize_plan")
    assert (back["id"], back["custom"]) == (owned["plan"], False)
    assert api.put(f"{owned['path']}/decustomize_plan") == back
    api.refused("GET", f"{owned['product']}/application_plans/{copy['id']}", 404)


def test_a_copy_goes_with_its_last_use_and_holds_its_original(api: Api, owned: dict[str, Any]) -> None:
    copy = api.put(f"{owned['path']}/customize_plan")
    plans = f"{owned['product']}/application_plans"
    in_use = api.refused("DELETE", f"{plans}/{owned['plan']}", 403)
    assert list(in_use["errors"]) == ["base"]
    api.put(f"{owned['path']}/change_plan", plan_id=owned["plan"])
    api.refused("GET", f"{plans}/{copy['id']}", 404)
    copy = api.put(f"{owned['path']}/customize_plan")
    api.deleted(owned["path"])
    api.refused("GET", f"{plans}/{copy['id']}", 404)
    api.deleted(f"{plans}/{owned['plan']}")


def test_five_referrer_filters_and_no_malformed_or_second_one(api: Api, owned: dict[str, Any]) -> None:
    path = f"{owned['path']}/referrer_filters"
    assert api.made(path, referrer_filter="*.example.org")["name"] == "a"
    assert api.refused("POST", path, 422, referrer_filter="a b")["errors"] == {"value": ["invalid"]}
    taken = api.refused("POST", path, 422, referrer_filter="*.example.org")
    assert taken["errors"] == {"value": ["has already been taken"]}
    for number in range(4):
        api.made(path, referrer_filter=f"h{number}.example.org")
    assert api.refused("POST", path, 422, referrer_filter="sixth.org")["errors"] == {"base": ["Limit reached"]}
    first = api.get(path)["referrer_filters"][0]["referrer_filter"]
    api.deleted(f"{path}/{first['id']}")
    assert len(api.get(path)["referrer_filters"]) == 4


def test_the_flows_of_oidc_are_shown_with_the_application_and_change_one_by_one(
    api: Api, owned: dict[str, Any]
) -> None:
    path = f"{owned['product']}/proxy/oidc_configuration"
    fresh = api.get(path)["oidc_configuration"]
    assert (fresh["standard_flow_enabled"], fresh["implicit_flow_enabled"], "id" in fresh) == (True, False, False)
    answer = api.call("PATCH", f"/admin/api{path}.json", {"service_accounts_enabled": True})
    changed = answer.json["oidc_configuration"]
    assert (changed["standard_flow_enabled"], changed["service_accounts_enabled"], changed["id"]) == (True, True, 1)
    assert api.call("GET", f"/admin/api{path}.xml").status == 406
    api.put(owned["product"], backend_version="oidc")
    application = api.get(owned["path"])["application"]
    assert application["oidc_configuration"] == changed
    assert application["client_id"] == application["application_id"]
    assert (application["client_secret"], application["redirect_url"]) == (None, None)
    assert "user_key" not in application


def test_a_message_to_an_account_is_sent_and_a_text_in_its_place_is_refused(api: Api, owned: dict[str, Any]) -> None:
    path = f"/accounts/{owned['account']}/messages"
    sent = api.made(path, body="Hello", subject="Hi")
    assert (sent["body"], sent["subject"], sent["state"]) == ("Hello", "Hi", "sent")
    api.refused("POST", path, 422, message="text")


def test_the_backend_usage_sums_all_products_and_takes_the_short_name(api: Api, owned: dict[str, Any]) -> None:
    backend = api.get(f"{owned['product']}/backend_usages")[0]["backend_usage"]["backend_id"]
    path = f"/stats/backend_apis/{backend}/usage.json"
    for name in ("hits", f"hits.{backend}"):
        answer = api.call("GET", path, query=f"metric_name={name}&period=day")
        assert (answer.status, answer.json["total"], len(answer.json["values"])) == (200, 0, 24)
        assert answer.json["metric"]["system_name"] == f"hits.{backend}"


def test_the_application_a_sign_up_makes_is_called_api_signup(api: Api) -> None:
    account = api.made("/signup", org_name="Team", username="dev1")
    application = api.get(f"/accounts/{account['id']}/applications")["applications"][0]["application"]
    assert (application["name"], application["description"]) == ("API signup", "API signup")
