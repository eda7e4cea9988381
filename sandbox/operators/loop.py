"""The loop: events wake resources, each is reconciled by its operator, and the outcome is written."""

from __future__ import annotations

import logging
import secrets
import string
import threading
import time
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

import urllib3

from sandbox.operators.cluster import ClusterError
from sandbox.operators.delay_queue import DelayQueue
from sandbox.operators.kinds import CRD, CSV, DEPLOYMENT, Kind
from sandbox.operators.olm.running import serves
from sandbox.operators.reconcile import View
from sandbox.operators.store import name_of
from sandbox.operators.watcher import Watcher
from sandbox.operators.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sandbox.operators.cluster import Cluster
    from sandbox.operators.crd_files import CrdFiles
    from sandbox.operators.reconcile import Errand, Operator, Outcome, Product, Settings
    from sandbox.operators.store import Manifest, Store

_LOG = logging.getLogger(__name__)
_RESYNC_SECONDS = 30.0
_CONFLICT_SECONDS = 0.05
_BUSY_SECONDS = 0.05
WORKERS = 4
"""Resources that are reconciled at the same time: a large 3scale must not hold up a small Subscription."""
_FIRST_RETRY_SECONDS = 0.5
_LAST_RETRY_SECONDS = 10.0

Key = tuple[Kind, str, str]


class Phases:
    """Since when each resource has been in each of its phases."""

    def __init__(self) -> None:
        self._since: dict[Key, tuple[str, dict[str, float]]] = {}

    def waited(self, key: Key, uid: str, phase: str) -> float:
        """Seconds since the first question about a phase of this very object; 0 at that question."""
        known, phases = self._since.get(key, ("", {}))
        if known != uid:
            phases = {}
            self._since[key] = (uid, phases)
        return time.monotonic() - phases.setdefault(phase, time.monotonic())

    def forget(self, key: Key) -> None:
        """The resource is gone."""
        self._since.pop(key, None)


