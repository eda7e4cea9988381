"""A ScaledObject's status, as KEDA writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.operators.keda import reconcile
from sandbox.operators.kinds import SCALED_OBJECT
from tests.sandbox.operators.picture import condition, named, running, view, written

if TYPE_CHECKING:
    from sandbox.operators.store import Manifest

SPEC = {"scaleTargetRef": {"name": "llama-predictor"}, "triggers": [{"type": "prometheus", "metadata": {}}]}


def scaled(**metadata: object) -> Manifest:
    return named(SCALED_OBJECT, "llama", "models", spec=SPEC, metadata=metadata)


def test_it_is_ready_and_idle_once_its_deployment_is_there() -> None:
    outcome = reconcile(scaled(), view(scaled(), running("llama-predictor", "models")))
    status = written(outcome)

    assert condition(status, "Ready")["status"] == "True"
    assert condition(status, "Active") == {
        "type": "Active",
        "status": "False",
        "reason": "ScalerNotActive",
        "message": "Scaling is not performed because triggers are not active",
    }
    assert (status["hpaName"], status["externalMetricNames"]) == ("keda-hpa-llama", ["s0-prometheus"])
    assert outcome.patch[0][1] == {"metadata": {"finalizers": ["finalizer.keda.sh"]}}


def test_without_its_deployment_it_says_so() -> None:
    found = condition(written(reconcile(scaled(), view(scaled()))), "Ready")

    assert (found["status"], found["reason"]) == ("False", "ScaledObjectCheckFailed")
    assert "scaleTargetRef" in found["message"]


def test_it_takes_a_moment_to_begin_and_to_go() -> None:
    fresh = reconcile(scaled(), view(scaled(), early={"new"}))
    assert (fresh.status, fresh.again) == (None, True)
    leaving = scaled(deletionTimestamp="now", finalizers=["finalizer.keda.sh"])
    assert reconcile(leaving, view(leaving, early={"deleting"})).again
    assert reconcile(leaving, view(leaving)).patch[0][1] == {"metadata": {"finalizers": []}}
