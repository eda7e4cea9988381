"""Calls as a shape's client makes them: slow, old, impatient, many at once."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from metering_suite.http.wire import (
    BadMessageError,
    CutShortError,
    Head,
    Headers,
    answer_extent,
    body_pieces,
    chunk,
    damage,
    decoded,
    head_bytes,
    read_head,
)
from metering_suite.shapes.model import Order

if TYPE_CHECKING:
    from metering_suite.http.connection import Address
    from metering_suite.shapes.model import Client

_CONTINUE_SECONDS = 1.0
"""How long a client waits for `100 Continue` before it sends the body anyway; RFC 9110, 10.1.1, names no time."""
_CONTINUE = 100
_OK = 200


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request, ready to be sent."""

    request_id: str
    method: str
    target: str
    headers: Headers
    body: bytes
    chunk: int = 0


@dataclass(kw_only=True)
class Answered:
    """What came back; status 0: nothing that is an answer."""

    request: Request
    status: int = 0
    headers: Headers = ()
    body: bytes = b""
    """Without its codings."""
    whole: bool = False
    left: bool = False
    """Whether the client closed the connection before the end, as its shape told it."""
    problem: str = ""
    begun: float = field(default_factory=time.perf_counter)
    first_byte_seconds: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True)
class _Line:
    """One connection and who uses it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    client: Client


async def answers(address: Address, requests: list[Request], client: Client, limit_seconds: float) -> list[Answered]:
    """The answers to the requests of one call, in their order."""
    if client.order is Order.PARALLEL:
        return list(await asyncio.gather(*(_on_one_line(address, one, client, limit_seconds) for one in requests)))
    if client.order in (Order.KEPT_ALIVE, Order.PIPELINED):
        found = [Answered(request=one) for one in requests]
        await _limited(address, found, client, limit_seconds)
        return found
    return [await _on_one_line(address, one, client, limit_seconds) for one in requests]


async def _on_one_line(address: Address, request: Request, client: Client, limit_seconds: float) -> Answered:
    found = Answered(request=request)
    await _limited(address, [found], client, limit_seconds)
    return found


async def _limited(address: Address, found: list[Answered], client: Client, limit_seconds: float) -> None:
    """Fill the answers in; what goes wrong on the way is told by those it happened to."""
    try:
        async with asyncio.timeout(limit_seconds):
            await _conversation(address, found, client)
    except (OSError, TimeoutError, CutShortError, BadMessageError) as error:
        problem = f"no end within {limit_seconds:g} s" if isinstance(error, TimeoutError) else str(error)
        for one in found:
            if not (one.whole or one.left):
                one.problem = problem or type(error).__name__
                one.seconds = time.perf_counter() - one.begun


async def _conversation(address: Address, found: list[Answered], client: Client) -> None:
    reader, writer = await address.open()
    line = _Line(reader, writer, client)
    try:
        if client.order is Order.PIPELINED:
            writer.write(b"".join(_head(line, one.request) + _framed(one.request) for one in found))
            for one in found:
                await _receive(line, one)
            return
        for one in found:
            one.begun = time.perf_counter()
            early = await _send(line, one.request)
            await _receive(line, one, early)
    finally:
        writer.close()


def _head(line: _Line, request: Request) -> bytes:
    return head_bytes(f"{request.method} {request.target} {line.client.version}", request.headers)


def _framed(request: Request) -> bytes:
    """The body as it goes over the wire."""
    if not request.chunk:
        return request.body
    size = request.chunk
    parts = [request.body[begin : begin + size] for begin in range(0, len(request.body), size)]
    return b"".join(chunk(part) for part in [*parts, b""])


async def _send(line: _Line, request: Request) -> Head | None:
    """Send a request; a head that came while the client waited to send the body, unless it says to go on."""
    line.writer.write(_head(line, request))
    if any(name == "Expect" for name, _ in request.headers):
        early = await _told_to_go_on(line)
        if early is not None and early.status != _CONTINUE:
            return early
    body, parts = _framed(request), line.client.send_parts
    size = -(-len(body) // parts)
    for number in range(parts if body else 0):
        if number:
            await asyncio.sleep(line.client.pause_seconds)
        line.writer.write(body[number * size : (number + 1) * size])
        await line.writer.drain()
    return None


async def _told_to_go_on(line: _Line) -> Head | None:
    try:
        async with asyncio.timeout(_CONTINUE_SECONDS):
            return await read_head(line.reader)
    except TimeoutError:
        return None


async def _receive(line: _Line, found: Answered, early: Head | None = None) -> None:
    head = early or await read_head(line.reader)
    while head is not None and head.status < _OK:
        head = await read_head(line.reader)
    if head is None:
        raise CutShortError("the connection ended before an answer")
    found.status, found.headers = head.status, head.headers
    found.first_byte_seconds = time.perf_counter() - found.begun
    pieces: list[bytes] = []
    try:
        await _read_body(line, head, found, pieces)
    finally:
        # A cut answer is compared as far as it came.
        raw, coding = b"".join(pieces), head.value("Content-Encoding")
        found.body = decoded(raw, coding)
        if found.whole:
            found.problem = damage(raw, coding)
        found.seconds = time.perf_counter() - found.begun


async def _read_body(line: _Line, head: Head, found: Answered, pieces: list[bytes]) -> None:
    leaves_after, size = line.client.leaves_after, 0
    async for piece in body_pieces(line.reader, answer_extent(head, found.request.method)):
        pieces.append(piece)
        size += len(piece)
        if leaves_after and size >= leaves_after:
            found.left = True
            line.writer.transport.abort()
            return
        if line.client.pause_seconds and line.client.send_parts == 1:
            await asyncio.sleep(line.client.pause_seconds)
    found.whole = True
