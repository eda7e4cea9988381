"""The functions of `ngx` that turn texts into others, and its log."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.apicast.runtime import LUA_ERROR, Runtime

RUNTIME = Runtime(environment={}, log_level="notice")


def ran(lua: str, *arguments: object) -> Any:  # noqa: ANN401  # what the Lua returns
    return RUNTIME.lua(lua, *arguments)


@pytest.mark.parametrize(
    ("call", "result"),
    [
        ("ngx.escape_uri('a b&ä/~-._')", b"a%20b%26%C3%A4%2F~-._"),
        ("ngx.escape_uri(5)", b"5"),
        ("ngx.unescape_uri('a%20b+c%C3%A4')", "a b cä".encode()),
        ("ngx.encode_base64('a\\255')", b"Yf8="),
        ("ngx.decode_base64('Yf8=')", b"a\xff"),
        ("ngx.decode_base64('!')", None),
        ("ngx.md5('')", b"d41d8cd98f00b204e9800998ecf8427e"),
        ("#ngx.sha1_bin('x')", 20),
        ("ngx.encode_args({ b = 1, a = 'x y', c = true, d = { 1, 2 } })", b"a=x%20y&b=1&c&d=1&d=2"),
        ("ngx.encode_args({ a = false })", b""),
        ("ngx.decode_args('a=1&b&a=2').a[2]", b"2"),
        ("ngx.decode_args('b').b", True),
        ("ngx.null == require('cjson').null", True),
    ],
)
def test_texts_are_turned(call: str, result: object) -> None:
    assert ran(f"return {call}") == result


def test_only_names_can_be_keys_of_a_query() -> None:
    with pytest.raises(LUA_ERROR, match="non-string key"):
        ran("ngx.encode_args({ 'x' })")


@pytest.mark.parametrize(
    ("call", "result"),
    [
        ("ngx.re.match('total 12', '(\\\\w+) (\\\\d+)')[2]", b"12"),
        ("ngx.re.match('ab', '(x)?(b)')[1]", False),
        ("ngx.re.match('ab', 'B')", (None, None)),
        ("ngx.re.match('ab', 'B', 'ijo')[0]", b"B".lower()),
        ("ngx.re.match('ab', 'b', 'a')", (None, None)),
        ("ngx.re.match('a\\nb', '^b', 'm')[0]", b"b"),
        ("ngx.re.match('k=v', '(?<key>\\\\w)=')[1]", b"k"),
        ("ngx.re.find('abc', 'bc')", (2, 3)),
        ("ngx.re.find('abc', 'x')", (None, None, None)),
        ("ngx.re.match(200, '^2')[0]", b"2"),
    ],
)
def test_regular_expressions_find_what_pcre_finds(call: str, result: object) -> None:
    assert ran(f"return {call}") == result


def test_a_wrong_regular_expression_is_no_match_and_says_why() -> None:
    found, problem = ran("return ngx.re.match('a', '(')")
    assert found is None
    assert problem.startswith(b"pcre_compile() failed")


def test_a_search_goes_on_where_the_last_one_ended() -> None:
    lua = """
        local context = {}
        local function found() return ngx.re.match('a1b2', '[0-9]', '', context)[0], context.pos end
        local first, place = found()
        return first, place, found()"""
    assert ran(lua) == (b"1", 3, b"2", 5)


def test_the_log_keeps_lines_up_to_its_level(caplog: pytest.LogCaptureFixture) -> None:
    runtime = Runtime(environment={}, log_level="notice")
    with caplog.at_level("INFO", "sandbox.apicast"):
        runtime.lua(
            "ngx.log(ngx.ERR, 'a', 1, nil, true) ngx.log(ngx.INFO, 'no') print('x', 2) ngx.log(ngx.WARN, '\\255')"
        )
    assert [(line.level, line.message) for line in runtime.log] == [
        ("error", "a1niltrue"),
        ("notice", "x2"),
        ("warn", "�"),
    ]
    assert caplog.messages == ["a1niltrue", "x2", "�"]


def test_a_table_is_logged_only_when_it_can_be_a_text() -> None:
    assert ran("ngx.log(ngx.ERR, setmetatable({}, { __tostring = function() return 'me' end }))") is None
    assert RUNTIME.log[-1].message == "me"
    with pytest.raises(LUA_ERROR, match="__tostring"):
        ran("ngx.log(ngx.ERR, {})")


def test_outside_a_request_there_is_none() -> None:
    with pytest.raises(LUA_ERROR, match="no request found"):
        ran("return ngx.var.uri")
    with pytest.raises(LUA_ERROR, match="API disabled in the context of init_by_lua"):
        ran("ngx.exit(200)")
