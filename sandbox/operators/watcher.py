"""One thread per kind that keeps the store like the server and tells the loop what changed."""

from __future__ import annotations

import logging
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING

import urllib3

from sandbox.operators.cluster import ClusterError, Expired

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.operators.cluster import Cluster
    from sandbox.operators.kinds import Kind
    from sandbox.operators.store import Manifest, Store

_LOG = logging.getLogger(__name__)
_RETRY_SECONDS = 0.5
_UNSERVED_SECONDS = 2.0


class Watcher:
    """Lists and watches one kind for as long as the operators run, over restarts of the server and expired watches."""

    def __init__(self, cluster: Cluster, store: Store, kind: Kind, changed: Callable[[Kind, Manifest], None]) -> None:
        self._cluster = cluster
        self._store = store
        self._kind = kind
        self._changed = changed
        self._kick = threading.Event()
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
        """Begin no further watch; the open one ends with the process."""
        self._stopped = True
        self._kick.set()

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
                self._take([])
                return _UNSERVED_SECONDS
            if refusal.status != HTTPStatus.TOO_MANY_REQUESTS:
                # 429 is how a definition that has just come asks for a moment.
                _LOG.warning("watch %s: %s", self._kind.kind, refusal)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as problem:
            # ValueError: a stream that was cut in the middle of a line.
            _LOG.info("watch %s: connection lost (%s)", self._kind.kind, type(problem).__name__)
        return _RETRY_SECONDS

    def _list_and_watch(self) -> None:
        manifests, version = self._cluster.snapshot(self._kind)
        self._take(manifests)
        while not self._stopped:
            for event, manifest in self._cluster.watch(self._kind, version):
                version = manifest["metadata"]["resourceVersion"]
                if event != "BOOKMARK":
                    self._note(event, manifest)

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
