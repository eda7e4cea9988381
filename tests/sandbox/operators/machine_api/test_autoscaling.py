"""Machines come for pods that wait and go when nobody needs them, between the limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.operators.kinds import CLUSTER_AUTOSCALER, MACHINE_AUTOSCALER, MACHINE_SET, POD
from sandbox.operators.machine_api import autoscaling
from sandbox.operators.machine_api.node import node_name
from tests.sandbox.operators.machine_api.test_machines import SPACE, a_machine, a_node, template
from tests.sandbox.operators.picture import NOW, named, running, view, written

if TYPE_CHECKING:
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest

LEAST = "machine.openshift.io/cluster-api-autoscaler-node-group-min-size"
MOST = "machine.openshift.io/cluster-api-autoscaler-node-group-max-size"
TARGET = {"apiVersion": "machine.openshift.io/v1beta1", "kind": "MachineSet", "name": "c-a10g"}
RUNNER = running("cluster-autoscaler-default", SPACE)
SCALER = named(CLUSTER_AUTOSCALER, "default", spec={"scaleDown": {"enabled": True}})
CANDIDATE = {"key": "DeletionCandidateOfClusterAutoscaler", "value": "20261121080000", "effect": "PreferNoSchedule"}


def a_set(replicas: int, least: int = 0, most: int = 2) -> Manifest:
    spec = {"replicas": replicas, "template": template()}
    return named(
        MACHINE_SET, "c-a10g", SPACE, spec=spec, metadata={"annotations": {LEAST: str(least), MOST: str(most)}}
    )


def machines(*names: str) -> list[Manifest]:
    found: list[Manifest] = []
    for name in names:
        one = a_machine(name)
        one["status"] = {"phase": "Running", "nodeRef": {"name": node_name(one)}}
        found += [one, a_node(one)]
    return found


def waiting_pod(**spec: Any) -> Manifest:  # noqa: ANN401 - the fields of any pod
    tolerations = [{"key": "nvidia.com/gpu", "operator": "Exists"}]
    wanted = {
        "containers": [{"name": "m", "resources": {"limits": {"nvidia.com/gpu": "1"}}}],
        "nodeSelector": {"maas/pool": "a10g"},
        "tolerations": tolerations,
        **spec,
    }
    told = [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}]
    return named(POD, "model", "llm", spec=wanted, status={"conditions": told})


def step(found: View) -> list[Manifest]:
    return [patch for _, patch in autoscaling.scale(SCALER, found).patch]


def test_the_limits_are_written_on_the_set_and_taken_off_again() -> None:
    spec = {"minReplicas": 0, "maxReplicas": 3, "scaleTargetRef": TARGET}
    limits = named(MACHINE_AUTOSCALER, "c-a10g", SPACE, spec=spec)
    bare = named(MACHINE_SET, "c-a10g", SPACE, spec={"template": template()})
    outcome = autoscaling.limit(limits, view(limits, bare))

    assert outcome.patch[1][1]["metadata"]["annotations"] == {LEAST: "0", MOST: "3"}
    assert written(outcome) == {"lastTargetRef": TARGET}

    finalizer = "machinetarget.autoscaling.openshift.io"
    leaving = {**limits, "metadata": {**limits["metadata"], "deletionTimestamp": NOW, "finalizers": [finalizer]}}
    patches = [patch["metadata"] for _, patch in autoscaling.limit(leaving, view(leaving, a_set(1))).patch]
    assert patches == [{"annotations": {LEAST: None, MOST: None}}, {"finalizers": []}]


def test_an_empty_set_grows_for_a_pod_that_its_nodes_would_fit() -> None:
    assert step(view(SCALER, RUNNER, a_set(0), waiting_pod())) == [{"spec": {"replicas": 1}}]


def test_no_machine_comes_for_a_pod_that_would_not_fit_either() -> None:
    assert step(view(SCALER, RUNNER, a_set(0), waiting_pod(nodeSelector={"maas/pool": "t4"}))) == []
    assert step(view(SCALER, RUNNER, a_set(0), waiting_pod(tolerations=[]))) == []


def test_a_set_never_grows_over_its_limit_and_waits_for_machines_under_way() -> None:
    full = view(SCALER, RUNNER, a_set(2), waiting_pod(), *machines("c-a10g-a", "c-a10g-b"))
    under_way = view(SCALER, RUNNER, a_set(1), waiting_pod(), a_machine("c-a10g-a"))

    assert [patch for patch in step(full) if "replicas" in patch.get("spec", {})] == []
    assert step(under_way) == []


def test_nothing_happens_without_the_autoscaler_or_under_another_name() -> None:
    other = named(CLUSTER_AUTOSCALER, "mine", spec={})

    assert step(view(SCALER, a_set(0), waiting_pod())) == []
    assert autoscaling.scale(other, view(other, RUNNER, a_set(0), waiting_pod())).patch == ()


def test_a_node_that_nobody_needs_is_marked_and_goes_after_a_while() -> None:
    machine, node = machines("c-a10g-a")
    [mark] = step(view(SCALER, RUNNER, a_set(1), machine, node))
    assert mark["spec"]["taints"][-1] == CANDIDATE

    node["spec"]["taints"].append(CANDIDATE)
    early = {f"unneeded {node['metadata']['name']} 20261121080000"}
    assert step(view(SCALER, RUNNER, a_set(1), machine, node, early=early)) == []
    chosen, fewer = step(view(SCALER, RUNNER, a_set(1), machine, node))
    assert chosen["metadata"]["annotations"] == {"machine.openshift.io/delete-machine": "true"}
    assert fewer == {"spec": {"replicas": 0}}
    assert step(view(SCALER, RUNNER, a_set(1, least=1), machine, node)) == []


def test_a_node_that_is_needed_again_loses_its_mark() -> None:
    machine, node = machines("c-a10g-a")
    node["spec"]["taints"].append(CANDIDATE)
    pod = named(POD, "model", "llm", spec={"nodeName": node["metadata"]["name"], "containers": []})
    [unmark] = step(view(SCALER, RUNNER, a_set(1), machine, node, pod))

    assert CANDIDATE not in unmark["spec"]["taints"]
