"""The links of the chain that count tokens: what they are told, and what they leave to the policy."""

import re
from typing import Any

import pytest
from jsonschema import Draft7Validator

from components.config.counted import counted
from components.config.gateway_policy import MANIFEST, OWN_FOLDER, manifest, policy_files
from components.config.metering import Metering
from components.config.token_metrics import TOKEN_METRICS, USUAL
from components.config.validation import validated
from components.model_api.definition import ApiDefinition, api_definition
from components.model_api.metering import token_links
from components.model_api.policies import LlmMetricsPolicy, PlanTerms
from tests.components.config.test_validation import ALL_SECRETS, MODEL, settings
from tests.support.model_servers import served, serving_stack

FURTHER = TOKEN_METRICS.keys() - USUAL.keys()
EVERYTHING: dict[str, Any] = {
    "apiDefaults": {
        "metering": {
            "continuousUsage": True,
            "applicationLabels": False,
            "reasoningTokens": True,
            "cachedTokens": True,
            "estimate": {"enabled": True, "bytesPerToken": 4},
        }
    },
    "models": {MODEL: {"plans": ["standard", "gold"]}},
    "plans": {
        "gold": {"displayName": "Gold", "maxTokens": 1000, "limits": {"completion_tokens per day": 9}},
        "standard": {"maxTokens": 100, "models": [MODEL]},
    },
}
"""A stack that says everything about tokens that can be said."""


def definition(**changes: object) -> ApiDefinition:
    return api_definition(settings(**changes), MODEL)


def told(**changes: object) -> dict[str, Any]:
    """The settings of the token policy, its rules apart."""
    (link,) = (one for one in definition(**changes).policies if one["name"] == "llm-metrics")
    return {key: value for key, value in link["configuration"].items() if key not in {"rules", "enable_sse_support"}}


def names(**changes: object) -> list[str]:
    return [link["name"] for link in definition(**changes).policies]


@pytest.mark.row("S-146")
def test_limits_of_tokens_are_looked_at_before_every_call() -> None:
    assert told() == {"limited_metrics": ["total_tokens"]}
    (before, caching, *after) = token_chain()
    assert caching == {
        "name": "caching",
        "version": "builtin",
        "enabled": True,
        "configuration": {"caching_type": "none"},
    }
    assert (before["name"], [one["name"] for one in after]) == ("upstream_connection", ["llm-metrics", "apicast"])


def token_chain() -> list[dict[str, Any]]:
    return definition().policies[1:]


def test_without_a_limit_of_tokens_nobody_asks_more_often_than_the_gateway_does() -> None:
    by_call = {"standard": {"limits": {"total_tokens per minute": None}}}

    assert told(plans=by_call) == {}
    assert "caching" not in names(plans=by_call)


def test_every_plan_of_the_model_counts_and_no_other() -> None:
    plans = {
        "gold": {"displayName": "Gold", "limits": {"prompt_tokens per day": 9, "chat-completions per day": 9}},
        "other": {"displayName": "Other", "limits": {"completion_tokens per day": 9}},
    }

    assert told(plans=plans, models={MODEL: {"plans": ["gold", "standard"]}}) == {
        "limited_metrics": ["prompt_tokens", "total_tokens"]
    }


def test_the_gateways_cache_can_be_kept_and_its_limits_are_looked_at_late() -> None:
    cached = {"apiDefaults": {"metering": {"authorization": "cached"}}}

    assert "caching" not in names(**cached)
    assert told(**cached) == {"limited_metrics": ["total_tokens"]}


def test_what_a_plan_permits_is_told_by_the_plans_title() -> None:
    assert told(**EXCEPT_METERING)["plans"] == [
        {"plan": "Gold", "max_tokens": 1000},
        {"plan": "Standard Plan", "models": [MODEL], "max_tokens": 100},
    ]


EXCEPT_METERING = {key: EVERYTHING[key] for key in ("models", "plans")}


def test_the_order_of_plans_and_names_changes_nothing() -> None:
    plans = (PlanTerms(plan="b", models=("y", "x")), PlanTerms(plan="a", max_tokens=1))
    links = [LlmMetricsPolicy(("total_tokens",), plans=order).item() for order in (plans, plans[::-1])]

    assert links[0] == links[1]
    assert links[0]["configuration"]["plans"] == [{"plan": "a", "max_tokens": 1}, {"plan": "b", "models": ["x", "y"]}]


