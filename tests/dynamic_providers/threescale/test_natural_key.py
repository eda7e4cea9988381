import importlib
import pkgutil

import pytest

import dynamic_providers.threescale as package
from dynamic_providers.declared import DeclaredResource
from dynamic_providers.threescale import natural_key
from dynamic_providers.threescale.application import ApplicationProvider
from dynamic_providers.threescale.backend import BackendProvider
from dynamic_providers.threescale.developer_account import DeveloperAccountProvider
from tests.dynamic_providers.threescale.tenant import Json, Tenant


def test_every_resource_of_the_package_is_listed_under_its_type() -> None:
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    classes = [one for one in DeclaredResource.__subclasses__() if one.__module__.startswith(package.__name__)]
    assert {f"pulumi-python:{one._resource_type_name}" for one in classes} == natural_key.TYPES
    assert {one.__module__.rpartition(".")[2] for one in classes} == set(natural_key.MODULES.values())


def test_what_a_crash_left_behind_is_found(tenant: Tenant) -> None:
    product = tenant.product()
    application = {"account_id": tenant.account(), "plan_id": tenant.plan(product), "name": "notebook"}
    user = tenant.unique("dev")
    made = {
        "Backend": (
            BackendProvider,
            {"system_name": tenant.unique("b"), "name": "B", "private_endpoint": "http://h:80"},
        ),
        "DeveloperAccount": (
            DeveloperAccountProvider,
            {"org_name": "D", "username": user, "email": f"{user}@x.example"},
        ),
        "Application": (ApplicationProvider, application),
    }
    for name, (provider, inputs) in made.items():
        token = f"pulumi-python:dynamic/threescale:{name}"
        assert natural_key.lookup(token, tenant.api, inputs) is None
        held = tenant.host.create(provider, inputs)
        assert natural_key.lookup(token, tenant.api, inputs | {"__provider": "x"}) == held.id


def test_what_a_crash_broke_off_after_the_first_call_matches(tenant: Tenant) -> None:
    product, user = tenant.unique("half"), tenant.unique("dev")
    made = str(
        tenant.api.item(
            "POST", "services", {"service": {"system_name": product, "name": "Half", "custom_keys_enabled": False}}
        )["id"]
    )
    signed_up = {"org_name": "Half", "username": user, "email": f"{user}@x.example"}
    account = str(tenant.api.item("POST", "signup", signed_up)["id"])
    plan = tenant.plan(made)
    title = next(tenant.api.pages(f"services/{made}/application_plans", "plans"))["name"]
    declared: dict[str, tuple[str, Json]] = {
        "Product": (made, {"system_name": product, "name": "Half"}),
        "DeveloperAccount": (account, signed_up),
        "ApplicationPlan": (
            plan,
            {"product_id": made, "system_name": title, "name": title, "limits": {"hits per day": {"value": 1}}},
        ),
    }
    for name, (id_, inputs) in declared.items():
        token = f"pulumi-python:dynamic/threescale:{name}"
        assert natural_key.lookup(token, tenant.api, inputs) == id_
        assert natural_key.matches(token, tenant.api, id_, inputs), name


def test_what_somebody_else_made_under_the_same_name_does_not_match(tenant: Tenant) -> None:
    name, token = tenant.unique("theirs"), "pulumi-python:dynamic/threescale:Product"
    theirs = {"system_name": name, "name": "Theirs", "description": "Made by hand"}
    made = str(tenant.api.item("POST", "services", {"service": theirs})["id"])
    ours = {"system_name": name, "name": "Tiny Llama"}
    assert natural_key.lookup(token, tenant.api, ours) == made
    assert not natural_key.matches(token, tenant.api, made, ours)


def test_what_converges_anyway_needs_no_recovery(tenant: Tenant) -> None:
    inputs = {"product_id": tenant.product(), "rules": {}}
    token = "pulumi-python:dynamic/threescale:MappingRules"
    assert natural_key.lookup(token, tenant.api, inputs) is None
    assert not natural_key.matches(token, tenant.api, str(inputs["product_id"]), inputs)


def test_an_entity_of_a_product_that_is_gone_is_gone(tenant: Tenant) -> None:
    inputs = {"product_id": "999999", "system_name": "standard", "name": "Standard"}
    assert natural_key.lookup("pulumi-python:dynamic/threescale:ApplicationPlan", tenant.api, inputs) is None


def test_another_type_is_refused(tenant: Tenant) -> None:
    with pytest.raises(KeyError):
        natural_key.lookup("pulumi-python:dynamic/cluster:OperatorReady", tenant.api, {})
