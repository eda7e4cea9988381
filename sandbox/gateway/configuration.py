"""The gateway's configuration: promoted versions only, read from the portal endpoint and kept for a while.

Facts: APIcast, gateway/src/apicast/configuration_loader/remote_v2.lua. An endpoint without a path is asked for the
account's configurations, one with a path (the operator's) for `<path>/<environment>.json`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import aiohttp

from sandbox.gateway.service import Service
from sandbox.gateway.transport import UnreachableError

if TYPE_CHECKING:
    from sandbox.gateway.transport import Transport

_LOG = logging.getLogger(__name__)
_PAGE = 500
_ACCOUNT = "/admin/api/account/proxy_configs/{environment}.json?version=latest&page={page}&per_page=500"
_TIMEOUT = aiohttp.ClientTimeout(total=10)


class Configuration:
    """The services by host. `cache_seconds` 0 reads anew for every request, as staging gateways do."""

    def __init__(self, transport: Transport, endpoint: str, environment: str, cache_seconds: float) -> None:
        self._transport = transport
        parts = urlsplit(endpoint)
        self._token = parts.username or parts.password or ""
        self._endpoint = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], path="", query=""))
        self._path = parts.path.rstrip("/")
        self._environment = environment
        self._cache_seconds = cache_seconds
        self._services: dict[str, Service] = {}
        self._fresh_until = 0.0
        self._loading = asyncio.Lock()
        self.generation = 0
        """Grows with every load that changed something."""
        self._known: dict[int, object] = {}

    async def service(self, host: str) -> Service | None:
        """The service that answers on this host, by a configuration that is fresh enough."""
        if time.monotonic() >= self._fresh_until:
            async with self._loading:
                if time.monotonic() >= self._fresh_until:
                    await self.load()
        return self._services.get(host)

    async def load(self) -> bool:
        """Read the configurations; when that fails the old ones stay in force and the result is false."""
        try:
            found = await self._read()
        except (UnreachableError, aiohttp.ClientError, TimeoutError, ValueError, KeyError) as error:
            _LOG.warning("could not load the configuration: %s", error)
            return False
        versions: dict[int, object] = {content["id"]: content for content in found}
        if versions != self._known:
            services = [Service(content) for content in found]
            # The first service wins a host that two claim.
            self._services = {host: service for service in reversed(services) for host in service.hosts}
            self._known = versions
            self.generation += 1
        self._fresh_until = time.monotonic() + self._cache_seconds
        return True

    async def _read(self) -> list[dict]:  # type: ignore[type-arg]  # JSON
        if self._path:
            path = f"{self._path}/{self._environment}.json"
            return await self._page(path)
        found: list[dict] = []  # type: ignore[type-arg]  # JSON
        environment = "sandbox" if self._environment == "staging" else self._environment
        for page in range(1, 1000):
            part = await self._page(_ACCOUNT.format(environment=environment, page=page))
            found += part
            if len(part) < _PAGE:
                break
        return found

    async def _page(self, path: str) -> list[dict]:  # type: ignore[type-arg]  # JSON
        basic = b64encode(f"{self._token}:".encode()).decode()
        headers = {"Authorization": f"Basic {basic}"}
        response = await self._transport.send("GET", self._endpoint + path, headers=headers, timeout=_TIMEOUT)
        async with response:
            if response.status != 200:  # noqa: PLR2004  # OK
                raise ValueError(f"{path.partition('?')[0]} was answered with {response.status}")
            data = await response.json(content_type=None)
        return [item["proxy_config"]["content"] for item in data["proxy_configs"]]
