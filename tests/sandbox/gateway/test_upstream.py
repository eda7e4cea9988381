"""The way to the upstream and back: time limits, clients that leave, what is passed on."""

from __future__ import annotations

import asyncio
import io
import json
import socket
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientError, web
from aiohttp.test_utils import TestServer

from tests.sandbox.gateway.world import APICAST, CHAT, HOST, PATH, POLICIES, World, counting, item, run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from aiohttp.test_utils import BaseTestServer

EVENT = (
    'data: {"choices":[{"delta":{"content":"x"}}],"usage":{"prompt_tokens":2,"completion_tokens":%d,"total_tokens":%d}}'
)


def lived(scenario: Callable[[World], Awaitable[None]], **limits: float) -> None:
    """The scenario with the token policy and time limits."""
    chain = [item("upstream_connection", **limits), counting(), APICAST]
    run(scenario, policies=POLICIES, chain=chain)


@asynccontextmanager
async def serving(
    world: World, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> AsyncIterator[BaseTestServer]:
    """An upstream of the test's own."""
    application = web.Application(client_max_size=64 * 1024 * 1024)
    application.router.add_route("*", "/{path:.*}", handler)
    async with TestServer(application) as server:
        world.upstream(server.port)
        yield server


@pytest.mark.row("S-145")
def test_an_upstream_that_does_not_answer_in_time_is_504() -> None:
    async def scenario(world: World) -> None:
        released = asyncio.Event()

        async def silent(_: web.Request) -> web.StreamResponse:
            await released.wait()
            return web.Response()

        async with serving(world, silent):
            answer = await world.call("POST", PATH, CHAT)
            assert (answer.status, "504 Gateway" in await answer.text()) == (504, True)
            released.set()

    lived(scenario, read_timeout=0.2)


def test_what_the_client_expects_of_the_gateway_is_not_expected_of_the_upstream() -> None:
    async def scenario(world: World) -> None:
        heads: list[bytes] = []

        async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            # It never says 100: the body has to come without.
            heads.append(await reader.readuntil(b"\r\n\r\n"))
            length = heads[-1].lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            with suppress(TimeoutError):
                await asyncio.wait_for(reader.readexactly(int(length)), 3)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
                await writer.drain()
            writer.close()

        server = await asyncio.start_server(silent, "127.0.0.1", 0)
        async with server:
            world.upstream(server.sockets[0].getsockname()[1])
            answer = await world.call("POST", PATH, CHAT, Expect="100-continue")
            assert (answer.status, await answer.read()) == (200, b"{}")
        assert len(heads) == 1
        assert b"expect:" not in heads[0].lower()

    lived(scenario, read_timeout=0.5)


def test_an_upstream_that_takes_nothing_of_the_request_in_time_is_504() -> None:
    async def scenario(world: World) -> None:
        gone = asyncio.Event()

        async def deaf(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.transport.pause_reading()  # type: ignore[attr-defined]  # a socket's transport has it
            await gone.wait()
            writer.close()

        server = await asyncio.start_server(deaf, "127.0.0.1", 0)
        async with server:
            world.upstream(server.sockets[0].getsockname()[1])
            headers = {"Host": HOST, "Authorization": f"Bearer {world.application['user_key']}"}
            body = io.BytesIO(b"x" * 32_000_000)
            async with world.session.post(world.gateway + PATH, data=body, headers=headers) as answer:
                assert answer.status == 504
            gone.set()

    lived(scenario, send_timeout=0.3, read_timeout=20)


def test_an_upstream_that_cannot_be_connected_in_time_is_504() -> None:
    async def scenario(world: World) -> None:
        with socket.socket() as full, socket.socket() as one, socket.socket() as two:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            # What is in the queue of a listening socket that accepts nothing keeps the next one waiting.
            for waiting in (one, two):
                waiting.setblocking(False)
                waiting.connect_ex(full.getsockname())
            world.upstream(full.getsockname()[1])
            assert (await world.call("POST", PATH, CHAT)).status == 504

    lived(scenario, connect_timeout=0.3)


def test_an_upstream_that_is_not_there_is_502_with_nginxs_page() -> None:
    async def scenario(world: World) -> None:
        world.upstream(1)
        answer = await world.call("POST", PATH, CHAT)
        assert (answer.status, answer.headers["Content-Type"]) == (502, "text/html")
        assert "502 Bad Gateway" in await answer.text()

    lived(scenario)


def test_the_request_goes_on_as_it_came() -> None:
    async def scenario(world: World) -> None:
        seen: list[web.Request] = []
        body = b'{ "stop":[],"seed":12345678901234567,"a":1,"a":2,"u":"\\u00e4" }'

        async def echoed(request: web.Request) -> web.StreamResponse:
            seen.append(request)
            return web.Response(body=await request.read())

        async with serving(world, echoed):
            key = world.application["user_key"]
            headers = {"Host": HOST, "Authorization": f"Bearer {key}", "X-3scale-debug": "no", "X-Mine": "a"}
            url = f"{world.gateway}{PATH}?q=%7Ea%20b"
            async with world.session.post(url, data=body, headers=headers) as answer:
                assert await answer.read() == body
        (request,) = seen
        assert request.raw_path == f"{PATH}?q=~a%20b"
        assert request.headers["X-Mine"] == "a"
        assert request.headers["X-Real-IP"] == "127.0.0.1"
        assert request.headers["X-3scale-proxy-secret-token"]
        assert "X-3scale-debug" not in request.headers
        assert "Accept-Encoding" not in request.headers

    lived(scenario)


@asynccontextmanager
async def endless(world: World) -> AsyncIterator[asyncio.Event]:
    """An upstream whose stream only ends when its client leaves; the event says that it was left."""
    left = asyncio.Event()

    async def streamed(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        try:
            number = 0
            while request.transport is not None:
                number += 1
                await answer.write((EVENT % (number, number + 2) + "\n\n").encode())
                await asyncio.sleep(0.01)
        except (ConnectionResetError, asyncio.CancelledError):
            left.set()
            raise
        left.set()
        return answer

    async with serving(world, streamed):
        yield left


def test_a_client_that_leaves_ends_the_upstreams_answer_and_is_counted_as_far_as_it_came() -> None:
    async def scenario(world: World) -> None:
        async with endless(world) as left:
            headers = {"Host": HOST, "Authorization": f"Bearer {world.application['user_key']}"}
            url = world.gateway + PATH
            response = await world.session.post(url, json={**CHAT, "stream": True}, headers=headers)
            seen = b""
            while seen.count(b"data:") < 3:
                seen += await response.content.readany()
            response.close()
            async with asyncio.timeout(5):
                await left.wait()
            await world.front.finish()
            lines = await world.metrics()
            assert any(line.startswith("llm_requests_aborted_total{") and line.endswith(" 1") for line in lines)
            store = world.api.emulator.tenant.store
            metric = next(row["id"] for row in store.rows("metric") if row["system_name"] == "completion_tokens")
            query = "SELECT value FROM usage WHERE metric = ? AND period = 'eternity'"
            (counted,) = store.connection.execute(query, (metric,)).fetchone()
            assert counted >= 3
            assert any(line.startswith('apicast_status{status="200"') for line in lines)

    lived(scenario)


def test_a_client_that_leaves_before_the_answer_ends_the_call_to_the_upstream() -> None:
    async def scenario(world: World) -> None:
        arrived, left = asyncio.Event(), asyncio.Event()

        async def silent(_: web.Request) -> web.StreamResponse:
            arrived.set()
            try:
                await asyncio.Event().wait()
            finally:
                left.set()
            return web.Response()

        async with serving(world, silent):
            call = asyncio.create_task(world.call("POST", PATH, CHAT))
            await arrived.wait()
            call.cancel()
            async with asyncio.timeout(5):
                await left.wait()
            await world.front.finish()
            assert any(line.startswith('apicast_status{status="499"') for line in await world.metrics())

    lived(scenario)


def test_a_client_that_leaves_right_after_its_answer_is_counted() -> None:
    async def scenario(world: World) -> None:
        key = world.application["user_key"]
        body = json.dumps(CHAT).encode()
        reader, writer = await asyncio.open_connection("127.0.0.1", int(world.gateway.rpartition(":")[2]))
        head = f"POST {PATH} HTTP/1.0\r\nHost: {HOST}\r\nAuthorization: Bearer {key}\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = await reader.readuntil(b'"usage"')
        assert answer.startswith(b"HTTP/1.0 200")
        writer.transport.abort()
        await world.counted("total_tokens", world.model.ledger.entries[0].total_tokens)

    lived(scenario)


def test_an_upstream_that_breaks_off_breaks_the_answer_off() -> None:
    async def scenario(world: World) -> None:
        async def broken(request: web.Request) -> web.StreamResponse:
            answer = web.StreamResponse()
            await answer.prepare(request)
            await answer.write(b"half")
            assert request.transport is not None
            request.transport.abort()
            return answer

        async with serving(world, broken):
            with pytest.raises(ClientError):
                await world.call("POST", PATH, CHAT)

    lived(scenario)


@pytest.mark.row("S-142")
def test_64_parallel_streams_lose_no_token() -> None:
    async def scenario(world: World) -> None:
        store = world.api.emulator.tenant.store
        limit = next(iter(store.rows("limit")))
        store.update("limit", limit["id"], value=1_000_000)

        async def streamed(number: int) -> int:
            content = "Tell me more. " * (number + 1)
            body = {**CHAT, "messages": [{"role": "user", "content": content}], "stream": True, "max_tokens": 50}
            answer = await world.call("POST", PATH, body)
            return int(answer.status)

        async with asyncio.timeout(60):
            statuses = await asyncio.gather(*(streamed(number) for number in range(64)))
        assert statuses == [200] * 64
        await world.front.finish()
        truth = world.model.ledger.rendered()["totals"]
        assert isinstance(truth, dict)
        for metric in ("total_tokens", "prompt_tokens", "completion_tokens"):
            await world.counted(metric, truth[metric])

    lived(scenario)
