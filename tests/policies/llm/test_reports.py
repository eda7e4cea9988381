"""Rules, the report to 3scale, counters, and errors that the gateway would drop."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from sandbox.apicast.exchange import HttpAnswer
from tests.support.metered import CHAT, EVENTS, FOLDER, JSON, Gateway, document, event, rules, settings, usage


@pytest.mark.row("S-213")
def test_the_report_is_a_call_of_its_own_with_the_credentials_of_the_request(gateway: Gateway) -> None:
    gateway.answered([document(usage=usage())])
    (form,) = gateway.reports
    assert form == {
        "transactions[0][user_key]": "canary-key",
        "transactions[0][usage][prompt_tokens]": "11",
        "transactions[0][usage][completion_tokens]": "5",
        "transactions[0][usage][total_tokens]": "16",
    }
    (call,) = gateway.calls
    assert call.method == "POST"
    assert "service_id=7" in urlsplit(call.url).query


def test_the_first_call_of_a_key_is_counted_as_every_later_one(gateway: Gateway) -> None:
    for _ in range(3):
        gateway.answered([document(usage=usage())])
    assert gateway.counted["total_tokens"] == 48


def test_a_request_authorised_from_the_cache_reports_the_same_way(gateway: Gateway) -> None:
    exchange = gateway.exchange(b'{"messages":[]}')
    exchange.rewrite()
    exchange.access()
    exchange.set_variable("cached_key", "7:canary-key:usage")
    exchange.header_filter(200, JSON)
    exchange.body_filter(document(usage=usage()), eof=True)
    exchange.post_action()
    assert gateway.counted["total_tokens"] == 16
    assert exchange.usage == {"hits": 1}


def test_an_application_by_id_and_key_is_reported_by_its_id(gateway: Gateway) -> None:
    gateway.key = {"app_id": "a1", "app_key": "canary-secret"}
    gateway.answered([document(usage=usage())])
    (form,) = gateway.reports
    assert form["transactions[0][app_id]"] == "a1"
    assert "canary-secret" not in str(form)


def test_tokens_are_counted_once_even_if_the_phase_runs_twice(gateway: Gateway) -> None:
    exchange = gateway.exchange(b'{"messages":[]}')
    exchange.rewrite()
    exchange.access()
    exchange.header_filter(200, JSON)
    exchange.body_filter(document(usage=usage()), eof=True)
    exchange.post_action()
    exchange.post_action()
    assert gateway.counted["total_tokens"] == 16


@pytest.mark.row("S-215")
@pytest.mark.parametrize("answer", [HttpAnswer(403), HttpAnswer(500), HttpAnswer(error="connection refused")])
def test_a_report_that_is_not_taken_is_counted_and_told_with_its_amounts(gateway: Gateway, answer: HttpAnswer) -> None:
    gateway.answers = lambda _: answer
    gateway.answered([document(usage=usage())])
    assert gateway.counter("llm_reports_failed_total", service_system_name="tiny") == 1
    assert len(gateway.calls) == 1
    (warning,) = gateway.warnings
    assert "completion_tokens=5 prompt_tokens=11 total_tokens=16" in warning
    assert "canary-key" not in warning


def test_no_log_line_has_the_key(gateway: Gateway) -> None:
    gateway.answered([document(usage=usage())])
    gateway.answers = lambda _: HttpAnswer(403)
    gateway.answered([document(usage=usage())])
    assert not [
        line.message for line in gateway.runtime.log if "canary-key" in line.message and "llm-metrics" in line.message
    ]


def test_conditions_and_templates_see_request_answer_and_service(configured: Callable[..., Gateway]) -> None:
    def rule(metric: str, left: str, right: str, op: str = "==") -> dict[str, object]:
        operations = [{"left": left, "left_type": "liquid", "op": op, "right": right}]
        return {"metric": metric, "increment": "1", "condition": {"combine_op": "and", "operations": operations}}

    gateway = configured(
        rules=[
            rule("by_request", "{{ req.headers['content-type'] }}", "application/json"),
            rule("by_answer", "{{ resp.headers['x-engine'] }}", "vllm"),
            rule("by_service", "{{ service.id }}", "7"),
            rule("by_path", "{{ uri }}", "^/v1/chat", "matches"),
            rule("by_usage", "{{ usage.deltas.hits }}", "1"),
            rule("never", "{{ status }}", "200", "!="),
            {"metric": "for_{{ service.id }}", "increment": "{{ llm_usage.total_tokens }}"},
        ]
    )
    gateway.answered([document(usage=usage())], {**JSON, "X-Engine": "vllm"})
    expected = {"by_request": 1, "by_answer": 1, "by_service": 1, "by_path": 1, "by_usage": 1, "for_7": 16}
    assert gateway.counted == expected


@pytest.mark.parametrize(("kind", "counted"), [("liquid", {"total_tokens": 16}), ("plain", {}), (None, {})])
def test_the_right_side_of_a_condition_is_a_template_only_when_it_says_so(
    configured: Callable[..., Gateway], kind: str | None, counted: dict[str, int]
) -> None:
    operation = {"left": "{{ service.id }}", "left_type": "liquid", "op": "==", "right": "{{ service.id }}"}
    operations = [operation | ({"right_type": kind} if kind else {})]
    gateway = configured(rules=[{**rules("total_tokens")[0], "condition": {"operations": operations}}])
    gateway.answered([document(usage=usage())])
    assert gateway.counted == counted


@pytest.mark.parametrize(("combined", "counted"), [("or", {"total_tokens": 16}), ("and", {}), (None, {})])
def test_operations_of_a_condition_are_combined_as_it_says(
    configured: Callable[..., Gateway], combined: str | None, counted: dict[str, int]
) -> None:
    operations = [{"left": "a", "op": "==", "right": "a"}, {"left": "a", "op": "==", "right": "b"}]
    condition = {"operations": operations} | ({"combine_op": combined} if combined else {})
    gateway = configured(rules=[{**rules("total_tokens")[0], "condition": condition}])
    gateway.answered([document(usage=usage())])
    assert gateway.counted == counted


def test_several_rules_of_one_metric_add_up(configured: Callable[..., Gateway]) -> None:
    gateway = configured(rules=[*rules("prompt_tokens"), {"metric": "prompt_tokens", "increment": "2"}])
    gateway.answered([document(usage=usage())])
    assert gateway.counted == {"prompt_tokens": 13}


@pytest.mark.row("S-209")
@pytest.mark.parametrize("increment", ["", "nothing", "{{ llm_usage.no_such }}", "-5", "0", "0.4"])
def test_an_increment_that_is_no_positive_number_adds_nothing(
    configured: Callable[..., Gateway], increment: str
) -> None:
    gateway = configured(rules=[{"metric": "hits", "increment": increment}])
    gateway.answered([document(usage=usage())])
    assert gateway.calls == []


def test_a_rule_that_cannot_be_compiled_leaves_the_others_in_force(configured: Callable[..., Gateway]) -> None:
    broken = {"metric": "x", "increment": "1", "condition": {"operations": [{"left": "a", "op": "like", "right": "b"}]}}
    gateway = configured(rules=[broken, *rules("total_tokens")])
    gateway.answered([document(usage=usage())])
    assert gateway.counted["total_tokens"] == 16
    assert gateway.counter("llm_policy_errors_total", reason="rule") == 1


@pytest.mark.row("S-217")
def test_counters_have_the_guides_names_and_the_right_ones(gateway: Gateway) -> None:
    gateway.answered([document(usage=usage())])
    gateway.answered([event(usage=usage(1, 2))], EVENTS)
    labels = {
        "service_id": "7",
        "service_system_name": "tiny",
        "application_id": "unknown",
        "application_system_name": "unknown",
    }
    for name in ("llm_prompt_tokens_count", "llm_prompt_tokens_total"):
        assert gateway.counter(name, **labels) == 12
    for name in ("llm_completion_tokens_count", "llm_completion_tokens_total"):
        assert gateway.counter(name, **labels) == 7
    for name in ("llm_total_token_count", "llm_tokens_total"):
        assert gateway.counter(name, **labels) == 19
    assert gateway.counter("llm_policy_errors_total") == 0
    assert gateway.counter("llm_reports_failed_total") == 0
    assert "canary-key" not in gateway.runtime.metrics()


def test_an_error_in_a_phase_is_counted_and_does_not_reach_the_gateway(gateway: Gateway) -> None:
    gateway.runtime.lua("ngx.resp.get_headers = function() error('broken on purpose') end")
    text = document(usage=usage())
    assert gateway.answered([text]) == text
    assert gateway.counter("llm_policy_errors_total", reason="header_filter") == 1
    assert "broken on purpose" in gateway.warnings[0]


def test_usage_without_credentials_is_an_error_that_is_counted(gateway: Gateway) -> None:
    exchange = gateway.exchange(b'{"messages":[]}')
    exchange.rewrite()
    exchange.header_filter(200, JSON)
    exchange.body_filter(document(usage=usage()), eof=True)
    exchange.set_context("credentials", None)
    exchange.post_action()
    assert gateway.counter("llm_policy_errors_total", reason="post_action") == 1
    assert gateway.counter("llm_tokens_total") == 16


def test_limited_metrics_join_the_authorisation_with_nothing(configured: Callable[..., Gateway]) -> None:
    gateway = configured(limited_metrics=["completion_tokens", "total_tokens"])
    exchange = gateway.exchange(b'{"messages":[]}')
    exchange.rewrite()
    assert exchange.usage == {"hits": 1}
    exchange.access()
    assert exchange.usage == {"hits": 1, "completion_tokens": 0, "total_tokens": 0}


def test_a_call_without_a_matching_rule_stays_without_usage(configured: Callable[..., Gateway]) -> None:
    gateway = configured(limited_metrics=["total_tokens"])
    exchange = gateway.exchange(b"{}", hits=0)
    exchange.rewrite()
    exchange.access()
    assert exchange.usage == {}


def test_two_policies_of_one_gateway_keep_their_requests_apart() -> None:
    gateway = Gateway(settings(rules=rules("prompt_tokens")))
    other = gateway.runtime.policy(FOLDER, settings(rules=rules("completion_tokens")))
    first, policy = gateway.exchange(b'{"messages":[]}', CHAT), gateway.policy
    gateway.policy = other
    second = gateway.exchange(b'{"messages":[]}', CHAT)
    gateway.policy = policy
    for exchange in (first, second):
        exchange.rewrite()
        exchange.access()
        exchange.header_filter(200, EVENTS)
    for exchange, answer in ((first, usage(3, 4)), (second, usage(5, 6))):
        exchange.body_filter(event(usage=answer))
    for exchange in (first, second):
        exchange.body_filter(b"", eof=True)
        exchange.post_action()
    assert gateway.counted == {"prompt_tokens": 3, "completion_tokens": 6}
