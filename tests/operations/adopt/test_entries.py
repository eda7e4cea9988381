"""What is written for a product, and what is named and left out because a stack file cannot say it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.config.hints import hints
from components.config.validation import validated
from dynamic_providers.threescale.client import AdminApi
from operations.adopt.source import ALL_SECRETS, ReadOnlyApi
from tests.dynamic_providers.threescale.tenant import Tenant
from tests.operations.adopt.conftest import Adopt
from tests.operations.adopt.simulated_up import Up

CANARY = "canary-9041-secret-of-a-policy"
APICAST = {"name": "apicast", "version": "builtin", "enabled": True, "configuration": {}}


def product(api: AdminApi, name: str = "tiny", *, promoted: bool = True) -> str:
    """The id of a product as somebody makes one by hand, with a backend, a plan and the rule of 3scale."""
    id_ = str(api.item("POST", "services", {"service": {"system_name": name, "name": name.title()}})["id"])
    backend = {"system_name": name, "name": name.title(), "private_endpoint": f"https://{name}.example"}
    made = api.item("POST", "backend_apis", {"backend_api": backend})
    use(api, id_, made["id"])
    plan = {"system_name": "basic", "name": "Basic", "state_event": "publish"}
    api.call("POST", f"services/{id_}/application_plans", {"application_plan": plan})
    if promoted:
        promote(api, id_)
    return id_


def use(api: AdminApi, product_id: str, backend: int, path: str = "/") -> None:
    body = {"backend_api_config": {"backend_api_id": backend, "path": path}}
    api.call("POST", f"services/{product_id}/backend_usages", body)


def deploy(api: AdminApi, id_: str) -> None:
    while not list(api.pages(f"services/{id_}/proxy/configs/sandbox", "proxy_configs")):
        api.call("POST", f"services/{id_}/proxy/deploy")


def promote(api: AdminApi, id_: str) -> None:
    deploy(api, id_)
    api.call("POST", f"services/{id_}/proxy/configs/sandbox/1/promote", {"to": "production"})


def policies(api: AdminApi, id_: str, *links: dict[str, Any]) -> None:
    chain = [{"version": "builtin", "enabled": True, "configuration": {}, **link} for link in links]
    body = {"proxy": {"policies_config": [*chain, APICAST]}}
    api.call("PUT", f"services/{id_}/proxy/policies", body)


def hits(api: AdminApi, id_: str) -> int:
    return int(next(one["id"] for one in api.pages(f"services/{id_}/metrics", "metrics")))


def test_a_plain_product_is_a_few_lines_and_the_sample_is_skipped(tenant: Tenant, adopt: Adopt) -> None:
    product(tenant.api)
    adopted = adopt()
    assert adopted.code == 0
    assert adopted.errors.splitlines() == [
        "product 1 of 2: api, the sample of a new tenant, is skipped",
        "product 2 of 2: tiny",
    ]
    assert list(adopted.models) == ["tiny"]
    model = adopted.models["tiny"]
    assert (model["displayName"], model["plans"], model["adopt"]) == ("Tiny", ["basic"], True)
    assert model["source"] == {"external": "https://tiny.example:443"}
    assert set(model["api"]) == {"methods", "metrics", "rules", "policies", "authentication", "product"}
    assert model["api"]["rules"] == {"GET /": {"metric": "hits", "position": 10}}
    assert {"backend", "promotion", "systemName", "kind"}.isdisjoint(model)
    assert adopted.config["plans"] == {"basic": {"displayName": "Basic"}}


def test_a_chain_that_counts_twice_is_adopted_as_it_is_and_told_at_each_preview(tenant: Tenant, adopt: Adopt) -> None:
    condition = {"operations": [{"left": "{{status}}", "op": "==", "right": "200"}]}
    rule = {"metric": "hits", "increment": "{{ llm_usage.output_tokens }}", "condition": condition}
    tokens = {"name": "llm-metrics", "version": "0.2", "configuration": {"rules": [rule]}}
    policies(tenant.api, product(tenant.api, promoted=False), tokens, tokens)
    adopted = adopt()
    assert (adopted.code, list(adopted.models)) == (0, ["tiny"])
    told = [one for one in hints(validated(adopted.config, ALL_SECRETS)) if one.startswith("models.tiny.")]
    path = "models.tiny.api.policies"
    rules = [f"{path}[{at}].configuration.rules[0]" for at in (0, 1)]
    wrong = [f"{at}.{part}" for at in rules for part in ("condition.operations[0].left", "increment")]
    assert [one.partition(": ")[0] for one in told] == [f"{path}[1]", *wrong]
    assert Up(tenant, adopted.config).changed == []


def test_different_terms_under_one_name_get_keys_of_their_own(tenant: Tenant, adopt: Adopt) -> None:
    for name in ("tiny", "small", "mini"):
        id_ = product(tenant.api, name)
        if name == "small":
            (plan,) = tenant.api.pages(f"services/{id_}/application_plans", "plans")
            limit = {"usage_limit": {"period": "day", "value": 5}}
            path = f"application_plans/{plan['id']}/metrics/{hits(tenant.api, id_)}/limits"
            tenant.api.call("POST", path, limit)
    adopted = adopt()
    assert {key: one["plans"] for key, one in adopted.models.items()} == {
        "tiny": ["basic"],
        "small": ["small-basic"],
        "mini": ["basic"],
    }
    own = adopted.config["plans"]["small-basic"]
    assert own == {"displayName": "Basic", "systemName": "basic", "limits": {"hits per day": 5}}


def _oidc(api: AdminApi, id_: str) -> None:
    api.call("PUT", f"services/{id_}", {"service": {"backend_version": "oidc"}})


def _id_and_key(api: AdminApi, id_: str) -> None:
    api.call("PUT", f"services/{id_}", {"service": {"backend_version": "2"}})


def _self_managed(api: AdminApi, id_: str) -> None:
    api.call("PUT", f"services/{id_}", {"service": {"deployment_option": "self_managed"}})


def _second_backend(api: AdminApi, id_: str) -> None:
    body = {"backend_api": {"system_name": "second", "name": "Second", "private_endpoint": "https://second.example"}}
    use(api, id_, api.item("POST", "backend_apis", body)["id"], "/v2")


def _rule_twice(api: AdminApi, id_: str) -> None:
    rule = {"http_method": "GET", "pattern": "/", "delta": 1, "metric_id": hits(api, id_)}
    api.call("POST", f"services/{id_}/proxy/mapping_rules", {"mapping_rule": rule})


def _secret_policy(api: AdminApi, id_: str) -> None:
    policies(api, id_, {"name": "token_introspection", "configuration": {"client_secret": CANARY}})


def _secret_header(api: AdminApi, id_: str) -> None:
    header = {"op": "set", "header": "Authorization", "value": f"Bearer {CANARY}"}
    policies(api, id_, {"name": "headers", "configuration": {"request": [header]}})


def _no_plan(api: AdminApi, id_: str) -> None:
    (plan,) = api.pages(f"services/{id_}/application_plans", "plans")
    api.call("DELETE", f"services/{id_}/application_plans/{plan['id']}")


def _long_text(api: AdminApi, id_: str) -> None:
    api.call("PUT", f"services/{id_}", {"service": {"description": "x" * 3000}})


def _three_decimals(api: AdminApi, id_: str) -> None:
    (plan,) = api.pages(f"services/{id_}/application_plans", "plans")
    path = f"services/{id_}/application_plans/{plan['id']}"
    api.call("PUT", path, {"application_plan": {"setup_fee": 0.125}})


ODD: dict[Callable[[AdminApi, str], None], str] = {
    _oidc: "applications identify themselves by OpenID Connect",
    _id_and_key: "applications identify themselves by id and key",
    _self_managed: "its deployment option is self_managed",
    _second_backend: "it uses backends at /, /v2; a model has one, at /",
    _rule_twice: "it has several rules for GET /",
    _secret_policy: "policy token_introspection is configured with a secret",
    _secret_header: "policy headers is configured with a secret",
    _no_plan: "it has no application plan",
    _long_text: "description: ",
    _three_decimals: "setupFee: 0.125 was given; a stack file allows an amount with at most 2 decimals",
}
"""What is done to a product, and what is said of it."""


def test_what_a_stack_file_cannot_say_is_named_and_left_out(tenant: Tenant, adopt: Adopt) -> None:
    for number, change in enumerate(ODD):
        change(tenant.api, product(tenant.api, f"odd{number}", promoted=False))
    product(tenant.api, "tiny")
    adopted = adopt("--quiet")
    assert (adopted.code, list(adopted.models)) == (3, ["tiny"])
    said = dict(line.removeprefix("left out: product ").split(": ", 1) for line in adopted.errors.splitlines())
    for number, reason in enumerate(ODD.values()):
        assert reason in said.pop(f"odd{number}")
    assert said == {}
    assert CANARY not in adopted.text + adopted.errors


def test_a_backend_of_two_products_can_be_in_neither_entry_but_the_first(tenant: Tenant, adopt: Adopt) -> None:
    product(tenant.api, "tiny")
    other = product(tenant.api, "small")
    (usage,) = tenant.api.pages(f"services/{other}/backend_usages")
    tenant.api.call("DELETE", f"services/{other}/backend_usages/{usage['id']}")
    backends = {one["system_name"]: one["id"] for one in tenant.api.pages("backend_apis", "backend_apis")}
    use(tenant.api, other, backends["tiny"])
    adopted = adopt("--quiet")
    assert adopted.code == 3
    assert '"tiny" is also the name of the backend of model' in adopted.errors


OFF = {
    "never": ({"staging": False, "production": False}, "nothing is deployed to staging yet"),
    "staged": ({"production": False}, "nothing is promoted to production yet"),
    "changed": (
        {"staging": False, "production": False},
        "the product was changed after its last deploy to staging (version 1)",
    ),
    "ahead": ({"production": False}, "production (version 1) has not what staging has (version 2)"),
}
"""State of a product → what is not promoted, and why."""


def test_what_is_not_promoted_stays_so_and_a_comment_says_why(tenant: Tenant, adopt: Adopt) -> None:
    ids = {state: product(tenant.api, state, promoted=state in {"changed", "ahead"}) for state in OFF}
    deploy(tenant.api, ids["staged"])
    rule = next(iter(tenant.api.pages(f"services/{ids['changed']}/proxy/mapping_rules", "mapping_rules")))["id"]
    path = f"services/{ids['changed']}/proxy/mapping_rules/{rule}"
    tenant.api.call("PATCH", path, {"mapping_rule": {"delta": 2}})
    tenant.api.call("PATCH", f"services/{ids['ahead']}/proxy", {"proxy": {"error_no_match": "Nothing"}})
    adopted = adopt()
    assert adopted.code == 0
    for state, (off, why) in OFF.items():
        assert adopted.models[state]["promotion"] == off
        assert f"      # Off, because {why}.\n      promotion:\n" in adopted.text
    up = Up(tenant, adopted.config)
    assert (tenant.writes(), up.changed) == ([], [])


def test_a_page_that_cannot_be_written_stays_outside_and_is_named(tenant: Tenant, adopt: Adopt) -> None:
    id_ = int(product(tenant.api))
    old = {"swagger": "2.0", "info": {"title": "Old", "version": "1"}, "paths": {}}
    page = {"name": "Old", "system_name": "old", "service_id": id_, "body": json.dumps(old)}
    tenant.api.call("POST", "active_docs", {"api_docs_service": page})
    adopted = adopt("--quiet")
    assert (adopted.code, adopted.models["tiny"]["docs"]) == (3, {"enabled": False})
    assert "left out: of product tiny: the page old (it is no OpenAPI 3 document)" in adopted.errors
    assert "# Stays as it is, outside this stack: the page old" in adopted.text


def test_only_the_document_that_is_not_computed_is_written_beside(tenant: Tenant, adopt: Adopt, tmp_path: Path) -> None:
    id_ = int(product(tenant.api))
    document = {"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {}}
    page = {"name": "Tiny", "system_name": "tiny", "service_id": id_, "body": json.dumps(document)}
    tenant.api.call("POST", "active_docs", {"api_docs_service": page})
    adopted = adopt()
    assert adopted.models["tiny"]["docs"]["file"] == "adopted/tenant/tiny.json"
    assert json.loads((tmp_path / "adopted" / "tenant" / "tiny.json").read_text()) == document
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["tenant.yaml", "tiny.json"]


def test_a_file_that_is_there_is_not_overwritten_without_force(tenant: Tenant, adopt: Adopt, tmp_path: Path) -> None:
    product(tenant.api)
    file = tmp_path / "adopted" / "tenant.yaml"
    file.parent.mkdir()
    file.write_text("config: {mine: 1}")
    refused = adopt()
    assert (refused.code, file.read_text()) == (1, "config: {mine: 1}")
    assert "give --force to overwrite it" in refused.errors
    assert list(adopt("--force").models) == ["tiny"]


def test_an_output_outside_the_project_is_refused(adopt: Adopt, tmp_path: Path) -> None:
    refused = adopt("--output", str(tmp_path.parent / "x.yaml"))
    assert refused.code == 1
    assert "the program reads documents below" in refused.errors


def test_a_tenant_of_nothing_but_the_sample_gives_no_file(adopt: Adopt, tmp_path: Path) -> None:
    adopted = adopt()
    assert (adopted.code, list(tmp_path.rglob("*.yaml"))) == (0, [])
    assert "no product can be written; there is no file" in adopted.errors


@pytest.mark.usefixtures("impatient")
def test_a_failure_half_way_leaves_no_file(tenant: Tenant, adopt: Adopt, tmp_path: Path) -> None:
    product(tenant.api)
    tenant.fault("html", "GET", "application_plans", count=0)
    refused = adopt()
    tenant.clear()
    assert refused.code == 1
    assert refused.errors.splitlines()[-1].startswith("error: GET ")
    assert list(tmp_path.rglob("*")) == []


def test_the_client_of_adoption_cannot_write(tenant: Tenant) -> None:
    api = ReadOnlyApi(tenant.url, "any")
    with pytest.raises(PermissionError, match="POST while a tenant is only read"):
        api.call("POST", "services", {})
    assert tenant.requests() == []


def test_text_that_other_readers_take_for_something_else_is_quoted(tenant: Tenant, adopt: Adopt) -> None:
    texts = ("1e3", "0o17", "yes", "2024-01-01", "null")
    for number, text in enumerate(texts):
        id_ = product(tenant.api, f"tiny{number}", promoted=False)
        tenant.api.call("PUT", f"services/{id_}", {"service": {"description": text}})
    adopted = adopt("--quiet")
    assert tuple(one["description"] for one in adopted.models.values()) == texts
    lines = [line.strip() for line in adopted.text.splitlines() if line.strip().startswith("description: ")]
    assert [line for line in lines if line.removeprefix("description: ")[0] not in "\"'"] == []
