"""The operators' picture of the cluster: objects by kind, namespace and name. Plain memory, no connection."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from sandbox.operators.kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sandbox.operators.kinds import Kind

Manifest = dict[str, Any]
"""One Kubernetes object as JSON, keys as in the API."""


def name_of(manifest: Manifest) -> tuple[str, str]:
    """Namespace (empty for the cluster's own) and name of an object."""
    metadata = manifest["metadata"]
    return metadata.get("namespace", ""), metadata["name"]


class Store:
    """Objects as last seen. Safe to use from several threads; what it returns must not be changed."""

    def __init__(self, manifests: Iterable[Manifest] = ()) -> None:
        self._lock = threading.Lock()
        self._objects: dict[Kind, dict[tuple[str, str], Manifest]] = {}
        for manifest in manifests:
            self.put(kind_of(manifest), manifest)

    def get(self, kind: Kind, namespace: str, name: str) -> Manifest | None:
        """One object, or None."""
        with self._lock:
            return self._objects.get(kind, {}).get((namespace if kind.namespaced else "", name))

    def objects(self, kind: Kind, namespace: str | None = None) -> list[Manifest]:
        """The objects of a kind by name, in one namespace or (None) in all."""
        with self._lock:
            found = sorted(self._objects.get(kind, {}).items())
        return [manifest for (where, _), manifest in found if namespace is None or where == namespace]

    def put(self, kind: Kind, manifest: Manifest) -> bool:
        """Remember an object; false when what is known is as new or newer (a late event)."""
        with self._lock:
            known = self._objects.setdefault(kind, {}).get(name_of(manifest))
            if known is not None and not _newer(manifest, known):
                return False
            self._objects[kind][name_of(manifest)] = manifest
            return True

    def remove(self, kind: Kind, manifest: Manifest) -> bool:
        """Forget an object; false when another one of that name is there already."""
        with self._lock:
            objects = self._objects.get(kind, {})
            known = objects.get(name_of(manifest))
            if known is None or known["metadata"].get("uid") != manifest["metadata"].get("uid"):
                return False
            del objects[name_of(manifest)]
            return True

    def replace(self, kind: Kind, manifests: Iterable[Manifest]) -> list[Manifest]:
        """Take over a whole list; returns the objects that are new, changed or gone."""
        fresh = {name_of(manifest): manifest for manifest in manifests}
        with self._lock:
            old = self._objects.get(kind, {})
            self._objects[kind] = fresh
        changed = [manifest for key, manifest in fresh.items() if key not in old or _newer(manifest, old[key])]
        return changed + [manifest for key, manifest in old.items() if key not in fresh]


def _newer(manifest: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    if manifest["metadata"].get("uid") != known["metadata"].get("uid"):
        return True
    # Resource versions of one kind are comparable numbers (Kubernetes API concepts, "Resource versions", since 1.35).
    return _version(manifest) > _version(known) or "resourceVersion" not in manifest["metadata"]


def _version(manifest: Mapping[str, Any]) -> int:
    return int(manifest["metadata"].get("resourceVersion") or 0)
