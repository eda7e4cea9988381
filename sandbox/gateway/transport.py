"""How the gateway reaches others: cluster names through the sandbox's resolver, the rest directly or by the router."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from multidict import CIMultiDict
from yarl import URL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from aiohttp.client import _RequestOptions

_RESOLVED_SECONDS = 2.0
_RESOLVE_TIMEOUT = aiohttp.ClientTimeout(total=5)
_PORTS = {"http": 80, "https": 443}
_AUTOMATIC = ("Accept", "Accept-Encoding", "User-Agent", "Content-Type")


class UnreachableError(Exception):
    """A host could not be resolved or connected; the sentence says which and why."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Where the sandbox's resolver and router are; all empty outside a sandbox."""

    control_url: str = ""
    proxy: str = ""
    domain: str = ""
    hosts: tuple[str, ...] = ()
    ca_file: str = ""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """As the node tells its processes."""
        return cls(
            control_url=environment.get("SANDBOX_CONTROL_URL", ""),
            proxy=environment.get("SANDBOX_PROXY", ""),
            domain=environment.get("SANDBOX_DOMAIN", ""),
            hosts=tuple(filter(None, environment.get("SANDBOX_HOSTS", "").split(","))),
            ca_file=environment.get("SANDBOX_CA_FILE", ""),
        )


class Transport:
    """Sends requests; answers come undecoded and unbuffered. Must be made inside the event loop."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._session = aiohttp.ClientSession(
            auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(limit=0)
        )
        self._resolved: dict[str, tuple[float, str]] = {}
        self._tls = ssl.create_default_context(cafile=surroundings.ca_file or None)

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | AsyncIterator[bytes] | None = None,
        timeout: aiohttp.ClientTimeout | None = None,  # noqa: ASYNC109  # aiohttp's own limits, one per phase
    ) -> aiohttp.ClientResponse:
        """The answer, its body not yet read.

        Raises:
            UnreachableError: the name has no address, or nobody listens there.
        """
        parts = urlsplit(url)
        address = await self._address(parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 80))
        target = url if address is None else urlunsplit(parts._replace(netloc=address))
        sent = CIMultiDict(headers or {})
        sent.setdefault("Host", parts.netloc.rpartition("@")[2])
        try:
            options = self._options(parts.hostname or "", timeout)
            options |= {"headers": sent, "data": body}
            # A path goes on exactly as it came.
            return await self._session.request(method, URL(target, encoded=True), **options)
        except (aiohttp.ClientConnectorError, aiohttp.ServerDisconnectedError, TimeoutError) as error:
            self._resolved.pop(f"{parts.hostname}:{parts.port}", None)
            raise UnreachableError(f"{parts.scheme}://{parts.netloc} did not answer: {error!r}") from error

    def _options(self, host: str, timeout: aiohttp.ClientTimeout | None) -> _RequestOptions:
        """How every request to a host is sent: as it is, nothing added, nothing followed."""
        return {
            "timeout": timeout or aiohttp.ClientTimeout(total=60),
            "proxy": self._proxy(host),
            "ssl": self._tls,
            "allow_redirects": False,
            "skip_auto_headers": _AUTOMATIC,
        }

    def _proxy(self, host: str) -> str | None:
        """The router, for the hosts it serves."""
        where = self._surroundings
        served = (where.domain and host.endswith(where.domain)) or host in where.hosts
        return where.proxy or None if served else None

    async def _address(self, host: str, port: int) -> str | None:
        """`address:port` of a cluster-internal name; None when the name needs no resolver."""
        inside = host.endswith((".svc", ".svc.cluster.local"))
        if not inside or not self._surroundings.control_url:
            return None
        known = self._resolved.get(f"{host}:{port}")
        if known and known[0] > time.monotonic():
            return known[1]
        query = {"host": host, "port": str(port)}
        resolver = f"{self._surroundings.control_url}/resolve"
        try:
            async with self._session.get(resolver, params=query, timeout=_RESOLVE_TIMEOUT) as response:
                if response.status != 200:  # noqa: PLR2004  # OK
                    raise UnreachableError(f"{host}:{port} has no address: {await response.text()}")
                found = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise UnreachableError(f"The resolver did not answer for {host}:{port}: {error!r}") from error
        address = f"{found['address']}:{found['port']}"
        self._resolved[f"{host}:{port}"] = (time.monotonic() + _RESOLVED_SECONDS, address)
        return address
