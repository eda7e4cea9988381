"""Where to ask whether an object exists: one question per system, all of them reads.

Only what the program itself made is taken over. Kubernetes says so in `managedFields`; Keycloak and 3scale refuse a
second object under the same natural key, so the create of a taken key never got this far.
"""

from collections.abc import Callable, Mapping
from typing import Any

from operations.cluster import Cluster
from operations.recover.deployment import PendingCreate

KUBERNETES_CREATE_MANAGER = "pulumi-kubernetes"
"""Field manager of the plugin's create (pulumi-kubernetes 4.32.0: a plain POST)."""

Lookup = Callable[[PendingCreate], str | None]
"""The id of the object a pending create made, or None when it does not exist."""


def kubernetes(cluster: Cluster) -> Lookup:
    """Ask the API server by kind, namespace and name; the id is `namespace/name`."""

    def find(create: PendingCreate) -> str | None:
        metadata: Mapping[str, Any] = create.inputs.get("metadata") or {}
        namespace, name = metadata.get("namespace") or "", metadata.get("name") or ""
        found = cluster.find(create.inputs["apiVersion"], create.inputs["kind"], namespace, name)
        if found is None:
            return None
        managers = {field.get("manager") for field in found["metadata"].get("managedFields") or []}
        if KUBERNETES_CREATE_MANAGER not in managers:
            return None
        return f"{namespace}/{name}" if found["metadata"].get("namespace") else str(name)

    return find


def nothing(_create: PendingCreate) -> str | None:
    """For what makes nothing of its own, such as a gate: the next `up` simply waits again."""
    return None
