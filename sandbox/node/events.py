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
        await self._write(item, "Warning", reason, message)

    async def _write(self, item: Json, kind: str, reason: str, message: str) -> None:
        metadata = item["metadata"]
        same = (metadata["uid"], reason, message)
        if same in self._written:
            return
        moment = now()
        body: Json = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"generateName": f"{metadata['name'][:200]}.", "namespace": metadata["namespace"]},
            "involvedObject": {
                "apiVersion": item.get("apiVersion", "v1"),
                "kind": item.get("kind") or "Pod",
                "name": metadata["name"],
                "namespace": metadata["namespace"],
                "uid": metadata["uid"],
            },
            "type": kind,
            "reason": reason,
            "message": message,
            "source": {"component": self._component},
            "firstTimestamp": moment,
            "lastTimestamp": moment,
            "count": 1,
        }
        try:
            await self._client.create(f"/api/v1/namespaces/{metadata['namespace']}/events", body)
        except ApiError as refusal:
            # A namespace that is being deleted takes no new events; an event is never worth a failure.
            if refusal.status not in {403, 404}:
                raise
        self._written[same] = None
        if len(self._written) > _REMEMBERED:
            self._written.pop(next(iter(self._written)))
