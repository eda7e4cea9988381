"""Which call is allowed in which phase, and how phases end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.apicast.exchange import Exit, HttpAnswer, HttpCall, PolicyError, Request
from sandbox.apicast.runtime import Runtime

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox.apicast.conftest import Desk

PHASES = ("rewrite", "access", "header_filter", "body_filter", "post_action", "log")
WAITING = {"rewrite", "access", "post_action"}
ALLOWED = {
    "ngx.print('x')": WAITING,
    "ngx.say('x')": WAITING,
    "ngx.req.read_body()": WAITING,
    "require('resty.http_ng').new().get('http://backend.test/')": WAITING,
    "ngx.exit(200)": WAITING | {"header_filter"},
    "ngx.req.read_body() ngx.req.set_body_data('x')": {"rewrite", "access"},
    "local _ = ngx.arg[1]": {"body_filter"},
    "ngx.arg[1] = 'x'": {"body_filter"},
    "local _ = ngx.req.get_headers()": set(PHASES),
    "local _ = ngx.resp.get_headers()": set(PHASES),
    "local _ = ngx.var.uri": set(PHASES),
    "local _ = ngx.req.get_body_data()": set(PHASES),
    "local _ = ngx.ctx.x": set(PHASES),
    "ngx.log(ngx.ERR, 'x')": set(PHASES),
}


@pytest.mark.parametrize("call", ALLOWED)
@pytest.mark.parametrize("phase", PHASES)
def test_a_call_is_an_error_in_the_phases_where_nginx_forbids_it(desk: Desk, phase: str, call: str) -> None:
    exchange = desk.exchange(f"function _M:{phase}() {call} end")
    run = getattr(exchange, phase)
    arguments = (b"x",) if phase == "body_filter" else ()
    if phase in ALLOWED[call]:
        run(*arguments)
    else:
        with pytest.raises(PolicyError, match=r"API disabled in the (context of|current context)"):
            run(*arguments)


def test_the_error_names_the_context_as_nginx_does(desk: Desk) -> None:
    exchange = desk.exchange("function _M:body_filter() ngx.exit(500) end")
    with pytest.raises(PolicyError, match=r"init\.lua:2: API disabled in the context of body_filter_by_lua\*"):
        exchange.body_filter(b"")


def test_exit_after_print_is_an_answer_and_no_pcall_catches_it(desk: Desk) -> None:
    exchange = desk.exchange("""
        function _M:rewrite()
          pcall(function()
            ngx.status = 403
            ngx.header.content_type = 'application/json'
            ngx.say('{', 1, true, {'a', 'b'}, '}')
            ngx.exit(ngx.status)
          end)
          error('never reached')
        end""")
    assert exchange.rewrite() == Exit(403, b"{1trueab}\n", [("content-type", "application/json")])


def test_exit_without_print_leaves_the_page_to_nginx_and_ok_ends_the_phase_alone(desk: Desk) -> None:
    assert desk.exchange("function _M:access() ngx.exit(503) end").access() == Exit(503, None, [])
    assert desk.exchange("function _M:access() ngx.exit(ngx.ERROR) end").access() == Exit(500, None, [])
    assert desk.exchange("function _M:access() ngx.exit(ngx.OK) error('no') end").access() is None


def test_the_first_policy_that_answers_ends_the_phase(desk: Desk) -> None:
    first = desk.runtime.policy(desk.written("function _M:rewrite() ngx.exit(401) end"))
    second = desk.runtime.policy(desk.written("function _M:rewrite() error('too late') end"))
    assert desk.runtime.exchange(Request(), [first, second]).rewrite() == Exit(401, None, [])


def test_header_filter_changes_the_answer_and_exit_returns_there(desk: Desk) -> None:
    exchange = desk.exchange("""
        function _M:header_filter()
          ngx.status = 202
          ngx.header['X-Two'] = { 'a', 'b' }
          ngx.header.content_length = nil
          ngx.exit(500)
          ngx.header.x_after = ngx.header['CONTENT-type']
        end""")
    outcome = exchange.header_filter(200, {"Content-Length": "5", "Content-Type": "text/plain"})
    assert outcome is not None
    assert outcome.status == 500
    assert dict(exchange.response_headers) == {"Content-Type": "text/plain", "X-Two": "b", "x-after": "text/plain"}
    exchange.log()


def test_after_the_headers_are_sent_they_and_the_status_stay_with_a_line_in_the_log(desk: Desk) -> None:
    exchange = desk.exchange("function _M:body_filter() ngx.header.x = 'y' ngx.status = 500 end")
    exchange.header_filter(200)
    exchange.body_filter(b"x")
    assert exchange.response_headers == []
    assert exchange.variable("status") == "200"
    messages = [line.message for line in desk.runtime.log]
    assert "attempt to set ngx.header.x after sending out response headers" in messages
    assert "attempt to set ngx.status after sending out response headers" in messages


def test_body_filter_sees_and_changes_every_piece_and_the_end(desk: Desk) -> None:
    exchange = desk.exchange("""
        function _M:body_filter()
          ngx.ctx.seen = (ngx.ctx.seen or '') .. #ngx.arg[1] .. tostring(ngx.arg[2]) .. ' '
          ngx.arg[1] = ngx.arg[1]:upper()
          if ngx.arg[2] then ngx.arg[1] = { ngx.arg[1], '!' } ngx.log(ngx.WARN, ngx.ctx.seen) end
        end""")
    exchange.header_filter()
    assert exchange.body_filter(b"a\xff") == b"A\xff"
    assert exchange.body_filter(b"") == b""
    assert exchange.body_filter(b"", eof=True) == b"!"
    assert desk.runtime.log[-1].message == "2false 0false 0true "


def test_body_filter_can_drop_a_piece_and_end_the_answer_early(desk: Desk) -> None:
    exchange = desk.exchange(
        "function _M:body_filter() if ngx.arg[1] == 'x' then ngx.arg[1] = nil else ngx.arg[2] = true end end"
    )
    assert exchange.body_filter(b"x") == b""
    assert exchange.body_filter(b"last") == b"last"
    assert exchange.body_filter(b"more") == b""


def test_the_phase_of_post_action_is_content(desk: Desk) -> None:
    phases = "".join(f"function _M:{phase}() ngx.log(ngx.WARN, ngx.get_phase()) end\n" for phase in PHASES)
    exchange = desk.exchange(phases)
    for phase in PHASES:
        getattr(exchange, phase)(*((b"",) if phase == "body_filter" else ()))
    told = [line.message for line in desk.runtime.log if line.level == "warn"]
    assert told == ["rewrite", "access", "header_filter", "body_filter", "content", "log"]


def test_ctx_and_context_live_as_long_as_the_request_and_no_longer(desk: Desk) -> None:
    policy = desk.runtime.policy(
        desk.written("""
        function _M:rewrite(context)
          assert(not ngx.ctx.n and not context.n)
          ngx.ctx.n, context.n, context[self] = 1, 2, 3
        end
        function _M:post_action(context) assert(ngx.ctx.n + context.n + context[self] == 6) end""")
    )
    for _ in range(2):
        exchange = desk.runtime.exchange(Request(), [policy])
        exchange.rewrite()
        exchange.post_action()


def test_two_requests_take_turns_without_seeing_each_other(desk: Desk) -> None:
    policy = desk.runtime.policy(
        desk.written("""
        function _M:access(context)
          local before = ngx.var.uri
          local answer = require('resty.http_ng').new().get('http://backend.test' .. before)
          assert(before == ngx.var.uri and answer.body == before and ngx.get_phase() == 'access')
          context.done = ngx.var.uri
        end""")
    )
    exchanges = [desk.runtime.exchange(Request("GET", uri), [policy]) for uri in ("/a", "/b")]
    running = [exchange.steps(policy, "access") for exchange in exchanges]
    calls = [next(steps) for steps in running]
    for steps, call in reversed(list(zip(running, calls, strict=True))):
        with pytest.raises(StopIteration):
            steps.send(HttpAnswer(200, call.url.removeprefix("http://backend.test").encode()))
    assert [desk.runtime.driver.context(exchange.lua, b"done") for exchange in exchanges] == [b'"\\/a"', b'"\\/b"']


def test_an_http_call_is_sent_as_written_and_its_answer_is_seen(desk: Desk, tmp_path: Path) -> None:
    calls: list[HttpCall] = []

    def answered(call: HttpCall) -> HttpAnswer:
        calls.append(call)
        return HttpAnswer(409, b"body", [("3scale-Rejection-Reason", "limits_exceeded")])

    runtime = Runtime(http=answered, environment={})
    source = """
        function _M:access()
          local client = require('resty.http_ng').new({ options = { headers = { user_agent = 'me' } } })
          local res = client.post('http://u:p@backend.test:81/x?y=1', { ['a b'] = 1 }, { headers = { ['X-Y'] = 'z' } })
          ngx.log(ngx.WARN, res.status, res.body, res.headers['3scale-rejection-reason'], res.ok, res.error)
        end"""
    runtime.exchange(Request(), [runtime.policy(desk.written(source))]).access()
    assert (calls[0].method, calls[0].url, calls[0].body) == ("POST", "http://backend.test:81/x?y=1", b"a%20b=1")
    assert dict(calls[0].headers) == {
        "User-Agent": "me",
        "Host": "backend.test:81",
        "Authorization": "Basic dTpw",
        "X-Y": "z",
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": "7",
    }
    assert runtime.log[-1].message == "409bodylimits_exceededtruenil"


def test_a_call_that_nobody_answers_has_status_0_and_says_why(desk: Desk) -> None:
    said = desk.said(
        "local r = require('resty.http_ng').new().get('http://backend.test/') say(r.status, r.ok, r.error, r.body)"
    )
    assert said == ["0", "false", "connection refused: http://backend.test", "nil"]


def test_a_client_that_leaves_before_an_answer_has_status_9_in_post_action(desk: Desk) -> None:
    exchange = desk.exchange("function _M:post_action() ngx.log(ngx.WARN, ngx.status, ngx.var.status) end")
    exchange.abandoned()
    exchange.post_action()
    assert desk.runtime.log[-1].message == "9009"