class Loop:
    """Runs operators against one cluster until it is stopped."""

    def __init__(
        self, cluster: Cluster, store: Store, operators: Iterable[Operator], settings: Settings, crds: CrdFiles
    ) -> None:
        self._cluster = cluster
        self._store = store
        self._settings = settings
        self._crds = crds
        self._operators = tuple(operators)
        self._of_kind = {kind: operator for operator in self._operators for kind in operator.reconcilers}
        self._queue: DelayQueue[Key] = DelayQueue()
        self._writer = Writer(cluster, store)
        self._phases = Phases()
        self._failures: dict[Key, int] = {}
        self._products: dict[str, tuple[Product, ...]] = {}
        self._errands: dict[str, Errand] = {}
        kinds = {*watched_kinds(self._operators)}
        self._watchers = [Watcher(cluster, store, kind, self._changed) for kind in sorted(kinds)]
        self._workers = [
            threading.Thread(target=self._work, name=f"reconcile-{number}", daemon=True) for number in range(WORKERS)
        ]
        self._lock = threading.Lock()
        self._busy: set[Key] = set()
        self._stopped = threading.Event()
        self._resync = threading.Thread(target=self._wake_all_regularly, name="resync", daemon=True)

    def start(self, seconds: float = 30.0) -> None:
        """Start watching; reconcile once every kind was listed, or after `seconds`."""
        for watcher in self._watchers:
            watcher.start()
        deadline = time.monotonic() + seconds
        for watcher in self._watchers:
            watcher.listed.wait(max(0.0, deadline - time.monotonic()))
        for worker in self._workers:
            worker.start()
        self._resync.start()

    def stop(self) -> None:
        """Reconcile nothing more and close every connection."""
        self._stopped.set()
        self._queue.close()
        for watcher in self._watchers:
            watcher.stop()
        for worker in self._workers:
            if worker.is_alive():
                worker.join(_LAST_RETRY_SECONDS)
        self._cluster.close()

    def products(self, namespace: str, products: tuple[Product, ...] | None) -> None:
        """Take over what the 3scale of a namespace has (None: no longer known) and look again at what depends on it."""
        if self._products.get(namespace) == products:
            return
        if products is None:
            self._products.pop(namespace, None)
        else:
            self._products[namespace] = products
        self._wake(operator for operator in self._operators if operator.package == "3scale-operator")

    def errands(self, found: Mapping[str, Errand]) -> None:
        """Take over what came of work in servers, and look again at the resources of the operators that do it."""
        if self._errands == found:
            return
        self._errands = dict(found)
        self._wake(operator for operator in self._operators if operator.package == "rhsso-operator")

    def _changed(self, kind: Kind, manifest: Manifest) -> None:
        namespace, name = name_of(manifest)
        if kind in self._of_kind:
            self._queue.add((kind, namespace, name))
        for reference in manifest["metadata"].get("ownerReferences", ()):
            self._wake_owner(reference, namespace)
        self._wake((operator for operator in self._operators if kind in operator.wakes), namespace)
        if kind == CSV or (kind == DEPLOYMENT and _owned_by_csv(manifest)):
            self._wake(operator for operator in self._operators if operator.package)
        if kind == CRD:
            for watcher in self._watchers:
                watcher.kick()

    def _wake_owner(self, reference: Mapping[str, str], namespace: str) -> None:
        for kind in self._of_kind:
            if (kind.api_version, kind.kind) == (reference["apiVersion"], reference["kind"]):
                self._queue.add((kind, namespace if kind.namespaced else "", reference["name"]))

    def _wake(self, operators: Iterable[Operator], namespace: str | None = None) -> None:
        for operator in operators:
            for kind in operator.reconcilers:
                everywhere = not namespace or not kind.namespaced
                for resource in self._store.objects(kind, None if everywhere else namespace):
                    self._queue.add((kind, *name_of(resource)))

    def _wake_all_regularly(self) -> None:
        while not self._stopped.wait(_RESYNC_SECONDS):
            self._wake(self._operators)

    def _work(self) -> None:
        while (key := self._queue.take()) is not None:
            with self._lock:
                free = key not in self._busy
                self._busy.add(key)
            if not free:
                # Another worker looks at it: its look may have begun before what woke this one.
                self._queue.add(key, _BUSY_SECONDS)
                continue
            try:
                self._reconcile(key)
            finally:
                with self._lock:
                    self._busy.discard(key)

    def _reconcile(self, key: Key) -> None:
        kind, namespace, name = key
        operator = self._of_kind[kind]
        resource = self._store.get(kind, namespace, name)
        if resource is None:
            self._phases.forget(key)
            return
        if operator.package and not serves(self._store, operator.package, namespace):
            return
        try:
            outcome = operator.reconcilers[kind](resource, self._view(key, resource))
            self._writer.write(resource, outcome, operator.name)
        except ClusterError as refusal:
            self._refused(key, refusal)
        except (urllib3.exceptions.HTTPError, OSError) as problem:
            _LOG.info("%s: connection lost (%s)", _text(key), problem)
            self._queue.add(key, _FIRST_RETRY_SECONDS)
        except Exception:  # noqa: BLE001 - one resource that an operator does not understand must not end the others
            _LOG.exception("%s: reconcile failed", _text(key))
            self._queue.add(key, _LAST_RETRY_SECONDS)
        else:
            self._done(key, outcome)

    def _done(self, key: Key, outcome: Outcome) -> None:
        self._failures.pop(key, None)
        if outcome.again:
            self._queue.add(key, self._settings.delay_seconds)

    def _refused(self, key: Key, refusal: ClusterError) -> None:
        if refusal.status == HTTPStatus.CONFLICT:
            self._queue.add(key, _CONFLICT_SECONDS)
            return
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        _LOG.warning("%s: %s", _text(key), refusal)
        self._queue.add(key, min(_FIRST_RETRY_SECONDS * 2 ** (failures - 1), _LAST_RETRY_SECONDS))

    def _view(self, key: Key, resource: Manifest) -> View:
        uid = resource["metadata"].get("uid", "")
        return View(
            store=self._store,
            settings=self._settings,
            now=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            crds=self._crds,
            waited=lambda phase: self._phases.waited(key, uid, phase),
            random=lambda length: "".join(secrets.choice(_ALPHABET) for _ in range(length)),
            products=dict(self._products),
            errands=self._errands,
        )


_ALPHABET = string.ascii_letters + string.digits


def watched_kinds(operators: Iterable[Operator]) -> frozenset[Kind]:
    """Every kind whose events matter to the operators."""
    found = {CRD, CSV, DEPLOYMENT}
    for operator in operators:
        found |= {*operator.reconcilers, *operator.wakes, *operator.writes}
    return frozenset(found)


def _owned_by_csv(manifest: Manifest) -> bool:
    return any(owner["kind"] == CSV.kind for owner in manifest["metadata"].get("ownerReferences", ()))


def _text(key: Key) -> str:
    kind, namespace, name = key
    return f"{kind.kind} {namespace + '/' if namespace else ''}{name}"
