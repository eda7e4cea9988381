"""A copy of one kind's objects that follows the API server, and keeps following when the server restarts.

List, then watch from there. A watch that ends is taken up again where it stopped; when the server no longer knows that
point (410 Gone) or was replaced, the list is read again and the difference is reported.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

import aiohttp

from sandbox.kube.client import ApiError, Json, KubeClient

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger(__name__)
_GONE = 410
_NOT_FOUND = 404
_WATCH_SECONDS = "240"
_SHORTEST_WAIT = 0.2
_LONGEST_WAIT = 5.0


def key_of(item: Json) -> str:
    """`namespace/name` of an object, `name` alone for one without a namespace."""
    metadata = item["metadata"]
    namespace = metadata.get("namespace")
    return f"{namespace}/{metadata['name']}" if namespace else str(metadata["name"])


class Mirror:
    """The objects of one collection by key; `on_change(key)` is called after each change, also after a deletion."""

    def __init__(self, client: KubeClient, path: str, on_change: Callable[[str], None] | None = None) -> None:
        self.objects: dict[str, Json] = {}
        self.synced = asyncio.Event()
        self._client = client
        self._path = path
        self._on_change = on_change
        self._version = ""
        self._wait = _SHORTEST_WAIT

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                if not self._version:
                    await self._list()
                await self._watch()
                self._wait = _SHORTEST_WAIT
            except ApiError as refusal:
                if refusal.status == _GONE:
                    self._version = ""
                else:
                    await self._pause(str(refusal))
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as lost:
                await self._pause(type(lost).__name__)

    async def _pause(self, why: str) -> None:
        _log.info("%s: watch interrupted, again in %.1f s: %s", self._path, self._wait, why)
        # An API server that comes back may have lost the revision we saw; the list costs little and is always right.
        self._version = ""
        await asyncio.sleep(self._wait)
        self._wait = min(self._wait * 2, _LONGEST_WAIT)

    async def _list(self) -> None:
        try:
            found = await self._client.get(self._path)
        except ApiError as refusal:
            # The CRD of this kind is not there yet.
            if refusal.status == _NOT_FOUND:
                self.synced.set()
            raise
        kind = str(found.get("kind", "")).removesuffix("List")
        fresh = {key_of(item): item | {"kind": kind} for item in found["items"]}
        changed = [
            key
            for key in self.objects.keys() | fresh.keys()
            if _revision(self.objects.get(key)) != _revision(fresh.get(key))
        ]
        self.objects = fresh
        self._version = found["metadata"]["resourceVersion"]
        self.synced.set()
        for key in changed:
            self._report(key)

    async def _watch(self) -> None:
        params = {
            "watch": "1",
            "resourceVersion": self._version,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": _WATCH_SECONDS,
        }
        async with contextlib.aclosing(self._client.stream(self._path, params)) as events:
            async for event in events:
                self._apply(event["type"], event["object"])

    def _apply(self, kind: str, item: Json) -> None:
        if kind == "ERROR":
            raise ApiError(int(item.get("code", 0)), str(item.get("reason", "")), str(item.get("message", "")))
        self._version = item["metadata"]["resourceVersion"]
        self._wait = _SHORTEST_WAIT
        if kind == "BOOKMARK":
            return
        key = key_of(item)
        if kind == "DELETED":
            self.objects.pop(key, None)
        else:
            self.objects[key] = item
        self._report(key)

    def _report(self, key: str) -> None:
        if self._on_change is not None:
            self._on_change(key)


def _revision(item: Json | None) -> str | None:
    return None if item is None else f"{item['metadata']['uid']}/{item['metadata']['resourceVersion']}"
