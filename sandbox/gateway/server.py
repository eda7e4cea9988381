"""The gateway on its sockets: finds the service by host, runs its chain, passes the answer on as it comes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aiohttp import web
from multidict import CIMultiDict

from sandbox.apicast.exchange import Exchange, Request
from sandbox.gateway import upstream
from sandbox.gateway.chain import Chain, Context, ExitError

if TYPE_CHECKING:
    import aiohttp

    from sandbox.gateway.backend import Backend
    from sandbox.gateway.chains import Built, Chains
    from sandbox.gateway.configuration import Configuration
    from sandbox.gateway.service import Service
    from sandbox.gateway.transport import Transport
    from sandbox.request_log import RequestLog

_LOG = logging.getLogger(__name__)
_MOST_BODY = 64 * 1024 * 1024
_NOT_FOUND, _CLIENT_LEFT, _FIRST_PAGE = 404, 499, 300


class Gateway:
    """Takes requests for every product it has a configuration of."""

    def __init__(
        self, configuration: Configuration, backend: Backend, transport: Transport, chains: Chains, log: RequestLog
    ) -> None:
        self._configuration = configuration
        self._backend = backend
        self._transport = transport
        self._chains = chains
        self._log = log
        self._counted: Any = chains.runtime.module("apicast.metrics.requests")[b"report"]
        self._after: set[asyncio.Task[None]] = set()

    def application(self) -> web.Application:
        """The port of the container."""
        application = web.Application(client_max_size=_MOST_BODY)
        application.router.add_route("*", "/{path:.*}", self._answer)
        return application

    def management(self) -> web.Application:
        """The management port: liveness and readiness as APIcast answers them."""
        application = web.Application()
        application.router.add_get("/status/live", self._live)
        application.router.add_get("/status/ready", self._ready)
        return application

    def metrics(self) -> web.Application:
        """The port of the counters."""
        application = web.Application()
        application.router.add_get("/metrics", self._metrics)
        return application

    async def load(self) -> bool:
        """Read the configuration; false when that failed."""
        return await self._configuration.load()

    async def finish(self) -> None:
        """Wait until everything that is left to do after answers is done."""
        while self._after:
            await asyncio.wait(self._after)

    async def _live(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "live", "success": True})

    async def _ready(self, _: web.Request) -> web.Response:
        loaded = self._configuration.generation > 0 or await self._configuration.load()
        body = {"status": "ready", "success": True} if loaded else {"status": "error", "success": False}
        return web.json_response(body, status=200 if loaded else 412)

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(text=self._chains.runtime.metrics(), content_type="text/plain")

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        host = request.host.rpartition(":")[0] if request.host.rpartition(":")[2].isdigit() else request.host
        service = await self._configuration.service(host)
        if service is None:
            _LOG.warning("could not find a service for the host %s", host)
            self._log.record(request.method, request.path, _NOT_FOUND, 0.0)
            return web.Response(status=_NOT_FOUND)
        built = self._chains.of(service, self._configuration.generation)
        context = self._context(request, await request.read(), service, built)
        try:
            return await self._served(request, built.chain, context)
        except asyncio.CancelledError:
            # The client left; what was seen of the answer until now is still counted.
            if not context.status:
                context.exchange.abandoned()
            raise
        finally:
            await self._afterwards(built, context)

    def _context(self, request: web.Request, body: bytes, service: Service, built: Built) -> Context:
        fields = list(request.headers.items())
        seen = Request(request.method, request.raw_path, fields, body)
        exchange = Exchange(self._chains.runtime, seen, built.lua, built.service)
        path, _, query = request.raw_path.partition("?")
        headers = CIMultiDict(fields)
        return Context(
            service, self._backend, exchange, request.method, path, query, headers, client=request.remote or ""
        )

    async def _served(self, request: web.Request, chain: Chain, context: Context) -> web.StreamResponse:
        try:
            await chain.before(context)
        except ExitError as answer:
            return await self._exit(request, chain, context, answer)
        started = time.monotonic()
        try:
            response = await upstream.asked(self._transport, context)
        except upstream.NoUpstreamError:
            _LOG.warning("could not find upstream for service: %s", context.service.id)
            return await self._exit(request, chain, context, ExitError(_NOT_FOUND, b""))
        except upstream.FAILURES as error:
            _LOG.warning("the upstream of service %s failed: %s", context.service.id, error)
            context.upstream_status = upstream.status_of(error)
            context.upstream_seconds = time.monotonic() - started
            return await self._exit(request, chain, context, ExitError(context.upstream_status))
        context.upstream_status = response.status
        try:
            return await self._passed(request, chain, context, response)
        finally:
            # An answer that was not read to its end closes its connection: the upstream need not go on.
            response.close()
            context.upstream_seconds = time.monotonic() - started

    async def _exit(
        self, request: web.Request, chain: Chain, context: Context, answer: ExitError
    ) -> web.StreamResponse:
        context.status = answer.status
        context.response_headers = CIMultiDict(answer.headers)
        context.response_headers.popall("Content-Length", None)
        body = answer.body
        if body is None:
            body = _page(answer.status)
            context.response_headers["Content-Type"] = "text/html"
        elif body:
            context.response_headers.setdefault("Content-Type", "text/plain")
        chain.header_filter(context)
        body, _ = chain.body_filter(context, body, eof=True)
        response = web.Response(status=context.status, body=body, headers=context.response_headers)
        # Sent here, so that nobody waits for what is done after the answer.
        with contextlib.suppress(ConnectionResetError):
            await response.prepare(request)
            await response.write_eof()
        return response

    async def _passed(
        self, request: web.Request, chain: Chain, context: Context, response: aiohttp.ClientResponse
    ) -> web.StreamResponse:
        """Pass on every piece as it comes; when the upstream breaks off, so does the answer."""
        context.status = response.status
        context.response_headers = upstream.passed_on(response)
        context.response_headers.extend(context.own_headers)
        chain.header_filter(context)
        answer = web.StreamResponse(status=context.status, headers=context.response_headers)
        await answer.prepare(request)
        try:
            async for piece in response.content.iter_any():
                left, eof = chain.body_filter(context, piece, eof=False)
                await answer.write(left)
                if eof:
                    break
            else:
                left, _ = chain.body_filter(context, b"", eof=True)
                await answer.write(left)
        except ConnectionResetError:
            # The client left.
            return answer
        except upstream.FAILURES as error:
            _LOG.warning("the upstream of service %s broke off: %r", context.service.id, error)
            if request.transport is not None:
                request.transport.abort()
            return answer
        await answer.write_eof()
        return answer

    async def _afterwards(self, built: Built, context: Context) -> None:
        """Run what comes after the answer to its end, also when the client does not wait for it."""
        task = asyncio.get_running_loop().create_task(self._done(built, context))
        self._after.add(task)
        task.add_done_callback(self._after.discard)
        await asyncio.shield(task)

    async def _done(self, built: Built, context: Context) -> None:
        total = time.monotonic() - context.started
        try:
            await built.chain.after(context)
        finally:
            status = context.status or _CLIENT_LEFT
            asked = () if context.upstream_status is None else (context.upstream_status, context.upstream_seconds)
            self._counted(built.service, status, total, *asked)
            self._log.record(context.method, context.path, status, total)
            context.exchange.close()


def _page(status: int) -> bytes:
    """The page nginx sends of its own for a status (ngx_http_special_response.c)."""
    if status < _FIRST_PAGE:
        return b""
    try:
        title = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        title = str(status)
    lines = (
        "<html>",
        f"<head><title>{title}</title></head>",
        "<body>",
        f"<center><h1>{title}</h1></center>",
        "<hr><center>openresty</center>",
        "</body>",
        "</html>",
        "",
    )
    return "\r\n".join(lines).encode()
