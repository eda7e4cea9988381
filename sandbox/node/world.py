"""What every part of the node needs, and what it knows about the processes it runs."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import aiohttp

from sandbox.kube.client import ApiError, Json, KubeClient
from sandbox.node.addresses import Addresses

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sandbox.faults import Faults
    from sandbox.layout import Layout
    from sandbox.node.events import Events
    from sandbox.node.images import Program
    from sandbox.process import Child

Result = TypeVar("Result")

_log = logging.getLogger(__name__)
_NOT_FOUND = 404
_TOO_MANY = 429
_SERVER_ERROR = 500


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How long things take, in seconds. The defaults are quick; a real node takes tens of seconds."""

    start: float = 0.1
    retry: float = 0.5
    back_off_first: float = 0.5
    back_off_longest: float = 30.0
    probe: float = 0.2
    probe_running: float = 2.0
    grace: float = 5.0


@dataclass(frozen=True, kw_only=True)
class Instance:
    """A process that runs in place of a container of `pod` (`namespace/pod/container`), which belongs to a workload."""

    program: Program
    child: Child
    pod: str
    workload: str
    ports: dict[int, int]
    control_port: int | None


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything around a pod."""

    client: KubeClient
    layout: Layout
    faults: Faults
    events: Events
    environment: dict[str, str]
    pace: Pace = field(default_factory=Pace)
    addresses: Addresses = field(default_factory=Addresses)
    instances: dict[str, Instance] = field(default_factory=dict)
    leaders: dict[str, str] = field(default_factory=dict)
    """Which pod's container runs the one process of a workload, by `namespace/workload/container`."""

    async def patiently(self, call: Callable[[], Awaitable[Result]]) -> Result:
        """The result of a call to the API server, repeated while the server is away or says it cannot answer now."""
        while True:
            try:
                return await call()
            except ApiError as refusal:
                if refusal.status < _SERVER_ERROR and refusal.status != _TOO_MANY:
                    raise
                _log.info("repeated after: %s", refusal)
            except (aiohttp.ClientError, TimeoutError, OSError) as lost:
                _log.info("repeated after: %s", type(lost).__name__)
            await asyncio.sleep(self.pace.retry)

    async def read(self, namespace: str, collection: str, name: str) -> Json | None:
        """An object of the core group, None when there is none."""
        return await self.find(f"/api/v1/namespaces/{namespace}/{collection}/{name}")

    async def find(self, path: str) -> Json | None:
        """The object at a path, None when there is none."""
        try:
            return await self.patiently(lambda: self.client.get(path))
        except ApiError as refusal:
            if refusal.status == _NOT_FOUND:
                return None
            raise

    def instance_of(self, part: str) -> Instance | None:
        """The process of a part (`threescale`, `keycloak`, …); the first when there are several."""
        return next((found for found in self.instances.values() if found.program.part == part), None)

    def instances_of(self, part: str, namespace: str, name: str) -> list[Instance]:
        """The processes of a part in a namespace whose pod or workload has this name."""
        return [
            found
            for found in self.instances.values()
            if found.program.part == part
            and found.pod.split("/")[0] == namespace
            and name in {found.pod.split("/")[1], found.workload}
        ]
