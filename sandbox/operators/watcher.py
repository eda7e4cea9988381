"""One thread per kind that keeps the store like the server and tells the loop what changed."""

from __future__ import annotations

import logging
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING

import urllib3

from sandbox.operators.cluster import ClusterError, Expired
from sandbox.operators.kinds import CRD

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.operators.cluster import Cluster, Watch
    from sandbox.operators.kinds import Kind
    from sandbox.operators.store import Manifest, Store

_LOG = logging.getLogger(__name__)
_RETRY_SECONDS = 0.5
_UNSERVED_SECONDS = 2.0
_STOP_SECONDS = 5.0
_STARTING = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
"""How a server that starts, or a definition that has just come, asks for a moment."""


class Watcher:
    """Lists and watches one kind for as long as the operators run, over restarts of the server and expired watches."""

    def __init__(self, cluster: Cluster, store: Store, kind: Kind, changed: Callable[[Kind, Manifest], None]) -> None:
        self._cluster = cluster
        self._store = store
        self._kind = kind
        self._changed = changed
        self._kick = threading.Event()
        self._lock = threading.Lock()
        self._open_watch: Watch | None = None
        self._stopped = False
        self.listed = threading.Event()
        """Set once the kind was listed, or found not to be served."""
        self._thread = threading.Thread(target=self._run, name=f"watch-{kind.plural}", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def kick(self) -> None:
        """Try at once, for a kind whose definition has just come."""
        self._kick.set()

    def stop(self) -> None:
        """End the open watch and begin no other."""
        with self._lock:
            self._stopped = True
            if self._open_watch is not None:
                self._open_watch.stop()
        self._kick.set()
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        while not self._stopped:
            self._kick.clear()
            wait = self._round()
            if wait:
                self._kick.wait(wait)

    def _round(self) -> float:
        """List, then watch until that ends; the seconds to wait before the next round."""
        try:
            self._list_and_watch()
        except Expired:
            return 0.0
        except ClusterError as refusal:
            if refusal.status == HTTPStatus.NOT_FOUND:
                self._unserved()
                return _UNSERVED_SECONDS
            if refusal.status not in _STARTING:
                _LOG.warning("watch %s: %s", self._kind.kind, refusal)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as problem:
            # ValueError: a stream that was cut in the middle of a line.
            _LOG.info("watch %s: connection lost (%s)", self._kind.kind, type(problem).__name__)
        return _RETRY_SECONDS

    def _list_and_watch(self) -> None:
        manifests, version = self._cluster.snapshot(self._kind)
        self._take([_slim(manifest) for manifest in manifests])
        while not self._stopped:
            for event, manifest in self._open(version).events():
                version = manifest["metadata"]["resourceVersion"]
                if event != "BOOKMARK":
                    self._note(event, _slim(manifest))

    def _unserved(self) -> None:
        """The kind is not there. A server that is starting says so too: then its definition is still known."""
        group = self._kind.api_version.partition("/")[0]
        if self._store.get(CRD, "", f"{self._kind.plural}.{group}") is None:
            self._take([])

    def _open(self, version: str) -> Watch:
        watch = self._cluster.watch(self._kind, version)
        with self._lock:
            self._open_watch = watch
            if self._stopped:
                watch.stop()
        return watch

    def _take(self, manifests: list[Manifest]) -> None:
        changed = self._store.replace(self._kind, manifests)
        self.listed.set()
        for manifest in changed:
            self._changed(self._kind, manifest)

    def _note(self, event: str, manifest: Manifest) -> None:
        if event == "DELETED":
            self._store.remove(self._kind, manifest)
        else:
            self._store.put(self._kind, manifest)
        self._changed(self._kind, manifest)


def _slim(manifest: Manifest) -> Manifest:
    """What the operators read of an object: no list of managers, and of a definition only its name and status."""
    manifest["metadata"].pop("managedFields", None)
    if manifest.get("kind") == CRD.kind:
        return {key: value for key, value in manifest.items() if key != "spec"}
    return manifest
