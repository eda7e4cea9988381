"""Which workload a pod belongs to, and the folder that is its disk.

The folder belongs to the workload, so a pod that is started again finds its files; a workload that was deleted and made
anew (another uid) finds an empty one.
"""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING

from sandbox.layout import write_private

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.kube.client import Json
    from sandbox.node.world import World

_OWNER_MARK = ".owner"
_COLLECTIONS = {
    "ReplicaSet": "/apis/apps/v1/namespaces/{}/replicasets/{}",
    "Job": "/apis/batch/v1/namespaces/{}/jobs/{}",
}


async def workload_of(world: World, pod: Json) -> tuple[str, str]:
    """Name and uid of what a pod's files belong to.

    The Deployment of a ReplicaSet's pod, the CronJob of a Job's; the pod's own name and its StatefulSet's uid, since
    each replica has its own disk; the pod itself when nothing controls it.
    """
    namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
    owner = _controller(pod)
    if owner is None:
        return name, pod["metadata"]["uid"]
    if owner["kind"] not in _COLLECTIONS:
        return (name if owner["kind"] == "StatefulSet" else owner["name"]), owner["uid"]
    above = await world.find(_COLLECTIONS[owner["kind"]].format(namespace, owner["name"]))
    top = (_controller(above) if above else None) or owner
    return top["name"], top["uid"]


async def disk(world: World, pod: Json, container: str) -> tuple[str, Path]:
    """The workload's name and the container's folder, emptied when it was another workload's of the same name."""
    workload, uid = await workload_of(world, pod)
    folder = world.layout.data / "workloads" / pod["metadata"]["namespace"] / workload / container
    await asyncio.to_thread(_prepare, folder, uid)
    return workload, folder


def _prepare(folder: Path, uid: str) -> None:
    mark = folder / _OWNER_MARK
    if folder.exists() and (not mark.exists() or mark.read_text(encoding="ascii") != uid):
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(mark, uid)


def _controller(item: Json) -> Json | None:
    owners = item["metadata"].get("ownerReferences") or []
    return next((owner for owner in owners if owner.get("controller")), None)
