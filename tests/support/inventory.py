"""Everything on a cluster, over all of its API groups, so that two moments can be compared."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tests.support.running_sandbox import RunningSandbox

LEFT_OUT: Mapping[str, str] = {
    "events": "the cluster's diary: it tells what happened and expires by itself",
    "leases.coordination.k8s.io": "heartbeats of the cluster's own parts",
    "endpoints": "follow the Services and pods, which are compared",
    "endpointslices.discovery.k8s.io": "follow the Services and pods, which are compared",
    "componentstatuses": "computed at each reading",
}
"""Kinds that are not compared (`events.events.k8s.io` counts as `events`), and why."""

_VOLATILE = ("managedFields", "resourceVersion", "generation")
"""What changes without anybody wanting another object. A status is left out too: it follows, it is not wanted."""


class Key(NamedTuple):
    """One object."""

    resource: str
    """As kubectl writes it: `routes.route.openshift.io`."""
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.resource} {self.namespace}/{self.name}".replace(" /", " ")


class Held(NamedTuple):
    """What makes two moments of one object differ."""

    uid: str
    digest: str
    """Of everything but the status and what changes by itself."""


Inventory = Mapping[Key, Held]


def inventory(cluster: RunningSandbox) -> Inventory:
    """Every object of every kind that can be listed."""
    return {
        Key(resource, item["metadata"].get("namespace", ""), item["metadata"]["name"]): _held(item)
        for resource, collection in sorted(_collections(cluster))
        for item in _listed(cluster, collection)
    }


def _collections(cluster: RunningSandbox) -> Iterator[tuple[str, str]]:
    """Each kind that can be listed, with the path of its objects."""
    for group_version in _group_versions(cluster):
        group = group_version.partition("/")[0] if "/" in group_version else ""
        root = f"/apis/{group_version}" if group else f"/api/{group_version}"
        for one in cluster.kube("GET", root).json()["resources"]:
            resource = f"{one['name']}.{group}".removesuffix(".").removesuffix(".events.k8s.io")
            if "list" in one["verbs"] and "/" not in one["name"] and resource not in LEFT_OUT:
                yield resource, f"{root}/{one['name']}"


def _group_versions(cluster: RunningSandbox) -> list[str]:
    """Each group in the version that it prefers: other versions show the same objects."""
    groups = cluster.kube("GET", "/apis").json()["groups"]
    return ["v1", *(group["preferredVersion"]["groupVersion"] for group in groups)]


def _listed(cluster: RunningSandbox, collection: str) -> list[dict[str, Any]]:
    # A kind that was defined a moment ago is not served at once.
    listed = cluster.until(collection, lambda answer: answer is not None)
    found: list[dict[str, Any]] = listed["items"]
    return found


def _held(item: Mapping[str, Any]) -> Held:
    metadata = {key: value for key, value in item["metadata"].items() if key not in _VOLATILE}
    kept = {key: value for key, value in item.items() if key not in ("metadata", "status")} | {"metadata": metadata}
    return Held(metadata["uid"], hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest())
