"""A Job that is waited for, and run again where an earlier run left it failed."""

import pytest

from dynamic_providers.cluster.job_gate import JobGateProvider, again
from tests.dynamic_providers.cluster.conftest import Gates
from tests.dynamic_providers.cluster.fake_api import GONE
from tests.support.plugin_host import Json, PluginError

JOBS = "/apis/batch/v1/namespaces/models/jobs"
PATH = f"{JOBS}/copy-1"
PODS = "/api/v1/namespaces/models/pods"
UID = {"controller-uid": "u", "batch.kubernetes.io/controller-uid": "u", "batch.kubernetes.io/job-name": "copy-1"}


def example(**other: object) -> Json:
    return {
        "api_version": "batch/v1",
        "kind": "Job",
        "name": "copy-1",
        "namespace": "models",
        "conditions": ["Complete"],
        "terminal": ["Failed"],
        "timeout_seconds": 20,
        "trigger": "t",
        **other,
    }


def job(condition: str = "") -> Json:
    told = [{"type": condition, "status": "True", "reason": "PodFailurePolicy", "message": "exit code 2"}]
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "copy-1", "namespace": "models", "uid": "u", "labels": {"app": "maas"} | UID},
        "spec": {
            "backoffLimit": 5,
            "selector": {"matchLabels": {"controller-uid": "u"}},
            "template": {"metadata": {"labels": {"own": "yes"} | UID}, "spec": {"restartPolicy": "Never"}},
        },
        "status": {"conditions": told if condition else []},
    }


def test_a_job_that_completes_lets_pass(gates: Gates) -> None:
    gates.api.put(PATH, job(), job("Complete"))
    held = gates.host.create(JobGateProvider, example())

    assert held.id == "Job models/copy-1"
    assert {line.partition(" ")[0] for line in gates.api.asked} == {"GET"}


def test_a_job_that_fails_in_this_run_is_explained_and_left(gates: Gates) -> None:
    gates.api.put(PATH, job(), job("Failed"))
    with pytest.raises(PluginError) as failed:
        gates.host.create(JobGateProvider, example())

    assert "Failed is a state that does not pass by itself" in str(failed.value)
    assert "PodFailurePolicy exit code 2" in str(failed.value)
    assert not [line for line in gates.api.asked if line.startswith(("DELETE", "POST"))]


def test_a_job_that_an_earlier_run_left_failed_is_run_again(gates: Gates) -> None:
    gates.api.lingers = 2
    gates.api.put(PATH, job("Failed"))
    with pytest.raises(PluginError) as late:
        gates.host.create(JobGateProvider, example(timeout_seconds=1))

    assert "Complete (not reported yet)" in str(late.value), "the new one was waited for"
    writes = [line for line in gates.api.asked if not line.startswith("GET")]
    assert writes == [f"DELETE {PATH}", f"POST {JOBS}"]
    (made,) = gates.api.looks[PATH]
    assert made == again(job())
    assert any("it is still there" in line for line in gates.host.lines)


def test_a_new_try_has_nothing_of_the_old_ones_controller() -> None:
    made = again(job("Failed"))

    assert made["metadata"] == {"name": "copy-1", "namespace": "models", "labels": {"app": "maas"}}
    assert "selector" not in made["spec"]
    assert made["spec"]["template"]["metadata"]["labels"] == {"own": "yes"}
    assert made["spec"]["backoffLimit"] == 5
    assert "status" not in made


def test_a_job_that_somebody_deleted_is_made_again_by_a_refresh(gates: Gates) -> None:
    gates.api.put(PATH, GONE)
    with pytest.raises(PluginError) as failed:
        gates.host.create(JobGateProvider, example())

    assert "Job models/copy-1: it was made, and is not there" in str(failed.value)
    assert "Run `pulumi up --refresh`" in str(failed.value)


def test_a_job_that_is_being_deleted_is_left_to_whoever_does_it(gates: Gates) -> None:
    leaving = job("Failed")
    leaving["metadata"]["deletionTimestamp"] = "now"
    gates.api.put(PATH, leaving)
    with pytest.raises(PluginError) as failed:
        gates.host.create(JobGateProvider, example())

    assert "it is being deleted" in str(failed.value)
    assert not [line for line in gates.api.asked if line.startswith(("DELETE", "POST"))]
