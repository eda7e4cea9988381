from __future__ import annotations

from typing import Any

from sandbox.node.status import ContainerState, phase, pod_status, terminated, unscheduled_status, waiting

_EARLIER, _NOW = "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z"


def _container(state: dict[str, Any], *, ready: bool = False, last: dict[str, Any] | None = None) -> ContainerState:
    return ContainerState("c", "i", state, last or {}, ready=ready, identity="cri-o://1")


def _ended(code: int) -> dict[str, Any]:
    return terminated(code, _EARLIER, _NOW, "cri-o://1")


def _pod(**spec: object) -> dict[str, Any]:
    return {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c"}]} | spec}


def _conditions(status: dict[str, Any]) -> dict[str, str]:
    return {found["type"]: found["status"] for found in status["conditions"]}


def test_phases_follow_the_containers() -> None:
    running = _container({"running": {}})
    assert phase([_container(waiting("ContainerCreating"))], "Always") == "Pending"
    assert phase([_container(waiting("ImagePullBackOff")), running], "Always") == "Running"
    assert phase([_container(waiting("CrashLoopBackOff"), last=_ended(1))], "Always") == "Running"
    assert phase([_container(_ended(0)), _container(_ended(0))], "Never") == "Succeeded"
    assert phase([_container(_ended(0)), _container(_ended(2))], "Never") == "Failed"
    assert phase([_container(_ended(0)), running], "Never") == "Running"


def test_a_signal_becomes_its_exit_code() -> None:
    assert _ended(-9)["terminated"]["exitCode"] == 137
    assert _ended(-9)["terminated"]["reason"] == "Error"
    assert _ended(0)["terminated"]["reason"] == "Completed"


def test_a_pod_is_ready_when_all_containers_are() -> None:
    ready, not_yet = _container({"running": {}}, ready=True), _container({"running": {}})
    whole = pod_status(_pod(), "10.128.0.5", [ready], _EARLIER, _NOW)
    assert _conditions(whole)["Ready"] == "True"
    half = pod_status(_pod(), "10.128.0.5", [ready, not_yet], _EARLIER, _NOW)
    assert _conditions(half)["Ready"] == "False"
    assert half["conditions"][2]["message"] == "containers with unready status: [c]"
    assert half["podIP"] == "10.128.0.5"


def test_a_finished_pod_says_completed() -> None:
    done = pod_status(_pod(restartPolicy="Never"), "10.128.0.5", [_container(_ended(0))], _EARLIER, _NOW)
    assert done["phase"] == "Succeeded"
    assert {found["reason"] for found in done["conditions"] if found["type"] == "Ready"} == {"PodCompleted"}


def test_a_condition_that_did_not_change_keeps_its_time() -> None:
    pod = _pod()
    first = pod_status(pod, "a", [_container({"running": {}})], _EARLIER, _EARLIER)
    second = pod_status(pod | {"status": first}, "a", [_container({"running": {}}, ready=True)], _EARLIER, _NOW)
    times = {found["type"]: found["lastTransitionTime"] for found in second["conditions"]}
    assert times["Initialized"] == _EARLIER
    assert times["Ready"] == _NOW


def test_init_containers_have_done_their_work() -> None:
    pod = _pod(initContainers=[{"name": "init", "image": "i"}])
    found = pod_status(pod, "a", [_container({"running": {}})], _EARLIER, _NOW)["initContainerStatuses"]
    assert found[0]["state"]["terminated"]["exitCode"] == 0


def test_an_unschedulable_pod_says_why() -> None:
    status = unscheduled_status(_pod(), "0/1 nodes are available", _NOW)
    assert status["phase"] == "Pending"
    assert status["conditions"][0]["reason"] == "Unschedulable"
    assert status["conditions"][0]["message"] == "0/1 nodes are available"
