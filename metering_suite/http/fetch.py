"""One page, whole: what control endpoints, meters and pages of counters need."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from metering_suite.errors import SuiteError
from metering_suite.http.connection import Address
from metering_suite.http.wire import (
    BadMessageError,
    CutShortError,
    answer_extent,
    body_pieces,
    decoded,
    head_bytes,
    read_head,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_LIMIT_SECONDS = 30.0


async def fetched(
    url: str, what: str, *, method: str = "GET", headers: Iterable[tuple[str, str]] = (), ca_file: str = ""
) -> bytes:
    """The body of an answer with status 200; `what` names the page in errors.

    Raises:
        SuiteError: the page did not answer, or with another status.
    """
    try:
        async with asyncio.timeout(_LIMIT_SECONDS):
            status, body = await _exchange(url, method, headers, ca_file)
    except (OSError, TimeoutError, CutShortError, BadMessageError) as error:
        raise SuiteError(
            asked=f"{what} at {_bare(url)}",
            value=f"no answer: {error or type(error).__name__}",
            allowed=f"an HTTP answer within {_LIMIT_SECONDS:.0f} s",
            action="start it, or correct its address",
        ) from error
    if status != 200:  # noqa: PLR2004  # OK
        raise SuiteError(
            asked=f"{what} at {_bare(url)}",
            value=f"status {status}: {body[:200].decode('utf-8', 'replace')}",
            allowed="status 200",
            action="correct its address or the credentials it was asked with",
        )
    return body


def _bare(url: str) -> str:
    """The address without its parameters, which may hold a credential."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


async def _exchange(url: str, method: str, headers: Iterable[tuple[str, str]], ca_file: str) -> tuple[int, bytes]:
    address, parts = Address.of(url, ca_file=ca_file), urlsplit(url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    reader, writer = await address.open()
    try:
        writer.write(
            head_bytes(f"{method} {target} HTTP/1.1", [("Host", address.name), *headers, ("Connection", "close")])
        )
        head = await read_head(reader)
        if head is None:
            raise CutShortError("the connection ended before an answer")
        body = b"".join([piece async for piece in body_pieces(reader, answer_extent(head, method))])
        return head.status, decoded(body, head.value("Content-Encoding"))
    finally:
        writer.close()
