"""Events: what scheduler, kubelet and storage drivers tell people about an object."""

from __future__ import annotations

import datetime as dt

from sandbox.kube.client import ApiError, Json, KubeClient

_REMEMBERED = 2_000


def now() -> str:
    """The present moment as Kubernetes writes it."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Events:
    """Writes events; the same one about the same object only once."""

    def __init__(self, client: KubeClient, component: str) -> None:
        self._client = client
        self._component = component
        self._written: dict[tuple[str, str, str], None] = {}

    async def warn(self, item: Json, reason: str, message: str) -> None:
        """Write a warning about an object."""
        metadata = item["metadata"]
        same = (metadata["uid"], reason, message)
        if same in self._written:
            return
        try:
            path = f"/api/v1/namespaces/{metadata['namespace']}/events"
            await self._client.create(path, _warning(item, reason, message, self._component))
        except ApiError as refusal:
            # A namespace that is being deleted takes no new events; an event is never worth a failure.
            if refusal.status not in {403, 404}:
                raise
        self._written[same] = None
        if len(self._written) > _REMEMBERED:
            self._written.pop(next(iter(self._written)))


def _warning(item: Json, reason: str, message: str, component: str) -> Json:
    metadata, moment = item["metadata"], now()
    involved = {key: metadata[key] for key in ("name", "namespace", "uid")}
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"generateName": f"{metadata['name'][:200]}.", "namespace": metadata["namespace"]},
        # Items of a list carry no apiVersion; everything a node speaks about is in the core group.
        "involvedObject": {"apiVersion": "v1", "kind": item.get("kind") or "Pod"} | involved,
        "type": "Warning",
        "reason": reason,
        "message": message,
        "source": {"component": component},
        "firstTimestamp": moment,
        "lastTimestamp": moment,
        "count": 1,
    }
