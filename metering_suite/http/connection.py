"""Connections to a gateway, an engine or a page: address, name, transport security."""

from __future__ import annotations

import asyncio
import functools
import re
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
            SuiteError: it is no http or https URL, or it holds a user, a password or parameters.
        """
        try:
            parts = urlsplit(url)
            port = _PORTS[parts.scheme] if parts.port is None else parts.port
        except (ValueError, KeyError):
            raise _unusable(url, "") from None
        if not port or not parts.hostname:
            raise _unusable(url, "")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise _unusable(url, " with a user, a password or parameters, which are not shown here")
        host, path = name or parts.netloc, parts.path.rstrip("/")
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


def bare(url: str) -> str:
    """A URL to be shown: without what may be a credential in it, even where it is malformed."""
    scheme, mark, rest = url.partition("://") if "://" in url else ("", "", url)
    return scheme + mark + re.split(r"[?#]", rest.rpartition("@")[2], maxsplit=1)[0]


def _unusable(url: str, why: str) -> SuiteError:
    return SuiteError(
        asked="an address",
        value=f"{bare(url)!r}{why}",
        allowed="http://host[:port][/path] or https://…, without user, password and parameters",
        action="write the whole URL, scheme included; a key belongs into --keys-file or METERING_KEY",
    )


@functools.cache
def _trusting(ca_file: str) -> ssl.SSLContext:
    """Made once: reading the machine's authorities would be part of the time of every call."""
    return ssl.create_default_context(cafile=ca_file or None)
