"""The gateway on a socket: finds the service by host, runs its chain, passes the answer on as it comes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import web
from multidict import CIMultiDict

from sandbox.gateway.chain import Chain, Context, ExitError, built
from sandbox.gateway.policies.apicast import Apicast
from sandbox.gateway.policies.cors import Cors
from sandbox.gateway.policies.headers import Headers
from sandbox.gateway.policies.llm_metrics import LlmMetrics
from sandbox.gateway.policies.routing import Routing
from sandbox.gateway.policies.upstream_connection import UpstreamConnection
from sandbox.gateway.transport import UnreachableError

if TYPE_CHECKING:
    from sandbox.gateway.backend import Backend
    from sandbox.gateway.configuration import Configuration
    from sandbox.gateway.service import Service
    from sandbox.gateway.transport import Transport
    from sandbox.request_log import RequestLog

_LOG = logging.getLogger(__name__)
POLICIES = {
    name: kind for kind in (Apicast, Cors, Headers, LlmMetrics, Routing, UpstreamConnection) for name in kind.names
}
_MOST_BODY = 64 * 1024 * 1024
_SECONDS = 60.0
"""nginx's default for connecting, sending and reading."""
_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
)
_ANSWERED_BY_US = frozenset({"date", "server"})


class Gateway:
    """Takes requests for every product it has a configuration of."""

    def __init__(self, configuration: Configuration, backend: Backend, transport: Transport, log: RequestLog) -> None:
        self._configuration = configuration
        self._backend = backend
        self._transport = transport
        self._log = log
        self._chains: dict[int, Chain] = {}
        self._generation = -1

    def application(self) -> web.Application:
        """The port of the container."""
        middlewares = [self._log.middleware]
        application = web.Application(client_max_size=_MOST_BODY, middlewares=middlewares)
        application.router.add_route("*", "/{path:.*}", self._answer)
        return application

    def management(self) -> web.Application:
        """The management port: liveness and readiness as APIcast answers them."""
        application = web.Application()
        application.router.add_get("/status/live", self._live)
        application.router.add_get("/status/ready", self._ready)
        return application

    async def _live(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "live", "success": True})

    async def _ready(self, _: web.Request) -> web.Response:
        loaded = self._configuration.generation > 0 or await self._configuration.load()
        body = {"status": "ready", "success": True} if loaded else {"status": "error", "success": False}
        return web.json_response(body, status=200 if loaded else 412)

    def _chain(self, service: Service) -> Chain:
        if self._generation != self._configuration.generation:
            self._generation = self._configuration.generation
            self._chains.clear()
        chain = self._chains.get(service.id)
        if chain is None:
            chain = self._chains[service.id] = built(service.chain, POLICIES)
        return chain

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        host = request.host.rpartition(":")[0] if request.host.rpartition(":")[2].isdigit() else request.host
        service = await self._configuration.service(host)
        if service is None:
            _LOG.warning("could not find a service for the host %s", host)
            return web.Response(status=404)
        chain = self._chain(service)
        body = await request.read()
        context = Context(
            service,
            self._backend,
            request.method,
            request.rel_url.raw_path,
            request.rel_url.raw_query_string,
            CIMultiDict(request.headers),
            body,
        )
        try:
            await chain.before(context)
        except ExitError as answer:
            return self._exit(chain, context, answer)
        try:
            return await self._passed(request, chain, context)
        finally:
            await chain.post_action(context)

    def _exit(self, chain: Chain, context: Context, answer: ExitError) -> web.Response:
        context.status = answer.status
        context.response_headers = CIMultiDict(answer.headers)
        chain.header_filter(context)
        self._debug(context)
        return web.Response(status=answer.status, body=answer.text.encode(), headers=context.response_headers)

    async def _passed(self, request: web.Request, chain: Chain, context: Context) -> web.StreamResponse:
        try:
            upstream = await self._asked(context)
        except (UnreachableError, aiohttp.ClientError, TimeoutError) as error:
            _LOG.warning("the upstream of service %s failed: %s", context.service.id, error)
            late = isinstance(error, TimeoutError) or isinstance(error.__cause__, TimeoutError)
            return self._exit(chain, context, ExitError(504 if late else 502))
        async with upstream:
            context.status = upstream.status
            context.response_headers = _kept(upstream.headers, _ANSWERED_BY_US)
            chain.header_filter(context)
            self._debug(context)
            return await self._streamed(request, chain, context, upstream)

    async def _asked(self, context: Context) -> aiohttp.ClientResponse:
        base = (context.upstream or context.service.proxy.get("api_backend") or "").rstrip("/")
        if not base:
            raise UnreachableError(f"service {context.service.id} has no upstream")
        proxy = context.service.proxy
        headers = _kept(context.headers, frozenset({"host", "content-length", "x-3scale-debug"}))
        headers["X-3scale-proxy-secret-token"] = proxy["secret_token"]
        if proxy.get("hostname_rewrite"):
            headers["Host"] = proxy["hostname_rewrite"]
        query = f"?{context.query}" if context.query else ""
        limits = context.timeouts
        timeout = aiohttp.ClientTimeout(
            total=None,
            sock_connect=limits.get("connect_timeout", _SECONDS),
            sock_read=limits.get("read_timeout", _SECONDS),
        )
        body = context.body or None
        url = f"{base}{context.path}{query}"
        return await self._transport.send(context.method, url, headers=headers, body=body, timeout=timeout)

    async def _streamed(
        self, request: web.Request, chain: Chain, context: Context, upstream: aiohttp.ClientResponse
    ) -> web.StreamResponse:
        """Pass on every piece as it comes; when the upstream breaks off, so does the answer."""
        response = web.StreamResponse(status=context.status, headers=context.response_headers)
        await response.prepare(request)
        try:
            async for piece in upstream.content.iter_any():
                await response.write(chain.body_filter(context, piece, eof=False))
        except ConnectionResetError:
            # The client left. What the engine reported until now is still counted after this.
            return response
        except (aiohttp.ClientError, TimeoutError) as error:
            _LOG.warning("the upstream of service %s broke off: %r", context.service.id, error)
            if request.transport is not None:
                request.transport.abort()
            return response
        rest = chain.body_filter(context, b"", eof=True)
        await response.write_eof(rest)
        return response

    @staticmethod
    def _debug(context: Context) -> None:
        """What matched, for whoever knows the service token (APIcast: `X-3scale-debug`)."""
        token = context.service.content["backend_authentication_value"]
        if context.headers.get("X-3scale-debug") == token:
            usage = "&".join(f"usage%5B{metric}%5D={value}" for metric, value in context.usage.items())
            context.response_headers["X-3scale-matched-rules"] = ", ".join(context.matched)
            context.response_headers["X-3scale-usage"] = usage
            context.response_headers["X-3scale-hostname"] = context.headers.get("Host", "")


def _kept(headers: object, dropped: frozenset[str]) -> CIMultiDict[str]:
    """The end-to-end headers, without those named in `dropped` (lower case)."""
    kept: CIMultiDict[str] = CIMultiDict()
    for name, value in headers.items():  # type: ignore[attr-defined]  # a multidict of either kind
        if name.lower() not in _HOP_BY_HOP and name.lower() not in dropped:
            kept.add(name, value)
    return kept
