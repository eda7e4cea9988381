"""The emulator on sockets: the tenant's port, and a control port for faults, the request log and the state."""

from __future__ import annotations

import asyncio
import struct
import time
from collections import deque
from dataclasses import replace
from email.utils import formatdate
from socket import SO_LINGER, SOL_SOCKET
from typing import TYPE_CHECKING, Never

from aiohttp import web

from sandbox.request_log import shown_path
from sandbox.threescale.app import Emulator, Request, Response
from sandbox.threescale.counters import Counters
from sandbox.threescale.faults import Faults, Kind, parsed
from sandbox.threescale.fixture import seed

if TYPE_CHECKING:
    from sandbox.request_log import RequestLog
    from sandbox.threescale.faults import Fault

_MOST_BODY = 64 * 1024 * 1024
_KEPT_REQUESTS = 100_000
_HTML = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class _CutError(Exception):
    """The connection was cut on purpose; there is nobody to answer."""


class Server:
    """One emulator with its two aiohttp applications."""

    def __init__(self, emulator: Emulator, log: RequestLog) -> None:
        self.emulator = emulator
        self.faults = Faults()
        self.requests: deque[dict[str, object]] = deque(maxlen=_KEPT_REQUESTS)
        self._log = log

    def application(self) -> web.Application:
        """The tenant's own port."""
        application = web.Application(client_max_size=_MOST_BODY)
        application.router.add_route("*", "/{path:.*}", self._answer)
        return application

    def control(self) -> web.Application:
        """The control port."""
        application = web.Application()
        application.router.add_get("/requests", self._requests)
        application.router.add_delete("/requests", self._forget_requests)
        application.router.add_post("/faults", self._add_fault)
        application.router.add_delete("/faults", self._drop_faults)
        application.router.add_get("/state", self._state)
        application.router.add_post("/restart-clean", self._restart_clean)
        return application

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        started, wall = time.monotonic(), time.time()
        body = await request.read()
        status = 0
        try:
            response = await self._with_faults(request, body)
            status = response.status
        except _CutError:
            # The connection is gone already; aiohttp finds that out when it tries to send this.
            response = web.Response()
        finally:
            duration = time.monotonic() - started
            entry = {"time": wall, "method": request.method, "path": shown_path(request.path), "status": status}
            self.requests.append({**entry, "duration": round(duration, 6)})
            self._log.record(request.method, request.path, status, duration)
        return response

    async def _with_faults(self, request: web.Request, body: bytes) -> web.StreamResponse:
        fault = self.faults.take(request.method, request.path, self._operation(request))
        if fault is None:
            return _sent(await self._answered(request, body))
        early = await _before(request, fault)
        if early is not None:
            return early
        response = await self._answered(request, body)
        if fault.kind is Kind.RESET_AFTER:
            _reset(request)
        if fault.kind is Kind.TRUNCATED:
            await _send_half(request, response)
        return _sent(response)

    async def _answered(self, request: web.Request, body: bytes) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        query = request.rel_url.raw_query_string
        path = request.rel_url.raw_path
        asked = Request(request.method, request.host, path, query, headers, body)
        if exchange := self.emulator.exchange(asked):
            # In a thread: everybody else is answered while a realm takes its time.
            asked = replace(asked, profile=await asyncio.to_thread(exchange))
        return self._under_conditions(asked, self._operation(request))

    def _under_conditions(self, asked: Request, operation: str) -> Response:
        tenant, named = self.emulator.tenant, (asked.method, asked.path, operation)
        skew = self.faults.condition(Kind.CLOCK_SKEW, *named)
        purge_delay = self.faults.condition(Kind.SLOW_PURGE, *named)
        with tenant.under(skew=skew or 0.0, purge_delay=purge_delay):
            response = self.emulator.answer(asked)
        if skew is None:
            return response
        return replace(response, headers={**response.headers, "Date": formatdate(tenant.clock() + skew, usegmt=True)})

    def _operation(self, request: web.Request) -> str:
        # Without an order nobody asks which operation it is, and finding out takes a while.
        named = self.faults.ordered
        return self.emulator.operation_name(request.method, request.rel_url.raw_path) if named else ""

    async def _requests(self, _: web.Request) -> web.Response:
        return web.json_response(list(self.requests))

    async def _forget_requests(self, _: web.Request) -> web.Response:
        self.requests.clear()
        return web.json_response([])

    async def _add_fault(self, request: web.Request) -> web.Response:
        try:
            self.faults.add(parsed(await request.json()))
        except (ValueError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({}, status=201)

    async def _drop_faults(self, _: web.Request) -> web.Response:
        self.faults.clear()
        return web.json_response({})

    async def _state(self, _: web.Request) -> web.Response:
        store = self.emulator.tenant.store
        return web.json_response({**store.everything(), "usage": Counters(store).everything()})

    async def _restart_clean(self, _: web.Request) -> web.Response:
        tenant = self.emulator.tenant
        tenant.store.clear()
        Counters(tenant.store).clear()
        seed(tenant)
        self.faults.clear()
        self.requests.clear()
        return web.json_response({})


async def _before(request: web.Request, fault: Fault) -> web.StreamResponse | None:
    """What goes wrong before anything is done; None when the request shall still be answered."""
    if fault.kind is Kind.STATUS:
        return web.Response(status=fault.status, headers=fault.retry_header(time.time()))
    if fault.kind is Kind.HTML:
        return web.Response(status=502, text=_HTML, content_type="text/html")
    if fault.kind is Kind.RESET_BEFORE:
        _reset(request)
    if fault.kind is Kind.NOTHING:
        # Until the client gives up: aiohttp then cancels this handler.
        await asyncio.Event().wait()
    if fault.kind is Kind.LATENCY:
        await asyncio.sleep(fault.seconds)
    return None


def _reset(request: web.Request) -> Never:
    """Reset the connection (RST): whoever waits for the answer sees it break."""
    if request.transport is not None:
        socket = request.transport.get_extra_info("socket")
        socket.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    raise _CutError


async def _send_half(request: web.Request, response: Response) -> Never:
    """Announce the whole answer, send half of it and hang up."""
    cut = web.StreamResponse(status=response.status, headers={"Content-Type": response.content_type})
    cut.content_length = len(response.body)
    await cut.prepare(request)
    await cut.write(response.body[: len(response.body) // 2])
    if request.transport is not None:
        request.transport.close()
    raise _CutError


def _sent(response: Response) -> web.Response:
    headers = {**response.headers, "Content-Type": response.content_type}
    return web.Response(status=response.status, body=response.body, headers=headers)
