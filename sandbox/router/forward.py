"""One request through the router: find its Route, ask the process behind, hand the answer back piece by piece."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from sandbox.faults import ROUTER_KINDS
from sandbox.router.pages import page
from sandbox.services import UnresolvedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.faults import Faults
    from sandbox.request_store import RequestStore
    from sandbox.router.admission import Admission
    from sandbox.services import Resolver

_HOP_BY_HOP = frozenset(
    {
        "connection",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_CONNECT_SECONDS = 5.0
_STAND_IN_SECONDS = 30.0
_AUTOMATIC = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
_LINGER_NOT = struct.pack("ii", 1, 0)


@dataclass
class Forwarder:
    """Answers the requests that came through the router's door."""

    admission: Admission
    resolver: Resolver
    faults: Faults
    store: RequestStore
    outside: Mapping[str, int] = field(default_factory=dict)
    """Hosts of the world outside that something here stands in for, with its loopback port."""
    _session: aiohttp.ClientSession | None = field(default=None, init=False)

    async def close(self) -> None:
        """Close the connections to the processes behind."""
        if self._session is not None:
            await self._session.close()

    async def secure(self, request: web.BaseRequest) -> web.StreamResponse:
        """A request that came through TLS."""
        return await self._recorded(request, "https")

    async def plain(self, request: web.BaseRequest) -> web.StreamResponse:
        """A request in plain HTTP."""
        return await self._recorded(request, "http")

    async def _recorded(self, request: web.BaseRequest, scheme: str) -> web.StreamResponse:
        started, moment, status = time.monotonic(), time.time(), 0
        try:
            response = await self._faulty(request, scheme)
            status = 0 if request.transport is None or request.transport.is_closing() else response.status
        finally:
            entry = {"time": moment, "part": "router", "method": request.method, "path": request.path}
            duration = round(time.monotonic() - started, 6)
            self.store.add([entry | {"status": status, "duration": duration, "host": request.host}])
        return response

    async def _faulty(self, request: web.BaseRequest, scheme: str) -> web.StreamResponse:
        facts = {"host": request.host, "path": request.path, "method": request.method}
        fault = self.faults.take("router", ROUTER_KINDS, **facts)
        if fault is None:
            return await self._routed(request, scheme, lose=False)
        if fault.kind == "status":
            return page(fault.status)
        if fault.kind == "reset_before":
            return _reset(request)
        if fault.kind == "latency":
            await asyncio.sleep(fault.seconds)
        return await self._routed(request, scheme, lose=fault.kind == "reset_after")

    async def _routed(self, request: web.BaseRequest, scheme: str, *, lose: bool) -> web.StreamResponse:
        if (stand_in := self.outside.get(request.host)) is not None:
            return await self._asked(request, scheme, _STAND_IN_SECONDS, stand_in, lose=lose)
        return await self._by_route(request, scheme, lose=lose)

    async def _by_route(self, request: web.BaseRequest, scheme: str, *, lose: bool) -> web.StreamResponse:
        target = self.admission.table.match(request.host, request.path)
        if target is None:
            return page(503)
        if scheme == "http" and target.termination and target.insecure != "Allow":
            if target.insecure == "Redirect":
                location = f"https://{target.host}{_path_and_query(request)}"
                return web.Response(status=302, headers={"Location": location, "Cache-Control": "no-cache"})
            return page(503)
        if scheme == "https" and target.termination in {"", "passthrough"}:
            return page(503)
        try:
            port = self.resolver.target(target.namespace, target.service, target.port)
        except UnresolvedError:
            return page(503)
        return await self._asked(request, scheme, target.timeout, port, lose=lose)

    async def _asked(
        self, request: web.BaseRequest, scheme: str, seconds: float, port: int, *, lose: bool
    ) -> web.StreamResponse:
        if request.headers.get("Expect", "").lower() == "100-continue" and request.transport is not None:
            request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        try:
            async with self._sessions().request(
                request.method,
                URL(f"http://127.0.0.1:{port}{_path_and_query(request)}", encoded=True),
                headers=forwarded_headers(request, scheme),
                data=request.content if request.can_read_body else None,
                allow_redirects=False,
                skip_auto_headers=_AUTOMATIC,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=seconds),
            ) as answer:
                if lose:
                    await answer.read()
                    return _reset(request)
                return await _handed_back(request, answer)
        except aiohttp.ClientConnectorError:
            return page(503)
        except TimeoutError:
            return page(504)
        except aiohttp.ClientError:
            return page(502)

    def _sessions(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            )
        return self._session


def forwarded_headers(request: web.BaseRequest, scheme: str) -> CIMultiDict[str]:
    """The headers the process behind sees: the client's, and where the request came from."""
    headers = CIMultiDict(request.headers)
    _drop_hop_by_hop(headers)
    client = request.remote or "127.0.0.1"
    before = request.headers.get("X-Forwarded-For")
    headers["X-Forwarded-For"] = f"{before}, {client}" if before else client
    headers["X-Forwarded-Host"] = request.host
    headers["X-Forwarded-Port"] = "443" if scheme == "https" else "80"
    headers["X-Forwarded-Proto"] = scheme
    headers.add("Forwarded", f"for={client};host={request.host};proto={scheme}")
    return headers


async def _handed_back(request: web.BaseRequest, answer: aiohttp.ClientResponse) -> web.StreamResponse:
    headers = CIMultiDict(answer.headers)
    _drop_hop_by_hop(headers)
    response = web.StreamResponse(status=answer.status, reason=answer.reason, headers=headers)
    await response.prepare(request)
    try:
        async for piece in answer.content.iter_any():
            await response.write(piece)
        await response.write_eof()
    except (aiohttp.ClientError, TimeoutError):
        # The head is out: what is missing can only be shown by a broken connection.
        _reset(request)
    except ConnectionError:  # the client went away; leaving the block ends the request behind
        answer.close()
    return response


def _drop_hop_by_hop(headers: CIMultiDict[str]) -> None:
    named = [name.strip().lower() for value in headers.getall("Connection", []) for name in value.split(",")]
    for name in (*_HOP_BY_HOP, *named):
        headers.popall(name, None)


def _path_and_query(request: web.BaseRequest) -> str:
    # A request sent to a proxy carries the whole URL; the server behind gets the path, as the client wrote it.
    if request.raw_path.startswith("/"):
        return request.raw_path
    return URL(request.raw_path, encoded=True).raw_path_qs or "/"


def _reset(request: web.BaseRequest) -> web.Response:
    """Break the connection so that the client sees a reset, not an end."""
    if request.transport is not None:
        plain = request.transport.get_extra_info("socket")
        if plain is not None:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        request.transport.abort()
    return web.Response(status=502)
