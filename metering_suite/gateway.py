"""The gateway under test: where it is, how it is asked, which keys it knows."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from metering_suite.errors import SuiteError
from metering_suite.http.client import Request
from metering_suite.http.connection import Address
from metering_suite.shapes import model as m

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metering_suite.shapes.model import Client, Mode, Shape

AUTHORIZATION = "authorization"
_BODYLESS_METHODS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """A gateway by its address."""

    url: str
    host: str = ""
    """The Host header, where it differs from the address."""
    ca_file: str = ""
    """Authorities that signed its certificate; empty: those of the machine."""
    model: str = "metering"
    """What requests name as model."""
    key_in: str = AUTHORIZATION
    """Where a key is sent: `authorization` (as bearer token), `header:NAME` or `query:NAME`."""
    limit_seconds: float = 60.0
    """For one call."""

    def __post_init__(self) -> None:
        """Refuse an address that cannot be one, and a place for keys that does not exist.

        Raises:
            SuiteError: the address holds more than a place, or the place is none of the three.
        """
        Address.of(self.url)
        kind, _, name = self.key_in.partition(":")
        if self.key_in != AUTHORIZATION and not (kind in ("header", "query") and name):
            raise SuiteError(
                asked="where the key is sent",
                value=repr(self.key_in),
                allowed="authorization, header:NAME or query:NAME",
                action="write one of the three, with the name that the gateway reads",
            )

    @property
    def key_parameter(self) -> str:
        """The parameter of the address that holds the key; empty where none does."""
        kind, _, name = self.key_in.partition(":")
        return name if kind == "query" else ""

    @property
    def address(self) -> Address:
        """Where to connect."""
        return Address.of(self.url, name=self.host, ca_file=self.ca_file)

    def requests(self, shape: Shape, mode: Mode, key: str, call_id: str) -> list[Request]:
        """The requests of one call."""
        body = m.body_bytes(shape.ask, mode, self.model)
        same = shape.client.order is m.Order.SAME_ID
        return [
            self._request(shape, body, key, f"{call_id}0" if same else f"{call_id}{number}")
            for number in range(shape.client.count)
        ]

    def _request(self, shape: Shape, body: bytes, key: str, request_id: str) -> Request:
        ask, kind = shape.ask, self.key_in.partition(":")
        headers = [("Host", self.address.name), ("User-Agent", "metering-suite"), ("Accept", "*/*")]
        target = self.address.path + ask.path
        if kind[0] == "query":
            target += ("&" if "?" in target else "?") + urlencode({kind[2]: key})
        elif key:
            headers.append((kind[2], key) if kind[0] == "header" else ("Authorization", f"Bearer {key}"))
        if ask.content_type:
            headers.append(("Content-Type", ask.content_type))
        headers += ask.headers
        headers += [(m.HEADER_SHAPE, shape.name), (m.HEADER_REQUEST, request_id), ("X-Request-Id", request_id)]
        headers += _length(shape.client, ask, body)
        return Request(
            request_id=request_id,
            method=ask.method,
            target=target,
            headers=tuple(headers),
            body=body,
            chunk=ask.chunk,
        )


def _length(client: Client, ask: m.Ask, body: bytes) -> list[tuple[str, str]]:
    if ask.chunk and client.version == "HTTP/1.1":
        return [("Transfer-Encoding", "chunked")]
    if not body and ask.method in _BODYLESS_METHODS:
        return []
    return [("Content-Length", str(len(body)))]


@dataclass
class Keys:
    """Keys a gateway knows; each is cold once."""

    listed: Sequence[str] = ()
    prefix: str = ""
    """Keys are made up with this prefix, for a gateway whose backend lets every key in."""
    _used: int = field(default=0, init=False)
    _run: str = field(default_factory=lambda: secrets.token_hex(4), init=False)

    def __post_init__(self) -> None:
        """Refuse to run without any key.

        Raises:
            SuiteError: neither keys nor a prefix are given.
        """
        if not self.listed and not self.prefix:
            raise SuiteError(
                asked="keys for the gateway",
                value="none",
                allowed="at least one key, or a prefix for keys that are made up",
                action="give --key, --keys-file or METERING_KEY; with the suite's own backend --fresh-keys",
            )

    def enough_for(self, calls: int) -> bool:
        """Whether there is a cold key for so many calls."""
        return bool(self.prefix) or len(self.listed) >= calls

    def following(self) -> tuple[str, bool]:
        """A key, and whether it is cold."""
        self._used += 1
        if self.prefix:
            return f"{self.prefix}-{self._run}-{self._used}", True
        cold = self._used <= len(self.listed)
        return self.listed[self._used - 1] if cold else self.listed[-1], cold
