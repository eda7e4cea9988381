"""One model's API in 3scale: its resources, their order, and with what they go."""

import itertools
from typing import Any

import pulumi
import pytest

from components.model_api import ModelApi, ModelApiArgs
from components.site import Offer, Site
from components.site.instances import instance_of
from tests.support.platform import MODEL, placed
from tests.support.recorder import DYNAMIC, Recording

T = f"{DYNAMIC}threescale:"
OF_ONE_MODEL = [
    "ActiveDoc",
    "ApplicationPlan",
    "Backend",
    "BackendUsages",
    "MappingRules",
    "Metrics",
    "PolicyChain",
    "Product",
    "ProxyPromotion",
    "RetiredMetrics",
    "ServicePlan",
]


def recording(**changes: object) -> Recording:
    def component(site: Site, gate: pulumi.Resource) -> None:
        installation = pulumi.CustomResource("test:index:Installation", "installation")
        ModelApi(MODEL, ModelApiArgs(site=site, key=MODEL, ready=gate, installation=installation))

    return placed(component, **changes)


@pytest.fixture(scope="module")
def found() -> Recording:
    return recording()


def kinds(recording: Recording) -> list[str]:
    return sorted(one.type.removeprefix(T) for one in recording.resources if one.type.startswith(T))


def inputs(recording: Recording, kind: str) -> dict[str, Any]:
    return {key: value for key, value in recording.one(T + kind).inputs.items() if key != "__provider"}


@pytest.mark.row("S-137", "C-32")
def test_at_most_eleven_resources_of_3scale(found: Recording) -> None:
    assert kinds(found) == OF_ONE_MODEL
    assert len(OF_ONE_MODEL) <= 11


@pytest.mark.row("S-163", "S-172", "C-26")
def test_a_further_plan_is_one_resource_more() -> None:
    changed = recording(models={MODEL: {"plans": ["standard", "gold"]}}, plans={"gold": {"displayName": "Gold"}})

    assert [one.name for one in changed.of(T + "ApplicationPlan")] == [f"{MODEL}.gold", f"{MODEL}.standard"]
    assert len(kinds(changed)) == len(OF_ONE_MODEL) + 1


@pytest.mark.row("S-148")
def test_writes_that_feed_the_gateway_come_one_after_the_other(found: Recording) -> None:
    chain = ["Product", "BackendUsages", "Metrics", "MappingRules", "PolicyChain", "ProxyPromotion", "RetiredMetrics"]

    for before, after in itertools.pairwise(chain):
        assert found.urn(T + before) in found.one(T + after).dependencies, (before, after)
    assert found.urn(T + "Metrics") in found.one(T + "ApplicationPlan").dependencies


def test_page_and_subscription_wait_for_the_product_alone(found: Recording) -> None:
    for kind in ("ActiveDoc", "ServicePlan"):
        assert found.one(T + kind).dependencies == {found.urn(T + "Product")}, kind
    assert found.one(T + "ApplicationPlan").dependencies == {found.urn(T + "Product"), found.urn(T + "Metrics")}


def test_promotion_waits_for_everything_that_feeds_it(found: Recording) -> None:
    feeding = {"Backend", "Product", "Metrics", "MappingRules", "PolicyChain", "ServicePlan"}

    assert {found.urn(T + kind) for kind in feeding} <= found.one(T + "ProxyPromotion").dependencies


def test_members_are_retired_after_the_limits_on_them(found: Recording) -> None:
    after = {found.urn(T + kind) for kind in ("ApplicationPlan", "ProxyPromotion")}

    assert after <= found.one(T + "RetiredMetrics").dependencies
    members = inputs(found, "RetiredMetrics")["members"]
    assert (members["total_tokens"], members["health"]) == ("metric", "method")
    assert len(members) == 8


def test_the_first_entities_wait_for_the_admin_api_and_the_product_is_deleted_before_its_backend(
    found: Recording,
) -> None:
    gate = found.urn("test:index:Gate")

    assert found.one(T + "Backend").dependencies == {gate}
    assert found.one(T + "Product").dependencies == {gate, found.urn(T + "Backend")}


def test_everything_of_a_product_goes_with_it_and_product_and_backend_with_the_installation(found: Recording) -> None:
    for one in found.resources:
        if one.type.startswith(T):
            root = one.type in {T + "Product", T + "Backend"}
            expected = found.urn("test:index:Installation") if root else found.urn(T + "Product")
            assert one.deleted_with == expected, one.type


def test_every_entity_uses_the_models_own_instance(found: Recording) -> None:
    for one in found.resources:
        if one.type.startswith(T):
            assert f"::{instance_of(MODEL)}::" in one.provider
            assert one.aliases == 0


def test_children_belong_to_the_component(found: Recording) -> None:
    parent = found.urn("maas:threescale:ModelApi")

    assert {one.parent for one in found.resources if one.type.startswith(T)} == {parent}


