"""What Lua policies are told when an HTTP call of theirs fails, and how much the gateway remembers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.apicast.exchange import HttpAnswer, HttpCall
from sandbox.apicast.runtime import Runtime
from sandbox.gateway import backend
from sandbox.gateway.assembly import asking
from sandbox.gateway.backend import Backend, Verdict
from sandbox.gateway.transport import Surroundings, Transport
from tests.sandbox.gateway.world import APICAST, CHAT, PATH, POLICIES, World, counting, run

if TYPE_CHECKING:
    import aiohttp


def answered(url: str, resolved: object = None) -> HttpAnswer:
    """What a policy is told of a GET, where the sandbox's resolver answers so."""

    async def resolve(_: web.Request) -> web.Response:
        return web.json_response(resolved)

    async def lived() -> HttpAnswer:
        application = web.Application()
        application.router.add_get("/resolve", resolve)
        async with TestServer(application) as server:
            transport = Transport(Surroundings(control_url=str(server.make_url("")).rstrip("/")))
            try:
                return await asking(transport)(HttpCall("GET", url, []))
            finally:
                await transport.close()

    return asyncio.run(lived())


@pytest.mark.parametrize("url", ["http://[::1/", "http://127.0.0.1:many/", "http://127.0.0.1:99999/", "gopher://a/"])
def test_a_url_that_is_none_is_an_error_of_the_call(url: str) -> None:
    answer = answered(url)
    assert answer.error, answer


@pytest.mark.parametrize("resolved", [{}, [], {"address": "127.0.0.1", "port": "many"}])
def test_a_resolver_that_answers_something_else_is_an_error_of_the_call(resolved: object) -> None:
    answer = answered("http://own.models.svc:80/", resolved)
    assert answer.error, answer


def test_a_report_that_cannot_be_sent_is_counted_as_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    send = Transport.send

    async def failing(self: Transport, method: str, url: str, **options: object) -> aiohttp.ClientResponse:
        if "/transactions.xml?" in url:
            raise ValueError("Port could not be cast to integer value")
        return await send(self, method, url, **options)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(Transport, "send", failing)

    async def scenario(world: World) -> None:
        assert (await world.call("POST", PATH, CHAT)).status == 200
        await world.front.finish()
        lines = [line for line in await world.metrics() if line.startswith("llm_reports_failed_total{")]
        assert [line.rpartition(" ")[2] for line in lines] == ["1"]

    run(scenario, policies=POLICIES, chain=[counting(), APICAST])


@pytest.mark.parametrize("caching", ["default", "resilient", "allow"])
def test_the_answer_that_was_longest_unused_is_forgotten_first(monkeypatch: pytest.MonkeyPatch, caching: str) -> None:
    monkeypatch.setattr(backend, "REMEMBERED", 3)
    known = Backend(cast("Transport", None), Runtime(), {})
    for key in "abc":
        known.remember(caching, key, Verdict(200))
    assert known.remembered("a") == 200
    known.remember(caching, "b", Verdict(200))
    known.remember(caching, "d", Verdict(200))
    assert {key: known.remembered(key) for key in "abcd"} == {"a": 200, "b": 200, "c": None, "d": 200}
