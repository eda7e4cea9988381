"""Everything one model's API declares, and the fingerprint that decides about promotion."""

from typing import Any

import pytest

from components.model_api.definition import ApiDefinition, api_definition
from tests.components.config.test_validation import MODEL, settings


def definition(**changes: object) -> ApiDefinition:
    return api_definition(settings(**changes), MODEL)


def counting(found: ApiDefinition) -> dict[str, Any]:
    """The settings of the token policy."""
    (policy,) = (one for one in found.policies if one["name"] == "llm-metrics")
    configuration: dict[str, Any] = policy["configuration"]
    return configuration


@pytest.mark.row("C-20", "C-21")
def test_the_dev_stacks_model() -> None:
    found = definition()

    assert (found.product["system_name"], found.product["name"]) == (MODEL, "Llama-3.2-1B-Instruct (CPU)")
    assert found.private_endpoint == f"http://{MODEL}-predictor.llm-hosting.svc.cluster.local"
    assert [policy["name"] for policy in found.policies] == [
        "cors",
        "upstream_connection",
        "caching",
        "llm-metrics",
        "apicast",
    ]
    assert found.policies[0]["configuration"]["allow_origin"] == "https://maas.apps.maas.test"
    assert set(found.metrics) == {"prompt_tokens", "completion_tokens", "total_tokens"}


@pytest.mark.row("S-146")
def test_the_token_policy_counts_exactly_the_declared_metrics() -> None:
    found = definition()

    assert {rule["metric"] for rule in counting(found)["rules"]} == set(found.metrics)


@pytest.mark.row("C-20")
def test_open_cors_only_by_compat_and_without_cookies_all_the_same() -> None:
    configuration = definition(compat={"openCors": True}).policies[0]["configuration"]

    assert (configuration["allow_origin"], configuration["allow_credentials"]) == ("*", False)


def test_another_origin_may_be_named() -> None:
    changed = definition(apiDefaults={"cors": {"allowOrigin": "https://chat.example"}})

    assert changed.policies[0]["configuration"]["allow_origin"] == "https://chat.example"


@pytest.mark.parametrize(
    "changes",
    [
        {"models": {MODEL: {"displayName": "Other"}}},
        {"models": {MODEL: {"description": "Other"}}},
        {"models": {MODEL: {"systemName": "other"}}},
        {"models": {MODEL: {"expose": ["models"]}}},
        {"namespaces": {"models": "other"}},
        {"apiDefaults": {"upstream": {"readTimeout": 299}}},
        {"compat": {"keepDefaultMappingRule": True}},
        {"apiDefaults": {"metering": {"continuousUsage": True}}},
        {"plans": {"standard": {"limits": {"prompt_tokens per day": 1}}}},
        {"plans": {"standard": {"maxTokens": 100}}},
    ],
)
@pytest.mark.row("S-153")
def test_what_feeds_the_gateway_changes_the_fingerprint(changes: dict[str, Any]) -> None:
    assert definition(**changes).fingerprint != definition().fingerprint


@pytest.mark.parametrize(
    "changes",
    [
        {"models": {MODEL: {"maxModelLen": 1}}},
        {"plans": {"standard": {"limits": {"hits per day": 1, "total_tokens per minute": 2}}}},
        {"waits": {"modelReadySeconds": 1}},
        {"promotion": {"production": False}},
    ],
)
def test_what_does_not_feed_the_gateway_leaves_it(changes: dict[str, Any]) -> None:
    assert definition(**changes).fingerprint == definition().fingerprint


EXACT: dict[str, Any] = {
    "methods": {"v1/rank": {"displayName": "Rank"}},
    "metrics": {"total_tokens": {"displayName": "Tokens", "unit": "token"}},
    "rules": {"POST /v1/rank$": {"metric": "v1/rank", "position": 3, "delta": 2, "last": True}},
}


@pytest.mark.row("S-149")
def test_each_part_of_an_exact_api_replaces_what_would_be_computed() -> None:
    found = definition(models={MODEL: {"api": EXACT}})

    assert found.methods == {"v1/rank": {"friendly_name": "Rank", "description": ""}}
    assert found.metrics == {"total_tokens": {"friendly_name": "Tokens", "unit": "token", "description": ""}}
    assert found.rules == {"POST /v1/rank$": {"metric": "v1/rank", "delta": 2, "position": 3, "last": True}}
    assert found.members == {"v1/rank": "method", "total_tokens": "metric"}


@pytest.mark.row("S-148")
def test_the_token_policy_counts_only_metrics_that_are_there() -> None:
    few, none = (
        definition(models={MODEL: {"api": EXACT}}),
        definition(models={MODEL: {"api": {"metrics": {}}}}, plans={"standard": {"limits": None}}),
    )

    assert [rule["metric"] for rule in counting(few)["rules"]] == ["total_tokens"]
    assert [policy["name"] for policy in none.policies] == ["cors", "upstream_connection", "apicast"]


def test_an_exact_chain_is_taken_as_it_is() -> None:
    chain = [{"name": "apicast"}, {"name": "own", "version": "1.0", "enabled": False, "configuration": {"a": [1]}}]

    assert definition(models={MODEL: {"api": {"policies": chain}}}).policies == [
        {"name": "apicast", "version": "builtin", "enabled": True, "configuration": {}},
        {"name": "own", "version": "1.0", "enabled": False, "configuration": {"a": [1]}},
    ]


@pytest.mark.row("S-167")
def test_usage_rules_of_one_model_go_before_those_of_all() -> None:
    found = definition(
        apiDefaults={"product": {"customKeysEnabled": True, "supportEmail": "help@x.example"}},
        models={MODEL: {"api": {"product": {"customKeysEnabled": False, "buyerPlanChangePermission": "direct"}}}},
    ).product

    assert (found["custom_keys_enabled"], found["support_email"]) == (False, "help@x.example")
    assert (found["buyer_plan_change_permission"], found["buyers_manage_keys"]) == ("direct", True)


def test_only_declared_refusals_are_written() -> None:
    errors = {"limitsExceeded": {"text": "Too much", "status": 503}}
    found = definition(models={MODEL: {"api": {"errors": errors}}}).product

    assert {name: value for name, value in found.items() if name.startswith("error_")} == {
        "error_limits_exceeded": "Too much",
        "error_status_limits_exceeded": 503,
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"apiDefaults": {"product": {"customKeysEnabled": True}}},
        {"models": {MODEL: {"api": {"authentication": {"credentialsLocation": "headers"}}}}},
        {"models": {MODEL: {"api": {"errors": {"noMatch": {"status": 418}}}}}},
        {"models": {MODEL: {"api": {"hostnameRewrite": "vllm.example"}}}},
        {"models": {MODEL: {"subscription": {"default": False}}}},
    ],
)
def test_proxy_fields_and_usage_rules_feed_the_gateway_too(changes: dict[str, Any]) -> None:
    assert definition(**changes).fingerprint != definition().fingerprint


@pytest.mark.parametrize(
    "changes",
    [
        {"models": {MODEL: {"docs": {"publish": False}}}},
        {"models": {MODEL: {"backend": {"displayName": "Other"}}}},
        {"models": {MODEL: {"subscription": {"published": False}}}},
        {"plans": {"standard": {"prices": {"hits from 1": 1}}}},
    ],
)
def test_page_plans_and_names_of_the_backend_feed_no_gateway(changes: dict[str, Any]) -> None:
    assert definition(**changes).fingerprint == definition().fingerprint
