"""Policies in Lua, from folders mounted into the pod."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.sandbox.gateway.world import APICAST, CHAT, PATH, World, item, run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

BEGINNING = "local _M = require('apicast.policy').new('Mine', '1')\n"
MINE = item("mine", "1")
REPORT = """
local report = require('apicast.policy.3scale_batcher.reports_batch').new
local function send(context, metric, value)
  local client = require('apicast.backend_client'):new(context.service, require('resty.http_ng.backend.resty'))
  return client:report(report(context.service.id, {
    { user_key = context.credentials.user_key, metric = metric, value = value } }))
end
"""


def written(folder: Path, lua: str, version: str = "1") -> Path:
    """A policy's folder."""
    (folder / "init.lua").write_text(f"{BEGINNING}{lua}\nreturn _M\n")
    (folder / "apicast-policy.json").write_text(json.dumps({"name": "mine", "version": version}))
    return folder


def lived(folder: Path, lua: str, scenario: Callable[[World], Awaitable[None]]) -> None:
    """The scenario with a policy before `apicast`."""
    run(scenario, policies={"mine/1": written(folder, lua)}, chain=[MINE, APICAST])


@pytest.mark.parametrize(
    ("place", "version", "lua", "reason"),
    [
        ("mine/2", "2", "", "nothing is mounted at /opt/app-root/src/policies/mine/1"),
        ("mine/1", "2", "", "its apicast-policy.json says version 2"),
        ("mine/1", "1", "error('on purpose')", "on purpose"),
        ("mine/1", "1", "function _M.new() error('no such setting') end", "no such setting"),
        ("mine/1", "1", "leaked = 1", "writes to the global name 'leaked'"),
    ],
)
def test_a_policy_that_cannot_be_used_is_skipped_with_a_warning(  # noqa: PLR0917 - the columns of the table
    tmp_path: Path, caplog: pytest.LogCaptureFixture, place: str, version: str, lua: str, reason: str
) -> None:
    async def scenario(world: World) -> None:
        assert (await world.call("POST", PATH, CHAT)).status == 200

    run(scenario, policies={place: written(tmp_path, lua, version)}, chain=[MINE, APICAST])
    assert "failed to load policy mine version 1" in caplog.text
    assert reason in caplog.text


