"""Carries an outcome to the API server, and leaves out every write that would change nothing."""

from __future__ import annotations

import hashlib
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from sandbox.operators.cluster import ClusterError
from sandbox.operators.kinds import kind_of
from sandbox.operators.store import name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.operators.cluster import Cluster
    from sandbox.operators.kinds import Kind
    from sandbox.operators.reconcile import Outcome
    from sandbox.operators.store import Manifest, Store


class Writer:
    """Writes outcomes and remembers what it applied, so that a quiet cluster gets no requests."""

    def __init__(self, cluster: Cluster, store: Store) -> None:
        self._cluster = cluster
        self._store = store
        self._applied: dict[tuple[Kind, str, str], tuple[str, str, str]] = {}

    def write(self, resource: Manifest, outcome: Outcome, manager: str) -> None:
        """Make the cluster like the outcome says: objects first, then the resource's status.

        Raises:
            ClusterError: the server refused; what was written before stays and the next look continues.
        """
        for manifest in outcome.create:
            self._create(manifest, manager)
        for manifest in outcome.apply:
            self._apply(manifest, manager)
        for manifest, patch in outcome.patch:
            pinned = {**patch, "metadata": {**patch.get("metadata", {}), **_version(manifest)}}
            self._keep(self._cluster.patch(manifest, pinned, manager))
        for manifest, patch in outcome.status_patch:
            body = {"metadata": _version(self._current(manifest)), "status": patch}
            self._keep(self._cluster.patch(manifest, body, manager, status=True))
        for manifest in outcome.delete:
            self._delete(manifest)
        if outcome.status is not None:
            self._status(resource, outcome.status, manager)

    def _create(self, manifest: Manifest, manager: str) -> None:
        if self._store.get(kind_of(manifest), *name_of(manifest)) is not None:
            return
        try:
            self._keep(self._cluster.create(manifest, manager))
        except ClusterError as refusal:
            # Somebody was faster: theirs stays, as with the real operators.
            if refusal.reason != "AlreadyExists":
                raise

    def _apply(self, manifest: Manifest, manager: str) -> None:
        key = (kind_of(manifest), *name_of(manifest))
        wanted = hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
        present = self._store.get(*key)
        if present is not None and self._applied.get(key) == (wanted, *_state(present)):
            return
        answer = self._cluster.apply(manifest, manager)
        self._applied[key] = (wanted, *_state(answer))
        self._keep(answer)

    def _delete(self, manifest: Manifest) -> None:
        try:
            self._cluster.delete(manifest)
        except ClusterError as refusal:
            # Gone, or another object of the same name by now: either way there is nothing of ours to delete.
            if refusal.status not in (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT):
                raise

    def _status(self, resource: Manifest, status: Manifest, manager: str) -> None:
        patch = merge_patch(resource.get("status", {}), status)
        if not patch:
            return
        # A status counts for the resource it was computed from, so a change in between asks for a new look.
        body = {"metadata": _version(self._current(resource)), "status": patch}
        self._keep(self._cluster.patch(resource, body, manager, status=True))

    def _current(self, resource: Manifest) -> Manifest:
        # A patch of the same outcome (finalizers, defaults) has moved the version on; that change was ours.
        present = self._store.get(kind_of(resource), *name_of(resource))
        return present if present is not None and _uid(present) == _uid(resource) else resource

    def _keep(self, answer: Manifest) -> None:
        gone = "deletionTimestamp" in answer["metadata"] and not answer["metadata"].get("finalizers")
        if not gone:
            self._store.put(kind_of(answer), answer)


def merge_patch(old: Mapping[str, Any], new: Mapping[str, Any]) -> Manifest:
    """The JSON merge patch (RFC 7386) from one object to another: null removes a key, lists are replaced whole."""
    patch: Manifest = {key: None for key in old if key not in new}
    for key, value in new.items():
        before = old.get(key)
        if isinstance(value, dict) and isinstance(before, dict):
            if inner := merge_patch(before, value):
                patch[key] = inner
        elif key not in old or before != value:
            patch[key] = value
    return patch


def _version(manifest: Manifest) -> Manifest:
    return {"resourceVersion": manifest["metadata"]["resourceVersion"]}


def _uid(manifest: Manifest) -> str:
    return str(manifest["metadata"].get("uid", ""))


def _state(manifest: Manifest) -> tuple[str, str]:
    """What changes when somebody edits the object; status writes do not count where there is a generation."""
    metadata = manifest["metadata"]
    labels = json.dumps([metadata.get("labels"), metadata.get("annotations")], sort_keys=True)
    edition = metadata.get("generation") or metadata.get("resourceVersion")
    return f"{metadata.get('uid')}", f"{edition} {labels}"
