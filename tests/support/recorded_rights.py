"""The rights that a program used: what it registered, and what it asked the API server."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from dynamic_providers.cluster.condition_gate import ROUTED
from dynamic_providers.cluster.rollout import SILENT
from tests.support.recorder import DYNAMIC, Reading, Recording, Registration

MANAGED = ("create", "delete", "get", "list", "patch", "watch")
"""What Pulumi's plugin does with an object of its own."""

_CLUSTER_SCOPED = frozenset(
    {"Namespace", "Node", "StorageClass", "ClusterPolicy", "ClusterAutoscaler", "DSCInitialization"}
    | {"DataScienceCluster"}
)
_MACHINES = "openshift-machine-api"


class Right(NamedTuple):
    """One verb on one kind in one place."""

    group: str
    resource: str
    verb: str
    namespace: str = ""
    name: str = ""


def registered(found: Recording) -> set[Right]:
    """What the resources of a program need on the cluster."""
    rights: set[Right] = set()
    for one in found.resources:
        if one.type.startswith("kubernetes:"):
            rights.update(_of_object(one))
        elif one.type.startswith(f"{DYNAMIC}cluster:"):
            rights.update(_of_dynamic(one.type.rpartition(":")[2], one.inputs))
    rights.update(_of_reading(one) for one in found.reads)
    return rights


def asked(requests: Iterable[tuple[str, str]]) -> set[Right]:
    """What reads of objects need; what everybody may read (definitions, questions about rights) is left out."""
    rights = set()
    for method, path in requests:
        match = re.fullmatch(
            r"/apis?(?:/(?P<group>[^/]+\.[^/]+))?/v[^/]+(?:/namespaces/(?P<namespace>[^/]+))?/(?P<resource>[a-z]+)"
            r"(?:/(?P<name>[^/?]+))?(?:\?.*)?",
            path,
        )
        if method == "GET" and match is not None:
            verb = "get" if match["name"] else "list"
            rights.add(
                Right(match["group"] or "", match["resource"], verb, match["namespace"] or "", match["name"] or "")
            )
    return rights


def plural(kind: str) -> str:
    """The resource of a kind."""
    lower = kind.lower()
    return f"{lower}es" if lower.endswith("s") else re.sub("ys$", "ies", f"{lower}s")


def _of_object(one: Registration) -> Iterator[Right]:
    _, module, kind = one.type.split(":")
    group = "" if module == "core/v1" else module.rpartition("/")[0]
    namespace = "" if kind in _CLUSTER_SCOPED else one.inputs["metadata"].get("namespace", "")
    if kind.endswith("Patch"):
        yield from (Right(group, plural(kind.removesuffix("Patch")), verb) for verb in ("get", "patch"))
        return
    yield from (Right(group, plural(kind), verb, namespace) for verb in MANAGED)
    if kind == "Route" and "host" in one.inputs["spec"]:
        yield Right(group, "routes/custom-host", "create", namespace)
    for rule in one.inputs["rules"] if kind == "Role" else ():
        for api_group in rule["apiGroups"]:
            yield from (Right(api_group, name, verb, namespace) for name in rule["resources"] for verb in rule["verbs"])


def _of_reading(one: Reading) -> Right:
    namespace, _, _ = one.id.rpartition("/")
    return Right("", plural(one.type.rpartition(":")[2]), "get", namespace)


def _of_dynamic(kind: str, inputs: dict[str, Any]) -> Iterator[Right]:
    readers = {
        "ConditionGate": _of_gate,
        "JobGate": _of_job,
        "OperatorReady": _of_operator,
        "NodePoolReady": _of_pool,
        "NodePoolFloor": lambda _: (
            Right("machine.openshift.io", "machinesets", verb, "openshift-machine-api") for verb in ("get", "patch")
        ),
        "NodeMarks": lambda _: (Right("", "nodes", verb) for verb in ("get", "patch")),
        "RouteAnnotation": lambda given: (
            Right("route.openshift.io", "routes", verb, given["namespace"]) for verb in ("list", "patch")
        ),
        "RouteReady": lambda given: (
            Right("route.openshift.io", "routes", "get", given["namespace"]),
            *_explained(given["namespace"]),
        ),
        "SecretCopy": _of_copy,
    }
    yield from readers[kind](inputs)


def _of_gate(given: dict[str, Any]) -> Iterator[Right]:
    group = given["api_version"].rpartition("/")[0]
    yield Right(group, plural(given["kind"]), "get", given.get("namespace", ""))
    for made in SILENT.get((given["api_version"], given["kind"]), ()):
        yield Right("apps", made, "list", given["namespace"])
    if given["kind"] in ROUTED:
        yield Right("route.openshift.io", "routes", "list", given["namespace"])
    if "deployment" in given:
        yield Right("apps", "deployments", "get", given["namespace"])
    yield from _explained(given.get("evidence_namespace") or given.get("namespace", ""))


def _of_job(given: dict[str, Any]) -> Iterator[Right]:
    """A failed Job is deleted and made anew."""
    yield from (Right("batch", "jobs", verb, given["namespace"]) for verb in ("create", "delete", "get"))
    yield from _explained(given["namespace"])


def _of_operator(given: dict[str, Any]) -> Iterator[Right]:
    group, namespace = "operators.coreos.com", given["namespace"]
    yield from (Right(group, "clusterserviceversions", verb, namespace) for verb in ("delete", "get"))
    yield from (Right(group, "installplans", verb, namespace) for verb in ("list", "patch"))
    yield Right(group, "subscriptions", "get", namespace)
    yield from _explained(namespace)


def _of_pool(given: dict[str, Any]) -> Iterator[Right]:
    yield Right("", "nodes", "list")
    if given.get("machine_set"):
        yield Right("machine.openshift.io", "machinesets", "get", _MACHINES)
        yield Right("machine.openshift.io", "machines", "list", _MACHINES)
        yield Right("", "events", "list", _MACHINES)
    if given.get("resource"):
        yield Right("nvidia.com", "clusterpolicies", "list")
    yield from (Right("", "pods", "list", namespace) for namespace in given.get("namespaces", ()))


def _of_copy(given: dict[str, Any]) -> Iterator[Right]:
    yield Right("", "secrets", "get", given["from_namespace"], given["from_name"])
    yield from (Right("", "secrets", verb, given["namespace"]) for verb in ("create", "delete", "get", "patch"))


def _explained(namespace: str) -> Iterator[Right]:
    if namespace:
        yield Right("", "pods", "list", namespace)
        yield Right("", "events", "list", namespace)
