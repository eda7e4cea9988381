"""One page, whole: what control endpoints, meters and pages of counters need."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from metering_suite.errors import SuiteError
from metering_suite.http.connection import Address, bare
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
    from collections.abc import Callable, Iterable
    from typing import Any

_LIMIT_SECONDS = 30.0
_SHOWN = 80
"""Bytes of a page shown in errors."""
_Read = TypeVar("_Read")


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
            asked=f"{what} at {bare(url)}",
            value=f"no answer: {error or type(error).__name__}",
            allowed=f"an HTTP answer within {_LIMIT_SECONDS:.0f} s",
            action="start it, or correct its address",
        ) from error
    if status != 200:  # noqa: PLR2004  # OK
        raise SuiteError(
            asked=f"{what} at {bare(url)}",
            value=f"status {status}: {body[:200].decode('utf-8', 'replace')}",
            allowed="status 200",
            action="correct its address or the credentials it was asked with",
        )
    return body


async def fetched_json(
    url: str, what: str, read: Callable[[Any], _Read], *, headers: Iterable[tuple[str, str]] = (), ca_file: str = ""
) -> _Read:
    """What `read` finds in the JSON of a page.

    Raises:
        SuiteError: the page did not answer, or with something else.
    """
    page = await fetched(url, what, headers=headers, ca_file=ca_file)
    try:
        return read(json.loads(page))
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise SuiteError(
            asked=f"{what} at {bare(url)}",
            value=f"{page[:_SHOWN]!r}",
            allowed=f"the JSON that {what} answers",
            action="correct its address: something else listens there",
        ) from error


async def _exchange(url: str, method: str, headers: Iterable[tuple[str, str]], ca_file: str) -> tuple[int, bytes]:
    place, _, _ = url.partition("?")
    address, parts = Address.of(place, ca_file=ca_file), urlsplit(url)
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
