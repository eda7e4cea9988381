"""The engine on its port: finds the shape of a request, answers as it says, writes everything down."""

from __future__ import annotations

import asyncio
import json
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from metering_suite.counts import Tokens, tokens_of
from metering_suite.engine import documents
from metering_suite.engine.framing import Chunk, chunks
from metering_suite.engine.ledger import Entry, Ledger
from metering_suite.engine.request import Asked, RefusedError, asked
from metering_suite.http.server import answer, status_line
from metering_suite.http.wire import chunk, digest, head_bytes
from metering_suite.shapes import model as m
from metering_suite.shapes.model import Gzip, Reply, Shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metering_suite.http.server import Connection, Received
    from metering_suite.http.wire import Head

_NOTED = ("content-type", "content-length", "transfer-encoding", "accept-encoding", "expect", "connection")
_POSTS = (m.CHAT, m.COMPLETIONS, m.EMBEDDINGS, m.RESPONSES, m.RERANK, m.AUDIO)
_BODYLESS = (204, 304)


@dataclass(frozen=True)
class Answer:
    """An answer before it is sent."""

    status: int
    content_type: str
    chunks: list[Chunk]
    streamed: bool = False

    @property
    def body(self) -> bytes:
        """Its body without codings."""
        return b"".join(one.data for one in self.chunks)

    @property
    def lean_body(self) -> bytes:
        """Its body without the events that tell nothing but usage."""
        return b"".join(one.data for one in self.chunks if not one.only_usage)


class Engine:
    """Answers requests by shape; one ledger for all."""

    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        """Take the shapes by name."""
        self.ledger = Ledger()
        self._shapes = shapes

    def continues(self, head: Head) -> bool:
        """Whether a client that expects `100 Continue` gets it."""
        shape = self._shapes.get(head.value(m.HEADER_SHAPE))
        return shape is None or shape.reply.continues

    async def answer(self, request: Received, connection: Connection) -> bool:
        """Answer one request; true when its connection may serve another."""
        shape = self._shapes.get(request.head.value(m.HEADER_SHAPE))
        if shape is None:
            sentence = f"no shape is named in the header {m.HEADER_SHAPE}; a gateway has to pass it on"
            await answer(connection, 501, json.dumps({"error": {"message": sentence}}).encode())
            return request.keeps_alive
        entry = _entry(request, shape)
        self.ledger.open(entry)
        try:
            return await _Acting(request, connection, shape.reply, entry).alive()
        finally:
            entry.ended = True


def _entry(request: Received, shape: Shape) -> Entry:
    noted = {name.lower(): value for name, value in request.head.headers if name.lower() in _NOTED}
    return Entry(
        request_id=request.head.value(m.HEADER_REQUEST),
        shape=shape.name,
        key=request.head.value("Authorization").removeprefix("Bearer "),
        method=request.method,
        target=request.target,
        headers=noted,
        body=request.body,
        tellable=shape.truth is not m.Truth.UNREPORTED,
    )


