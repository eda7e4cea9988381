"""A declared chain counts tokens once, in time, and looks at limits; an adopted one is only told what is wrong."""

from typing import Any

import pytest

from components.config.hints import hints
from components.config.problems import Problem
from tests.components.config.test_token_policy_promises import RULE, SUCCEEDED
from tests.components.config.test_validation import MODEL, problems, settings
from tests.support.stack_file import dev_stack

PATH = f"models.{MODEL}.api.policies"
APICAST = {"name": "apicast"}
LIMIT = "total_tokens per minute"
GUIDES = {
    "threescale": {"gatewayPolicy": {"secretName": "llm", "version": "0.1"}},
    "compat": {"seedPolicy": True},
}


def tokens(**changes: object) -> dict[str, Any]:
    return {"name": "llm-metrics", "version": "0.2", "configuration": {"rules": [RULE]}, **changes}


def chain(*policies: dict[str, Any], **model: object) -> dict[str, Any]:
    return {"models": {MODEL: {"api": {"policies": list(policies)}, **model}}}


def rule(**changes: object) -> dict[str, Any]:
    return chain(tokens(configuration={"rules": [RULE | changes]}), APICAST)


def operation(**changes: object) -> dict[str, Any]:
    return rule(condition={"operations": [SUCCEEDED | changes]})


def limited(value: int) -> dict[str, Any]:
    return {"plans": {"standard": {"limits": {LIMIT: value}}}}


def refused(stack: dict[str, Any]) -> dict[str, Problem]:
    found = problems(dev_stack(**stack))
    assert all(one.given and one.allowed and one.remedy for one in found.values())
    return found


@pytest.mark.row("S-144")
def test_a_token_policy_after_apicast_is_refused() -> None:
    assert settings(**chain(tokens(), APICAST))
    assert settings(**chain(APICAST, tokens(enabled=False)))

    found = refused(chain(APICAST, tokens()))
    assert set(found) == {f"{PATH}[1]"}
    assert found[f"{PATH}[1]"].given == "llm-metrics comes after apicast"


def test_a_second_token_policy_is_refused_where_both_run() -> None:
    assert settings(**chain(tokens(enabled=False), tokens(), APICAST))

    found = refused(chain(tokens(), {"name": "cors"}, tokens(), APICAST))
    assert set(found) == {f"{PATH}[2]"}
    assert found[f"{PATH}[2]"].given == f"llm-metrics is in the chain already, at {PATH}[0]"


@pytest.mark.row("S-207")
@pytest.mark.parametrize("side", ["left", "right"])
def test_an_expression_that_is_compared_as_plain_text_is_refused(side: str) -> None:
    at = f"{PATH}[0].configuration.rules[0].condition.operations[0].{side}"

    assert settings(**operation(**{side: "{{ status }}", f"{side}_type": "liquid"}))
    untyped = {name: value for name, value in SUCCEEDED.items() if name != f"{side}_type"} | {side: "{{ status }}"}
    for kind in ({f"{side}_type": "plain"}, {}):
        found = refused(rule(condition={"operations": [untyped | kind]}))
        assert set(found) == {at}
        assert found[at].remedy == f"add {side}_type: liquid"


def test_an_increment_by_what_no_usage_has_is_refused() -> None:
    at = f"{PATH}[0].configuration.rules[0].increment"

    assert settings(**rule(increment="{{ llm_usage.prompt_tokens | plus: llm_usage.estimated_tokens }}"))
    found = refused(rule(increment="{{ llm_usage.prompt_tokens | plus: llm_usage.output_tokens }}"))
    assert set(found) == {at}
    assert found[at].given == "llm_usage has no output_tokens"
    # The guides' policy hands over whatever an engine reports.
    own = tokens(version="0.1", configuration={"rules": [RULE | {"increment": "{{ llm_usage.output_tokens }}"}]})
    assert settings(**chain(own, APICAST), **GUIDES)


def test_settings_that_have_no_form_at_all_are_left_to_the_check_of_their_form() -> None:
    for rules in ("all", ["one"], [{"condition": "always"}], [{"condition": {"operations": ["any"]}}]):
        found = refused(chain(tokens(configuration={"rules": rules}), APICAST))
        assert all(path.startswith(f"{PATH}[0].configuration") for path in found)


@pytest.mark.row("S-148")
def test_a_limit_of_no_tokens_is_refused_as_it_forbids_nothing() -> None:
    assert settings(**limited(1))
    assert settings(plans={"standard": {"limits": {"hits per day": 0, "chat-completions per minute": 0}}})

    at = f'plans.standard.limits["{LIMIT}"]'
    found = refused(limited(0))
    assert set(found) == {at}
    assert found[at].given == "0 was given, which lets calls pass until a first answer is counted"


def test_what_an_adopted_model_has_is_told_and_not_refused() -> None:
    found = settings(**chain(APICAST, tokens(), tokens(), adopt=True), **limited(0))
    told = list(hints(found))

    assert [one.partition(": ")[0] for one in told] == [
        f"{PATH}[1]",
        f"{PATH}[2]",
        f"{PATH}[2]",
        f'plans.standard.limits["{LIMIT}"]',
    ]
    assert told[0].startswith(f"{PATH}[1]: llm-metrics comes after apicast. Right would be a place before apicast;")
    assert told[0].endswith("To correct it, move it to before apicast.")


def test_a_plan_of_no_tokens_is_refused_where_one_of_its_models_is_not_adopted() -> None:
    other = {"source": {"external": "http://vllm.models.svc.cluster.local"}, "plans": ["standard"], "adopt": True}

    assert refused({"models": {"second": other}, **limited(0)})
    assert settings(models={MODEL: {"adopt": True}, "second": other}, **limited(0))


@pytest.mark.row("S-148")
def test_limits_at_which_a_declared_chain_lets_nobody_look_are_pointed_out_beyond_dev() -> None:
    def told(*policies: dict[str, Any], environment: str = "test") -> list[str]:
        return list(hints(settings(**chain(*policies, APICAST), environment=environment)))

    looking = tokens(configuration={"rules": [RULE], "limited_metrics": ["total_tokens"]})
    (hint,) = told(tokens())
    assert hint.startswith(f"{PATH} has no llm-metrics whose limited_metrics name total_tokens, which its plans limit")
    assert told() == told(looking | {"enabled": False}) == [hint]
    # With the gateway's cache such a limit refuses later, and it does refuse.
    assert told(looking) == []
    assert told(tokens(), environment="dev") == []
    assert list(hints(settings(environment="test"))) == []
