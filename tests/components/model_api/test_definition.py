"""Everything one model's API declares, and the fingerprint that decides about promotion."""

from typing import Any

import pytest

from components.model_api.definition import ApiDefinition, api_definition
from tests.components.config.test_validation import MODEL, settings


def definition(**changes: object) -> ApiDefinition:
    return api_definition(settings(**changes), MODEL)


def test_the_dev_stacks_model() -> None:
    found = definition()

    assert (found.system_name, found.name) == (MODEL, "Llama-3.2-1B-Instruct (CPU)")
    assert found.private_endpoint == f"http://{MODEL}-predictor.llm-hosting.svc.cluster.local"
    assert [policy["name"] for policy in found.policies] == ["cors", "upstream_connection", "llm-metrics", "apicast"]
    assert found.policies[0]["configuration"]["allow_origin"] == "https://maas.apps.maas.test"
    assert set(found.metrics) == {"prompt_tokens", "completion_tokens", "total_tokens"}


def test_the_token_policy_counts_exactly_the_declared_metrics() -> None:
    found = definition()
    rules = found.policies[2]["configuration"]["rules"]

    assert {rule["metric"] for rule in rules} == set(found.metrics)


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
    ],
)
def test_what_feeds_the_gateway_changes_the_fingerprint(changes: dict[str, Any]) -> None:
    assert definition(**changes).fingerprint != definition().fingerprint


@pytest.mark.parametrize(
    "changes",
    [
        {"models": {MODEL: {"maxModelLen": 1}}},
        {"plans": {"standard": {"limits": {"hits per day": 1}}}},
        {"waits": {"modelReadySeconds": 1}},
        {"promotion": {"production": False}},
    ],
)
def test_what_does_not_feed_the_gateway_leaves_it(changes: dict[str, Any]) -> None:
    assert definition(**changes).fingerprint == definition().fingerprint
