"""Follows the Routes, gives those without a host their default one, and writes who is admitted."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import aiohttp

from sandbox.kube.client import ApiError, Json, KubeClient
from sandbox.kube.mirror import Mirror
from sandbox.node.events import now
from sandbox.router.routes import RouteTable, claims, default_host, ingress_status

if TYPE_CHECKING:
    from collections.abc import Awaitable

_log = logging.getLogger(__name__)
_RETRY_SECONDS = 0.5


class Admission:
    """Keeps `table` current and the Routes' status true."""

    def __init__(self, client: KubeClient, domain: str) -> None:
        self.table = RouteTable()
        self.routes = Mirror(client, "/apis/route.openshift.io/v1/routes", self._changed)
        self._client = client
        self._domain = domain
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Act on every change until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.routes.run())
            while True:
                await self._wake.wait()
                self._wake.clear()
                await self._pass()

    def _changed(self, _key: str) -> None:
        # At once, not after the status is written: a request may come with the next breath.
        self.table = RouteTable(self.routes.objects.values())
        self._wake.set()

    async def _pass(self) -> None:
        for route in list(self.routes.objects.values()):
            if not route["spec"].get("host"):
                spec = {"host": default_host(route, self._domain)}
                await self._write(self._client.merge(_path(route), {"spec": spec}))
        for route, refusal in claims(self.routes.objects.values()):
            status = ingress_status(route, refusal, self._domain, now())
            if not _same(route, status):
                await self._write(self._client.merge(f"{_path(route)}/status", {"status": {"ingress": [status]}}))

    async def _write(self, call: Awaitable[Json]) -> None:
        try:
            await call
        except ApiError as refusal:
            _log.info("status not written: %s", refusal)
        except (aiohttp.ClientError, TimeoutError, OSError) as lost:
            _log.info("status not written, again soon: %r", lost)
            await asyncio.sleep(_RETRY_SECONDS)
            self._wake.set()


def _path(route: Json) -> str:
    metadata = route["metadata"]
    return f"/apis/route.openshift.io/v1/namespaces/{metadata['namespace']}/routes/{metadata['name']}"


def _same(route: Json, wanted: Json) -> bool:
    """Whether the status is already as wanted, the condition's time aside."""
    found = (route.get("status") or {}).get("ingress") or []
    return len(found) == 1 and _timeless(found[0]) == _timeless(wanted)


def _timeless(ingress: Json) -> Json:
    conditions = [
        {key: value for key, value in condition.items() if key != "lastTransitionTime"}
        for condition in ingress.get("conditions") or []
    ]
    return ingress | {"conditions": conditions}
