"""Why something does not become ready: containers that wait, and containers that failed."""

from dynamic_providers.cluster.evidence import LAST_WORDS, containers, refused, unplaced, warnings
from tests.support.plugin_host import Json


def pod(**state: Json) -> Json:
    return {"metadata": {"name": "pod-1"}, "status": {"containerStatuses": [{"name": "script", "state": state}]}}


def test_a_container_that_failed_is_quoted_with_the_last_line_of_its_log() -> None:
    ended = {"exitCode": 2, "message": "copying 3 files\nread a/b: the hub answered 403. Do: accept the terms.\n"}

    assert containers([pod(terminated=ended)]) == [
        "pod-1/script ended with 2: read a/b: the hub answered 403. Do: accept the terms."
    ]


def test_a_container_that_ended_well_is_no_trouble_and_one_that_says_nothing_is_named() -> None:
    assert containers([pod(terminated={"exitCode": 0, "message": "done"})]) == []
    assert containers([pod(terminated={"exitCode": 137})]) == ["pod-1/script ended with 137"]


def test_a_long_last_line_is_cut() -> None:
    (told,) = containers([pod(terminated={"exitCode": 1, "message": "x" * 2000})])

    assert told.endswith("x" * LAST_WORDS)
    assert len(told) < LAST_WORDS + 50


def test_a_pod_that_no_node_takes_says_why() -> None:
    why = "0/1 nodes are available: 1 Insufficient nvidia.com/gpu."
    waits = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": why}
    runs = {"type": "PodScheduled", "status": "True"}
    pods: list[Json] = [
        {"metadata": {"name": "granite-0"}, "status": {"conditions": [waits]}},
        {"metadata": {"name": "llama-0"}, "status": {"conditions": [runs]}},
        {"metadata": {"name": "new"}, "status": {}},
    ]

    assert unplaced(pods) == [f"granite-0 Unschedulable: {why}"]


def event(kind: str, name: str, reason: str, message: str, second: int = 0) -> Json:
    about = {"kind": kind, "name": name}
    metadata = {"creationTimestamp": f"2026-01-01T00:00:{second:02}Z"}
    return {"metadata": metadata, "involvedObject": about, "reason": reason, "message": message}


def test_a_refused_pod_and_a_refused_volume_are_quoted_with_their_objects_newest_last() -> None:
    told = [
        event("PersistentVolumeClaim", "system-storage", "ProvisioningFailed", "no ReadWriteMany", 3),
        event("ReplicaSet", "granite-1", "FailedCreate", "exceeded quota: compute", 1),
        event("ReplicaSet", "granite-1", "FailedCreate", "exceeded quota: compute, limited: pods=0", 2),
    ]

    assert warnings(told, [], "granite") == [
        "ReplicaSet granite-1 FailedCreate: exceeded quota: compute, limited: pods=0",
        "PersistentVolumeClaim system-storage ProvisioningFailed: no ReadWriteMany",
    ]


def test_warnings_that_another_part_quotes_or_that_are_over_are_left_out() -> None:
    ready: Json = {
        "metadata": {"name": "up-0"},
        "status": {"conditions": [{"type": "Ready", "status": "True"}]},
    }
    told = [
        event("Job", "import", "FailedCreate", "about the object itself"),
        event("Pod", "up-0", "FailedMount", "in the beginning"),
        event("Pod", "gone-0", "FailedMount", "a pod that is gone"),
        event("Pod", "waits-0", "FailedScheduling", "said by its condition"),
        event("Pod", "waits-0", "FailedMount", 'secret "sso-tls" not found'),
    ]
    waiting: Json = {"metadata": {"name": "waits-0"}, "status": {}}

    assert warnings(told, [ready, waiting], "import") == ['Pod waits-0 FailedMount: secret "sso-tls" not found']


def test_a_container_that_crashes_is_quoted_with_the_end_of_its_last_run() -> None:
    one = pod(waiting={"reason": "CrashLoopBackOff", "message": "back-off 10s"})
    one["status"]["containerStatuses"][0] |= {
        "restartCount": 3,
        "lastState": {"terminated": {"exitCode": 1, "message": "loading\nno such argument\n"}},
    }

    assert containers([one]) == [
        "pod-1/script CrashLoopBackOff: back-off 10s (started 4 times, the last run ended with 1: no such argument)"
    ]


def test_a_container_that_runs_and_is_not_ready_comes_after_those_in_trouble() -> None:
    loading = pod(running={"startedAt": "2026-01-01T00:00:00Z"})
    loading["status"]["containerStatuses"][0]["ready"] = False
    ready = pod(running={})
    ready["status"]["containerStatuses"][0]["ready"] = True

    assert containers([loading, ready, pod(waiting={"reason": "ErrImagePull", "message": "manifest unknown"})]) == [
        "pod-1/script ErrImagePull: manifest unknown",
        "pod-1/script runs and is not ready",
    ]


def test_the_cause_at_the_end_of_a_long_message_of_a_container_is_kept() -> None:
    why = f'Back-off pulling image "registry.example.com/{"x" * 200}": ErrImagePull: manifest unknown'

    assert containers([pod(waiting={"reason": "ImagePullBackOff", "message": why})])[0].endswith("manifest unknown")


def test_a_route_that_the_router_does_not_take_says_why() -> None:
    def route(status: str) -> Json:
        why = "a route in another namespace holds maas-admin.apps.test"
        told = {"type": "Admitted", "status": status, "reason": "HostAlreadyClaimed", "message": why}
        metadata, spec = {"name": "zync-1"}, {"host": "maas-admin.apps.test"}
        return {"metadata": metadata, "spec": spec, "status": {"ingress": [{"conditions": [told]}]}}

    new: Json = {"metadata": {"name": "new"}, "spec": {}}

    assert refused([route("True"), new]) == []
    assert refused([route("False")]) == [
        "zync-1 maas-admin.apps.test HostAlreadyClaimed: a route in another namespace holds maas-admin.apps.test"
    ]