class _Acting:
    """One request being answered."""

    def __init__(self, request: Received, connection: Connection, reply: Reply, entry: Entry) -> None:
        self._request = request
        self._connection = connection
        self._reply = reply
        self._entry = entry
        self._tokens = Tokens()

    async def alive(self) -> bool:
        """Answer; true when the connection may serve another request."""
        made = self._answer()
        self._entry.status = made.status
        if made.status != 200 or self._reply.body is not None:  # noqa: PLR2004  # OK
            self._tokens = Tokens()
        if self._reply.wait_seconds:
            await asyncio.sleep(self._reply.wait_seconds)
        return await self._send(made)

    def _answer(self) -> Answer:
        reply, path = self._reply, self._request.path
        if reply.body is not None:
            kind = m.JSON if reply.content_type is None else reply.content_type
            return _whole(reply.status, kind, reply.body.encode())
        if path == m.MODELS and self._request.method in ("GET", "HEAD"):
            listed = {"object": "list", "data": [{"id": "metering", "object": "model", "owned_by": "metering"}]}
            return _json(200, listed)
        if path not in _POSTS:
            return _json(404, {"detail": "Not Found"})
        if self._request.method != "POST":
            return _json(405, {"detail": "Method Not Allowed"})
        try:
            wanted = asked(path, self._request.head.value("Content-Type"), self._request.body)
        except RefusedError as refused:
            error = {"message": str(refused), "type": "BadRequestError", "param": None, "code": 400}
            return _json(400, {"error": error})
        return self._worked(path, wanted)

    def _worked(self, path: str, wanted: Asked) -> Answer:
        """The answer to a request that makes the engine work."""
        reply, number = self._reply, self._entry.request_id
        self._tokens = documents.tokens_told(path, tokens_of(number), reply)
        if not wanted.stream:
            text = json.dumps(
                documents.whole(path, number, self._tokens, reply),
                ensure_ascii=reply.ascii_only,
                separators=(",", ":") if reply.indent is None else None,
                indent=reply.indent,
            )
            told = reply.usage not in (m.Usage.NONE, m.Usage.NULL, m.Usage.ONLY_NESTED)
            kind = m.JSON if reply.content_type is None else reply.content_type
            return _whole(reply.status, kind, text.encode(), usage=told)
        events = list(documents.events(path, number, self._tokens, reply, asked=wanted.usage))
        if reply.error_event:
            events = [*events[: len(events) // 2], documents.Event(_ERROR, 0.5)]
        frame = reply.frame if path in (m.CHAT, m.COMPLETIONS) else replace(reply.frame, done=False)
        kind = m.SSE if reply.content_type is None else reply.content_type
        return Answer(reply.status, kind, chunks(events, frame, ascii_only=reply.ascii_only), streamed=True)

    def _compresses(self) -> bool:
        accepted = "gzip" in self._entry.headers.get("accept-encoding", "").lower()
        return self._reply.gzip is Gzip.ALWAYS or (self._reply.gzip is Gzip.ASKED and accepted)

    def _headers(self, made: Answer, *, length: int | None, chunked: bool) -> list[tuple[str, str]]:
        headers = [("Content-Type", made.content_type)] if made.content_type else []
        headers += self._reply.headers
        if self._compresses():
            headers.append(("Content-Encoding", "gzip"))
        if chunked:
            headers.append(("Transfer-Encoding", "chunked"))
        if length is not None and made.status not in _BODYLESS:
            headers.append(("Content-Length", str(length)))
        if length is None and not chunked:
            headers.append(("Connection", "close"))
        return headers

    async def _send(self, made: Answer) -> bool:
        entry = self._entry
        entry.sent_digest, entry.lean_digest = digest(made.body), digest(made.lean_body)
        entry.sent_bytes, entry.sent_type = len(made.body), made.content_type
        parts = _compressed(made.chunks) if self._compresses() else made.chunks
        streamed = made.streamed or self._reply.until_close
        chunked = streamed and self._request.version == "HTTP/1.1" and not self._reply.until_close
        length = None if streamed else sum(len(part.data) for part in parts)
        writer = self._connection.writer
        writer.write(head_bytes(status_line(made.status), self._headers(made, length=length, chunked=chunked)))
        if self._request.method == "HEAD" or made.status in _BODYLESS:
            entry.complete = True
            await writer.drain()
            return self._request.keeps_alive
        if await self._sent(_halves(parts) if self._reply.dies else parts, chunked=chunked):
            entry.complete, entry.tokens = True, self._tokens
            if chunked:
                writer.write(chunk(b""))
            await writer.drain()
            return self._request.keeps_alive and (chunked or length is not None)
        writer.transport.abort()
        return False

    async def _sent(self, parts: list[Chunk], *, chunked: bool) -> bool:
        """Send the body; false when the client left or the engine is to die before its end."""
        writer, pause = self._connection.writer, self._reply.frame.pause_seconds
        for number, part in enumerate(parts):
            if self._reply.dies and number >= len(parts) // 2:
                return False
            # Even without a pause others get their turn, so that chunks are not glued together here.
            await asyncio.sleep(pause)
            if self._connection.left:
                return False
            # Generated is generated, and known to the engine before anybody can have read it.
            self._entry.tokens = self._tokens.generated(part.part)
            self._entry.reported = self._entry.reported or part.usage
            writer.write(chunk(part.data) if chunked else part.data)
            await writer.drain()
        return True


_ERROR: dict[str, Any] = {
    "error": {"message": "the engine ran out of memory", "type": "InternalServerError", "code": 500}
}


def _whole(status: int, content_type: str, body: bytes, *, usage: bool = False) -> Answer:
    return Answer(status, content_type, [Chunk(body, 1.0, usage)] if body else [])


def _json(status: int, data: dict[str, Any]) -> Answer:
    return _whole(status, m.JSON, json.dumps(data, separators=(",", ":")).encode())


def _halves(parts: list[Chunk]) -> list[Chunk]:
    """The same bytes, two chunks at least: an engine that dies does so half way."""
    if len(parts) != 1:
        return parts
    data = parts[0].data
    return [Chunk(data[: len(data) // 2], 0.5), Chunk(data[len(data) // 2 :], 1.0, parts[0].usage)]


def _compressed(parts: list[Chunk]) -> list[Chunk]:
    """The same chunks under gzip; each can be read as soon as it arrives."""
    coder = zlib.compressobj(wbits=31)
    coded = [
        Chunk(coder.compress(part.data) + coder.flush(zlib.Z_SYNC_FLUSH), part.part, part.usage, part.only_usage)
        for part in parts
    ]
    return [*coded, Chunk(coder.flush(), 1.0)]
