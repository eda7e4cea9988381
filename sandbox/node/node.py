"""The simulated node: follows every pod of the cluster and keeps one runner per pod."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from sandbox.kube.mirror import Mirror
from sandbox.node.pod import PodRunner
from sandbox.node.storage import Storage

if TYPE_CHECKING:
    from sandbox.node.world import World

_log = logging.getLogger(__name__)


class SimulatedNode:
    """Scheduler, kubelet and storage drivers of the sandbox's cluster."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.pods = Mirror(world.client, "/api/v1/pods", self._changed)
        self._nodes = Mirror(world.client, "/api/v1/nodes")
        self._storage = Storage(world.client, world.events)
        self._runners: dict[str, PodRunner] = {}
        self._leaving: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Follow the cluster until cancelled, then end every process."""
        try:
            async with asyncio.TaskGroup() as group:
                for mirror in (self._nodes, *self._storage.mirrors()):
                    group.create_task(mirror.run())
                for mirror in (self._nodes, *self._storage.mirrors()):
                    await mirror.synced.wait()
                # Pods last: the first one must find the nodes and classes it needs.
                group.create_task(self.pods.run())
                group.create_task(self._storage.run())
        finally:
            await asyncio.gather(*(runner.stop() for runner in self._runners.values()))

    def _changed(self, key: str) -> None:
        pod, runner = self.pods.objects.get(key), self._runners.get(key)
        if runner is not None and (pod is None or pod["metadata"]["uid"] != runner.uid):
            del self._runners[key]
            leaving = asyncio.create_task(runner.finished())
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)
            runner = None
        if pod is None:
            return
        if runner is None:
            self._runners[key] = PodRunner(self.world, self._storage, self.pods, self._nodes, pod)
        else:
            runner.update(pod)
