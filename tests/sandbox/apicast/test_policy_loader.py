"""Loading a policy: its modules are its own, its globals are nobody's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.apicast.exchange import PolicyError, Request
from sandbox.apicast.runtime import PolicyLoadError, Runtime

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox.apicast.conftest import Desk


def test_two_policies_have_their_own_modules_of_the_same_name(desk: Desk) -> None:
    source = "function _M:rewrite() ngx.log(ngx.WARN, require('part')) end"
    for text in ("one", "two"):
        policy = desk.runtime.policy(desk.written(source, part=f"return '{text}'"))
        desk.runtime.exchange(Request(), [policy]).rewrite()
    assert [line.message for line in desk.runtime.log if line.level == "warn"] == ["one", "two"]


def test_a_module_is_loaded_once_per_policy_and_again_for_the_next(desk: Desk) -> None:
    folder = desk.written("function _M.new() return require('part') end", part="return { n = 0 }")
    first, second = desk.runtime.policy(folder), desk.runtime.policy(folder)
    assert first.lua[b"n"] == 0
    first.lua[b"n"] = 1
    assert second.lua[b"n"] == 0


def test_a_module_the_gateway_has_loaded_comes_before_the_folders(desk: Desk) -> None:
    source = "function _M.new() return { own = require('part'), taken = require('cjson') } end"
    loaded = desk.runtime.policy(desk.written(source, part="return 'mine'", cjson="return 'mine'")).lua
    assert loaded[b"own"] == b"mine"
    assert loaded[b"taken"] != b"mine"


def test_a_policy_can_be_in_a_folder_of_modules_with_dots(desk: Desk) -> None:
    folder = desk.written("function _M.new() return { found = require('sub.part') } end")
    (folder / "sub").mkdir()
    (folder / "sub" / "part.lua").write_text("return 5")
    assert desk.runtime.policy(folder).lua[b"found"] == 5


@pytest.mark.parametrize("source", ["leaked = 1", "function leaked() end", "_G.leaked = 1", "rawset(_G, 'leaked', 1)"])
def test_nothing_leaks_into_the_globals(desk: Desk, source: str) -> None:
    try:
        desk.runtime.policy(desk.written(source))
    except PolicyLoadError as error:
        assert "writes to the global name 'leaked'" in str(error)  # noqa: PT017  # either way nothing may leak
    assert desk.runtime.lua("return rawget(_G, 'leaked')") is None


def test_a_global_written_in_a_phase_is_an_error_of_that_phase(desk: Desk) -> None:
    exchange = desk.exchange("function _M:rewrite() counter = 1 end")
    with pytest.raises(PolicyError, match="writes to the global name 'counter'"):
        exchange.rewrite()


@pytest.mark.parametrize("name", ["loadfile", "dofile", "setfenv", "getfenv", "jit", "module"])
def test_what_apicast_hides_is_hidden(desk: Desk, name: str) -> None:
    assert desk.said(f"say({name})") == ["nil"]


def test_what_apicast_shows_is_there(desk: Desk) -> None:
    assert desk.said(
        "say(type(io.open), type(string.format), type(bit.band), type(debug.traceback), debug.getinfo)"
    ) == [
        "function",
        "function",
        "function",
        "function",
        "nil",
    ]


@pytest.mark.parametrize(
    ("init", "message"),
    [
        ("error('on purpose')", "on purpose"),
        ("require('not.there')", "not.there"),
        ("function _M.new() error('this setting') end", "this setting"),
        ("function", "expected"),
    ],
)
def test_a_policy_that_cannot_be_loaded_says_why(desk: Desk, init: str, message: str) -> None:
    with pytest.raises(PolicyLoadError, match=message):
        desk.runtime.policy(desk.written(init))


def test_a_folder_without_init_is_no_policy(tmp_path: Path) -> None:
    with pytest.raises(PolicyLoadError, match="module 'init' not found"):
        Runtime(environment={}).policy(tmp_path)


def test_a_policy_is_made_of_its_configuration_and_started_once(desk: Desk) -> None:
    source = """
        local new = _M.new
        function _M.new(config)
          local self = new()
          self.first, self.none = config.rules[1].metric, config.none
          return self
        end
        function _M.init(...) ngx.log(ngx.WARN, "init", select("#", ...)) end
        function _M.init_worker() ngx.log(ngx.WARN, "worker") end"""
    policy = desk.runtime.policy(desk.written(source), {"rules": [{"metric": "m"}], "none": None})
    assert policy.lua[b"first"] == b"m"
    assert desk.runtime.lua("return (...).none == ngx.null", policy.lua) is True
    assert [line.message for line in desk.runtime.log if line.level == "warn"] == ["init0", "worker"]
