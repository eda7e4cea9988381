"""Have the pods caught up with an object whose status does not say which generation of it is meant?

Such a status still tells of the old state right after a change, and a gate that believed it would let through what is
not there yet. What can be seen instead is the workloads that belong to the object: all of them rolled out, and staying
so for as long as an operator needs to begin with what it was just asked.
"""

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from dynamic_providers.json_object import Json

if TYPE_CHECKING:
    from dynamic_providers.cluster.connection import Cluster

SILENT: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("apps.3scale.net/v1alpha1", "APIManager"): ("deployments",),
    ("keycloak.org/v1alpha1", "Keycloak"): ("deployments", "statefulsets"),
}
"""`(apiVersion, kind)` without an observed generation → what its operator makes of it in its namespace
(3scale-operator, apimanager_types.go; keycloak-operator, keycloak_types.go)."""

STEADY_SECONDS = 15.0
"""So long nothing may move after a change. Operators watch their objects and begin within seconds; 3scale's own first
connects to the databases, each with a time limit of 3 s for an answer (3scale-operator, pkg/helper/redis.go)."""

_CAUSES = ("Progressing", "ReplicaFailure")
"""Conditions of a Deployment that say why it stands still (kubernetes, DeploymentConditionType)."""


class Rollout:
    """The workloads of one object, looked at again and again."""

    def __init__(self, cluster: "Cluster", collections: Sequence[str], steady_seconds: float, *, changed: bool) -> None:
        """Follow what belongs to an object in these collections; it is good after `steady_seconds` without a change.

        An object that was not `changed` and is seen to become ready needs no such time.
        """
        self._cluster, self._collections, self._steady = cluster, collections, steady_seconds
        self._since: float | None = None
        self._became_ready = not changed
        self._looked = False

    def look(self, item: Json, missing: list[str]) -> str:
        """What `item` lacks, or else its workloads; "" once neither lacks anything, nor has for long enough."""
        moving = missing or self._moving(item)
        # What is ready at the first look may be so since before it was asked for something else.
        self._became_ready = self._became_ready and (self._looked or bool(moving))
        self._looked = True
        if moving:
            self._since = None
            return "; ".join(moving)
        now = monotonic()
        self._since = now if self._since is None else self._since
        waits = not self._became_ready and now - self._since < self._steady
        return f"ready, and watched for {self._steady:.0f} s for what the operator still begins" if waits else ""

    def _moving(self, item: Json) -> list[str]:
        uid = item["metadata"].get("uid")
        found = [one for path in self._collections for one in self._cluster.items(path)]
        return [told for one in found if _belongs(one, uid) and (told := progress(one))]


def rollout(cluster: "Cluster", wanted: Json, *, changed: bool) -> Rollout | None:
    """What to look at for the object of a gate that waits `timeout_seconds`; nothing where its status says enough."""
    made = SILENT.get((wanted["api_version"], wanted["kind"]))
    if made is None:
        return None
    steady = min(STEADY_SECONDS, wanted["timeout_seconds"] / 2)
    collections = [f"/apis/apps/v1/namespaces/{wanted['namespace']}/{one}" for one in made]
    return Rollout(cluster, collections, steady, changed=changed)


def progress(workload: Json) -> str:
    """What a Deployment or StatefulSet still has to do, as `kubectl rollout status` judges it; "" for nothing."""
    status, name = workload.get("status") or {}, workload["metadata"]["name"]
    wanted = workload["spec"].get("replicas", 1)
    if status.get("observedGeneration", 0) < workload["metadata"].get("generation", 0):
        return f"{name} has not begun with its new form"
    new, ready = status.get("updatedReplicas") or 0, status.get("readyReplicas") or 0
    # A StatefulSet without a change to roll out counts all its pods as current, and no new ones.
    if "currentRevision" in status and status.get("currentRevision") == status.get("updateRevision"):
        new = status.get("replicas") or 0
    total = status.get("replicas") or 0
    if min(new, ready) >= wanted >= total:
        return ""
    more = f", {total} in all" if total > wanted else ""
    return f"{name} has {new} new and {ready} ready of {wanted} pods{more}{_why(status)}"


def _why(status: Json) -> str:
    told = [
        one.get("message") or ""
        for one in status.get("conditions") or []
        if one.get("type") in _CAUSES and (one.get("type") == "ReplicaFailure") == (one.get("status") == "True")
    ]
    return f" ({'; '.join(filter(None, told))})" if any(told) else ""


def _belongs(workload: Json, uid: str | None) -> bool:
    return any(owner.get("uid") == uid for owner in workload["metadata"].get("ownerReferences") or [])
