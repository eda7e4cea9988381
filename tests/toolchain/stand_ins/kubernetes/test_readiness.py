"""When workloads, claims and Services count as ready, told by their status alone."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeAlias, cast

import pytest

from toolchain.stand_ins.kubernetes.awaiting import readiness, storage_and_network, workloads
from toolchain.stand_ins.kubernetes.awaiting.waiting import AwaitError, Verdict, Waiter, newest, until_gone, until_ready
from toolchain.stand_ins.kubernetes.errors import ApiError, CallError

if TYPE_CHECKING:
    from toolchain.stand_ins.kubernetes.cluster import Cluster, Place
    from toolchain.stand_ins.kubernetes.values import Tree, Value


Shown: TypeAlias = "list[Tree | Exception | None]"
"""What each look at an object finds: the object, nothing, or a failure."""


class Listing:
    """A cluster that only lists what it was given, by kind, and shows one object."""

    def __init__(self, shown: Shown | None, **kinds: list[Tree]) -> None:
        self.kinds = kinds
        self.shown: Shown = shown or [None]

    def poll_all(self, _version: str, kind: str, _namespace: str, _selector: str = "") -> list[Tree]:
        return self.kinds.get(kind, [])

    def poll(self, _place: object) -> Tree | None:
        shown = self.shown.pop(0) if len(self.shown) > 1 else self.shown[0]
        if isinstance(shown, Exception):
            raise shown
        return shown


def listing(**kinds: list[Tree]) -> Cluster:
    return cast("Cluster", Listing(None, **kinds))


def condition(kind: str, status: str, reason: str = "R", message: str = "M") -> Tree:
    return {"type": kind, "status": status, "reason": reason, "message": message}


def deployment(conditions: dict[str, tuple[str, str]], revision: str = "1", observed: int = 1) -> Tree:
    return {
        "metadata": {
            "name": "d",
            "namespace": "n",
            "uid": "u",
            "generation": 1,
            "annotations": {workloads.REVISION: revision},
        },
        "spec": {"template": {"spec": {"volumes": [{"persistentVolumeClaim": {"claimName": "v"}}]}}},
        "status": {
            "observedGeneration": observed,
            "conditions": [condition(kind, status, reason) for kind, (status, reason) in conditions.items()],
        },
    }


def replica_set(ready: int, wanted: int = 1, revision: str = "1", owner: str = "u") -> Tree:
    return {
        "metadata": {
            "uid": "rs",
            "ownerReferences": [{"uid": owner}],
            "annotations": {workloads.REVISION: revision},
            "namespace": "n",
        },
        "spec": {"replicas": wanted},
        "status": {"readyReplicas": ready},
    }


AVAILABLE = {"Available": ("True", "MinimumReplicasAvailable")}
ROLLED_OUT = {**AVAILABLE, "Progressing": ("True", "NewReplicaSetAvailable")}


@pytest.mark.parametrize(
    ("live", "sets", "ready"),
    [
        (deployment(AVAILABLE), [replica_set(1)], True),
        (deployment(AVAILABLE), [replica_set(0, wanted=0)], True),
        (deployment(AVAILABLE), [replica_set(0)], False),
        (deployment(AVAILABLE), [replica_set(1, owner="x")], False),
        (deployment(AVAILABLE), [replica_set(1, revision="2")], False),
        (deployment(AVAILABLE, observed=0), [replica_set(1)], False),
        (deployment(AVAILABLE, revision=""), [replica_set(1)], False),
        (deployment({"Available": ("False", "MinimumReplicasUnavailable")}), [replica_set(1)], False),
        (deployment(AVAILABLE, revision="2"), [replica_set(1, revision="2")], False),
        (deployment(ROLLED_OUT, revision="2"), [replica_set(1, revision="2")], True),
    ],
)
def test_a_deployment_is_ready_when_its_newest_replica_set_is(live: Tree, sets: list[Tree], *, ready: bool) -> None:
    assert workloads.DeploymentLook(listing(ReplicaSet=sets))(live).ready is ready


def test_a_deployment_waits_for_its_claims() -> None:
    claim = {"metadata": {"name": "v"}, "status": {"phase": "Pending"}}
    cluster = listing(ReplicaSet=[replica_set(1)], PersistentVolumeClaim=[claim])
    verdict = workloads.DeploymentLook(cluster)(deployment(AVAILABLE))
    assert not verdict.ready
    assert 'Failed to bind PersistentVolumeClaim(s): "v"' in verdict.problems


def test_an_unready_deployment_quotes_conditions_and_pods() -> None:
    waiting = {"name": "c", "state": {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}}
    pod = {
        "metadata": {"name": "p", "namespace": "n", "ownerReferences": [{"uid": "rs"}]},
        "status": {"containerStatuses": [waiting]},
    }
    live = deployment({"Available": ("False", "MinimumReplicasUnavailable")})
    verdict = workloads.DeploymentLook(listing(ReplicaSet=[replica_set(0)], Pod=[pod]))(live)
    assert verdict.problems == [
        "[MinimumReplicasUnavailable] M",
        "Minimum number of live Pods was not attained",
        "[Pod n/p]: container 'c': [ImagePullBackOff] no such image",
    ]


def stateful_set(generation: int = 1, strategy: str = "RollingUpdate", **status: Value) -> Tree:
    counts = {"replicas": 2, "readyReplicas": 2, "currentReplicas": 2, "observedGeneration": generation}
    revisions = {"currentRevision": "a", "updateRevision": "a"}
    return {
        "metadata": {"generation": generation, "uid": "u", "namespace": "n"},
        "spec": {"replicas": 2, "updateStrategy": {"type": strategy}},
        "status": {**counts, **revisions, **status},
    }


@pytest.mark.parametrize(
    ("live", "ready"),
    [
        (stateful_set(), True),
        (stateful_set(readyReplicas=1), False),
        (stateful_set(updateRevision="b"), False),
        (stateful_set(currentRevision="", updateRevision=""), False),
        (stateful_set(generation=2, observedGeneration=1), False),
        (stateful_set(generation=2, strategy="OnDelete", currentReplicas=0, updateRevision="b"), True),
        ({"metadata": {"generation": 1}, "spec": {"replicas": 0}, "status": {**stateful_set()["status"]}}, False),
    ],
)
def test_a_stateful_set_is_ready_when_all_pods_are_new_and_ready(live: Tree, *, ready: bool) -> None:
    assert workloads.StatefulSetLook(listing())(live).ready is ready


def test_a_stateful_set_says_what_is_missing() -> None:
    verdict = workloads.StatefulSetLook(listing())(stateful_set(readyReplicas=1, updateRevision="b"))
    assert verdict.problems == [
        "1 out of 2 replicas succeeded readiness checks",
        'StatefulSet controller failed to advance from revision "a" to revision "b"',
    ]


def job(*conditions: Tree) -> Tree:
    return {"metadata": {"name": "j", "uid": "u", "namespace": "n"}, "status": {"conditions": list(conditions)}}


def test_a_job_is_ready_when_complete_and_fails_at_once() -> None:
    look = workloads.JobLook(listing())
    assert look(job(condition("Complete", "True"))).ready
    assert not look(job()).ready
    failed = look(job(condition("Failed", "True", "BackoffLimitExceeded", "too often")))
    assert failed.failed
    assert failed.problems == ["[BackoffLimitExceeded] too often"]


def test_a_daemon_set_is_ready_on_every_node() -> None:
    status = {"observedGeneration": 1, "desiredNumberScheduled": 2, "numberReady": 2, "updatedNumberScheduled": 2}
    live = {"metadata": {"generation": 1}, "status": status}
    assert workloads.daemon_set(live).ready
    assert not workloads.daemon_set({**live, "status": {**status, "numberReady": 1}}).ready


def test_a_pod_is_ready_when_its_containers_are_or_it_is_done() -> None:
    assert workloads.pod({"status": {"conditions": [condition("Ready", "True")]}}).ready
    assert workloads.pod({"status": {"phase": "Succeeded"}}).ready
    assert not workloads.pod({"status": {"phase": "Pending"}}).ready


@pytest.mark.parametrize(("mode", "ready"), [("WaitForFirstConsumer", True), ("Immediate", False)])
def test_a_pending_claim_is_ready_when_its_class_waits_for_a_pod(mode: str, *, ready: bool) -> None:
    cluster = listing(StorageClass=[{"metadata": {"name": "c"}, "volumeBindingMode": mode}])
    live = {"spec": {"storageClassName": "c"}, "status": {"phase": "Pending"}}
    assert storage_and_network.ClaimLook(cluster)(live).ready is ready
    assert storage_and_network.ClaimLook(cluster)({"status": {"phase": "Bound"}}).ready


def service(**spec: Value) -> Tree:
    return {"metadata": {"name": "s", "namespace": "n"}, "spec": spec}


@pytest.mark.parametrize(
    "spec",
    [{"type": "ExternalName", "selector": {"a": "b"}}, {"clusterIP": "None", "selector": {"a": "b"}}, {}],
)
def test_a_service_without_pods_of_its_own_is_ready(spec: Tree) -> None:
    assert storage_and_network.ServiceLook(listing())(service(**spec)).ready


def test_a_service_is_ready_when_its_endpoints_have_settled() -> None:
    cluster = Listing(None, EndpointSlice=[{"metadata": {"name": "e", "resourceVersion": "1"}}])
    look = storage_and_network.ServiceLook(cast("Cluster", cluster), settle_seconds=0)
    live = service(selector={"a": "b"})
    assert look(live).ready
    patient = storage_and_network.ServiceLook(cast("Cluster", cluster))
    assert not patient(live).ready
    assert patient.is_ready_now(live).ready
    assert not storage_and_network.ServiceLook(listing(), settle_seconds=0)(live).ready


def test_a_load_balancer_needs_its_address() -> None:
    live = service(type="LoadBalancer", selector={"a": "b"})
    cluster = listing(EndpointSlice=[{"metadata": {"name": "e"}}])
    look = storage_and_network.ServiceLook(cluster, settle_seconds=0)
    assert not look(live).ready
    assert look({**live, "status": {"loadBalancer": {"ingress": [{"ip": "1.2.3.4"}]}}}).ready


@pytest.mark.parametrize(("asked", "written", "seconds"), [(5, "7", 5), (0, "7", 7), (0, "", 600), (0, "soon", 600)])
def test_how_long_is_waited(asked: float, written: str, seconds: float) -> None:
    inputs = {"metadata": {"annotations": {"pulumi.com/timeoutSeconds": written}}}
    assert readiness.timeout_seconds(asked, inputs) == seconds


# --- the loop --------------------------------------------------------------------------------------------------------

PLACE = cast("Place", type("P", (), {"name": "x"})())


def waiter(shown: Shown, told: list[str] | None = None, *, cancelled: bool = False) -> Waiter:
    event = threading.Event()
    if cancelled:
        event.set()
    lines = told if told is not None else []
    return Waiter(cast("Cluster", Listing(shown)), event, lines.append)


def numbered(number: int) -> Tree:
    return {"metadata": {"name": "x"}, "n": number}


def test_the_object_is_returned_as_it_is_when_ready_and_progress_is_told_once() -> None:
    told: list[str] = []
    shown: Shown = [numbered(1), numbered(2), numbered(3)]

    def look(live: Tree) -> Verdict:
        return Verdict(live["n"] == 3, "not yet")

    found = until_ready(waiter(shown, told), PLACE, numbered(0), look, seconds=5)
    assert found == numbered(3)
    assert told == ["not yet", ""]


def test_time_is_up() -> None:
    with pytest.raises(AwaitError, match=r"^timed out waiting for the condition$") as error:
        until_ready(
            waiter([numbered(1)]), PLACE, numbered(0), lambda _: Verdict(ready=False, problems=["p"]), seconds=0
        )
    assert (error.value.problems, error.value.live) == (["p"], numbered(0))


def test_cancelling_ends_a_wait_at_once() -> None:
    with pytest.raises(AwaitError, match=r"^Resource operation was cancelled for 'x'$"):
        until_ready(
            waiter([numbered(1)], cancelled=True), PLACE, numbered(0), lambda _: Verdict(ready=False), seconds=60
        )


def test_a_failure_ends_a_wait_at_once() -> None:
    with pytest.raises(AwaitError, match=r"^Resource 'x' was created but failed to initialize$"):
        until_ready(waiter([]), PLACE, numbered(0), lambda _: Verdict(ready=False, failed=True), seconds=60)


def test_an_object_that_goes_away_is_not_waited_for() -> None:
    with pytest.raises(AwaitError, match=r"'x' was deleted"):
        until_ready(waiter([None]), PLACE, numbered(0), lambda _: Verdict(ready=False), seconds=60)


def test_gone_is_gone() -> None:
    told: list[str] = []
    held = {"metadata": {"name": "x", "finalizers": ["their/finalizer"]}}
    until_gone(waiter([held, held, None], told), PLACE, held, seconds=5)
    assert told == ["Waiting for deletion, finalizers: their/finalizer", ""]


def test_an_api_server_that_restarts_does_not_end_a_wait() -> None:
    shown: Shown = [CallError("connection refused"), ApiError(503, "starting"), ApiError(429, "slow down"), numbered(3)]
    found = until_ready(waiter(shown), PLACE, numbered(0), lambda live: Verdict(live["n"] == 3), seconds=5)
    assert found == numbered(3)
    held: Shown = [CallError("connection refused"), None]
    until_gone(waiter(held), PLACE, numbered(0), seconds=5)


def test_a_refusal_while_waiting_keeps_the_object() -> None:
    refusal = ApiError(403, "widgets is forbidden")
    with pytest.raises(AwaitError, match=r"^widgets is forbidden$") as error:
        until_ready(waiter([refusal]), PLACE, numbered(0), lambda _: Verdict(ready=False), seconds=5)
    assert error.value.live == numbered(0)


@pytest.mark.parametrize("answer", [None, CallError("connection refused"), ApiError(403, "forbidden")])
def test_an_object_that_was_written_is_never_lost(answer: Exception | None) -> None:
    cluster = cast("Cluster", Listing([answer]))
    assert newest(cluster, PLACE, numbered(1)) == numbered(1)
