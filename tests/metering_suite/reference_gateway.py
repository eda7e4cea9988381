"""A small gateway that counts right, in steps that the wrong ones override."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from metering_suite.http.wire import (
    HEAD_LIMIT,
    CutShortError,
    Head,
    answer_extent,
    body_pieces,
    chunk,
    head_bytes,
    read_head,
)
from tests.metering_suite.body_edit import asking
from tests.metering_suite.usage_reader import JsonReader, StreamReader, Usage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from metering_suite.http.server import Connection, Received

Reader = JsonReader | StreamReader
Pairs = list[tuple[str, str]]
JSON = "application/json"
_HOPS = ("connection", "transfer-encoding", "content-length", "expect", "host", "keep-alive")


@dataclass(frozen=True)
class Call:
    """One request of a client."""

    request: Received
    connection: Connection
    key: str
    cached: bool
    """Whether the key was known already."""


class ReferenceGateway:
    """Authorises with the backend, forwards, counts, reports."""

    def __init__(self, engine_url: str, backend_url: str) -> None:
        self._engine = urlsplit(engine_url)
        self._backend = urlsplit(backend_url)
        self._known: set[str] = set()

    async def answer(self, request: Received, connection: Connection) -> bool:
        """Serve one request; true when its connection may serve another."""
        key = request.head.value("Authorization").removeprefix("Bearer ")
        call = Call(request, connection, key, key in self._known)
        if not call.cached:
            await self.authorised(key)
        reader, writer = await self.asked(request)
        try:
            return await self._answered(call, reader)
        finally:
            writer.close()

    async def asked(self, request: Received) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to the engine with the request on its way."""
        reader, writer = await asyncio.open_connection(self._engine.hostname, self._engine.port, limit=HEAD_LIMIT)
        body = self.body(request)
        length = [("Content-Length", str(len(body)))] if body or request.method == "POST" else []
        headers = [("Host", self._engine.netloc), *self.request_headers(request), *length]
        writer.write(head_bytes(f"{request.method} {self.target(request)} HTTP/1.1", headers) + body)
        return reader, writer

    def target(self, request: Received) -> str:
        """Path and parameters for the engine."""
        return request.target

    async def _answered(self, call: Call, reader: asyncio.StreamReader) -> bool:
        head = await read_head(reader)
        if head is None:
            raise CutShortError("the engine did not answer")
        usage = self.usage_reader(head)
        pieces = body_pieces(reader, answer_extent(head, call.request.method))
        try:
            return await self._forwarded(call, head, pieces, usage)
        except CutShortError:
            call.connection.writer.transport.abort()
            return False
        finally:
            found = usage.end() if usage else None
            if found:
                await self.reported(call, found)

    def request_headers(self, request: Received) -> Pairs:
        """Headers for the engine; without leave to compress."""
        return [(n, v) for n, v in request.head.headers if n.lower() not in (*_HOPS, "accept-encoding")]

    def body(self, request: Received) -> bytes:
        """The body for the engine."""
        return asking(request.body) if request.method == "POST" and _media(request.head) == JSON else request.body

    def counts(self, head: Head) -> bool:
        """Whether an answer can use tokens at all."""
        return 200 <= head.status < 300

    def usage_reader(self, head: Head) -> Reader | None:
        """What reads the answer for its usage."""
        if not self.counts(head) or head.value("Content-Encoding"):
            return None
        if _media(head) == JSON:
            return self.json_reader()
        return self.stream_reader() if _media(head) == "text/event-stream" else None

    def json_reader(self) -> JsonReader:
        return JsonReader()

    def stream_reader(self) -> StreamReader:
        return StreamReader()

    def status_line(self, head: Head) -> str:
        """The status line for the client."""
        return head.start

    def answer_headers(self, head: Head) -> Pairs:
        """Headers for the client, without those of the connection."""
        return [(name, value) for name, value in head.headers if name.lower() not in _HOPS]

    def piece(self, piece: bytes) -> bytes:
        """A piece of the answer for the client."""
        return piece

    async def _forwarded(self, call: Call, head: Head, pieces: AsyncIterator[bytes], usage: Reader | None) -> bool:
        extent, length = answer_extent(head, call.request.method), head.value("Content-Length")
        endless = not length and (extent.chunked or extent.until_close)
        chunked = endless and call.request.version == "HTTP/1.1"
        headers = [*self.answer_headers(head), *([("Content-Length", length)] if length else [])]
        headers += [("Transfer-Encoding", "chunked")] if chunked else []
        headers += [("Connection", "close")] if endless and not chunked else []
        writer = call.connection.writer
        writer.write(head_bytes(self.status_line(head), headers))
        async for piece in pieces:
            if usage:
                usage.feed(piece)
            given = self.piece(piece)
            # An empty chunk would end the body.
            writer.write(chunk(given) if chunked and given else given)
            await writer.drain()
        writer.write(chunk(b"") if chunked else b"")
        await writer.drain()
        return call.request.keeps_alive and (chunked or not endless)

    async def authorised(self, key: str) -> None:
        """Ask the backend about a key that is not known yet."""
        query = urlencode({"service_token": "t", "service_id": "1", "user_key": key, "usage[hits]": "1"})
        await self._asked("GET", f"/transactions/authrep.xml?{query}", b"")
        self._known.add(key)

    async def reported(self, call: Call, usage: Usage) -> None:
        """Report what was used."""
        form = {"service_token": "t", "service_id": "1", "transactions[0][user_key]": call.key}
        form |= {f"transactions[0][usage][{metric}]": str(value) for metric, value in usage.items()}
        await self._asked("POST", "/transactions.xml", urlencode(form).encode())

    async def _asked(self, method: str, target: str, body: bytes) -> None:
        reader, writer = await asyncio.open_connection(self._backend.hostname, self._backend.port)
        headers = [("Host", self._backend.netloc), ("Content-Length", str(len(body))), ("Connection", "close")]
        writer.write(head_bytes(f"{method} {target} HTTP/1.1", headers) + body)
        await reader.read()
        writer.close()


def _media(head: Head) -> str:
    return head.value("Content-Type").partition(";")[0].strip().lower()
