"""Whatever a tenant holds of what a stack file can say: the entries take it over and change nothing."""

import json
from typing import Any

import pytest

from components.config.validation import validated
from components.model_api.definition import api_definition
from operations.adopt.source import ALL_SECRETS
from tests.dynamic_providers.threescale.tenant import Tenant
from tests.operations.adopt.conftest import Adopt
from tests.operations.adopt.random_tenant import RandomTenant
from tests.operations.adopt.simulated_up import Up

PRODUCTS = 20


@pytest.mark.parametrize(
    ("seed", "products"),
    [(3, 3), *(pytest.param(seed, PRODUCTS, marks=pytest.mark.slow) for seed in (1, 2, 6, 7))],
)
def test_the_entries_of_a_random_tenant_change_nothing_on_it(
    tenant: Tenant, adopt: Adopt, seed: int, products: int
) -> None:
    RandomTenant(tenant.api, seed).fill(products)
    adopted = adopt("--quiet")
    assert (adopted.code, adopted.errors, len(adopted.models)) == (0, "", products)
    before = tenant.state()
    up = Up(tenant, adopted.config)
    assert tenant.writes() == []
    assert up.changed == []
    assert tenant.state() == before
    assert up.kinds().count("Product") == up.kinds().count("PolicyChain") == products


def test_the_definitions_say_what_the_server_has(tenant: Tenant, adopt: Adopt) -> None:
    RandomTenant(tenant.api, 5).fill(3)
    settings = validated(adopt("--quiet").config, ALL_SECRETS)
    rows = tenant.state()
    for key in settings.models:
        api = api_definition(settings, key)
        (service,) = [one for one in rows["service"] if one["system_name"] == api.product["system_name"]]
        (proxy,) = [one for one in rows["proxy"] if one["service_id"] == service["id"]]
        same = {"name", "custom_keys_enabled", "buyers_manage_apps", "buyer_plan_change_permission"}
        assert {name: api.product[name] for name in same} == {name: service[name] for name in same}
        assert api.product["description"] == (service["description"] or "")
        assert api.product["credentials_location"] == proxy["credentials_location"]
        assert [_policy(one) for one in api.policies] == [_policy(one) for one in proxy["policies_config"]]
        assert _declared_rules(api.rules) == _held_rules(rows, proxy["id"])
        plans = [one for one in rows["plan"] if one["issuer_id"] == service["id"] and one["type"] == "application_plan"]
        declared = {settings.plan_system_name(plan): settings.plans[plan] for plan in settings.models[key].plans}
        assert {one["system_name"]: one["state"] == "published" for one in plans} == {
            name: plan.published for name, plan in declared.items()
        }
        limits = [one["value"] for plan in plans for one in rows["limit"] if one["plan_id"] == plan["id"]]
        assert sorted(limits) == sorted(value for plan in declared.values() for value in plan.limits.values())


def _policy(one: dict[str, Any]) -> str:
    return json.dumps({"enabled": True, **one}, sort_keys=True)


def _declared_rules(rules: dict[str, Any]) -> list[tuple[str, int, bool]]:
    keys = sorted(rules, key=lambda key: int(rules[key]["position"]))
    return [(f"{key} {rules[key]['metric']}", rules[key]["delta"], rules[key]["last"]) for key in keys]


def _held_rules(rows: dict[str, Any], proxy: int) -> list[tuple[str, int, bool]]:
    names = {one["id"]: one["system_name"] for one in rows["metric"]}
    own = [one for one in rows["mapping_rule"] if (one["owner_type"], one["owner_id"]) == ("Proxy", proxy)]
    own.sort(key=lambda one: (one["position"], one["id"]))
    return [
        (f"{one['http_method']} {one['pattern']} {names[one['metric_id']]}", one["delta"], bool(one["last"]))
        for one in own
    ]
