"""Whose tokens they are: looked up where that is possible, once per key, and never in the way of counting."""

import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.apicast.exchange import HttpAnswer, HttpCall
from tests.support.metered import Gateway, document, settings, usage

TENANT = "https://canary-token@maas-admin.example:8443"
FIND = "/admin/api/applications/find.json"


def with_portal(endpoint: str, **changes: object) -> Gateway:
    gateway = Gateway(settings(**changes), environment={"THREESCALE_PORTAL_ENDPOINT": endpoint})
    gateway.answers = answered
    return gateway


def answered(call: HttpCall) -> HttpAnswer:
    if urlsplit(call.url).path != FIND:
        return HttpAnswer(202)
    return HttpAnswer(200, json.dumps({"application": {"id": 42, "name": "Anna's app", "plan_id": 3}}).encode())


def look_ups(gateway: Gateway) -> list[HttpCall]:
    return [call for call in gateway.calls if urlsplit(call.url).path == FIND]


@pytest.mark.row("S-211")
def test_a_self_managed_gateway_learns_the_application_once_for_all_calls_of_a_key() -> None:
    gateway = with_portal(TENANT)
    for _ in range(20):
        gateway.answered([document(usage=usage())])
    (call,) = look_ups(gateway)
    assert parse_qs(urlsplit(call.url).query) == {"service_id": ["7"], "user_key": ["canary-key"]}
    labels = {"application_id": "42", "application_system_name": "Anna's app"}
    assert gateway.counter("llm_tokens_total", **labels) == 20 * 16
    gateway.now += 301
    gateway.answered([document(usage=usage())])
    assert len(look_ups(gateway)) == 2


@pytest.mark.row("S-211", "S-214")
def test_the_token_goes_in_a_header_and_into_no_url_or_log() -> None:
    gateway = with_portal(TENANT)
    gateway.answered([document(usage=usage())])
    (call,) = look_ups(gateway)
    assert "canary-token" not in call.url
    sent = {name.lower(): value for name, value in call.headers}["authorization"]
    assert base64.b64decode(sent.removeprefix("Basic ")) == b"canary-token:"
    assert not [line.message for line in gateway.runtime.log if "canary-token" in line.message]


@pytest.mark.parametrize(
    "endpoint", ["http://canary-token@system-master:3000/master/api/proxy/configs", "", "file:///etc/config.json"]
)
def test_an_operators_gateway_asks_nobody(endpoint: str) -> None:
    gateway = with_portal(endpoint)
    gateway.answered([document(usage=usage())])
    assert look_ups(gateway) == []
    assert gateway.counter("llm_tokens_total", application_id="unknown", application_system_name="unknown") == 16


def test_labels_can_be_left_out() -> None:
    gateway = with_portal(TENANT, application_labels=False)
    gateway.answered([document(usage=usage())])
    assert look_ups(gateway) == []
    assert gateway.counter("llm_tokens_total", application_id="unknown") == 16


@pytest.mark.parametrize(
    "answer",
    [HttpAnswer(404), HttpAnswer(500), HttpAnswer(error="timeout"), HttpAnswer(200, b"<html>"), HttpAnswer(200, b"{}")],
)
def test_a_look_up_that_fails_loses_no_token_and_is_not_repeated_at_once(answer: HttpAnswer) -> None:
    gateway = with_portal(TENANT)
    gateway.answers = lambda call: answer if urlsplit(call.url).path == FIND else HttpAnswer(202)
    for _ in range(3):
        gateway.answered([document(usage=usage())])
    assert len(look_ups(gateway)) == 1
    assert gateway.counted["total_tokens"] == 48
    gateway.now += 31
    gateway.answered([document(usage=usage())])
    assert len(look_ups(gateway)) == 2


def test_rules_can_name_the_application() -> None:
    gateway = with_portal(TENANT, rules=[{"metric": "app_{{ application.id }}", "increment": "1"}])
    gateway.answered([document(usage=usage())])
    assert gateway.counted == {"app_42": 1}


def test_an_answer_that_counts_nothing_looks_nobody_up() -> None:
    gateway = with_portal(TENANT)
    gateway.answered([document()])
    gateway.answered([document(usage=usage())], status=403)
    assert gateway.calls == []
