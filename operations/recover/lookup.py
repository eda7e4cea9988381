"""Where to ask whether an object exists: one question per system, all of them reads.

Only what the program itself made is taken over. Kubernetes says so in `managedFields`; Keycloak and 3scale refuse a
second object under the same natural key, so the create of a taken key never got this far.
"""

import os
from collections.abc import Callable, Mapping
from typing import Any

from dynamic_providers.threescale import natural_key
from dynamic_providers.threescale.client import AdminApi
from dynamic_providers.threescale.errors import ThreescaleError
from operations.cluster import Cluster
from operations.errors import OperationError
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


def threescale(provider: Mapping[str, Any]) -> Lookup:
    """Ask the tenant by natural key, as the provider instance with these inputs does; the environment wins, as there.

    Raises:
        OperationError: (from the look-up) the tenant refused or could not be reached.
    """
    url = os.environ.get("THREESCALE_ADMIN_URL") or provider["adminUrl"]
    token = os.environ.get("THREESCALE_ACCESS_TOKEN") or provider["accessToken"]
    api = AdminApi(url, token, ca_bundle=provider.get("caBundle") or "")

    def find(create: PendingCreate) -> str | None:
        try:
            return natural_key.lookup(create.type, api, create.inputs)
        except ThreescaleError as refusal:
            raise OperationError(str(refusal)) from None

    return find


def nothing(_create: PendingCreate) -> str | None:
    """For what makes nothing of its own, such as a gate: the next `up` simply waits again."""
    return None
