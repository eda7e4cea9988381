"""What other teams need to know about the bucket with the models."""

from typing import Any

from components.config import Settings
from components.config.storage import (
    CLUSTER_NAME,
    CONNECTION,
    GATEWAY_CLASS,
    KEY_ENTRIES,
    NAMESPACE,
    NOOBAA_CLASS,
    ExternalStore,
    MinioStore,
    ObcStore,
    minio_address,
)

_ENDPOINTS = {
    NOOBAA_CLASS: f"https://s3.{NAMESPACE}.svc:443",
    GATEWAY_CLASS: f"https://rook-ceph-rgw-{CLUSTER_NAME}-cephobjectstore.{NAMESPACE}.svc:443",
}
"""Storage class of buckets to the address of its store (noobaa-operator; rook)."""


def storage_outputs(settings: Settings) -> dict[str, Any]:
    """The outputs by name; the bucket's keys are given as a reference."""
    store = settings.model_store
    if store is None:
        return {"model_store": None}
    reference = {"namespace": settings.namespaces.models, "name": CONNECTION, "keys": list(KEY_ENTRIES)}
    found = {"bucket": store.bucket, "endpoint": _endpoint(settings, store), "region": store.region}
    return {"model_store": {**found, "connection_secret_ref": reference}}


def _endpoint(settings: Settings, store: ObcStore | MinioStore | ExternalStore) -> str | None:
    if isinstance(store, ExternalStore):
        return store.endpoint
    if isinstance(store, MinioStore):
        return f"https://{minio_address(settings.namespaces.object_store)}"
    return _ENDPOINTS.get(store.storage_class_name)
