"""One model's API in 3scale: its resources, their order, and with what they go."""

import itertools

import pulumi
import pytest

from components.model_api import ModelApi, ModelApiArgs
from components.site import Site
from tests.support.platform import MODEL, placed
from tests.support.recorder import DYNAMIC, Recording

T = f"{DYNAMIC}threescale:"


def recording(**changes: object) -> Recording:
    def component(site: Site, gate: pulumi.Resource) -> None:
        installation = pulumi.CustomResource("test:index:Installation", "installation")
        ModelApi(MODEL, ModelApiArgs(site=site, key=MODEL, ready=gate, installation=installation))

    return placed(component, **changes)


@pytest.fixture(scope="module")
def found() -> Recording:
    return recording()


def inputs(recording: Recording, kind: str) -> dict[str, object]:
    return {key: value for key, value in recording.one(T + kind).inputs.items() if key != "__provider"}


def test_at_most_eleven_resources_of_3scale(found: Recording) -> None:
    kinds = sorted(one.type.removeprefix(T) for one in found.resources if one.type.startswith(T))

    assert kinds == [
        "ApplicationPlan",
        "Backend",
        "BackendUsages",
        "MappingRules",
        "Metrics",
        "PolicyChain",
        "Product",
        "ProxyPromotion",
    ]


def test_a_further_plan_is_one_resource_more() -> None:
    changed = recording(models={MODEL: {"plans": ["standard", "gold"]}}, plans={"gold": {"displayName": "Gold"}})

    assert [one.name for one in changed.of(T + "ApplicationPlan")] == [f"{MODEL}.gold", f"{MODEL}.standard"]


def test_writes_to_one_product_come_one_after_the_other(found: Recording) -> None:
    chain = ["Product", "BackendUsages", "Metrics", "MappingRules", "PolicyChain", "ProxyPromotion"]

    for before, after in itertools.pairwise(chain):
        assert found.urn(T + before) in found.one(T + after).dependencies, (before, after)
    assert found.urn(T + "Metrics") in found.one(T + "ApplicationPlan").dependencies


def test_promotion_waits_for_everything_that_feeds_it(found: Recording) -> None:
    feeding = {"Backend", "Product", "Metrics", "MappingRules", "PolicyChain"}

    assert {found.urn(T + kind) for kind in feeding} <= found.one(T + "ProxyPromotion").dependencies


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


def test_every_entity_uses_the_explicit_instance(found: Recording) -> None:
    for one in found.resources:
        if one.type.startswith(T):
            assert "::threescale::" in one.provider
            assert one.aliases == 0


def test_children_belong_to_the_component(found: Recording) -> None:
    parent = found.urn("maas:threescale:ModelApi")

    assert {one.parent for one in found.resources if one.type.startswith(T)} == {parent}


def test_the_declared_inputs(found: Recording) -> None:
    assert inputs(found, "BackendUsages")["usages"] == {"/": {"backend_id": f"{MODEL}-backend-id"}}
    assert inputs(found, "Backend")["private_endpoint"] == f"http://{MODEL}-predictor.llm-hosting.svc.cluster.local"
    product = inputs(found, "Product")
    assert (product["credentials_location"], product["auth_user_key"]) == ("authorization", "Authorization")
    plan = inputs(found, "ApplicationPlan")
    assert (plan["system_name"], plan["published"]) == ("standard", True)
    assert plan["limits"] == {"hits per day": {"value": 10000}}


def test_adoption_is_asked_for_by_one_switch_on_the_model() -> None:
    changed = recording(models={MODEL: {"adopt": True}})

    for kind in ("Backend", "Product", "ApplicationPlan"):
        assert inputs(changed, kind)["adopt"] is True


def test_production_can_be_held_back() -> None:
    held = inputs(recording(promotion={"production": False}), "ProxyPromotion")

    assert (held["staging"], held["production"]) == (True, False)
