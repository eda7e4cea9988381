"""Are there nodes that can carry storage and model servers? What is missing is told and stops nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

from components.config import Settings
from components.config.catalog import Model
from components.config.server_pod import GPU, ServerPod
from components.preflight.reader import ClusterReader

_NODES_PATH = "/api/v1/nodes"
_WORKERS = f"{_NODES_PATH}?labelSelector=node-role.kubernetes.io/worker"

_NODES, _CORES, _GIB = 3, 16.0, 64.0
"""What OpenShift Data Foundation and 3scale together need (odf, planning guide, resource requirements)."""

_REPORTED = 0.93
"""Share of a machine's memory that its node reports: firmware and kernel keep the rest."""

_UNITS = {"": 1.0, "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


def small_nodes(reader: ClusterReader, settings: Settings) -> Iterator[str]:
    """A hint when this stack installs storage and the cluster has too few nodes that are large enough for it.

    Raises:
        ClusterRefusalError: The server does not answer, or does not let us read.
    """
    if settings.storage.odf is None:
        return
    listed = reader.read(_WORKERS) or {}
    large = sum(is_large(node) for node in listed.get("items", ()))
    added = sum(pool.least for pool in settings.nodes.workers.values())
    if large + added < _NODES:
        yield (
            f"storage.odf is given, and the cluster has {large} ready worker node(s) with at least {_CORES:.0f} "
            f"processors and {_GIB:.0f} GiB; storage wants {_NODES} of them. Add workers by nodes.workers, or have the "
            "cluster's owner add them."
        )


def crowded_nodes(reader: ClusterReader, settings: Settings) -> Iterator[str]:
    """A hint for each model server whose pod fits no node: not even an empty one would take it.

    Nodes that this stack or an autoscaler adds may fit; so it is a hint. Servers on a pool of this stack are not asked
    about: what fits there is checked with the stack file.

    Raises:
        ClusterRefusalError: The server does not answer, or does not let us read.
    """
    asked = {key: model for key, model in settings.models.items() if model.server is not None and not _on_pool(model)}
    if not asked:
        return
    nodes = [one for one in (reader.read(_NODES_PATH) or {}).get("items", ()) if _is_ready(one)]
    for key, model in asked.items():
        needed = _requests(model)
        if not any(_holds(node, needed) for node in nodes):
            listed = ", ".join(f"{name} {text}" for name, text in needed.items())
            yield (
                f"models.{key}.server asks for {listed}, and none of the cluster's {len(nodes)} ready node(s) offers "
                "so much: its pod stays pending until one does. Lower its requests, or add nodes by gpu.pools or "
                "nodes.workers."
            )


def _on_pool(model: Model) -> bool:
    return isinstance(model.server, ServerPod) and model.server.pool is not None


def _requests(model: Model) -> dict[str, str]:
    """What the pod of a model's server asks of its node, by resource."""
    server = model.server
    if server is None:
        return {}
    asked = server.resources.requests
    gpus = server.devices if isinstance(server, ServerPod) else 0
    return {"cpu": asked.cpu, "memory": asked.memory, **({GPU: str(gpus)} if gpus else {})}


def _holds(node: Mapping[str, Any], needed: Mapping[str, str]) -> bool:
    offered = node.get("status", {}).get("allocatable", {})
    return all(quantity(str(offered.get(name, "0"))) >= quantity(text) for name, text in needed.items())


def is_large(node: Mapping[str, Any]) -> bool:
    """Whether a node is ready and as large as storage wants it."""
    size = node.get("status", {}).get("capacity", {})
    memory = quantity(str(size.get("memory", "0"))) / _UNITS["Gi"]
    return _is_ready(node) and quantity(str(size.get("cpu", "0"))) >= _CORES and memory >= _GIB * _REPORTED


def _is_ready(node: Mapping[str, Any]) -> bool:
    conditions = node.get("status", {}).get("conditions") or ()
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def quantity(text: str) -> float:
    """A Kubernetes quantity as a number: cores, or bytes."""
    if text.endswith("m"):
        return float(text[:-1]) / 1000
    number = text.rstrip("KMGTik")
    return float(number) * _UNITS[text[len(number) :]]
