"""What a preview points out and permits."""

from components.config.hints import hints
from tests.components.config.test_validation import settings

GUIDES = {"gatewayPolicy": {"secretName": "llm", "version": "0.1"}}


def told(**changes: object) -> list[str]:
    return [hint.partition(" ")[0] for hint in hints(settings(**changes))]


def test_limits_of_tokens_that_never_refuse_a_call_are_pointed_out_beyond_dev() -> None:
    by_token = {"standard": {"limits": {"hits per day": None, "total_tokens per minute": 9}}}
    by_call = {"standard": {"limits": {"hits per day": 9, "total_tokens per minute": None}}}
    guides = {"threescale": GUIDES, "compat": {"seedPolicy": True}}

    assert told(plans=by_token, **guides) == []
    assert told(plans=by_token, environment="test", **guides) == ["threescale.gatewayPolicy.version"]
    assert told(plans=by_call, environment="test", **guides) == []
    # This project's own policy has 3scale look at them before each call.
    assert told(plans=by_token, environment="test") == []
    assert told(plans=by_token, environment="test", threescale={"gatewayPolicy": {"secretName": "llm"}}) == []


def test_plans_whose_limits_never_refuse_are_named() -> None:
    (hint,) = hints(settings(environment="test", threescale=GUIDES, compat={"seedPolicy": True}))

    assert "while limits of standard are of tokens: no call is refused by them" in hint
    assert hint.endswith("Remove threescale.gatewayPolicy, or limit hits.")
