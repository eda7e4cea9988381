"""ClusterPolicy: NVIDIA's software on every node with a GPU, and what the nodes offer once it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.operators.daemons import daemon_set, ready_on, ready_pod
from sandbox.operators.gpu.sharing import GPU, labels, noted, offered, replicas
from sandbox.operators.kinds import CLUSTER_POLICY, CSV, NODE
from sandbox.operators.machine_api.cloud import cards_of
from sandbox.operators.nfd import DEVICE_FOUND
from sandbox.operators.olm.catalogue import package_of
from sandbox.operators.reconcile import Outcome, condition, deleted, timed

if TYPE_CHECKING:
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest

PACKAGE = "gpu-operator-certified"
_PLUGIN = "nvidia-device-plugin-daemonset"
_TAKEN = "nvidia.com/gpu.present"
_OPERANDS = {
    # Label of the nodes, image; in the order in which the operator brings them up (gpu-operator, state_manager.go).
    "nvidia-driver-daemonset": ("driver", "nvcr.io/nvidia/driver:580.95.05-rhcos4.20"),
    _PLUGIN: ("device-plugin", "nvcr.io/nvidia/k8s-device-plugin:v0.18.0"),
    "gpu-feature-discovery": ("gpu-feature-discovery", "nvcr.io/nvidia/k8s-device-plugin:v0.18.0"),
}
_TOLERATED = ({"key": GPU, "operator": "Exists", "effect": "NoSchedule"},)
_STATES = {name: f"state-{part}" for name, (part, _) in _OPERANDS.items()}


def reconcile(policy: Manifest, view: View) -> Outcome:
    """Label nodes, run the operands on them, and offer their GPUs; ready with no such node too."""
    if deleted(policy):
        return Outcome()
    if _first(view)["metadata"]["uid"] != policy["metadata"]["uid"]:
        return Outcome(status={"state": "ignored"})
    if not view.due("new"):
        return Outcome(again=True)
    namespace = _namespace(view)
    nodes = [node for node in view.store.objects(NODE) if DEVICE_FOUND in node["metadata"].get("labels", {})]
    taken = [node for node in nodes if _TAKEN in node["metadata"]["labels"]]
    tolerations = policy["spec"]["daemonsets"].get("tolerations") or _TOLERATED
    operands = tuple(
        daemon_set(
            name,
            namespace,
            image,
            policy,
            selector={f"nvidia.com/gpu.deploy.{part}": "true"},
            tolerations=tolerations,
        )
        for name, (part, image) in _OPERANDS.items()
    )
    waiting = [_STATES[name] for name in _OPERANDS if not all(_runs(name, namespace, node, view) for node in taken)]
    return Outcome(
        patch=(
            *_taken_up(nodes),
            *_discovered(policy, namespace, taken, view),
            *_remembered(policy, namespace, taken, view),
        ),
        status_patch=_devices(policy, namespace, taken, view),
        apply=operands,
        status=_status(policy, namespace, bool(nodes), waiting, view),
    )


def _first(view: View) -> Manifest:
    """The oldest policy: the operator takes no notice of any other."""
    return min(
        view.store.objects(CLUSTER_POLICY),
        key=lambda one: (one["metadata"].get("creationTimestamp", ""), one["metadata"]["name"]),
    )


def _namespace(view: View) -> str:
    """Where the operator itself runs: its operands run beside it."""
    for csv in view.store.objects(CSV):
        package = package_of(csv["metadata"]["name"])
        if package is not None and package.name == PACKAGE:
            return str(csv["metadata"]["namespace"])
    return "nvidia-gpu-operator"


def _runs(name: str, namespace: str, node: Manifest, view: View) -> bool:
    return ready_on(name, namespace, node["metadata"]["name"], view)


def _plugin(namespace: str, node: Manifest, view: View) -> Manifest | None:
    """The device plugin's pod on a node, once it runs."""
    return ready_pod(_PLUGIN, namespace, node["metadata"]["name"], view)


def _remembered(
    policy: Manifest, namespace: str, nodes: list[Manifest], view: View
) -> tuple[tuple[Manifest, Manifest], ...]:
    plugins = ((node, _plugin(namespace, node, view)) for node in nodes)
    return tuple(patch for node, plugin in plugins for patch in noted(policy, namespace, node, plugin, view))


def _works(namespace: str, node: Manifest, view: View) -> bool:
    return all(_runs(name, namespace, node, view) for name in _OPERANDS)


def _taken_up(nodes: list[Manifest]) -> tuple[tuple[Manifest, Manifest], ...]:
    wanted = {_TAKEN: "true", **{f"nvidia.com/gpu.deploy.{part}": "true" for part, _ in _OPERANDS.values()}}
    return tuple(
        (node, {"metadata": {"labels": wanted}})
        for node in nodes
        if any(node["metadata"]["labels"].get(name) != value for name, value in wanted.items())
    )


def _devices(
    policy: Manifest, namespace: str, nodes: list[Manifest], view: View
) -> tuple[tuple[Manifest, Manifest], ...]:
    """The device plugin tells the kubelet what there is, as soon as it runs beside the driver."""
    found = []
    for node in nodes:
        cards = cards_of(node)
        if cards is None or not all(_runs(name, namespace, node, view) for name in list(_OPERANDS)[:2]):
            continue
        wanted = offered(
            *cards, policy, node, shared_by=replicas(policy, namespace, node, _plugin(namespace, node, view), view)
        )
        if any(node["status"].get("allocatable", {}).get(name) != count for name, count in wanted.items()):
            found.append((node, {"capacity": wanted, "allocatable": wanted}))
    return tuple(found)


def _discovered(
    policy: Manifest, namespace: str, nodes: list[Manifest], view: View
) -> tuple[tuple[Manifest, Manifest], ...]:
    found = []
    for node in nodes:
        cards = cards_of(node)
        if cards is None or not _works(namespace, node, view):
            continue
        wanted = labels(*cards, node, shared_by=replicas(policy, namespace, node, _plugin(namespace, node, view), view))
        if any(node["metadata"]["labels"].get(name) != value for name, value in wanted.items()):
            found.append((node, {"metadata": {"labels": wanted}}))
    return tuple(found)


def _status(policy: Manifest, namespace: str, some: bool, waiting: list[str], view: View) -> Manifest:  # noqa: FBT001 - one of two facts
    """Conditions Ready and Error (gpu-operator, internal/conditions/clusterpolicy.go)."""
    if waiting:
        message = f"ClusterPolicy is not ready, states not ready: [{' '.join(waiting)}]"
        told = [condition("Ready", False, "Error"), condition("Error", True, "OperandNotReady", message)]
    else:
        reason = "Reconciled" if some else "NoGPUNodes"
        message = (
            "ClusterPolicy is ready as all resources have been successfully reconciled"
            if some
            else "No GPU node found, watching for new nodes to join the cluster."
        )
        told = [condition("Ready", True, reason, message), condition("Error", False, "Ready")]
    old = policy.get("status", {}).get("conditions", ())
    conditions = timed(old, [{"message": "", **entry} for entry in told], view.now)
    return {"state": "notReady" if waiting else "ready", "namespace": namespace, "conditions": conditions}
