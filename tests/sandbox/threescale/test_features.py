"""Features of a product or the tenant, and the plans that have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.tenant import Api, Json

TAKEN = {"errors": {"system_name": ["has already been taken"]}}


def test_a_feature_of_a_product_is_shown_with_its_scope_and_visibility(api: Api) -> None:
    path = f"/services/{api.product()['id']}/features"
    made = api.made(path, name="Fast lane", description="Goes first", unheard_of=1)
    shown = {name: made[name] for name in ("name", "system_name", "scope", "visible", "description")}
    assert shown == {
        "name": "Fast lane",
        "system_name": "fast_lane",
        "scope": "application_plan",
        "visible": True,
        "description": "Goes first",
    }
    changed = api.put(f"{path}/{made['id']}", name="Faster", system_name="faster", scope="ServicePlan", visible=False)
    assert (changed["system_name"], changed["scope"], changed["visible"]) == ("faster", "service_plan", False)
    assert [item["feature"] for item in api.get(path)["features"]] == [changed]
    assert api.get(f"{path}/{made['id']}")["feature"] == changed
    api.deleted(f"{path}/{made['id']}")
    api.refused("GET", f"{path}/{made['id']}", 404)


def test_a_feature_of_the_tenant_is_for_account_plans_whatever_was_asked(api: Api) -> None:
    made = api.made("/features", name="Invoices", scope="ApplicationPlan")
    assert made["scope"] == "account_plan"
    assert api.put(f"/features/{made['id']}", scope="ServicePlan")["scope"] == "account_plan"
    api.refused("GET", f"/services/1/features/{made['id']}", 404)


def test_a_feature_without_a_name_gets_a_system_name_and_a_taken_one_is_refused(api: Api) -> None:
    path = "/services/1/features"
    assert api.made(path, scope="ServicePlan")["system_name"].startswith("feature_")
    first = api.made(path, name="One", system_name="one")
    assert api.refused("POST", path, 422, name="Two", system_name="one") == TAKEN
    assert api.made("/features", name="Elsewhere", system_name="one")["system_name"] == "one"
    wrong = api.refused("PUT", f"{path}/{first['id']}", 422, scope="AccountPlan")
    assert wrong == {"errors": {"scope": ["must be ApplicationPlan or ServicePlan"]}}


@pytest.mark.parametrize(
    ("kind", "feature", "wrong"),
    [
        ("application_plan", {"path": "/services/1/features"}, "ServicePlan"),
        ("service_plan", {"path": "/services/1/features", "scope": "ServicePlan"}, "ApplicationPlan"),
        ("account_plan", {"path": "/features"}, None),
    ],
)
def test_a_plan_takes_features_of_its_kind_once(api: Api, kind: str, feature: Json, wrong: str | None) -> None:
    listed = "/account_plans" if kind == "account_plan" else f"/services/1/{kind}s"
    plan = api.get(listed)["plans"][0][kind]["id"]
    own = f"/{kind}s/{plan}/features"
    made = api.made(feature["path"], name="Mine", **{key: value for key, value in feature.items() if key != "path"})
    assert api.made(own, feature_id=made["id"]) == made
    assert made["id"] in [item["feature"]["id"] for item in api.get(own)["features"]]
    assert api.refused("POST", own, 409, feature_id=made["id"]) == ""
    if wrong:
        other = api.made(feature["path"], name="Other", scope=wrong)
        mismatch = api.refused("POST", own, 422, feature_id=other["id"])
        assert mismatch == {"errors": {"plan_type": ["mismatch"]}}
    api.refused("POST", own, 404, feature_id=999)
    api.deleted(f"{own}/{made['id']}")
    api.refused("DELETE", f"{own}/{made['id']}", 404)
    assert made["id"] not in [item["feature"]["id"] for item in api.get(own)["features"]]


def test_a_plan_takes_no_feature_of_another_product_and_loses_a_deleted_one(api: Api) -> None:
    product = api.product()
    foreign = api.made(f"/services/{product['id']}/features", name="Foreign")
    own = (
        f"/application_plans/{api.get('/services/1/application_plans')['plans'][0]['application_plan']['id']}/features"
    )
    api.refused("POST", own, 404, feature_id=foreign["id"])
    made = api.made("/services/1/features", name="Mine")
    api.made(own, feature_id=made["id"])
    api.deleted(f"/services/1/features/{made['id']}")
    assert [item["feature"]["name"] for item in api.get(own)["features"]] == ["Unlimited Greetings"]
