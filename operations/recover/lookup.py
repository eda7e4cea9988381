"""Where to ask whether an object exists: one question per system, all of them reads.

A pending create is recorded before its call. Whoever holds its natural key may therefore have held it before, and the
call was never made or was refused. So an object is taken over by itself only when it shows that this program made it,
or could have: in Kubernetes by `managedFields`, in Keycloak and 3scale by the declared fields, which it must have. What
is declared with `adopt` in 3scale is to be taken over whoever made it, also in the middle of its changes.
"""

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from dynamic_providers.threescale import natural_key
from dynamic_providers.threescale.client import AdminApi
from dynamic_providers.threescale.errors import ThreescaleError
from operations.cluster import Cluster
from operations.errors import OperationError
from operations.recover.deployment import Found, PendingCreate

KUBERNETES_CREATE_MANAGER = "pulumi-kubernetes"
"""Field manager of the plugin's create (pulumi-kubernetes 4.32.0: a plain POST)."""

Lookup = Callable[[PendingCreate], Found | None]
"""The object a pending create may have made, or None when there is none."""


def kubernetes(cluster: Cluster) -> Lookup:
    """Ask the API server by kind, namespace and name; the id is `namespace/name`.

    What another manager made is none of ours: the next `up` is refused by the API server, which names it.

    Raises:
        OperationError: (from the look-up) the API server refused, or the create is of no single object.
    """

    def find(create: PendingCreate) -> Found | None:
        metadata: Mapping[str, Any] = create.inputs.get("metadata") or {}
        namespace, name = metadata.get("namespace") or "", metadata.get("name") or ""
        if not (name and create.inputs.get("apiVersion") and create.inputs.get("kind")):
            message = (
                f"asked what became of {create.type} {create.name}: its inputs name no object (apiVersion, kind, "
                "metadata.name); look in the cluster, then remove it there or import it with `pulumi import`"
            )
            raise OperationError(message)
        found = cluster.find(create.inputs["apiVersion"], create.inputs["kind"], namespace, name)
        if found is None:
            return None
        managers = {field.get("manager") for field in found["metadata"].get("managedFields") or []}
        if KUBERNETES_CREATE_MANAGER not in managers:
            return None
        return Found(identity=f"{namespace}/{name}" if found["metadata"].get("namespace") else str(name))

    return find


def threescale(provider: Mapping[str, Any]) -> Lookup:
    """Ask the tenant by natural key, as the provider instance with these inputs does; the environment wins, as there.

    Raises:
        OperationError: The provider's inputs are unusable, or (from the look-up) the tenant refused or is unreachable.
    """
    url = os.environ.get("THREESCALE_ADMIN_URL") or provider.get("adminUrl") or ""
    token = os.environ.get("THREESCALE_ACCESS_TOKEN") or provider.get("accessToken") or ""
    try:
        api = AdminApi(url, token, ca_bundle=provider.get("caBundle") or "")
    except ThreescaleError as refusal:
        raise OperationError(str(refusal)) from None

    def find(create: PendingCreate) -> Found | None:
        try:
            identity = natural_key.lookup(create.type, api, create.inputs)
            if identity is None:
                return None
            useless, adopting = natural_key.is_told_once(create.type), bool(create.inputs.get("adopt"))
            if useless and adopting:
                return None  # the next create replaces what has the name, and spares the token that is in use
            ours = adopting or natural_key.matches(create.type, api, identity, create.inputs)
        except ThreescaleError as refusal:
            raise OperationError(str(refusal)) from None
        return Found(identity=identity, ours=ours, discard=partial(discard, create, identity) if useless else None)

    def discard(create: PendingCreate, identity: str) -> None:
        try:
            natural_key.discard(create.type, api, identity, create.inputs)
        except ThreescaleError as refusal:
            raise OperationError(str(refusal)) from None

    return find


def nothing(_create: PendingCreate) -> Found | None:
    """For what makes nothing of its own, such as a gate: the next `up` simply waits again."""
    return None
