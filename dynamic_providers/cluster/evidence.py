"""Why something in a namespace does not become ready: its events, and the containers that wait or crash."""

from dynamic_providers.cluster.connection import Cluster
from dynamic_providers.cluster.errors import ClusterError
from dynamic_providers.json_object import Json

QUOTED = 5
"""So many events and so many containers are quoted."""
CHARACTERS = 200
NO_TROUBLE = frozenset({"", "ContainerCreating", "PodInitializing"})
"""Reasons of waiting containers that pass by themselves."""


def evidence(cluster: Cluster, namespace: str, name: str) -> str:
    """Return the last events about `name` and the troubled containers of its namespace; "" for neither."""
    if not namespace:
        return ""
    try:
        events = cluster.items(
            f"/api/v1/namespaces/{namespace}/events", {"fieldSelector": f"involvedObject.name={name}"}
        )
        pods = cluster.items(f"/api/v1/namespaces/{namespace}/pods")
    except ClusterError as unreadable:
        return f"Events and pods of {namespace} cannot be read ({unreadable.wrong})"
    parts = {
        "Events": [_event(one) for one in sorted(events, key=_time)[-QUOTED:]],
        "Containers": containers(pods)[:QUOTED],
    }
    return ". ".join(f"{title}: {'; '.join(lines)}" for title, lines in parts.items() if lines)


def containers(pods: list[Json]) -> list[str]:
    """Return `pod/container reason: message` of every container that will not start by itself."""
    troubled = []
    for pod in pods:
        status = pod.get("status") or {}
        for one in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]:
            waiting = (one.get("state") or {}).get("waiting") or {}
            if waiting.get("reason", "") not in NO_TROUBLE:
                told = f"{pod['metadata']['name']}/{one['name']} {waiting['reason']}: {waiting.get('message', '')}"
                troubled.append(told[:CHARACTERS].rstrip(": "))
    return troubled


def _event(event: Json) -> str:
    return f"{event.get('reason', '')} {event.get('message', '')}"[:CHARACTERS].strip()


def _time(event: Json) -> str:
    return str(event.get("lastTimestamp") or event.get("eventTime") or event["metadata"].get("creationTimestamp") or "")
