"""One pod from its creation to its end: scheduled, bound, run, its status written, removed."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from sandbox.kube.client import ApiError, Json
from sandbox.node.container import ContainerRunner
from sandbox.node.events import now
from sandbox.node.scheduling import choose
from sandbox.node.status import pod_status, unscheduled_status

if TYPE_CHECKING:
    from sandbox.kube.mirror import Mirror
    from sandbox.node.storage import Storage
    from sandbox.node.world import World

_log = logging.getLogger(__name__)
_NOT_FOUND = 404
_CONFLICT = 409
_PASSED = (_NOT_FOUND, _CONFLICT)


class PodRunner:
    """Takes care of one pod (one uid); `pods` and `nodes` are mirrors of what the cluster has."""

    def __init__(self, world: World, storage: Storage, pods: Mirror, nodes: Mirror, pod: Json) -> None:
        self.uid: str = pod["metadata"]["uid"]
        self.pod = pod
        self._world = world
        self._storage = storage
        self._pods = pods
        self._nodes = nodes
        self._path = f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"
        self._containers: list[ContainerRunner] = []
        self._dirty = asyncio.Event()
        self._started = now()
        self._address = ""
        self._task = asyncio.create_task(self._run(), name=f"pod {self._path}")
        self._task.add_done_callback(self._report)
        self._ending: asyncio.Task[None] | None = None

    def update(self, pod: Json) -> None:
        """The pod as the API server has it now."""
        self.pod = pod
        if pod["metadata"].get("deletionTimestamp") and self._ending is None:
            self._ending = asyncio.create_task(self._remove(), name=f"removal of {self._path}")

    async def stop(self) -> None:
        """End the pod's processes; the object stays as it is."""
        self._task.cancel()
        await asyncio.wait({self._task})
        await asyncio.gather(*(container.stop() for container in self._containers))
        self._world.addresses.release(self._address)

    async def finished(self) -> None:
        """Wait for a removal under way, then make sure that nothing is left."""
        if self._ending is not None:
            await self._ending
        await self.stop()

    def _report(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (wrong := task.exception()) is not None:
            _log.error("%s: not taken care of any more", self._path, exc_info=wrong)

    async def _run(self) -> None:
        if self.pod["metadata"].get("deletionTimestamp"):
            self.update(self.pod)
            return
        if self.pod.get("status", {}).get("phase") in {"Succeeded", "Failed"}:
            return
        try:
            await self._schedule()
            await self._live()
        except* ApiError as refusals:
            # The pod went while we wrote to it: its removal is already under way.
            _, others = refusals.split(lambda found: isinstance(found, ApiError) and found.status in _PASSED)
            if others is not None:
                raise others from None

    async def _schedule(self) -> None:
        told = ""
        while not self.pod["spec"].get("nodeName"):
            name, why = await self._place()
            if name is not None:
                binding = {
                    "apiVersion": "v1",
                    "kind": "Binding",
                    "metadata": {"name": self.pod["metadata"]["name"]},
                    "target": {"apiVersion": "v1", "kind": "Node", "name": name},
                }
                await self._bind(binding)
                return
            if why and why != told:
                told = why
                await self._refuse(why)
            await asyncio.sleep(self._world.pace.retry)

    async def _refuse(self, why: str) -> None:
        await self._world.patiently(lambda: self._world.events.warn(self.pod, "FailedScheduling", why))
        await self._patch(unscheduled_status(self.pod, why, now()))

    async def _place(self) -> tuple[str | None, str]:
        """The node for the pod, once its claims allow one; otherwise None and why (empty: wait a moment)."""
        unbound = await self._storage.unbound(self.pod)
        if unbound is not None:
            return None, f"0/{len(self._nodes.objects)} nodes are available: {unbound}."
        name, why = choose(self.pod, list(self._nodes.objects.values()), self._pods.objects.values())
        if name is None:
            return None, why
        node = name
        bound = await self._world.patiently(lambda: self._storage.select_node(self.pod, node))
        return (name, "") if bound else (None, "")

    async def _bind(self, binding: Json) -> None:
        path = f"{self._path}/binding"
        try:
            await self._world.patiently(lambda: self._world.client.create(path, binding))
        except ApiError as refusal:
            # Already bound: the answer to our first try was lost.
            if refusal.status != _CONFLICT:
                raise

    async def _live(self) -> None:
        before = {found["name"]: found for found in self.pod.get("status", {}).get("containerStatuses") or []}
        self._address = self._world.addresses.allocate(self.pod.get("status", {}).get("podIP", ""))
        self.pod = self.pod | {"status": self.pod.get("status", {}) | {"podIP": self._address}}
        for spec in self.pod["spec"]["containers"]:
            container = ContainerRunner(self._world, self.pod, spec, self._dirty.set)
            if (former := before.get(spec["name"])) and former.get("containerID"):
                # It ran before this node was started again.
                container.state.restarts = int(former["restartCount"]) + 1
            self._containers.append(container)
        self._dirty.set()
        publishing = asyncio.create_task(self._publish(), name=f"status of {self._path}")
        try:
            async with asyncio.TaskGroup() as group:
                for container in self._containers:
                    group.create_task(container.run())
            await self._write()
        finally:
            publishing.cancel()

    async def _publish(self) -> None:
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            await self._write()

    async def _write(self) -> None:
        states = [container.state for container in self._containers]
        await self._patch(pod_status(self.pod, self._address, states, self._started, now()))

    async def _patch(self, status: Json) -> None:
        body = {"metadata": {"uid": self.uid}, "status": status}
        try:
            fresh = await self._world.patiently(lambda: self._world.client.merge(f"{self._path}/status", body))
        except ApiError as refusal:
            if refusal.status not in _PASSED:
                raise
            return
        self.pod = fresh

    async def _remove(self) -> None:
        await self.stop()
        body = {"gracePeriodSeconds": 0, "preconditions": {"uid": self.uid}}
        try:
            await self._world.patiently(lambda: self._world.client.delete(self._path, body))
        except ApiError as refusal:
            if refusal.status not in _PASSED:
                raise
