"""The model of lua-cjson, in its flavours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.apicast.runtime import Flavour, Runtime

OPENRESTY = Runtime(environment={})
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**13), 10**13) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def ran(lua: str, *arguments: bytes, runtime: Runtime = OPENRESTY) -> Any:  # noqa: ANN401  # what the Lua returns
    return runtime.lua(f"local cjson = require('cjson') local safe = require('cjson.safe') {lua}", *arguments)


def emptied(value: object) -> object:
    """The value as it is after lua-cjson: empty arrays are objects, keys of null values stay."""
    if isinstance(value, dict):
        return {key: emptied(one) for key, one in value.items()}
    if isinstance(value, list):
        return [emptied(one) for one in value] or {}
    return value


@given(VALUES)
def test_what_is_decoded_and_encoded_is_the_same_but_for_empty_arrays(value: object) -> None:
    text = json.dumps(value).encode()
    assert json.loads(ran("return cjson.encode(cjson.decode(...))", text)) == emptied(value)


@given(VALUES)
def test_the_flavour_with_array_metatables_keeps_empty_arrays(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False).encode()
    assert json.loads(ran("return cjson.encode(cjson.decode(...))", text, runtime=ARRAYS)) == value


ARRAYS = Runtime(flavour=Flavour.ARRAYS, environment={})
STOCK = Runtime(flavour=Flavour.STOCK, environment={})


def test_the_flavours_differ_in_what_an_array_is() -> None:
    lua = (
        "local found = cjson.decode('[]') return getmetatable(found) ~= nil, cjson.array_mt ~= nil, cjson.encode(found)"
    )
    assert ran(lua) == (False, True, b"{}")
    assert ran(lua, runtime=ARRAYS) == (True, True, b"[]")
    assert ran(lua, runtime=STOCK) == (False, False, b"{}")
    fresh = Runtime(environment={})
    assert ran(f"cjson.decode_array_with_array_mt(true) {lua}", runtime=fresh) == (True, True, b"[]")


def test_only_openresty_has_the_functions_of_lua_52() -> None:
    assert ran("return table.pack ~= nil, table.unpack ~= nil") == (True, True)
    assert ran("return table.pack ~= nil, table.unpack ~= nil", runtime=STOCK) == (False, False)


def test_null_is_a_value_of_its_own() -> None:
    lua = (
        "local n = cjson.decode('{\"a\":null}').a return n == cjson.null, n == ngx.null, n == nil, type(n), tostring(n)"
    )
    assert ran(lua) == (True, True, False, b"userdata", b"userdata: NULL")
    assert ran("return cjson.encode({a = cjson.null})") == b'{"a":null}'


def test_long_integers_become_doubles_and_are_written_with_14_digits() -> None:
    assert ran("return cjson.encode(cjson.decode('[9007199254740993]'))") == b"[9.007199254741e+15]"
    assert ran("return cjson.decode('[12345678901234567]')[1] == 12345678901234568") is True


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("[0x10]", 16.0),
        ("[-1.5e2]", -150.0),
        ("[Infinity]", float("inf")),
        ("[-inf]", float("-inf")),
        ("[1.]", 1.0),
        ('["\\u00e4\\ud83d\\ude00\\n\\/"]', "ä😀\n/".encode()),
        ('["a\tb"]', b"a\tb"),
        (" [ true ] ", True),
        ('["\xff"]', "\xff".encode()),
    ],
)
def test_the_decoder_takes_what_lua_cjson_takes(text: str, first: object) -> None:
    assert ran("return cjson.decode(...)[1]", text.encode()) == first


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1,]",
        '{"a" 1}',
        '{"a":1,}',
        "{a:1}",
        "[01]",
        "tru",
        "nul",
        '"\\x"',
        '"\\ud800"',
        '"open',
        "[] []",
        "[1",
        "multipart",
        "<html>",
        "[" * 1001,
        "-",
        "+1",
        "'a'",
    ],
)
def test_the_decoder_refuses_what_lua_cjson_refuses(text: str) -> None:
    found = ran("return safe.decode(...)", text.encode())
    assert found[0] is None
    assert found[1].startswith((b"Expected ", b"Found too many nested"))


def test_the_safe_decoder_returns_the_error_that_the_other_raises() -> None:
    assert ran("return safe.decode('nope')") == (None, b"Expected value but found invalid token at character 1")
    assert ran("return pcall(cjson.decode, 'nope')")[0] is False
    assert b"string expected, got nil" in ran("return safe.decode(nil)")[1]
    assert ran("return safe.decode('[1]')[1], safe.null == cjson.null") == (1, True)


def test_a_large_document_is_read_quickly_enough_to_be_a_policys_business() -> None:
    document = json.dumps({"data": [{"embedding": [0.25] * 1000, "text": "ä" * 1000} for _ in range(50)]}).encode()
    assert ran("return #cjson.decode(...).data[50].embedding", document) == 1000
