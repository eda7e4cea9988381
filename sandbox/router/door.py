"""The router's door: one loopback port that speaks HTTP proxy.

`CONNECT <host of the apps domain>:443` is answered by TLS with our certificate, `CONNECT` to a loopback address or to a
Service is passed through, plain requests are routed by their host, and everything else is refused: nothing leaves the
machine.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import ssl
import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.router.forward import Forwarder

_log = logging.getLogger(__name__)
_HEAD_LIMIT = 64 * 1024
_HANDSHAKE_SECONDS = 20.0
_ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
_HTTPS, _HTTP = 443, 80


@dataclass
class Door:
    """What a new connection needs: the TLS context, the hosts that are ours, the two servers behind."""

    context: ssl.SSLContext
    is_ours: Callable[[str], bool]
    inside: Callable[[str, int], int]
    """The loopback port behind a Service's name and port; 0 when there is none."""
    secure: web.Server
    plain: web.Server
    open: weakref.WeakSet[asyncio.Transport] = field(default_factory=weakref.WeakSet)

    @classmethod
    def to(
        cls,
        forwarder: Forwarder,
        context: ssl.SSLContext,
        is_ours: Callable[[str], bool],
        inside: Callable[[str, int], int] = lambda _host, _port: 0,
    ) -> Door:
        """A door that leads to this forwarder."""
        return cls(
            context,
            is_ours,
            inside,
            web.Server(forwarder.secure, access_log=None),
            web.Server(forwarder.plain, access_log=None),
        )

    def connection(self) -> asyncio.Protocol:
        """The protocol of a new connection."""
        return _Entrance(self)

    async def close(self) -> None:
        """End every connection."""
        await asyncio.gather(self.secure.shutdown(1.0), self.plain.shutdown(1.0))
        # A TLS connection that is closed politely waits for the other side; tunnels are nobody's but ours.
        for transport in list(self.open):
            transport.abort()


class _Entrance(asyncio.Protocol):
    """Reads the head of the first request and hands the connection on."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._received = b""
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
            self._door.open.add(transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._transport is None or self._task is not None:
            return
        if b"\r\n\r\n" in self._received:
            self._transport.pause_reading()
            self._task = asyncio.create_task(self._dispatch(self._transport))
        elif len(self._received) > _HEAD_LIMIT:
            _refuse(self._transport, "431 Request Header Fields Too Large", "the head of the request is too long")

    async def _dispatch(self, transport: asyncio.Transport) -> None:
        line = self._received.partition(b"\r\n")[0].decode("latin-1")
        words = line.split(" ")
        if words[0] != "CONNECT":
            _hand_over(transport, self._door.plain(), self._received)
            transport.resume_reading()
            return
        host, port = split_target(words[1] if len(words) > 1 else "")
        rest = self._received.partition(b"\r\n\r\n")[2]
        try:
            if self._door.is_ours(host) and port in {_HTTPS, _HTTP} and not rest:
                await self._welcome(transport, port)
            elif is_loopback(host) and port:
                await _pass_through(transport, port, rest)
            elif behind := self._door.inside(host, port):
                await _pass_through(transport, behind, rest)
            else:
                text = f"the sandbox's router leads only to its own domain and to loopback, not to {host}:{port}"
                _refuse(transport, "403 Forbidden", text)
        except (OSError, ssl.SSLError) as broken:
            _log.info("%s: %r", line, broken)
            transport.abort()

    async def _welcome(self, transport: asyncio.Transport, port: int) -> None:
        transport.write(_ESTABLISHED)
        if port == _HTTP:
            _hand_over(transport, self._door.plain(), b"")
            transport.resume_reading()
            return
        waiting = _Waiting()
        secured = await asyncio.get_running_loop().start_tls(
            transport,
            waiting,
            self._door.context,
            server_side=True,
            ssl_handshake_timeout=_HANDSHAKE_SECONDS,
        )
        if secured is not None and not waiting.lost:
            _hand_over(secured, self._door.secure(), waiting.received)


class _Waiting(asyncio.Protocol):
    """Keeps what a client sent together with the end of its handshake, until the server takes over."""

    def __init__(self) -> None:
        self.received = b""
        self.lost = False

    def data_received(self, data: bytes) -> None:
        self.received += data

    def connection_lost(self, _reason: Exception | None) -> None:
        self.lost = True


class _Pipe(asyncio.Protocol):
    """Copies what it receives to another connection, no faster than that one takes it."""

    def __init__(self, other: asyncio.Transport) -> None:
        self._other = other
        self._own: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._own = transport

    def data_received(self, data: bytes) -> None:
        self._other.write(data)

    def eof_received(self) -> bool:
        if self._other.can_write_eof() and not self._other.is_closing():
            self._other.write_eof()
        return True

    def connection_lost(self, _reason: Exception | None) -> None:
        self._other.close()

    def pause_writing(self) -> None:
        if not self._other.is_closing():
            self._other.pause_reading()

    def resume_writing(self) -> None:
        if not self._other.is_closing():
            self._other.resume_reading()


def split_target(text: str) -> tuple[str, int]:
    """Host and port of a CONNECT target (`[::1]:443` included); port 0 when it is none."""
    host, _, port = text.rpartition(":")
    return host.strip("[]").lower(), int(port) if port.isdigit() else 0


def is_loopback(host: str) -> bool:
    """Whether a name or address means this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _hand_over(transport: asyncio.Transport, protocol: asyncio.Protocol, received: bytes) -> None:
    transport.set_protocol(protocol)
    protocol.connection_made(transport)
    if received:
        protocol.data_received(received)


async def _pass_through(transport: asyncio.Transport, port: int, rest: bytes) -> None:
    loop = asyncio.get_running_loop()
    onward, _ = await loop.create_connection(lambda: _Pipe(transport), "127.0.0.1", port)
    transport.write(_ESTABLISHED)
    if rest:
        onward.write(rest)
    _hand_over(transport, _Pipe(onward), b"")
    transport.resume_reading()


def _refuse(transport: asyncio.Transport, status: str, text: str) -> None:
    body = f"{text}\n".encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    transport.write(head.encode("latin-1") + body)
    transport.close()
