"""Connections to a gateway, an engine or a page: address, name, transport security."""

from __future__ import annotations

import asyncio
import functools
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from metering_suite.errors import SuiteError
from metering_suite.http.wire import HEAD_LIMIT

if TYPE_CHECKING:
    from typing import Self

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where to connect and which name to ask for."""

    scheme: str
    host: str
    port: int
    path: str
    """What stands before every path, without a slash at its end."""
    name: str
    """The Host header."""
    ca_file: str = ""

    @classmethod
    def of(cls, url: str, *, name: str = "", ca_file: str = "") -> Self:
        """An address from a URL; `name` in place of its host for the Host header and for TLS.

        Raises:
            SuiteError: it is no http or https URL.
        """
        parts = urlsplit(url)
        try:
            port = parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError:
            port = 0
        if not port or not parts.hostname:
            raise SuiteError(
                asked="an address",
                value=repr(url),
                allowed="http://host[:port][/path] or https://…",
                action="write the whole URL, scheme included",
            )
        host = name or parts.netloc.rpartition("@")[2]
        path = parts.path.rstrip("/")
        return cls(scheme=parts.scheme, host=parts.hostname, port=port, path=path, name=host, ca_file=ca_file)

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A new connection.

        Raises:
            OSError: nobody listens there, or TLS failed.
        """
        if self.scheme == "http":
            return await asyncio.open_connection(self.host, self.port, limit=HEAD_LIMIT)
        context = _trusting(self.ca_file)
        name = self.name.partition(":")[0]
        return await asyncio.open_connection(self.host, self.port, limit=HEAD_LIMIT, ssl=context, server_hostname=name)


@functools.cache
def _trusting(ca_file: str) -> ssl.SSLContext:
    """Made once: reading the machine's authorities would be part of the time of every call."""
    return ssl.create_default_context(cafile=ca_file or None)
