"""Messages of HTTP/1.0 and 1.1 on a stream: heads, bodies in the pieces they arrive in. Facts: RFC 9112."""

from __future__ import annotations

import asyncio
import hashlib
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

HEAD_LIMIT = 512 * 1024
"""Bytes of a head, and of what a stream reader holds back; above every shape's largest head."""
READ_SIZE = 64 * 1024
Headers = tuple[tuple[str, str], ...]
_NO_BODY_STATUS = (204, 304)
_OK = 200
_GZIP = ("gzip", "x-gzip")


class CutShortError(Exception):
    """The connection ended inside a message."""


class BadMessageError(Exception):
    """What came is not HTTP."""


@dataclass(frozen=True)
class Head:
    """The first line and the headers of a message."""

    start: str
    headers: Headers

    def value(self, name: str, default: str = "") -> str:
        """The value of the last header of that name, case-insensitively."""
        lowered = name.lower()
        return next((value for key, value in reversed(self.headers) if key.lower() == lowered), default)

    def has(self, name: str, word: str) -> bool:
        """Whether a comma-separated header contains a word."""
        return word in [part.strip().lower() for part in self.value(name).split(",")]

    @property
    def status(self) -> int:
        """The status of an answer."""
        try:
            return int(self.start.split(" ")[1])
        except (IndexError, ValueError):
            raise BadMessageError(f"not a status line: {self.start[:80]!r}") from None


@dataclass(frozen=True)
class Extent:
    """How long a body is: a number of bytes, in chunks, or until the connection closes."""

    length: int = 0
    chunked: bool = False
    until_close: bool = False


def request_extent(head: Head) -> Extent:
    """The extent of a request's body."""
    if head.has("Transfer-Encoding", "chunked"):
        return Extent(chunked=True)
    return Extent(length=_length(head) or 0)


def answer_extent(head: Head, method: str) -> Extent:
    """The extent of an answer's body."""
    if method == "HEAD" or head.status in _NO_BODY_STATUS or head.status < _OK:
        return Extent()
    if head.has("Transfer-Encoding", "chunked"):
        return Extent(chunked=True)
    length = _length(head)
    return Extent(until_close=True) if length is None else Extent(length=length)


def _length(head: Head) -> int | None:
    text = head.value("Content-Length")
    if text and not (text.isascii() and text.isdigit()):
        raise BadMessageError(f"not a length: {text[:80]!r}")
    return int(text) if text else None


async def read_head(reader: asyncio.StreamReader) -> Head | None:
    """The next head; None when the connection ended before its first byte.

    Raises:
        CutShortError: it ended inside the head.
        BadMessageError: what came is no head.
    """
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if not error.partial.strip():
            return None
        raise CutShortError("the connection ended inside a head") from error
    except asyncio.LimitOverrunError as error:
        raise BadMessageError(f"a head of more than {HEAD_LIMIT} bytes") from error
    start, *lines = raw.decode("latin-1").lstrip("\r\n").removesuffix("\r\n\r\n").split("\r\n")
    pairs = [line.partition(":") for line in lines]
    return Head(start, tuple((name.strip(), value.strip()) for name, _, value in pairs))


async def body_pieces(reader: asyncio.StreamReader, extent: Extent) -> AsyncIterator[bytes]:
    """The body as it arrives, without its transfer coding.

    Raises:
        CutShortError: the connection ended before the body did.
    """
    if extent.chunked:
        async for piece in _chunked(reader):
            yield piece
        return
    if extent.until_close:
        while piece := await reader.read(READ_SIZE):
            yield piece
        return
    async for piece in _exactly(reader, extent.length):
        yield piece


async def _exactly(reader: asyncio.StreamReader, length: int) -> AsyncIterator[bytes]:
    left = length
    while left:
        piece = await reader.read(min(left, READ_SIZE))
        if not piece:
            raise CutShortError(f"{left} of {length} bytes are missing")
        left -= len(piece)
        yield piece


async def _chunked(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := _size(await _line(reader)):
        async for piece in _exactly(reader, size):
            yield piece
        await _line(reader)
    while await _line(reader) != b"\r\n":
        pass


def _size(line: bytes) -> int:
    try:
        return int(line.split(b";")[0], 16)
    except ValueError:
        raise BadMessageError(f"not a chunk's size: {line[:80]!r}") from None


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n")
    except asyncio.IncompleteReadError as error:
        raise CutShortError("the connection ended between two chunks") from error
    except asyncio.LimitOverrunError as error:
        raise BadMessageError("a chunk's head without an end") from error


def head_bytes(start: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """A head as it goes over the wire."""
    return "".join([f"{start}\r\n", *(f"{name}: {value}\r\n" for name, value in headers), "\r\n"]).encode("latin-1")


def chunk(data: bytes) -> bytes:
    """One chunk of a chunked body; empty data makes the last one."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def decoded(body: bytes, encoding: str) -> bytes:
    """A body without its content coding, as far as it goes: a cut or damaged one ends where it breaks."""
    if encoding.lower() not in _GZIP:
        return body
    decoder = zlib.decompressobj(wbits=31)
    try:
        return decoder.decompress(body) + decoder.flush()
    except zlib.error:
        return b""


def damage(body: bytes, encoding: str) -> str:
    """What is wrong with the content coding of a body that came whole; empty: nothing."""
    if encoding.lower() not in _GZIP or not body:
        return ""
    decoder = zlib.decompressobj(wbits=31)
    try:
        decoder.decompress(body)
    except zlib.error as error:
        return f"the body is no gzip: {error}"
    if not decoder.eof:
        return "the body under gzip ends too early"
    return f"{len(decoder.unused_data)} bytes follow the body under gzip" if decoder.unused_data else ""


def digest(data: bytes) -> str:
    """What stands for a body when two are compared."""
    return hashlib.sha256(data).hexdigest()
