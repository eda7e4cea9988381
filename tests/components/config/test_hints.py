"""What a preview points out and permits."""

from components.config.hints import hints
from tests.components.config.test_validation import settings


def told(**changes: object) -> list[str]:
    return [hint.partition(" ")[0] for hint in hints(settings(**changes))]


def test_limits_of_tokens_that_nobody_counts_are_pointed_out_beyond_dev() -> None:
    by_token = {"standard": {"limits": {"hits per day": None, "total_tokens per minute": 9}}}
    by_call = {"standard": {"limits": {"hits per day": 9, "total_tokens per minute": None}}}

    assert told(plans=by_token) == []
    assert told(plans=by_token, environment="test") == ["threescale.gatewayPolicy"]
    assert told(plans=by_call, environment="test") == []
    assert told(plans=by_token, environment="test", threescale={"gatewayPolicy": {"secretName": "llm"}}) == []


def test_prices_of_tokens_count_like_limits() -> None:
    plan = {"limits": {"total_tokens per minute": None}, "prices": {"prompt_tokens from 1": 0.1}}

    (hint,) = hints(settings(plans={"standard": plan}, environment="test"))
    assert "limits or prices of standard are of tokens" in hint
