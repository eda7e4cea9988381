"""The request as policies see and change it: body, headers, variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.apicast.exchange import PolicyError, Request
from sandbox.apicast.runtime import BODY_BUFFER

if TYPE_CHECKING:
    from tests.sandbox.apicast.conftest import Desk

READ = "ngx.req.read_body() local f = ngx.req.get_body_file() say(ngx.req.get_body_data(), f and io.open(f):read('*a'))"


def test_the_body_is_not_there_before_it_is_read_nor_when_it_is_empty(desk: Desk) -> None:
    request = Request("POST", body=b"data")
    assert desk.said("say(ngx.req.get_body_data(), ngx.req.get_body_file())", request) == ["nil", "nil"]
    assert desk.said(READ, request) == ["data", "nil"]
    assert desk.said(READ, Request("POST")) == ["nil", "nil"]


@pytest.mark.parametrize(
    ("length", "headers", "in_memory"),
    [
        (BODY_BUFFER * 5 // 4, {}, True),
        (BODY_BUFFER * 5 // 4 + 1, {}, False),
        (BODY_BUFFER, {"Transfer-Encoding": "chunked"}, True),
        (BODY_BUFFER + 1, {"Transfer-Encoding": "chunked"}, False),
    ],
)
def test_a_body_above_the_buffer_is_in_a_file(
    desk: Desk, length: int, headers: dict[str, str], in_memory: object
) -> None:
    request = Request("POST", headers=headers, body=b"x" * length)
    said = desk.said(READ, request)
    assert said == (["x" * length, "nil"] if in_memory else ["nil", "x" * length])


def test_a_new_body_sets_its_length_and_replaces_the_file(desk: Desk) -> None:
    source = """function _M:access()
        ngx.req.read_body()
        ngx.req.set_body_data('n\\195\\164')
        assert(not ngx.req.get_body_file())
      end"""
    for body in (b"old", b"x" * 100_000):
        exchange = desk.exchange(source, Request("POST", headers={"content-length": str(len(body))}, body=body))
        exchange.access()
        assert exchange.body == "nä".encode()
        assert exchange.headers == [("Content-Length", "3")]


def test_a_file_can_be_the_new_body(desk: Desk) -> None:
    source = """function _M:access()
        ngx.req.read_body()
        local name = os.tmpname() local file = io.open(name, 'wb') file:write('of a file') file:close()
        ngx.req.set_body_file(name)
      end"""
    exchange = desk.exchange(source, Request("POST", body=b"old"))
    exchange.access()
    assert exchange.body == b"of a file"
    assert exchange.headers == [("Content-Length", "9")]


def test_a_body_is_read_before_it_is_replaced(desk: Desk) -> None:
    with pytest.raises(PolicyError, match="request body not read yet"):
        desk.exchange("function _M:rewrite() ngx.req.set_body_data('x') end").rewrite()
    with pytest.raises(PolicyError, match="string expected, got nil"):
        desk.exchange("function _M:rewrite() ngx.req.read_body() ngx.req.set_body_data(nil) end").rewrite()


def test_request_headers_are_found_whatever_their_case(desk: Desk) -> None:
    request = Request(headers=[("X-Two", "a"), ("Content-Type", "text/plain"), ("x-two", "b")])
    lua = """
        local all = ngx.req.get_headers()
        say(all['content-type'], all['Content-Type'], all.content_type, all['x-two'][1] .. all['x-two'][2], all.none)
        local raw = ngx.req.get_headers(0, true)
        say(raw['Content-Type'], raw['content-type'])
        say(ngx.var.http_x_two, ngx.var.content_type, ngx.var.http_none)
        local few, problem = ngx.req.get_headers(1)
        say(few['x-two'], problem)"""
    said = ["text/plain", "text/plain", "text/plain", "ab", "nil", "text/plain", "nil", "a, b", "text/plain", "nil"]
    assert desk.said(lua, request) == [*said, "a", "truncated"]


def test_request_headers_are_set_in_place_of_old_ones_and_cleared(desk: Desk) -> None:
    source = """function _M:rewrite()
        ngx.req.set_header('ACCEPT', { 'a', 'b' })
        ngx.req.clear_header('accept-encoding')
        ngx.req.set_header('X', nil)
        assert(ngx.var.http_accept == 'a, b')
      end"""
    fields = [("Accept", "old"), ("Accept-Encoding", "gzip"), ("X", "y"), ("Z", "ü")]
    exchange = desk.exchange(source, Request(headers=fields))
    exchange.rewrite()
    assert exchange.headers == [("Z", "ü"), ("ACCEPT", "a"), ("ACCEPT", "b")]


def test_headers_that_others_changed_are_seen(desk: Desk) -> None:
    exchange = desk.exchange("function _M:access() assert(ngx.var.http_a == '2') end", Request(headers={"A": "1"}))
    exchange.set_headers([("a", "2")])
    exchange.access()


def test_variables_are_those_of_the_request(desk: Desk) -> None:
    request = Request("POST", "/v1/a%20b?X=1&y=2&x=3", {"Host": "Example.TEST:8080"})
    lua = """
        local v = ngx.var
        say(v.uri, v.request_uri, v.args, v.arg_x, v.arg_none, v.host, v.request_method, v.is_args, v.nothing, v.status)
        say(ngx.req.get_method(), ngx.req.get_uri_args().y, v.request)"""
    said = ["/v1/a b", "/v1/a%20b?X=1&y=2&x=3", "X=1&y=2&x=3", "1", "nil", "example.test", "POST", "?", "nil", "000"]
    assert desk.said(lua, request) == [*said, "POST", "2", "POST /v1/a%20b?X=1&y=2&x=3 HTTP/1.1"]


def test_only_declared_variables_can_be_written(desk: Desk) -> None:
    assert desk.said(
        "say(ngx.var.cached_key) ngx.var.cached_key = 5 say(ngx.var.cached_key, type(ngx.var.cached_key))"
    ) == [
        "",
        "5",
        "string",
    ]
    exchange = desk.exchange("function _M:rewrite() ngx.var.cached_key = nil end")
    exchange.rewrite()
    assert exchange.variable("cached_key") is None
    with pytest.raises(PolicyError, match='variable "mine" not found for writing'):
        desk.exchange("function _M:rewrite() ngx.var.mine = 1 end").rewrite()


def test_the_context_has_what_apicast_puts_there(desk: Desk) -> None:
    lua = """
        say(context.service.id, context.service.serializable.system_name, context.credentials.user_key)
        say(context.usage.deltas.hits, context.original_request.path, context.original_request.query)
        say(context.original_request.headers.host, context.jwt)
        say(ngx.var.service_id)"""
    said = desk.said(lua, Request("GET", "/p?q=1", {"Host": "h"}), credentials={"user_key": "k"}, usage={"hits": 2})
    assert said == ["7", "tiny", "k", "2", "/p", "q=1", "h", "nil", "7"]


def test_usage_goes_both_ways_and_keeps_zeros_that_were_added(desk: Desk) -> None:
    exchange = desk.exchange("function _M:access(c) c.usage:add('total_tokens', 0) end", usage={"hits": 1})
    exchange.access()
    assert exchange.usage == {"hits": 1, "total_tokens": 0}
    exchange.merge_usage({"hits": 2})
    assert exchange.usage == {"hits": 3, "total_tokens": 0}


def test_a_value_of_the_context_is_set_and_removed(desk: Desk) -> None:
    exchange = desk.exchange("function _M:access(c) ngx.log(ngx.WARN, c.jwt and c.jwt.azp or 'none') end")
    exchange.set_context("jwt", {"azp": "app"})
    exchange.access()
    exchange.set_context("jwt", None)
    exchange.access()
    assert [line.message for line in desk.runtime.log if line.level == "warn"] == ["app", "none"]


def test_what_policies_export_is_in_the_context_of_all_the_first_before_the_others(desk: Desk) -> None:
    shown = "function _M:access(c) ngx.log(ngx.WARN, c.one, c.two) end function _M:export() return { one = 1 } end"
    policies = [desk.runtime.policy(desk.written(shown))]
    policies.append(desk.runtime.policy(desk.written("function _M:export() return { one = 'no', two = 2 } end")))
    desk.runtime.exchange(Request(), policies).access()
    assert desk.runtime.log[-1].message == "12"


def test_templates_and_comparisons_see_the_request_and_the_context(desk: Desk) -> None:
    exchange = desk.exchange("", Request("GET", "/a", {"X-A": "b"}))
    exchange.set_context("jwt", {"azp": "app"})
    template = desk.runtime.template("{{ uri }} {{ headers.x-a }} {{ jwt.azp }}", "liquid")
    assert exchange.rendered(template) == "/a b app"
    assert exchange.compares("/a/b", "matches", "^/a")
    assert exchange.compares("app", "==", "{{ jwt.azp }}", "liquid")
    assert not exchange.compares("app", "!=", "app")


def test_the_status_that_a_policy_sets_is_seen(desk: Desk) -> None:
    exchange = desk.exchange("function _M:header_filter() ngx.status = 418 end")
    exchange.header_filter(200)
    assert exchange.status == 418
