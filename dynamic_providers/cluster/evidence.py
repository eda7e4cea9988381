"""Why something in a namespace does not become ready: events, and pods and containers that do not come up."""

from dynamic_providers.cluster.connection import Cluster
from dynamic_providers.cluster.errors import ClusterError
from dynamic_providers.json_object import Json

QUOTED = 5
"""So many events and so many containers are quoted."""
CHARACTERS = 200
"""Characters of an event about the object itself, whose conditions are quoted as well."""
LAST_WORDS = 500
"""Characters of what is said about a pod: the cause stands at the end, after names of images and files."""
NO_TROUBLE = frozenset({"", "ContainerCreating", "PodInitializing"})
"""Reasons of waiting containers that pass by themselves."""
TELLING = frozenset({"FailedCreate", "ProvisioningFailed", "FailedBinding", "FailedMount", "FailedAttachVolume"})
"""Reasons of warnings that say what no pod's status does: a pod that may not be made, a volume that nobody makes or
that cannot be mounted (kubernetes, pkg/controller/controller_utils.go, persistentvolume/events, kubelet/events)."""
WARNINGS = {"fieldSelector": "type=Warning"}
ROUTES = "/apis/route.openshift.io/v1"


def evidence(cluster: Cluster, namespace: str, name: str, *, routed: bool = False) -> str:
    """Return the last events about `name` and what is troubled in its namespace; "" for neither.

    What is `routed` is not ready before the router has taken its Routes.
    """
    if not namespace:
        return ""
    try:
        pods = cluster.items(f"/api/v1/namespaces/{namespace}/pods")
        parts = {
            "Events": events_about(cluster, namespace, name),
            "Warnings": warnings(cluster.items(f"/api/v1/namespaces/{namespace}/events", WARNINGS), pods, name),
            "Pods": unplaced(pods)[:QUOTED],
            "Containers": containers(pods)[:QUOTED],
            "Routes": _routes(cluster, namespace) if routed else [],
        }
    except ClusterError as unreadable:
        return f"Events and pods of {namespace} cannot be read ({unreadable.wrong})"
    return ". ".join(f"{title}: {'; '.join(lines)}" for title, lines in parts.items() if lines)


def _routes(cluster: Cluster, namespace: str) -> list[str]:
    """Routes that no router takes; who may not read them still learns everything else."""
    try:
        return refused(cluster.items(f"{ROUTES}/namespaces/{namespace}/routes"))[:QUOTED]
    except ClusterError as unreadable:
        return [f"cannot be read ({unreadable.wrong})"]


def events_about(cluster: Cluster, namespace: str, name: str) -> list[str]:
    """Return `reason message` of the last events about the object `name`, oldest first, the same one once."""
    selector = {"fieldSelector": f"involvedObject.name={name}"}
    events = cluster.items(f"/api/v1/namespaces/{namespace}/events", selector)
    return [*dict.fromkeys(map(_event, sorted(events, key=_time)))][-QUOTED:]


def warnings(events: list[Json], pods: list[Json], name: str) -> list[str]:
    """Return `Kind name reason: message` of the last telling warnings about other objects than `name`, oldest first.

    Of a pod only while it is there and not ready: what went wrong with its predecessor, or at first, is no cause.
    """
    waiting = {pod["metadata"]["name"] for pod in pods if not _is_ready(pod)}
    last: dict[tuple[str, str, str], str] = {}
    for one in sorted(events, key=_time):
        about, reason = one.get("involvedObject") or {}, str(one.get("reason") or "")
        kind, whose = str(about.get("kind") or ""), str(about.get("name") or "")
        if reason in TELLING and whose != name and (kind != "Pod" or whose in waiting):
            last.pop((kind, whose, reason), None)
            last[kind, whose, reason] = f"{kind} {whose} {reason}: {one.get('message') or ''}"[:LAST_WORDS].rstrip(": ")
    return [*last.values()][-QUOTED:]


def unplaced(pods: list[Json]) -> list[str]:
    """Return `pod reason: message` of every pod that no node takes."""
    return [
        f"{pod['metadata']['name']} {one.get('reason', '')}: {one.get('message', '')}"[:LAST_WORDS].rstrip(": ")
        for pod in pods
        for one in (pod.get("status") or {}).get("conditions") or []
        if one.get("type") == "PodScheduled" and one.get("status") == "False"
    ]


def containers(pods: list[Json]) -> list[str]:
    """Return `pod/container reason: message` of every container that will not start by itself, or that failed.

    After them come those that run and are not ready: they may still be loading.
    """
    troubled, unready = [], []
    for pod in pods:
        status = pod.get("status") or {}
        for one in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]:
            state, place = one.get("state") or {}, f"{pod['metadata']['name']}/{one['name']}"
            waiting, ended = state.get("waiting") or {}, state.get("terminated") or {}
            if waiting.get("reason", "") not in NO_TROUBLE:
                told = f"{place} {waiting['reason']}: {waiting.get('message', '')}"
                troubled.append(told[:LAST_WORDS].rstrip(": ") + _before(one))
            elif ended.get("exitCode"):
                troubled.append(f"{place} {_ending(ended)}")
            elif state.get("running") and one.get("ready") is False:
                unready.append(f"{place} runs and is not ready{_before(one)}")
    return troubled + unready


def refused(routes: list[Json]) -> list[str]:
    """Return `Route host reason: message` of every Route that a router does not take (openshift/router, controller)."""
    return [
        f"{route['metadata']['name']} {route['spec'].get('host', '')} {one.get('reason', '')}: {one.get('message', '')}"
        for route in routes
        for ingress in (route.get("status") or {}).get("ingress") or []
        for one in ingress.get("conditions") or []
        if one.get("type") == "Admitted" and one.get("status") == "False"
    ]


def _before(container: Json) -> str:
    """How the container's last run ended, if it failed."""
    ended = (container.get("lastState") or {}).get("terminated") or {}
    times = container.get("restartCount") or 0
    return f" (started {times + 1} times, the last run {_ending(ended)})" if ended.get("exitCode") else ""


def _ending(ended: Json) -> str:
    return f"ended with {ended['exitCode']}: {_last_line(ended)}".rstrip(": ")


def _is_ready(pod: Json) -> bool:
    told = (pod.get("status") or {}).get("conditions") or []
    return any(one.get("type") == "Ready" and one.get("status") == "True" for one in told)


def _last_line(ended: Json) -> str:
    """The last line of what a container left as its message, or of its log: there it says why it gave up."""
    lines = str(ended.get("message") or "").strip().splitlines()
    return lines[-1][:LAST_WORDS] if lines else ""


def _event(event: Json) -> str:
    return f"{event.get('reason', '')} {event.get('message', '')}"[:CHARACTERS].strip()


def _time(event: Json) -> str:
    return str(event.get("lastTimestamp") or event.get("eventTime") or event["metadata"].get("creationTimestamp") or "")
