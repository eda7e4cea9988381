"""A status that does not say which generation it speaks of is not believed while the pods say something else."""

from typing import Any

import pytest

from dynamic_providers.cluster.condition_gate import ConditionGateProvider
from dynamic_providers.cluster.rollout import STEADY_SECONDS, Rollout, progress
from tests.dynamic_providers.cluster.conftest import Gates
from tests.dynamic_providers.cluster.test_condition_gate import example
from tests.support.plugin_host import Json, PluginError

PATH = "/apis/apps.3scale.net/v1alpha1/namespaces/3scale/apimanagers/apimanager"
DEPLOYMENTS = "/apis/apps/v1/namespaces/3scale/deployments"
KINDS = "/apis/apps.3scale.net/v1alpha1"
SERVED = {"resources": [{"name": "apimanagers", "kind": "APIManager", "namespaced": True}]}
MANAGER: Json = {
    "metadata": {"name": "apimanager", "uid": "u1", "generation": 3},
    "status": {"conditions": [{"type": "Available", "status": "True"}]},
}


def workload(name: str = "apicast-staging", *, owner: str = "u1", **status: Any) -> Json:  # noqa: ANN401 - fields of the status
    """A Deployment that is rolled out, but for what `status` says."""
    counts = {"replicas": 2, "updatedReplicas": 2, "readyReplicas": 2, "observedGeneration": 4}
    metadata = {"name": name, "generation": 4, "ownerReferences": [{"uid": owner}]}
    return {"metadata": metadata, "spec": {"replicas": 2}, "status": counts | status}


def gate(**other: object) -> Json:
    asked = {"api_version": "apps.3scale.net/v1alpha1", "kind": "APIManager", "name": "apimanager"}
    return example(**asked, namespace="3scale", fields={}, terminal=[], **other)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ({}, ""),
        ({"observedGeneration": 3}, "apicast-staging has not begun with its new form"),
        ({"updatedReplicas": 1}, "apicast-staging has 1 new and 2 ready of 2 pods"),
        ({"readyReplicas": None}, "apicast-staging has 2 new and 0 ready of 2 pods"),
        ({"replicas": 3}, "apicast-staging has 2 new and 2 ready of 2 pods, 3 in all"),
    ],
)
def test_a_deployment_is_rolled_out_when_every_pod_is_new_and_ready(status: Json, said: str) -> None:
    assert progress(workload(**status)) == said


def test_a_deployment_that_stands_still_says_why() -> None:
    told = [
        {"type": "Progressing", "status": "False", "message": "ReplicaSet has timed out progressing."},
        {"type": "Available", "status": "False", "message": "no minimum availability"},
        {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota: compute"},
    ]
    said = progress(workload(updatedReplicas=0, conditions=told))
    assert said.endswith("of 2 pods (ReplicaSet has timed out progressing.; exceeded quota: compute)")


def test_a_stateful_set_without_a_change_counts_no_new_pods_and_is_rolled_out() -> None:
    revisions: Json = {"currentRevision": "a", "updateRevision": "a", "updatedReplicas": None}
    assert progress(workload("keycloak", **revisions)) == ""
    assert "0 new" in progress(workload("keycloak", **revisions | {"updateRevision": "b"}))


def test_the_old_status_does_not_pass_while_pods_are_exchanged(gates: Gates) -> None:
    gates.api.put(KINDS, SERVED)
    gates.api.put(PATH, MANAGER)
    gates.api.lists[DEPLOYMENTS] = [workload(updatedReplicas=1), workload("somebodys", owner="u2", readyReplicas=0)]
    with pytest.raises(PluginError, match=r"last seen: apicast-staging has 1 new and 2 ready of 2 pods\. "):
        gates.host.create(ConditionGateProvider, gate(timeout_seconds=1))


def test_after_a_change_an_operator_has_time_to_begin(gates: Gates) -> None:
    gates.api.put(KINDS, SERVED)
    gates.api.put(PATH, MANAGER | {"status": {}}, MANAGER)
    gates.api.lists[DEPLOYMENTS] = [workload()]
    held = gates.host.create(ConditionGateProvider, gate(timeout_seconds=2))
    assert not any("operator still begins" in line for line in gates.host.lines)
    gates.host.update(ConditionGateProvider, held, gate(timeout_seconds=2, trigger="v2"))
    assert any("ready, and watched for 1 s for what the operator still begins" in line for line in gates.host.lines)


def test_what_is_ready_at_the_first_look_may_be_so_since_before_a_change(gates: Gates) -> None:
    """A run that timed out left no gate; the next one changes the object, and its gate is a new one."""
    gates.api.put(KINDS, SERVED)
    gates.api.put(PATH, MANAGER)
    gates.api.lists[DEPLOYMENTS] = [workload()]
    gates.host.create(ConditionGateProvider, gate(timeout_seconds=2))
    assert any("ready, and watched for 1 s for what the operator still begins" in line for line in gates.host.lines)


def test_what_begins_late_counts_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = [workload(), workload(observedGeneration=3), workload(), workload(), workload()]

    class Api:
        def items(self, _path: str) -> list[Json]:
            return [looks.pop(0)]

    clock = iter((0.0, 20.0, 34.0, 35.0))
    monkeypatch.setattr("dynamic_providers.cluster.rollout.monotonic", lambda: next(clock))
    course = Rollout(Api(), [DEPLOYMENTS], STEADY_SECONDS, changed=True)  # type: ignore[arg-type] # the one call of a cluster that it makes
    # Good at 0 s; then pods move; good again at 20 s, and for 15 s from then on.
    said = [course.look(MANAGER, []) for _ in range(5)]
    assert [bool(one) for one in said] == [True, True, True, True, False]
    assert "not begun" in said[1]
    assert course.look(MANAGER, ["Available"]) == "Available"


def test_a_status_that_tells_its_generation_is_enough(gates: Gates) -> None:
    gates.api.put(
        "/apis/example.com/v1/namespaces/models/widgets/tiny",
        {"metadata": {"name": "tiny"}, "status": {"url": "http://tiny", **MANAGER["status"]}},
    )
    gates.host.create(ConditionGateProvider, example())
    assert not [one for one in gates.api.asked if "/apis/apps/v1" in one]
