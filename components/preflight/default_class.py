"""Is there storage for claims that name no class?"""

from collections.abc import Iterator, Mapping
from typing import Any

from components.config import Settings
from components.config.identity import Rhsso
from components.config.storage import MinioStore
from components.preflight.reader import ClusterReader

_CLASSES = "/apis/storage.k8s.io/v1/storageclasses"

_DEFAULT = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")
"""Annotations of a default class; Kubernetes reads both (kubernetes, pkg/volume/util/storageclass.go)."""


def without_default(reader: ClusterReader, settings: Settings) -> Iterator[str]:
    """A sentence when claims of this stack name no class and the cluster has none for them.

    Raises:
        ClusterRefusalError: The server does not answer, or does not let us read.
    """
    listed = (reader.read(_CLASSES) or {}).get("items", ())
    if any(_is_default(one) for one in listed):
        return
    names = ", ".join(sorted(one["metadata"]["name"] for one in listed)) or "none at all"
    yield (
        f"It has no default StorageClass, and the volumes of {_claimants(settings)} name none: they would stay "
        f"pending. It has {names}. Have the cluster's administrator annotate one of ReadWriteOnce volumes with "
        f"{_DEFAULT[0]}=true."
    )


def _is_default(storage_class: Mapping[str, Any]) -> bool:
    annotations = storage_class["metadata"].get("annotations") or {}
    return any(annotations.get(name) == "true" for name in _DEFAULT)


def _claimants(settings: Settings) -> str:
    # 3scale's search index has a volume in every release, whatever else is external (3scale-operator 2.15, searchd).
    found = ["3scale"]
    if isinstance(settings.identity, Rhsso) and settings.identity.database is None:
        found.append("the identity server's database")
    store = settings.model_store
    if isinstance(store, MinioStore) and store.storage_class_name is None:
        found.append("the MinIO server")
    return " and ".join((", ".join(found[:-1]), found[-1])) if len(found) > 1 else found[0]
