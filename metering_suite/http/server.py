"""A small HTTP/1 server on loopback that hands whole requests to a function and the connection with them."""

from __future__ import annotations

import asyncio
import contextlib
import errno
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs, unquote, urlsplit

from metering_suite.errors import SuiteError
from metering_suite.http.wire import (
    HEAD_LIMIT,
    BadMessageError,
    CutShortError,
    Head,
    body_pieces,
    head_bytes,
    read_head,
    request_extent,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from types import TracebackType

    Answering = Callable[["Received", "Connection"], Awaitable[bool]]
    """Answers one request; true when the connection may serve another one."""

LOOPBACK = "127.0.0.1"
_BACKLOG = 1024
"""Connections that may wait to be taken; with too few, a client waits a second and tries again."""


@dataclass(frozen=True)
class Connection:
    """Both directions of one connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @property
    def left(self) -> bool:
        """Whether the other side closed it."""
        return self.reader.at_eof() or self.writer.is_closing()


@dataclass(frozen=True)
class Received:
    """One whole request."""

    method: str
    target: str
    version: str
    head: Head
    body: bytes

    @property
    def path(self) -> str:
        """The decoded path."""
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        """Parameters of the address; of several values the last."""
        given = parse_qs(urlsplit(self.target).query, keep_blank_values=True)
        return {name: values[-1] for name, values in given.items()}

    @property
    def keeps_alive(self) -> bool:
        """Whether the other side lets the connection serve another request."""
        if self.version == "HTTP/1.1":
            return not self.head.has("Connection", "close")
        return self.head.has("Connection", "keep-alive")


class Server:
    """Listens between `async with` and its end; every connection is ended with it."""

    def __init__(
        self, answering: Answering, port: int = 0, continues: Callable[[Head], bool] = lambda _head: True
    ) -> None:
        """Take the function that answers, a port (0: a free one), and whether a head gets its `100 Continue`."""
        self._answering = answering
        self._continues = continues
        self._port = port
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server

    async def __aenter__(self) -> Self:
        try:
            self._server = await asyncio.start_server(
                self._connected, LOOPBACK, self._port, limit=HEAD_LIMIT, backlog=_BACKLOG
            )
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise SuiteError(
                asked="a server of the suite",
                value=f"port {self._port} on {LOOPBACK} is taken by another process",
                allowed="a port between 1024 and 65535 nobody listens on, or 0 for a free one",
                action="choose another port, or end the other process",
            ) from error
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{LOOPBACK}:{self._port}"

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        # A peer may leave at any point: that is what some shapes are about.
        with contextlib.suppress(ConnectionError, CutShortError, BadMessageError, asyncio.CancelledError):
            connection = Connection(reader, writer)
            while (request := await _received(connection, self._continues)) and await self._answering(
                request, connection
            ):
                pass
        writer.close()
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await writer.wait_closed()


async def _received(connection: Connection, continues: Callable[[Head], bool]) -> Received | None:
    head = await read_head(connection.reader)
    if head is None:
        return None
    parts = head.start.split(" ")
    if len(parts) != 3:  # noqa: PLR2004  # method, target, version
        raise BadMessageError(f"not a request line: {head.start[:80]!r}")
    if head.value("Expect").lower() == "100-continue" and continues(head):
        connection.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = b"".join([piece async for piece in body_pieces(connection.reader, request_extent(head))])
    return Received(parts[0], parts[1], parts[2], head, body)


async def answer(
    connection: Connection,
    status: int,
    body: bytes,
    content_type: str = "application/json",
    headers: Iterable[tuple[str, str]] = (),
) -> None:
    """Send a whole answer with its length."""
    length = [("Content-Type", content_type), ("Content-Length", str(len(body))), *headers]
    connection.writer.write(head_bytes(status_line(status), length) + body)
    await connection.writer.drain()


def status_line(status: int) -> str:
    """The first line of an answer."""
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unknown"
    return f"HTTP/1.1 {status} {phrase}"
