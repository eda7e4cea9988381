"""Heads and bodies of HTTP/1, in the pieces they arrive in."""

from __future__ import annotations

import asyncio
import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metering_suite.http.wire import (
    BadMessageError,
    CutShortError,
    Extent,
    Head,
    answer_extent,
    body_pieces,
    chunk,
    damage,
    decoded,
    head_bytes,
    read_head,
    request_extent,
)


async def _reader(data: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    return reader


def _head(data: bytes) -> Head | None:
    async def read() -> Head | None:
        return await read_head(await _reader(data))

    return asyncio.run(read())


def _body(data: bytes, extent: Extent) -> bytes:
    async def read() -> bytes:
        return b"".join([piece async for piece in body_pieces(await _reader(data), extent)])

    return asyncio.run(read())


def test_a_head_is_read_as_it_was_written() -> None:
    written = head_bytes("HTTP/1.1 200 OK", [("A", "1"), ("a", "2"), ("Connection", "Keep-Alive, x")])
    head = _head(written)
    assert head == Head("HTTP/1.1 200 OK", (("A", "1"), ("a", "2"), ("Connection", "Keep-Alive, x")))
    assert head is not None
    assert (head.status, head.value("A"), head.value("B", "none")) == (200, "2", "none")
    assert head.has("connection", "keep-alive")


def test_no_head_at_all_is_an_end_and_half_a_head_is_a_cut() -> None:
    assert _head(b"") is None
    with pytest.raises(CutShortError):
        _head(b"HTTP/1.1 200 OK\r\nA")


def test_what_is_no_status_or_no_length_is_refused() -> None:
    with pytest.raises(BadMessageError, match="status"):
        _ = Head("nonsense", ()).status
    with pytest.raises(BadMessageError, match="length"):
        request_extent(Head("POST / HTTP/1.1", (("Content-Length", "-1"),)))


@pytest.mark.parametrize(
    ("start", "headers", "method", "extent"),
    [
        ("HTTP/1.1 200 OK", (("Content-Length", "5"),), "GET", Extent(length=5)),
        ("HTTP/1.1 200 OK", (("Content-Length", "5"),), "HEAD", Extent()),
        ("HTTP/1.1 204 No Content", (), "GET", Extent()),
        ("HTTP/1.1 200 OK", (("Transfer-Encoding", "chunked"),), "GET", Extent(chunked=True)),
        ("HTTP/1.0 200 OK", (), "GET", Extent(until_close=True)),
    ],
)
def test_an_answer_is_as_long_as_its_head_says(
    start: str, headers: tuple[tuple[str, str], ...], method: str, extent: Extent
) -> None:
    assert answer_extent(Head(start, headers), method) == extent


@settings(database=None, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=50), max_size=10))
def test_chunks_are_read_as_they_were_written(pieces: list[bytes]) -> None:
    assert _body(b"".join(chunk(piece) for piece in [*pieces, b""]), Extent(chunked=True)) == b"".join(pieces)


@pytest.mark.parametrize(
    ("data", "extent"),
    [
        (b"ab", Extent(length=3)),
        (b"3\r\nab", Extent(chunked=True)),
        (b"2\r\nab\r\n", Extent(chunked=True)),
        (b"", Extent(chunked=True)),
    ],
)
def test_a_body_that_ends_early_is_cut(data: bytes, extent: Extent) -> None:
    with pytest.raises(CutShortError):
        _body(data, extent)


def test_a_chunk_without_a_size_is_refused() -> None:
    with pytest.raises(BadMessageError, match="size"):
        _body(b"xyz\r\nab\r\n", Extent(chunked=True))


def test_a_body_may_end_with_its_connection() -> None:
    assert _body(b"abc", Extent(until_close=True)) == b"abc"


def test_a_coded_body_is_decoded_as_far_as_it_goes() -> None:
    coded = gzip.compress(b"abc" * 1000)
    assert decoded(coded, "gzip") == b"abc" * 1000
    assert decoded(coded, "") == coded
    assert decoded(b"no gzip", "gzip") == b""


def test_a_coded_body_that_came_whole_ends_where_its_coding_does() -> None:
    coded = gzip.compress(b"abc" * 1000)
    assert damage(coded, "gzip") == damage(coded, "X-Gzip") == damage(b"", "gzip") == damage(b"abc", "") == ""
    assert damage(coded[:-8], "gzip") == "the body under gzip ends too early"
    assert damage(coded + b"more", "gzip") == "4 bytes follow the body under gzip"
    assert "no gzip" in damage(b"no gzip", "gzip")
