"""A Deployment is rolled out when its newest pods are, in the form that was asked for."""

import pytest

from dynamic_providers.cluster import conditions
from dynamic_providers.cluster.condition_gate import ConditionGateProvider
from dynamic_providers.cluster.deployment import rolled_out
from tests.dynamic_providers.cluster.conftest import Gates
from tests.dynamic_providers.cluster.test_condition_gate import PATH, example, widget
from tests.support.plugin_host import Json

DEPLOYMENT = "/apis/apps/v1/namespaces/models/deployments/tiny-predictor"
FORM = {"maas/form": "2"}


def deployment(
    form: str = "2", *, reason: str = "NewReplicaSetAvailable", available: str = "True", seen: int = 4, new: int = 1
) -> Json:
    told = [
        {"type": "Available", "status": available},
        {"type": "Progressing", "status": "True", "reason": reason},
    ]
    return {
        "metadata": {"name": "tiny-predictor", "generation": 4},
        "spec": {"template": {"metadata": {"annotations": {"maas/form": form}}}},
        "status": {"observedGeneration": seen, "conditions": told, "replicas": 1, "updatedReplicas": new},
    }


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (None, "Deployment tiny-predictor does not exist yet"),
        (deployment("1"), "Deployment tiny-predictor has not begun with its new form"),
        (deployment(seen=3), "Deployment tiny-predictor: Progressing=True/NewReplicaSetAvailable (not reported yet)"),
        (deployment(reason="ReplicaSetUpdated"), "Progressing=True ReplicaSetUpdated"),
        (deployment(new=0), "Deployment tiny-predictor: 0 of 1 pods have its new form"),
        (deployment(available="False"), "Deployment tiny-predictor: Available (Available=False)"),
    ],
)
def test_what_is_not_rolled_out_yet_is_told(found: Json | None, said: str) -> None:
    assert said in "; ".join(rolled_out(found, "tiny-predictor", FORM))


def test_a_deployment_of_the_form_that_was_asked_for_lacks_nothing() -> None:
    assert rolled_out(deployment(), "tiny-predictor", FORM) == []


def test_a_gate_believes_no_status_while_the_pods_are_of_another_form(gates: Gates) -> None:
    gates.api.put(PATH, widget())
    gates.api.put(DEPLOYMENT, deployment("1"), deployment(reason="ReplicaSetUpdated"), deployment())

    gates.host.create(ConditionGateProvider, example(deployment="tiny-predictor", pod_annotations=FORM))

    told = [line.partition(": ")[2] for line in gates.host.lines]
    assert told[0].startswith("Deployment tiny-predictor has not begun with its new form")
    assert "ReplicaSetUpdated" in told[1]
    assert told[2].startswith("ready")


def test_a_refresh_sees_pods_that_are_being_replaced(gates: Gates) -> None:
    gates.api.put(PATH, widget())
    gates.api.put(DEPLOYMENT, deployment())
    held = gates.host.create(ConditionGateProvider, example(deployment="tiny-predictor", pod_annotations=FORM))
    assert gates.host.read(ConditionGateProvider, held) == held
    gates.api.put(DEPLOYMENT, deployment(reason="ReplicaSetUpdated"))

    assert "ReplicaSetUpdated" in gates.host.read(ConditionGateProvider, held).inputs["trigger"]


def test_a_status_that_counts_for_another_object_is_believed() -> None:
    """KServe copies the counter of the Deployment: another limit of replicas would never be seen as observed."""
    told = [{"type": "Ready", "status": "True"}]
    item = {"metadata": {"generation": 5}, "status": {"observedGeneration": 1, "conditions": told}}
    named = {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService"}

    assert conditions.is_met({**named, **item}, "Ready")
    assert not conditions.is_met({**named, "kind": "Widget", **item}, "Ready")
