"""A token policy that is declared word by word reports to what is there, in the form that its files describe."""

from pathlib import Path
from typing import Any

import pytest

from components.config.hints import hints
from tests.components.config.test_validation import MODEL, problems, settings
from tests.support.stack_file import dev_stack

PATH = f"models.{MODEL}.api.policies[0].configuration"
SUCCEEDED = {"left": "{{status}}", "left_type": "liquid", "op": "==", "right": "200", "right_type": "plain"}
CONDITION = {"combine_op": "and", "operations": [SUCCEEDED]}
RULE: dict[str, Any] = {
    "metric": "total_tokens",
    "increment": "{{ llm_usage.total_tokens }}",
    "condition": CONDITION,
}


def of_policy(version: str = "0.2", **configuration: object) -> dict[str, Any]:
    item = {"name": "llm-metrics", "version": version, "configuration": {"rules": [RULE], **configuration}}
    return {MODEL: {"api": {"policies": [item, {"name": "apicast"}]}}}


def of_rule(**rule: object) -> dict[str, Any]:
    return of_policy(rules=[{"condition": CONDITION, **rule}])


def refused(models: dict[str, Any], **changes: object) -> set[str]:
    found = problems(dev_stack(models=models, **changes))
    assert all(one.given and one.allowed and one.remedy for one in found.values())
    return set(found)


@pytest.mark.row("S-147", "S-148", "C-22")
def test_a_declared_token_policy_names_a_metric_that_is_there_and_a_liquid_increment() -> None:
    expression = "{{ llm_usage.total_tokens }}"
    path = f"{PATH}.rules[0]"

    assert settings(models=of_rule(metric="total_tokens", increment=expression))
    exchanged = refused(of_rule(metric=expression, increment="total_tokens"))
    assert exchanged == {f"{path}.metric", f"{path}.increment"}
    assert refused(of_rule(metric="all_tokens", increment=expression)) == {f"{path}.metric"}
    assert exchanged < refused(of_rule())


@pytest.mark.row("S-148")
def test_limited_metrics_of_a_declared_policy_are_there() -> None:
    assert settings(models=of_policy(limited_metrics=["total_tokens", "hits"]))

    found = problems(dev_stack(models=of_policy(limited_metrics=["total_tokens", "all_tokens"])))
    assert set(found) == {f"{PATH}.limited_metrics[1]"}
    assert "3scale refuses every call" in found[f"{PATH}.limited_metrics[1]"].allowed


def test_plans_of_a_declared_policy_are_the_models_by_title() -> None:
    assert settings(models=of_policy(plans=[{"plan": "Standard Plan", "max_tokens": 5}]))

    found = problems(dev_stack(models=of_policy(plans=[{"plan": "Standard Plan"}, {"plan": "standard"}])))
    assert set(found) == {f"{PATH}.plans[1].plan"}
    assert found[f"{PATH}.plans[1].plan"].allowed == "the displayName of one of its plans: Standard Plan"


@pytest.mark.row("S-207")
@pytest.mark.parametrize(
    ("configuration", "path"),
    [
        ({"enable_sse_support": "yes"}, "enable_sse_support"),
        ({"rules": []}, "rules"),
        ({"limited_metrics": "total_tokens"}, "limited_metrics"),
        ({"plans": [{"plan": "Standard Plan", "max_tokens": 0}]}, "plans[0].max_tokens"),
        ({"estimate": {"bytes_per_token": 0}}, "estimate.bytes_per_token"),
        (
            {"rules": [RULE | {"condition": {"operations": [SUCCEEDED | {"op": "="}]}}]},
            "rules[0].condition.operations[0].op",
        ),
    ],
)
def test_a_form_that_the_policys_own_description_does_not_have_is_refused(
    configuration: dict[str, Any], path: str
) -> None:
    found = problems(dev_stack(models=of_policy(**configuration)))

    assert set(found) == {f"{PATH}.{path}"}
    assert found[f"{PATH}.{path}"].allowed == "the form that policies/llm/apicast-policy.json describes"


def test_a_wrong_value_is_told_with_what_does_not_fit() -> None:
    found = problems(dev_stack(models=of_policy(enable_sse_support="yes")))

    assert found[f"{PATH}.enable_sse_support"].given == '"yes" does not fit {"type": "boolean"}'
    missing = problems(dev_stack(models=of_policy(rules=[{k: v for k, v in RULE.items() if k != "condition"}])))
    assert missing[f"{PATH}.rules[0]"].given == "'condition' is a required property"


def test_the_form_of_a_policy_whose_files_are_elsewhere_is_not_judged() -> None:
    models = of_policy(enable_sse_support="yes")
    elsewhere = {"gatewayPolicy": {"secretName": "llm"}}

    assert settings(models=models, threescale=elsewhere)
    # Neither is that of another version, which the gateways skip.
    assert settings(models=of_policy(version="0.1", enable_sse_support="yes"))


def test_files_that_cannot_be_read_are_one_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("components.config.gateway_policy.PROJECT", tmp_path)

    assert refused(of_policy(enable_sse_support="yes")) == {"threescale.gatewayPolicy.folder"}


@pytest.mark.parametrize("environment", ["dev", "test"])
def test_a_policy_of_another_version_than_the_gateways_is_pointed_out(environment: str) -> None:
    by_call = {"standard": {"limits": {"total_tokens per minute": None}}}

    def told(version: str) -> list[str]:
        return list(hints(settings(models=of_policy(version=version), plans=by_call, environment=environment)))

    (hint,) = told("0.1")
    assert hint.startswith(f"models.{MODEL}.api.policies names llm-metrics 0.1, while the gateways have 0.2")
    assert told("0.2") == []
