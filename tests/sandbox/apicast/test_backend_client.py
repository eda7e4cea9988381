"""The client of 3scale's backend, as policies use it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.apicast.exchange import HttpAnswer, HttpCall, Request
from sandbox.apicast.runtime import SERVICE, Runtime

if TYPE_CHECKING:
    from tests.sandbox.apicast.conftest import Desk

CLIENT = """
    local sockets = require('resty.http_ng.backend.resty')
    local client = assert(require('apicast.backend_client'):new(context.service, sockets))
"""


@pytest.fixture
def calls(desk: Desk) -> list[HttpCall]:
    """The calls of the desk's policies; each is answered with 202."""
    made: list[HttpCall] = []

    def answered(call: HttpCall) -> HttpAnswer:
        made.append(call)
        return HttpAnswer(202)

    desk.runtime.http = answered
    return made


def query(call: HttpCall) -> dict[str, list[str]]:
    return parse_qs(urlsplit(call.url).query)


def test_a_report_is_a_form_with_the_services_token_in_the_url(desk: Desk, calls: list[HttpCall]) -> None:
    lua = """
        local batch = require('apicast.policy.3scale_batcher.reports_batch').new(context.service.id, {
          { user_key = 'a b', metric = 'total_tokens', value = 12 },
          { user_key = 'a b', metric = 'prompt_tokens', value = 5 } })
        local res = client:report(batch)
        say(res.status, client.endpoint, client.authentication.service_token, client.authentication.service_id)"""
    assert desk.said(CLIENT + lua) == ["202", "http://backend.test", "token", "7"]
    (call,) = calls
    assert (call.method, urlsplit(call.url).path) == ("POST", "/transactions.xml")
    assert query(call) == {"service_id": ["7"], "service_token": ["token"]}
    assert call.body is not None
    assert parse_qs(call.body.decode()) == {
        "transactions[0][user_key]": ["a b"],
        "transactions[0][usage][total_tokens]": ["12"],
        "transactions[0][usage][prompt_tokens]": ["5"],
    }
    fields = dict(call.headers)
    assert (fields["Host"], fields["Content-Type"]) == ("backend.test", "application/x-www-form-urlencoded")
    assert fields["User-Agent"].startswith("APIcast/")


def test_authorisations_ask_for_reasons_and_limits(desk: Desk, calls: list[HttpCall]) -> None:
    lua = "client:authorize(context.usage:format(), context.credentials) client:authrep({}, context.credentials)"
    desk.said(CLIENT + lua, credentials={"user_key": "k"}, usage={"hits": 1})
    first, second = calls
    assert urlsplit(first.url).path == "/transactions/authorize.xml"
    assert query(first) == {"service_id": ["7"], "service_token": ["token"], "usage[hits]": ["1"], "user_key": ["k"]}
    assert urlsplit(second.url).path == "/transactions/authrep.xml"
    assert dict(first.headers)["3scale-Options"] == "rejection_reason_header=1&limit_headers=1&no_body=1"


def test_calls_are_counted_by_kind_and_outcome(desk: Desk, calls: list[HttpCall]) -> None:
    del calls
    desk.said(CLIENT + "client:authrep({}) client:authorize({})")
    desk.runtime.http = lambda _: HttpAnswer(error="timeout")
    desk.said(CLIENT + "client:authrep({})")
    lines = desk.runtime.metrics().splitlines()
    assert 'threescale_backend_calls{endpoint="authrep",status="2xx"} 1' in lines
    assert 'threescale_backend_calls{endpoint="auth",status="2xx"} 1' in lines
    assert 'threescale_backend_calls{endpoint="authrep",status="invalid_status"} 1' in lines


def test_an_authorisation_on_a_closed_connection_is_asked_once_more(desk: Desk) -> None:
    made: list[HttpCall] = []

    def closed(call: HttpCall) -> HttpAnswer:
        made.append(call)
        return HttpAnswer(error="closed")

    desk.runtime.http = closed
    desk.said(CLIENT + "client:authorize({})")
    assert len(made) == 2


def test_the_environments_endpoint_comes_before_the_services(desk: Desk) -> None:
    made: list[HttpCall] = []

    def answered(call: HttpCall) -> HttpAnswer:
        made.append(call)
        return HttpAnswer(200)

    runtime = Runtime(http=answered, environment={"BACKEND_ENDPOINT_OVERRIDE": "http://listener.svc:3000"})
    policy = runtime.policy(desk.written(f"function _M:access(context) {CLIENT} client:authrep({{}}) end"))
    runtime.exchange(Request(), [policy]).access()
    assert made[0].url.startswith("http://listener.svc:3000/transactions/authrep.xml?")


def test_an_endpoint_that_is_no_url_is_refused(desk: Desk) -> None:
    lua = "say(require('apicast.backend_client'):new(context.service))"
    assert desk.said(lua, service={**SERVICE, "backend": {"endpoint": "nowhere"}}) == ["nil", "invalid endpoint"]
