"""What the upstream is asked, and how long it may take for it.

Facts: APIcast, gateway/conf.d/apicast.conf (`@upstream`), upstream.lua; nginx, ngx_http_proxy_module: connecting and
reading are limited per step, sending between two writes; a limit that is reached is 504, any other failure 502.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
from multidict import CIMultiDict

from sandbox.gateway.transport import UnreachableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from sandbox.gateway.chain import Context
    from sandbox.gateway.transport import Transport

FAILURES = (UnreachableError, aiohttp.ClientError, TimeoutError)
"""What asking an upstream can end in."""
_BAD_GATEWAY, _TIMED_OUT = 502, 504
_SECONDS = 60.0
"""nginx's default for connecting, sending and reading."""
_PIECE = 64 * 1024
_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
)
_NOT_PASSED = frozenset({"host", "content-length", "expect", "x-3scale-debug"})
"""`Expect` was answered when the body was read; nginx's proxy does not pass it either (ngx_http_proxy_headers)."""


class NoUpstreamError(Exception):
    """The service has no upstream for this request."""


async def asked(transport: Transport, context: Context) -> aiohttp.ClientResponse:
    """The upstream's answer, its body not yet read.

    Raises:
        NoUpstreamError: nothing says where the request goes.
        UnreachableError, ClientError, TimeoutError: there was no answer.
    """
    base = (context.upstream or context.service.proxy.get("api_backend") or "").rstrip("/")
    if not base:
        raise NoUpstreamError
    query = f"?{context.query}" if context.query else ""
    limits, body = context.timeouts, context.exchange.body
    timeout = aiohttp.ClientTimeout(
        total=None,
        sock_connect=limits.get("connect_timeout", _SECONDS),
        sock_read=limits.get("read_timeout", _SECONDS),
    )
    headers = _sent_headers(context)
    if body or "Content-Length" in context.headers:
        headers["Content-Length"] = str(len(body))
    url = f"{base}{context.path}{query}"
    if len(body) <= _PIECE:
        return await transport.send(context.method, url, headers=headers, body=body or None, timeout=timeout)
    sending = _Sending(body, limits.get("send_timeout", _SECONDS))
    return await sending.watched(
        asyncio.ensure_future(
            transport.send(context.method, url, headers=headers, body=sending.pieces(), timeout=timeout)
        )
    )


def status_of(error: BaseException) -> int:
    """What the client gets when the upstream failed."""
    late = isinstance(error, TimeoutError) or isinstance(error.__cause__, TimeoutError)
    return _TIMED_OUT if late else _BAD_GATEWAY


def passed_on(response: aiohttp.ClientResponse) -> CIMultiDict[str]:
    """The answer's headers that reach the client."""
    return _kept(response.headers.items(), frozenset({"date", "server"}))


def _sent_headers(context: Context) -> CIMultiDict[str]:
    proxy = context.service.proxy
    headers = _kept(context.headers.items(), _NOT_PASSED)
    headers["X-Real-IP"] = context.client
    headers["X-3scale-proxy-secret-token"] = proxy["secret_token"]
    host = context.upstream_host or proxy.get("hostname_rewrite")
    if host:
        headers["Host"] = host
    return headers


def _kept(fields: Iterable[tuple[str, str]], dropped: frozenset[str]) -> CIMultiDict[str]:
    """The end-to-end headers, without those named in `dropped` (lower case)."""
    kept: CIMultiDict[str] = CIMultiDict()
    for name, value in fields:
        if name.lower() not in _HOP_BY_HOP and name.lower() not in dropped:
            kept.add(name, value)
    return kept


class _Sending:
    """A body on its way in pieces; notices when the other side takes none for too long."""

    def __init__(self, body: bytes, seconds: float) -> None:
        self._body = body
        self._seconds = seconds
        self._taken = 0
        self._finished = False

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body; the next piece is asked for when the last one fits the connection's buffer."""
        for start in range(0, len(self._body), _PIECE):
            yield self._body[start : start + _PIECE]
            self._taken += 1
        self._finished = True

    async def watched(self, request: asyncio.Future[aiohttp.ClientResponse]) -> aiohttp.ClientResponse:
        """The answer.

        Raises:
            TimeoutError: the upstream took nothing of the body for `send_timeout` seconds.
        """
        try:
            while not request.done() and not self._finished:
                before = self._taken
                await asyncio.wait({request}, timeout=self._seconds)
                if not request.done() and not self._finished and self._taken == before:
                    raise TimeoutError("the upstream takes nothing of the request")
            return await request
        finally:
            request.cancel()
