from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.operators.kinds import CRD, DATA_SCIENCE_CLUSTER, DSC_INITIALIZATION
from sandbox.operators.openshift_ai.data_science_cluster import reconcile
from tests.sandbox.operators.picture import applied, condition, named, running, view, written

if TYPE_CHECKING:
    from sandbox.operators.store import Manifest

SPACE = "redhat-ods-applications"
READY = named(DSC_INITIALIZATION, "dsci", spec={"applicationsNamespace": SPACE}, status={"phase": "Ready"})
SERVED = [
    named(CRD, name, status={"conditions": [{"type": "Established", "status": "True"}]})
    for name in ("inferenceservices.serving.kserve.io", "servingruntimes.serving.kserve.io")
]


def cluster(**components: str) -> Manifest:
    states = {name: {"managementState": state} for name, state in components.items()}
    return named(DATA_SCIENCE_CLUSTER, "dsc", spec={"components": states}, generation=3)


def controllers(*names: str) -> list[Manifest]:
    return [running(name, SPACE) for name in names]


def test_it_waits_for_the_initialization() -> None:
    asked = cluster(kserve="Managed")
    status = written(reconcile(asked, view(asked)))
    assert status["phase"] == "Not Ready"
    assert condition(status, "ProvisioningSucceeded")["status"] == "False"


def test_managed_components_run_their_controllers() -> None:
    asked = cluster(kserve="Managed", dashboard="Removed")
    outcome = reconcile(asked, view(asked, READY, *SERVED))
    assert applied(outcome, "Deployment", "kserve-controller-manager")["metadata"]["namespace"] == SPACE
    assert applied(outcome, "Deployment", "odh-model-controller")
    assert not [each for each in outcome.apply if each["metadata"]["name"] == "rhods-dashboard"]
    status = written(outcome)
    assert condition(status, "KserveReady")["status"] == "False"
    assert condition(status, "DashboardReady") == condition(status, "DashboardReady") | {
        "status": "False",
        "reason": "Removed",
        "severity": "Info",
    }
    assert status["phase"] == "Not Ready"


def test_it_is_ready_when_the_controllers_run_and_the_kinds_are_served() -> None:
    asked = cluster(kserve="Managed")
    both = controllers("kserve-controller-manager", "odh-model-controller")
    assert written(reconcile(asked, view(asked, READY, *both)))["phase"] == "Not Ready"
    status = written(reconcile(asked, view(asked, READY, *both, *SERVED)))
    assert status["phase"] == "Ready"
    assert status["observedGeneration"] == 3
    for name in ("Ready", "ComponentsReady", "ProvisioningSucceeded", "KserveReady"):
        assert condition(status, name)["status"] == "True"


def test_what_is_removed_loses_its_controllers() -> None:
    asked = cluster(kserve="Removed")
    left = running("kserve-controller-manager", SPACE)
    outcome = reconcile(asked, view(asked, READY, left))
    assert outcome.delete == (left,)
    assert not outcome.apply
    assert written(outcome)["phase"] == "Ready"


def test_the_refusals_come_with_the_kinds() -> None:
    asked = cluster(kserve="Managed")
    outcome = reconcile(asked, view(asked, READY, *SERVED))
    kinds = [each["kind"] for each in outcome.apply]
    assert "ValidatingAdmissionPolicy" in kinds
    assert "ValidatingAdmissionPolicyBinding" in kinds