def test_a_folder_without_a_manifest_is_no_policy(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (written(tmp_path, "") / "apicast-policy.json").unlink()

    async def scenario(world: World) -> None:
        assert (await world.call("POST", PATH, CHAT)).status == 200

    run(scenario, policies={"mine/1": tmp_path}, chain=[MINE, APICAST])
    assert "its apicast-policy.json cannot be read" in caplog.text


def test_a_policy_changes_request_and_answer_in_every_phase(tmp_path: Path) -> None:
    lua = """
        function _M:rewrite(context)
          ngx.req.read_body()
          ngx.req.set_body_data((ngx.req.get_body_data():gsub('Hello', 'Goodbye')))
          ngx.req.set_header('X-Seen', ngx.var.request_uri .. ' ' .. context.service.system_name)
          ngx.header.x_early = 'set before there was an answer'
        end
        function _M:header_filter() ngx.header.x_late = ngx.header.content_type ngx.header.content_length = nil end
        function _M:body_filter()
          ngx.arg[1] = ngx.arg[1]:upper()
          if ngx.arg[2] then ngx.arg[1] = ngx.arg[1] .. '!' end
        end
    """

    async def scenario(world: World) -> None:
        async def echoed(request: web.Request) -> web.Response:
            return web.Response(text=f"{request.headers['X-Seen']} {(await request.json())['messages'][0]['content']}")

        application = web.Application()
        application.router.add_post(PATH, echoed)
        async with TestServer(application) as server:
            world.upstream(server.port)
            answer = await world.call("POST", f"{PATH}?x=%20", CHAT)
            name = world.product["system_name"].upper()
            assert await answer.text() == f"{PATH.upper()}?X=%20 {name} GOODBYE THERE!!"
            assert answer.headers["X-Early"] == "set before there was an answer"
            assert answer.headers["X-Late"] == "text/plain; charset=utf-8"

    lived(tmp_path, lua, scenario)


def test_errors_in_any_phase_are_logged_and_dropped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    phases = ("rewrite", "access", "header_filter", "body_filter", "post_action", "log")
    lua = "\n".join(f"function _M:{phase}() error('bad {phase}') end" for phase in phases)

    async def scenario(world: World) -> None:
        answer = await world.call("POST", PATH, CHAT)
        assert answer.status == 200
        assert (await answer.json())["usage"]["total_tokens"] > 0
        await world.front.finish()

    lived(tmp_path, lua, scenario)
    for phase in phases:
        assert f"{phase} of policy mine version 1 failed: " in caplog.text
        assert f"bad {phase}" in caplog.text


def test_a_policy_that_answers_ends_the_request_and_post_action_runs_all_the_same(tmp_path: Path) -> None:
    lua = f"""{REPORT}
        function _M:access(context)
          ngx.status = 418
          ngx.header.content_type = 'application/json'
          ngx.say('{{"no":1}}')
          return ngx.exit(418)
        end
        function _M:post_action(context) send(context, 'total_tokens', ngx.status) end"""

    async def scenario(world: World) -> None:
        answer = await world.call("POST", PATH, CHAT)
        assert (answer.status, await answer.text()) == (418, '{"no":1}\n')
        assert answer.headers["Content-Type"] == "application/json"
        await world.front.finish()
        await world.counted("total_tokens", 418)
        await world.counted("chat", 0)
        assert world.model.ledger.entries == []

    run(scenario, policies={"mine/1": written(tmp_path, lua)}, chain=[MINE, APICAST])


def test_an_answer_of_a_policy_passes_the_filters_too(tmp_path: Path) -> None:
    lua = """
        function _M:rewrite() ngx.print('no') ngx.exit(403) end
        function _M:header_filter() ngx.header.x_filtered = ngx.status end
        function _M:body_filter() ngx.arg[1] = ngx.arg[1]:upper() end"""

    async def scenario(world: World) -> None:
        answer = await world.call("POST", PATH, CHAT)
        # The status went out with the first word.
        assert (answer.status, await answer.text(), answer.headers["X-Filtered"]) == (200, "NO", "200")

    lived(tmp_path, lua, scenario)


def test_an_exit_without_words_gets_nginxs_page(tmp_path: Path) -> None:
    async def scenario(world: World) -> None:
        answer = await world.call("POST", PATH, CHAT)
        assert (answer.status, answer.headers["Content-Type"]) == (503, "text/html")
        assert "<title>503 Service Unavailable</title>" in await answer.text()

    lived(tmp_path, "function _M:rewrite() ngx.exit(503) end", scenario)


def test_post_action_runs_when_the_gateway_itself_refuses(tmp_path: Path) -> None:
    lua = """
        local refused = require('apicast.prometheus')('counter', 'mine_total', 'Mine', { 'status', 'known' })
        function _M:post_action(context) refused:inc(1, { ngx.var.status, tostring(context.credentials ~= nil) }) end"""

    async def scenario(world: World) -> None:
        assert (await world.call("POST", PATH, CHAT, key="")).status == 403
        assert (await world.call("POST", PATH, CHAT, key="wrong")).status == 403
        await world.front.finish()
        lines = await world.metrics()
        assert 'mine_total{status="403",known="false"} 1' in lines
        assert 'mine_total{status="403",known="true"} 1' in lines

    lived(tmp_path, lua, scenario)


def test_a_policys_calls_do_not_hold_up_other_requests(tmp_path: Path) -> None:
    lua = """
        function _M:access(context)
          local address = ngx.var.http_x_ask
          if not address then return end
          local answer = require('resty.http_ng').new().get(address)
          ngx.header.x_said = answer.status .. answer.body .. answer.headers['x-more']
        end"""

    async def scenario(world: World) -> None:
        asked, released = asyncio.Event(), asyncio.Event()

        async def slow(_: web.Request) -> web.Response:
            asked.set()
            await released.wait()
            return web.Response(status=201, text="slow", headers={"X-More": "more"})

        application = web.Application()
        application.router.add_get("/", slow)
        async with TestServer(application) as server, asyncio.TaskGroup() as group:
            address = f"http://127.0.0.1:{server.port}/"
            waiting = group.create_task(world.call("POST", PATH, CHAT, **{"X-Ask": address}))
            await asked.wait()
            assert (await world.call("POST", PATH, CHAT)).status == 200
            released.set()
            assert (await waiting).headers["X-Said"] == "201slowmore"

    lived(tmp_path, lua, scenario)


def test_a_large_body_is_in_a_file_for_lua_and_reaches_the_upstream_whole(tmp_path: Path) -> None:
    lua = """
        function _M:rewrite()
          ngx.req.read_body()
          local name = ngx.req.get_body_file()
          ngx.header.x_body = tostring(ngx.req.get_body_data() ~= nil) .. tostring(name ~= nil)
          local file = name and io.open(name, 'rb')
          local text = file and file:read('*a') or ngx.req.get_body_data()
          if file then file:close() end
          ngx.req.set_body_data((text:gsub('Hello', 'Goodbye', 1)))
        end"""

    async def scenario(world: World) -> None:
        async def measured(request: web.Request) -> web.Response:
            content = (await request.json())["messages"][0]["content"]
            return web.Response(text=f"{content[:7]} {len(content)}")

        application = web.Application(client_max_size=4 * 1024 * 1024)
        application.router.add_post(PATH, measured)
        async with TestServer(application) as server:
            world.upstream(server.port)
            for length, where in ((100, "truefalse"), (1_000_000, "falsetrue")):
                body = {**CHAT, "messages": [{"role": "user", "content": "Hello".ljust(length, "x")}]}
                answer = await world.call("POST", PATH, body)
                assert (answer.headers["X-Body"], await answer.text()) == (where, f"Goodbye {length + 2}")

    lived(tmp_path, lua, scenario)


def test_a_policy_that_ends_the_answer_early_cuts_it_off(tmp_path: Path) -> None:
    lua = """
        function _M:header_filter() ngx.header.content_length = nil end
        function _M:body_filter() ngx.arg[1], ngx.arg[2] = 'short', true end"""

    async def scenario(world: World) -> None:
        answer = await world.call("POST", PATH, {**CHAT, "stream": True})
        assert (answer.status, await answer.text()) == (200, "short")

    lived(tmp_path, lua, scenario)


def test_usage_that_a_policy_merges_afterwards_goes_out_with_the_remembered_authorisation(tmp_path: Path) -> None:
    lua = """
        local Usage = require('apicast.usage')
        function _M:post_action(context)
          if (ngx.var.cached_key or '') == '' then return end
          local more = Usage.new() more:add('total_tokens', 5)
          context.usage:merge(more)
        end"""

    async def scenario(world: World) -> None:
        for _ in range(3):
            assert (await world.call("POST", PATH, CHAT)).status == 200
        await world.counted("chat", 3)
        await world.counted("total_tokens", 10)

    lived(tmp_path, lua, scenario)


def test_a_new_configuration_makes_new_policies(tmp_path: Path) -> None:
    lua = """
        local new = _M.new
        function _M.new(config) local self = new() self.word = config.word return self end
        function _M:header_filter() ngx.header.x_word = self.word end"""

    async def scenario(world: World) -> None:
        for word in ("one", "two"):
            world.chain(item("mine", "1", word=word), APICAST)
            assert (await world.call("POST", PATH, CHAT)).headers["X-Word"] == word

    lived(tmp_path, lua, scenario)
