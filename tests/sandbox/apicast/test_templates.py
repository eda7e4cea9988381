"""Liquid templates as policies' settings use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.apicast.exchange import Request
from tests.sandbox.apicast.conftest import Desk

if TYPE_CHECKING:
    from pathlib import Path

REQUEST = Request("POST", "/v1/chat?x=1", {"Host": "h.test", "X-App": "Demo"})
CONTEXT = """{
  llm_usage = { total_tokens = 12, zero = 0, half = 0.5, big = 1e16 }, list = { 'a', 'b' }, name = ' Mixed Case ',
  flag = false, text = 'one two one', uri = 'hidden', nested = { ['with-dash'] = 'dashed' }, key = 'total_tokens' }"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder: Path = tmp_path_factory.mktemp("templates")
    return Desk(folder)


def rendered(desk: Desk, text: str) -> str:
    lua = f"say(require('apicast.template_string').new([==[{text}]==], 'liquid'):render({CONTEXT}))"
    (found,) = desk.said(lua, REQUEST)
    return found


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("plain", "plain"),
        ("", ""),
        ("{{ llm_usage.total_tokens }}", "12"),
        ("{{llm_usage.total_tokens}}/{{ llm_usage.zero }}", "12/0"),
        ("{{ llm_usage.half }} {{ llm_usage.big }}", "0.5 1e+16"),
        ("{{ none }}|{{ none.at.all }}|{{ name.at.all }}", "||"),
        ("{{ flag }}", "false"),
        ("{{ list[0] }}{{ list[1] }}{{ list[2] }}", "ab"),
        ("{{ nested.with-dash }}{{ nested['with-dash'] }}", "dasheddashed"),
        ("{{ llm_usage[key] }}", "12"),
        (
            "{{ uri }} {{ host }} {{ http_method }} {{ headers.x-app }} {{ headers['X-App'] }}",
            "/v1/chat h.test POST Demo Demo",
        ),
        ("a {{- 'b' -}} c", "abc"),
        ("{{ '}}' }}", "}}"),
        ("{{ 'text' }}{{ 1.5 }}{{ -2 }}{{ true }}{{ nil }}", "text1.5-2true"),
        ("{{ llm_usage.total_tokens | plus: 1 | times: 2 | minus: llm_usage.zero }}", "26"),
        ("{{ none | plus: 1 }}", "1"),
        ("{{ 7 | divided_by: 2 }} {{ 7.0 | modulo: 4 }} {{ 7.5 | divided_by: 3 }}", "3 3 2.5"),
        (
            "{{ none | default: 'other' }} {{ '' | default: 3 }} {{ flag | default: 4 }} {{ 0 | default: 5 }}",
            "other 3 4 0",
        ),
        ("{{ name | strip | downcase }}{{ name | strip | upcase }}", "mixed caseMIXED CASE"),
        ("[{{ name | lstrip }}][{{ name | rstrip }}]", "[Mixed Case ][ Mixed Case]"),
        ("{{ text | remove_first: 'one ' }}|{{ text | remove: 'one' }}", "two one| two "),
        ("{{ text | replace: 'one', '1' }}|{{ text | replace_first: 'one', '1' }}", "1 two 1|1 two one"),
        ("{{ 'a%b' | remove_first: '%' }}", "ab"),
        ("{{ text | split: ' ' | last }} {{ text | split: ' ' | join: '-' }} {{ list | size }}", "one one-two-one 2"),
        ("{{ 'ab' | append: 'c' | prepend: '_' | capitalize }}{{ 'abc' | capitalize | size }}", "_abc3"),
        (
            "{{ 1.5 | ceil }}{{ 1.5 | floor }}{{ 1.5 | round }}{{ -1 | abs }}{{ 1 | at_least: 2 }}{{ 9 | at_most: 3 }}",
            "212123",
        ),
        (
            "{{ 'a b' | escape_uri }} {{ 'a' | md5 }} {{ 'a' | encode_base64 }}",
            "a%20b 0cc175b9c0f1b6a831c399e269772661 YQ==",
        ),
    ],
)
def test_outputs_are_replaced(shared: Desk, text: str, result: str) -> None:
    assert rendered(shared, text) == result


@pytest.mark.parametrize(
    "text", ["{{ a", "{{ a | }}", "{{ a | nofilter }}", "{{ }}", "{% if a %}{% endif %}", "{{ a b }}", "{{ a[ }}"]
)
def test_an_unreadable_template_is_logged_and_renders_empty(desk: Desk, text: str) -> None:
    assert rendered(desk, f"before {text} after") == ""
    assert any(line.level == "error" and "Invalid Liquid: before " in line.message for line in desk.runtime.log)


def test_a_plain_text_stays_and_an_unknown_type_is_refused(desk: Desk) -> None:
    lua = """
        local new = require('apicast.template_string').new
        say(new('{{ a }}', 'plain'):render({ a = 1 }))
        local none, problem = new('x', 'other')
        say(none, problem)"""
    assert desk.said(lua) == ["{{ a }}", "nil", "Invalid type specified: other"]


def test_the_values_of_nginx_can_stand_behind_the_context(desk: Desk) -> None:
    lua = """
        local list = require('apicast.linked_list').readonly({ a = 1 }, ngx.var)
        local template = require('apicast.template_string').new('{{ a }}{{ request_method }}{{ nothing }}', 'liquid')
        say(template:render(list))"""
    assert desk.said(lua, REQUEST) == ["1POST"]
