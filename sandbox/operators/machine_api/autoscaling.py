"""MachineAutoscaler and ClusterAutoscaler: machines come for pods that wait, and go when nobody needs them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.node.scheduling import misfit
from sandbox.operators.kinds import DEPLOYMENT, MACHINE_SET, POD
from sandbox.operators.machine_api.cloud import instance_type
from sandbox.operators.machine_api.machine_set import DELETE_FIRST, machines_of, node_of
from sandbox.operators.reconcile import Outcome, deleted, deployment_available, finalized, is_true, owner, released

if TYPE_CHECKING:
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest

NAMESPACE = "openshift-machine-api"
_FINALIZER = "machinetarget.autoscaling.openshift.io"
_LEAST = "machine.openshift.io/cluster-api-autoscaler-node-group-min-size"
_MOST = "machine.openshift.io/cluster-api-autoscaler-node-group-max-size"
_ONLY = "default"
"""The operator ignores an autoscaler of any other name (cluster-autoscaler-operator)."""
_RUNNER = "cluster-autoscaler-default"
_CANDIDATE = "DeletionCandidateOfClusterAutoscaler"
"""Taint of a node that may go soon (cluster-autoscaler, taints)."""
_UNNEEDED_PHASES = 10
"""How many delays a node must be unneeded: the real one takes minutes."""


def limit(autoscaler: Manifest, view: View) -> Outcome:
    """Write the limits onto the MachineSet, and take them off again."""
    target = autoscaler["spec"]["scaleTargetRef"]
    found = view.store.get(MACHINE_SET, autoscaler["metadata"]["namespace"], target["name"])
    if deleted(autoscaler):
        cleared = ((found, {"metadata": {"annotations": {_LEAST: None, _MOST: None}}}),) if found else ()
        return Outcome(patch=(*cleared, *released(autoscaler, _FINALIZER)))
    if found is None:
        return Outcome(patch=finalized(autoscaler, _FINALIZER), again=True)
    spec = autoscaler["spec"]
    wanted = {_LEAST: str(spec["minReplicas"]), _MOST: str(spec["maxReplicas"])}
    present = found["metadata"].get("annotations", {})
    same = all(present.get(name) == text for name, text in wanted.items())
    limits = () if same else ((found, {"metadata": {"annotations": wanted}}),)
    return Outcome(patch=(*finalized(autoscaler, _FINALIZER), *limits), status={"lastTargetRef": target})


def scale(autoscaler: Manifest, view: View) -> Outcome:
    """Run the autoscaler, and change one set of machines by one at a time, within its limits."""
    if deleted(autoscaler) or autoscaler["metadata"]["name"] != _ONLY:
        return Outcome()
    runner = (_runner(autoscaler),)
    if not deployment_available(view.store, NAMESPACE, _RUNNER):
        return Outcome(apply=runner, again=True)
    for machine_set in view.store.objects(MACHINE_SET, NAMESPACE):
        limits = _limits(machine_set)
        if limits is not None and not deleted(machine_set):
            steps = _steps(machine_set, limits, view, shrinks=_shrinks(autoscaler))
            if steps:
                return Outcome(apply=runner, patch=steps, again=True)
    return Outcome(apply=runner, again=True)


def _limits(machine_set: Manifest) -> tuple[int, int] | None:
    found = machine_set["metadata"].get("annotations", {})
    return (int(found[_LEAST]), int(found[_MOST])) if _LEAST in found and _MOST in found else None


def _shrinks(autoscaler: Manifest) -> bool:
    return bool(autoscaler["spec"].get("scaleDown", {}).get("enabled"))


def _steps(
    machine_set: Manifest, limits: tuple[int, int], view: View, *, shrinks: bool
) -> tuple[tuple[Manifest, Manifest], ...]:
    """The patches of one step: a machine more, a node marked or unmarked as unneeded, or a marked machine less."""
    replicas: int = machine_set["spec"].get("replicas", 1)
    least, most = limits
    machines = [machine for machine in machines_of(machine_set, view) if not deleted(machine)]
    nodes = [(machine, node) for machine in machines if (node := node_of(machine, view)) is not None]
    settled = len(nodes) == replicas and all(is_true(node, "Ready") for _, node in nodes)
    if replicas > most or (settled and replicas < most and _waited_for(machine_set, view)):
        return ((machine_set, {"spec": {"replicas": min(replicas + 1, most)}}),)
    if not (shrinks and settled):
        return ()
    for machine, node in nodes:
        if marked := _marked(node, view):
            return marked
        if replicas > least and (since := _since(node)) and view.waited(f"unneeded {since}") >= _patience(view):
            chosen = {"metadata": {"annotations": {DELETE_FIRST: "true"}}}
            return ((machine, chosen), (machine_set, {"spec": {"replicas": replicas - 1}}))
    return ()


def _patience(view: View) -> float:
    return _UNNEEDED_PHASES * view.settings.delay_seconds


def _since(node: Manifest) -> str:
    """The mark of a node that nobody needs, with its time; "" for none."""
    marks = [one for one in node["spec"].get("taints") or () if one["key"] == _CANDIDATE]
    return f"{node['metadata']['name']} {marks[0].get('value', '')}" if marks else ""


def _marked(node: Manifest, view: View) -> tuple[tuple[Manifest, Manifest], ...]:
    """The patch that marks an unneeded node, or takes the mark off one that is needed again."""
    name, taints = node["metadata"]["name"], node["spec"].get("taints") or []
    pods = (pod for pod in view.store.objects(POD) if pod["spec"].get("nodeName") == name)
    needed = any(not _of_daemon_set(pod) for pod in pods)
    if needed == (_since(node) == ""):
        return ()
    mark = {"key": _CANDIDATE, "value": re.sub(r"\D", "", view.now), "effect": "PreferNoSchedule"}
    after = [one for one in taints if one["key"] != _CANDIDATE] if needed else [*taints, mark]
    return ((node, {"spec": {"taints": after}}),)


def _waited_for(machine_set: Manifest, view: View) -> bool:
    """Whether a pod that fits no node would fit a new one of this set."""
    template = _template(machine_set)
    return template is not None and any(
        misfit(pod, template, ()) is None for pod in view.store.objects(POD) if _unschedulable(pod)
    )


def _unschedulable(pod: Manifest) -> bool:
    told = pod.get("status", {}).get("conditions") or ()
    return not pod["spec"].get("nodeName") and any(
        one["type"] == "PodScheduled" and one["status"] == "False" and one.get("reason") == "Unschedulable"
        for one in told
    )


def _template(machine_set: Manifest) -> Manifest | None:
    """A node of the set as the autoscaler imagines it; GPUs count as the cloud's machine has them."""
    spec = machine_set["spec"]["template"]["spec"]
    name = spec.get("providerSpec", {}).get("value", {}).get("instanceType", "")
    kind = instance_type(name)
    if kind is None:
        return None
    labels = {"kubernetes.io/os": "linux", "node.kubernetes.io/instance-type": name}
    return {
        "metadata": {"name": "template", "labels": labels | spec.get("metadata", {}).get("labels", {})},
        "spec": {"taints": spec.get("taints", [])},
        "status": {"allocatable": {"nvidia.com/gpu": str(kind.cards)}},
    }


def _of_daemon_set(pod: Manifest) -> bool:
    return any(one["kind"] == "DaemonSet" for one in pod["metadata"].get("ownerReferences", ()))


def _runner(autoscaler: Manifest) -> Manifest:
    labels = {"cluster-autoscaler": _ONLY, "k8s-app": "cluster-autoscaler"}
    container = {
        "name": "cluster-autoscaler",
        "image": "quay.io/openshift-release-dev/ocp-v4.0-art-dev:cluster-autoscaler",
    }
    return {
        "apiVersion": DEPLOYMENT.api_version,
        "kind": DEPLOYMENT.kind,
        "metadata": {"name": _RUNNER, "namespace": NAMESPACE, "ownerReferences": [owner(autoscaler)]},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }
