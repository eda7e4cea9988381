from __future__ import annotations

from typing import Any

import pytest

from sandbox.node.scheduling import choose, misfit

_TAINT = {"key": "nvidia.com/gpu", "value": "true", "effect": "NoSchedule"}


def _node(name: str = "w", *, gpus: int = 0, labels: dict[str, str] | None = None, **spec: object) -> dict[str, Any]:
    allocatable = {"cpu": "4"} | ({"nvidia.com/gpu": str(gpus)} if gpus else {})
    return {"metadata": {"name": name, "labels": labels or {}}, "spec": spec, "status": {"allocatable": allocatable}}


def _pod(uid: str = "u", *, gpus: int = 0, node: str = "", phase: str = "Pending", **spec: object) -> dict[str, Any]:
    resources = {"limits": {"nvidia.com/gpu": gpus, "cpu": "64"}} if gpus else {"requests": {"cpu": "64"}}
    placed = {"nodeName": node} if node else {}
    containers = {"containers": [{"name": "c", "resources": resources}]}
    return {"metadata": {"uid": uid}, "spec": containers | placed | spec, "status": {"phase": phase}}


def test_an_ordinary_pod_goes_to_the_first_node_whatever_its_processor_request() -> None:
    assert choose(_pod(), [_node("b"), _node("a")], []) == ("a", "")


def test_a_selector_that_matches_nothing_says_so() -> None:
    name, why = choose(_pod(nodeSelector={"gpu": "yes"}), [_node("a"), _node("b")], [])
    assert name is None
    assert why == (
        "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. "
        "preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."
    )
    assert choose(_pod(nodeSelector={"gpu": "yes"}), [_node(labels={"gpu": "yes"})], [])[0] == "w"


def test_devices_are_counted() -> None:
    node = _node(gpus=2)
    running = [_pod("1", gpus=1, node="w", phase="Running"), _pod("2", gpus=1, node="w", phase="Succeeded")]
    assert misfit(_pod(gpus=1), node, running) is None
    assert misfit(_pod(gpus=2), node, running) == "Insufficient nvidia.com/gpu"
    assert misfit(_pod(gpus=1), _node(), []) == "Insufficient nvidia.com/gpu"


@pytest.mark.parametrize(
    ("toleration", "fits"),
    [
        ({"key": "nvidia.com/gpu", "operator": "Exists"}, True),
        ({"key": "nvidia.com/gpu", "value": "true", "effect": "NoSchedule"}, True),
        ({"operator": "Exists"}, True),
        ({"key": "nvidia.com/gpu", "value": "false"}, False),
        ({"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoExecute"}, False),
    ],
)
def test_a_taint_needs_its_toleration(toleration: dict[str, str], *, fits: bool) -> None:
    refusal = misfit(_pod(tolerations=[toleration]), _node(taints=[_TAINT]), [])
    assert (refusal is None) == fits


def test_a_soft_taint_keeps_nobody_away() -> None:
    assert misfit(_pod(), _node(taints=[_TAINT | {"effect": "PreferNoSchedule"}]), []) is None


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        ({"key": "zone", "operator": "In", "values": ["a", "b"]}, True),
        ({"key": "zone", "operator": "NotIn", "values": ["a"]}, False),
        ({"key": "zone", "operator": "Exists"}, True),
        ({"key": "disk", "operator": "DoesNotExist"}, True),
        ({"key": "size", "operator": "Gt", "values": ["3"]}, True),
        ({"key": "size", "operator": "Lt", "values": ["3"]}, False),
    ],
)
def test_required_affinity_is_honoured(rule: dict[str, Any], *, fits: bool) -> None:
    required = {"nodeSelectorTerms": [{"matchExpressions": [rule]}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    refusal = misfit(_pod(affinity=affinity), _node(labels={"zone": "a", "size": "4"}), [])
    assert (refusal is None) == fits


def test_a_pod_of_a_daemon_set_goes_to_the_node_it_names() -> None:
    field = {"key": "metadata.name", "operator": "In", "values": ["b"]}
    required = {"nodeSelectorTerms": [{"matchFields": [field]}]}
    pod = _pod(affinity={"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}})
    assert choose(pod, [_node("a"), _node("b")], [])[0] == "b"


def test_a_cordoned_node_takes_no_pod() -> None:
    assert misfit(_pod(), _node(unschedulable=True), []) == "node(s) were unschedulable"
    assert choose(_pod(), [], []) == (None, "0/0 nodes are available: no nodes.")


def test_a_pod_that_wants_a_gpu_nobody_has_is_told_so_in_the_schedulers_words() -> None:
    tainted = _node("gpu", gpus=1, taints=[_TAINT])
    _, why = choose(_pod(gpus=1), [_node("worker"), tainted], [])

    assert why == (
        "0/2 nodes are available: 1 Insufficient nvidia.com/gpu, 1 node(s) had untolerated taint {nvidia.com/gpu: "
        "true}. preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is "
        "not helpful for scheduling."
    )
