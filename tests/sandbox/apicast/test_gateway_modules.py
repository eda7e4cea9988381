"""APIcast's small modules, written anew: usage, lists, conditions, batches, URLs, environment, user agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.apicast.runtime import LUA_ERROR, Runtime

if TYPE_CHECKING:
    from tests.sandbox.apicast.conftest import Desk

RUNTIME = Runtime(environment={"SET": "text", "EMPTY": "", "ON": "1", "YES": "true", "OFF": "0", "ODD": "on"})


def ran(lua: str, *arguments: object) -> Any:  # noqa: ANN401  # what the Lua returns
    return RUNTIME.lua(lua, *arguments)


USAGE = "local u = require('apicast.usage').new() "


def test_usage_adds_and_keeps_the_order_and_zeros() -> None:
    lua = (
        USAGE + "u:add('b', 1) u:add('a', 0) u:add('b', 2) return u.deltas.b, u.deltas.a, table.concat(u.metrics, ' ')"
    )
    assert ran(lua) == (3, 0, b"b a")


def test_merging_usage_drops_what_is_not_above_zero() -> None:
    lua = (
        USAGE
        + """u:add('gone', 1) u:add('zero', 0) u:add('kept', 1)
        local v = require('apicast.usage').new() v:add('gone', -1) v:add('new', 2) v:add('nothing', 0) v:add('kept', 1)
        u:merge(v)
        local d = u.deltas
        return table.concat(u.metrics, ' '), d.gone, d.zero, d.kept, d.new, d.nothing"""
    )
    assert ran(lua) == (b"zero kept new", None, 0, 2, 2, None)


def test_usage_is_written_as_the_backend_takes_it() -> None:
    lua = USAGE + "u:add('b', 1) u:add('a x', 0) return u:encoded_format(), u:format()['usage[b]'], u:get_max_delta()"
    assert ran(lua) == (b"usage%5Ba%20x%5D=0&usage%5Bb%5D=1", 1, 1)
    assert ran(USAGE + "return u:encoded_format(), u:get_max_delta()") == (b"", 0)


def test_a_list_looks_in_the_first_table_and_then_in_the_second() -> None:
    lua = """
        local list = require('apicast.linked_list')
        local first, second = { a = 1, b = false }, { b = 2, c = 3 }
        local ro, rw = list.readonly(first, second), list.readwrite(first, second)
        rw.c = 4
        local written = pcall(function() ro.x = 1 end)
        return ro.a, ro.b, ro.c, ro.d, first.c, second.c, written, list.readonly(nil, { z = 5 }).z"""
    assert ran(lua) == (1, 2, 4, None, 4, 3, False, 5)


def test_nothing_is_kept_by_a_list_without_tables() -> None:
    assert ran("local l = require('apicast.linked_list').readwrite() l.a = 1 return l.a == nil") is True


@pytest.mark.parametrize(
    ("operations", "combine", "holds"),
    [
        ("op('1', 'plain', '==', '1', 'plain')", "and", True),
        ("op('{{ n }}', 'liquid', '==', '200')", "and", True),
        ("op('{{ n }}', 'plain', '==', '200')", "and", False),
        ("op('{{ n }}', 'liquid', '!=', '{{ n }}', 'liquid')", "and", False),
        ("op('{{ n }}', 'liquid', 'matches', '^2\\\\d{2}$')", "and", True),
        ("op('abc', nil, 'matches', 'B')", "and", False),
        ("op('a', nil, '==', 'a'), op('a', nil, '==', 'b')", "and", False),
        ("op('a', nil, '==', 'a'), op('a', nil, '==', 'b')", "or", True),
        ("op('a', nil, '==', 'b'), op('a', nil, '==', 'c')", "or", False),
        ("", "and", True),
        ("", "or", False),
        ("op('a', nil, '==', 'b')", "true", True),
    ],
)
def test_conditions_combine_operations(desk: Desk, operations: str, combine: str, holds: object) -> None:
    lua = f"""
        local op = require('apicast.conditions.operation').new
        local condition = require('apicast.conditions.condition').new({{ {operations} }}, '{combine}')
        say(condition:evaluate({{ n = 200 }}))"""
    assert desk.said(lua) == [str(holds).lower()]


def test_unknown_operators_are_errors() -> None:
    with pytest.raises(LUA_ERROR, match="Unsupported operation"):
        ran("require('apicast.conditions.operation').new('a', nil, '>', 'b')")
    with pytest.raises(LUA_ERROR, match="Unsupported combine op"):
        ran("require('apicast.conditions.condition').new({}, 'xor')")


def test_a_batch_adds_up_by_credential() -> None:
    lua = """
        local new = require('apicast.policy.3scale_batcher.reports_batch').new
        local batch = new('7', {
          { user_key = 'k', metric = 'a', value = 1 }, { user_key = 'k', metric = 'a', value = 2 },
          { user_key = 'l', metric = 'b', value = 3 } })
        local by_id = new('7', { { app_id = 'i', app_key = 's', metric = 'a', value = 1 } })
        return batch.credentials_type, batch.reports.k.a, batch.reports.l.b, batch.service_id, by_id.credentials_type,
          new('7', {}).credentials_type"""
    assert ran(lua) == (b"user_key", 3, 3, b"7", b"app_id", None)


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("http://h", (b"http", False, False, b"h", False, None)),
        ("https://h:8443/", (b"https", False, False, b"h", b"8443", None)),
        ("https://u:p@h/a/b?c=d", (b"https", b"u", b"p", b"h", False, b"/a/b?c=d")),
        ("https://token@h:1/a", (b"https", b"token", False, b"h", b"1", b"/a")),
        ("https://:p@h", (b"https", False, b"p", b"h", False, None)),
        ("ftp://h", None),
        ("h/a", None),
        ("http://", None),
        ("http://a b/", None),
    ],
)
def test_urls_are_split(url: str, parts: tuple[object, ...] | None) -> None:
    lua = "local p, e = require('resty.url').split(...) if not p then return nil, e end return unpack(p, 1, 6)"
    assert ran(lua, url.encode()) == (parts or (None, b"invalid endpoint"))


def test_urls_are_parsed_and_joined() -> None:
    lua = """
        local url = require('resty.url')
        local parts = url.parse('https://u@h:8443/a')
        return parts.scheme, parts.user, parts.password, parts.host, parts.port, parts.path, tostring(parts),
          url.join('http://h/', '', '/a.xml?b=c'), url.join('a', 'b'), url.default_port('https'), url.default_port('x'),
          url.split(nil)"""
    found = (b"https", b"u", None, b"h", 8443, b"/a", b"https://u@h:8443/a", b"http://h/a.xml?b=c", b"a/b", 443, None)
    assert ran(lua) == (*found, None, b"missing endpoint")


def test_the_environment_has_texts_and_switches() -> None:
    lua = """
        local env = require('resty.env')
        return env.value('SET'), env.value('EMPTY'), env.value('NONE'), env.get('EMPTY'),
          env.enabled('ON'), env.enabled('YES'), env.enabled('OFF'), env.enabled('ODD'), env.enabled('NONE')"""
    assert ran(lua) == (b"text", None, None, b"", True, True, False, None, None)


def test_the_user_agent_names_gateway_and_environment() -> None:
    runtime = Runtime(environment={"THREESCALE_DEPLOYMENT_ENV": "production"})
    name = runtime.lua("return tostring(require('apicast.user_agent')) == require('apicast.user_agent')()")
    assert name is True
    assert runtime.lua("return require('apicast.user_agent')()").startswith(b"APIcast/")
    assert b"env:production)" in runtime.lua("return require('apicast.user_agent')()")


def test_a_policys_class_does_nothing_in_every_phase_and_makes_instances() -> None:
    lua = """
        local new = require('apicast.policy').new
        local class = new('Name', '0.2')
        local one, other = class.new(), class.new()
        one.x = 1
        class:rewrite() one:body_filter() one:log()
        return tostring(one), other.x, class == new('Name', '0.2'), class == new('Name', '0.3'), new('N')._VERSION"""
    assert ran(lua) == (b"Policy: Name (0.2)", None, True, False, b"0.0")