def test_only_what_differs_from_the_policys_own_behaviour_is_told() -> None:
    by_call = {"plans": {"standard": {"limits": {"total_tokens per minute": None}}}}

    def metering(**changes: object) -> dict[str, Any]:
        return told(**by_call, apiDefaults={"metering": changes})

    assert metering(continuousUsage=False, applicationLabels=True, estimate={"bytesPerToken": 3}) == {}
    assert metering(continuousUsage=True) == {"continuous_usage_stats": True}
    assert metering(applicationLabels=False) == {"application_labels": False}
    assert metering(estimate={"enabled": True}) == {"estimate": {"enabled": True, "bytes_per_token": 6}}


def test_further_metrics_are_declared_and_counted_by_rules_of_their_own() -> None:
    found = definition(**EVERYTHING)
    (link,) = (one for one in found.policies if one["name"] == "llm-metrics")
    increments = {rule["metric"]: rule["increment"] for rule in link["configuration"]["rules"]}

    assert set(found.metrics) == set(increments) == set(TOKEN_METRICS)
    assert increments["reasoning_tokens"] == "{{ llm_usage.reasoning_tokens }}"
    assert found.metrics["estimated_tokens"]["friendly_name"] == "Estimated tokens"
    assert "An estimate" in found.metrics["estimated_tokens"]["description"]
    assert {"completion_tokens", "total_tokens"} == set(link["configuration"]["limited_metrics"])


def test_a_further_metric_can_be_limited_and_priced() -> None:
    plan = {"limits": {"reasoning_tokens per day": 9}, "prices": {"cached_tokens from 1": 0.01}}
    counting = {"metering": {"reasoningTokens": True, "cachedTokens": True}}

    assert told(apiDefaults=counting, plans={"standard": plan})["limited_metrics"] == [
        "reasoning_tokens",
        "total_tokens",
    ]


@pytest.mark.parametrize(
    ("engine", "further"),
    [("vllm", FURTHER), ("tei", {"estimated_tokens"}), ("docling", set()), ("safety", set())],
)
def test_further_metrics_are_of_models_that_can_have_them(engine: str, further: set[str]) -> None:
    found = validated(serving_stack({"model": served(engine)}, apiDefaults=EVERYTHING["apiDefaults"]), ALL_SECRETS)

    names = counted(found.models["model"], found.compat, found.api_defaults.metering)
    assert set(names) & FURTHER == further


def test_declared_metrics_of_these_names_are_counted_and_others_are_not() -> None:
    metrics = {name: {"displayName": name, "unit": "token"} for name in ("total_tokens", "cached_tokens", "pages")}
    found = definition(models={MODEL: {"api": {"metrics": metrics}}})
    (link,) = (one for one in found.policies if one["name"] == "llm-metrics")

    assert [rule["metric"] for rule in link["configuration"]["rules"]] == ["cached_tokens", "total_tokens"]


def test_the_guides_policy_gets_what_it_knows() -> None:
    guides = settings(
        threescale={"gatewayPolicy": {"secretName": "llm", "version": "0.1"}}, compat={"seedPolicy": True}
    )
    (link,) = token_links(guides, MODEL)

    assert link == LlmMetricsPolicy(("completion_tokens", "prompt_tokens", "total_tokens"), "0.1")
    assert link.item()["configuration"].keys() == {"enable_sse_support", "rules"}


@pytest.mark.row("S-207")
@pytest.mark.parametrize("changes", [{}, EVERYTHING])
def test_what_is_told_has_the_form_that_the_policy_describes(changes: dict[str, Any]) -> None:
    described = manifest(policy_files(OWN_FOLDER)[MANIFEST])["configuration"]
    (link,) = (one for one in definition(**changes).policies if one["name"] == "llm-metrics")

    assert set(link["configuration"]) <= set(described["properties"])
    assert [fault.message for fault in Draft7Validator(described).iter_errors(link["configuration"])] == []
    assert changes == {} or set(link["configuration"]) == set(described["properties"])


def test_what_is_left_out_is_what_the_policy_does_by_itself() -> None:
    described = manifest(policy_files(OWN_FOLDER)[MANIFEST])["configuration"]["properties"]
    usual = Metering()

    assert described["continuous_usage_stats"]["default"] == usual.continuous_usage
    assert described["application_labels"]["default"] == usual.application_labels
    estimate = described["estimate"]["properties"]
    assert estimate["enabled"]["default"] == usual.estimate.enabled
    assert estimate["bytes_per_token"]["default"] == usual.estimate.bytes_per_token


@pytest.mark.parametrize("name", TOKEN_METRICS)
def test_each_metric_has_a_counter_in_the_policy(name: str) -> None:
    counters = policy_files(OWN_FOLDER)["maas_llm_counters.lua"]
    (declared,) = re.findall(rf"^  {name} = (\{{.*?\}})", counters, re.MULTILINE | re.DOTALL)

    assert f"counter('{TOKEN_METRICS[name].series}', " in declared
