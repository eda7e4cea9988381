"""Every Lua source is clean for luacheck, has short functions and writes no global name."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lupa.luajit21 import LuaRuntime  # type: ignore[import-untyped]  # it ships no types

from tests.gateway_nginx.packages import unpacked

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("policies", "sandbox/apicast", "sandbox/nginx")
SOURCES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.lua"))
MOST_LINES = 40

MAKES_GLOBALS = ROOT / "sandbox" / "apicast" / "lupa_lua" / "model" / "start.lua"
"""The one file that puts the modelled `ngx` in place and makes Lua's own libraries those of nginx."""

_LOOK = b"""
local functions = require('jit.util')

local function walked(prototype, found)
  local about = functions.funcinfo(prototype)
  found[#found + 1] = { about.linedefined, about.lastlinedefined }
  for at = 1, about.bytecodes - 1 do
    local instruction = functions.funcbc(prototype, at)
    found.operations[#found.operations + 1] = instruction % 256
  end
  local constant = -1
  while true do
    local child = functions.funck(prototype, constant)
    if child == nil then return found end
    if type(child) == 'proto' then walked(child, found) end
    constant = constant - 1
  end
end

return function(text) return walked(assert(loadstring(text)), { operations = {} }) end
"""


@pytest.fixture(scope="module")
def look() -> Callable[[bytes], Any]:
    """Compile a source and tell of its functions: pairs of first and last line, and the operations' numbers."""
    function: Callable[[bytes], Any] = LuaRuntime(encoding=None).execute(_LOOK)
    return function


def lengths(look: Callable[[bytes], Any], text: bytes) -> Iterator[tuple[int, int]]:
    """First line and number of lines of every function but the file's own."""
    found = look(text)
    for index in range(2, len(found) + 1):
        first, last = found[index].values()
        yield first, last - first + 1


def operations(look: Callable[[bytes], Any], text: bytes) -> set[int]:
    return set(look(text)[b"operations"].values())


def writing_a_global(look: Callable[[bytes], Any]) -> int:
    """The number that LuaJIT gives to the operation: what `x = 1` has and `local x = 1` has not."""
    (number,) = operations(look, b"x = 1") - operations(look, b"local x = 1")
    return number


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"local function one() return 1 end", [(1, 1)]),
        (b"local function two()\n  return 1\nend\n\nlocal f = function()\nend", [(1, 3), (5, 2)]),
        (b"local m = {}\nfunction m:outer()\n  return function()\n    return 1\n  end\nend", [(2, 5), (3, 3)]),
        (b"local function long()\n" + b"  local x = 1\n" * 40 + b"end", [(1, 42)]),
        (b"-- function comment()\nlocal text = 'function quoted() end'", []),
    ],
)
def test_the_length_of_a_function_is_from_its_first_word_to_its_end(
    look: Callable[[bytes], Any], text: bytes, expected: list[tuple[int, int]]
) -> None:
    assert sorted(lengths(look, text)) == expected


@pytest.mark.parametrize(
    "text", [b"x = 1", b"function f() end", b"local function f()\n  return function() x = 2 end\nend"]
)
def test_a_written_global_is_seen_at_any_depth(look: Callable[[bytes], Any], text: bytes) -> None:
    assert writing_a_global(look) in operations(look, text)


def test_reading_a_global_and_writing_a_field_is_no_written_global(look: Callable[[bytes], Any]) -> None:
    assert writing_a_global(look) not in operations(look, b"local t = {}\nt.x = ngx\nreturn print(t)")


def test_there_are_sources_of_the_policy_and_of_both_gateways() -> None:
    assert {path.relative_to(ROOT).parts[:2] for path in SOURCES} == {
        tuple(folder.split("/")) for folder in FOLDERS
    } - {("policies",)} | {("policies", "llm")}


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_function_is_longer_than_its_budget(look: Callable[[bytes], Any], path: Path) -> None:
    long = {first: lines for first, lines in lengths(look, path.read_bytes()) if lines > MOST_LINES}
    assert not long, f"first line → lines of what is longer than {MOST_LINES}"


@pytest.mark.parametrize("path", [path for path in SOURCES if path != MAKES_GLOBALS], ids=name_of)
def test_no_global_name_is_written(look: Callable[[bytes], Any], path: Path) -> None:
    assert writing_a_global(look) not in operations(look, path.read_bytes())


def luacheck(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the checker: Lua of LuaJIT with the names that nginx's module adds."""
    folder = unpacked("luacheck") / "usr"
    modules = folder / "share" / "lua" / "5.1"
    environ = {
        **os.environ,
        "LUA_PATH": f"{modules}/?.lua;{modules}/?/init.lua",
        "LUA_CPATH": ";".join(f"{path}/?.so" for path in folder.glob("lib/*/lua/5.1")),
    }
    command = [str(folder / "bin" / "luajit"), str(folder / "bin" / "luacheck"), "--no-config", "--no-default-config"]
    command += ["--std", "luajit+ngx_lua", "--max-line-length", "120"]
    command += ["--no-color", "--codes", "--formatter", "plain", *arguments]
    return subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_luacheck_finds_nothing() -> None:
    done = luacheck(*(name_of(path) for path in SOURCES if path != MAKES_GLOBALS))
    assert (done.stdout, done.returncode) == ("", 0)


def test_luacheck_finds_nothing_but_globals_where_they_are_made() -> None:
    done = luacheck("--ignore", "121", "122", "142", "143", "--", name_of(MAKES_GLOBALS))
    assert (done.stdout, done.returncode) == ("", 0)


def test_luacheck_does_find_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "wrong.lua"
    file.write_text("local unused = 1\nwritten = ngx.now()\n")
    done = luacheck(str(file))
    assert "W211" in done.stdout
    assert "W111" in done.stdout
    assert done.returncode == 1