@pytest.mark.row("S-138", "S-139", "S-140", "S-163", "C-27", "C-28", "C-31")
def test_the_declared_inputs(found: Recording) -> None:
    assert inputs(found, "BackendUsages")["usages"] == {"/": {"backend_id": f"{MODEL}-backend-id"}}
    assert inputs(found, "Backend")["private_endpoint"] == f"http://{MODEL}-predictor.llm-hosting.svc.cluster.local"
    product = inputs(found, "Product")
    assert (product["credentials_location"], product["auth_user_key"]) == ("authorization", "Authorization")
    assert (product["custom_keys_enabled"], product["buyers_manage_apps"]) == (False, True)
    plan = inputs(found, "ApplicationPlan")
    assert (plan["system_name"], plan["published"]) == ("standard", True)
    assert plan["limits"]["hits per day"] == {"value": 10000}
    subscription = inputs(found, "ServicePlan")
    assert (subscription["name"], subscription["default"], subscription["published"]) == ("Default", True, True)
    described = inputs(found, "ActiveDoc")
    assert (described["system_name"], described["published"]) == (MODEL, True)
    assert described["document"]["servers"] == [{"url": f"https://{MODEL}-maas-apicast-production.apps.maas.test"}]


def test_adoption_is_asked_for_by_one_switch_on_the_model() -> None:
    changed = recording(models={MODEL: {"adopt": True}})

    for kind in ("Backend", "Product", "ApplicationPlan", "ActiveDoc"):
        assert inputs(changed, kind)["adopt"] is True


def test_a_backend_may_have_names_of_its_own() -> None:
    names = {"systemName": "old/backend", "displayName": "Old", "description": ""}
    backend = inputs(recording(models={MODEL: {"backend": names}}), "Backend")

    assert (backend["system_name"], backend["name"], backend["description"]) == ("old/backend", "Old", "")


def test_a_plans_system_name_may_differ_and_its_resource_keeps_its_name() -> None:
    plan = {
        "systemName": "Basic",
        "setupFee": 12.5,
        "trialPeriodDays": 30,
        "prices": {"total_tokens from 1 to 1000": 0.0002},
        "features": {"support": {"displayName": "Support"}},
    }
    changed = recording(plans={"standard": plan})
    inputs_ = inputs(changed, "ApplicationPlan")

    assert changed.one(T + "ApplicationPlan").name == f"{MODEL}.standard"
    assert (inputs_["system_name"], inputs_["setup_fee"], inputs_["trial_period_days"]) == ("Basic", 12.5, 30)
    assert inputs_["prices"] == {"total_tokens from 1 to 1000": {"cost_per_unit": 0.0002}}
    assert inputs_["features"] == {"support": {"name": "Support", "description": ""}}


def test_what_becomes_of_foreign_members_is_one_decision() -> None:
    sets = ("BackendUsages", "MappingRules", "ApplicationPlan", "RetiredMetrics")
    changed = recording(threescale={"foreignMembers": "keep"})

    assert {inputs(changed, kind)["foreign"] for kind in sets} == {"keep"}
    assert {inputs(recording(), kind)["foreign"] for kind in sets} == {"remove"}


@pytest.mark.row("C-32")
def test_a_model_may_have_no_page() -> None:
    assert kinds(recording(models={MODEL: {"docs": {"enabled": False}}})) == OF_ONE_MODEL[1:]


@pytest.mark.row("S-153")
def test_production_can_be_held_back_and_what_it_still_counts_stays() -> None:
    changed = recording(promotion={"production": False})
    held = inputs(changed, "ProxyPromotion")

    assert (held["staging"], held["production"]) == (True, False)
    assert "RetiredMetrics" not in kinds(changed)
    assert inputs(changed, "Metrics")["foreign"] == "keep"
    assert inputs(changed, "MappingRules")["foreign"] == "remove"


def test_a_model_may_be_promoted_otherwise_than_the_others() -> None:
    changed = recording(models={MODEL: {"promotion": {"production": True}}}, promotion={"production": False})
    assert inputs(changed, "ProxyPromotion")["production"] is True

    nothing = recording(models={MODEL: {"promotion": {"staging": False, "production": False}}})
    assert {"ProxyPromotion", "RetiredMetrics"}.isdisjoint(kinds(nothing))


def test_what_is_handed_on_says_where_nothing_is_promoted() -> None:
    offers: list[Offer] = []

    def component(site: Site, gate: pulumi.Resource) -> None:
        offers.append(ModelApi(MODEL, ModelApiArgs(site=site, key=MODEL, ready=gate, installation=gate)).offer)

    placed(component, promotion={"staging": False, "production": False})

    assert offers[0].versions == {"staging": "", "production": ""}
    assert set(offers[0].plan_ids) == {"standard"}
