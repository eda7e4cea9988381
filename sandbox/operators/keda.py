"""KEDA, which an administrator has installed: ScaledObjects with their status. No load, so nothing is ever scaled up.

Facts: keda, controllers/keda/scaledobject_controller.go, pkg/util/conditions.go, its misspelt reason included. It lacks
the HorizontalPodAutoscaler and the metrics server; credentials of triggers are not tried.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.operators.kinds import DEPLOYMENT, SCALED_OBJECT
from sandbox.operators.reconcile import Operator, Outcome, condition, deleted, finalized, released

if TYPE_CHECKING:
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest

_FINALIZER = "finalizer.keda.sh"
_NO_TARGET = "ScaledObject doesn't have correct scaleTargetRef specification"
_READY = "ScaledObject is defined correctly and is ready for scaling"


def reconcile(scaled: Manifest, view: View) -> Outcome:
    """Ready when what it scales is there; inactive, since nobody measures anything."""
    if deleted(scaled):
        return Outcome(patch=released(scaled, _FINALIZER)) if view.due("deleting") else Outcome(again=True)
    patch = finalized(scaled, _FINALIZER)
    if not view.due("new"):
        return Outcome(patch=patch, again=True)
    namespace, name = scaled["metadata"]["namespace"], scaled["spec"]["scaleTargetRef"]["name"]
    target = view.store.get(DEPLOYMENT, namespace, name)
    if target is None:
        return Outcome(patch=patch, status={"conditions": _conditions(_NO_TARGET)})
    types = [trigger["type"] for trigger in scaled["spec"]["triggers"]]
    status = {
        "conditions": _conditions(""),
        "scaleTargetKind": "apps/v1.Deployment",
        "scaleTargetGVKR": {"group": "apps", "version": "v1", "kind": "Deployment", "resource": "deployments"},
        "originalReplicaCount": target["spec"].get("replicas", 1),
        "hpaName": f"keda-hpa-{scaled['metadata']['name']}",
        "externalMetricNames": [f"s{number}-{kind}" for number, kind in enumerate(types)],
        "triggersTypes": ",".join(types),
    }
    return Outcome(patch=patch, status=status)


def _conditions(fault: str) -> list[Manifest]:
    """Its conditions, which have no time."""
    if fault:
        return [
            condition("Ready", False, "ScaledObjectCheckFailed", fault),
            condition("Active", "Unknown", "UnkownState", "ScaledObject check failed"),
        ]
    return [
        condition("Ready", True, "ScaledObjectReady", _READY),
        condition("Active", False, "ScalerNotActive", "Scaling is not performed because triggers are not active"),
        condition("Fallback", False, "NoFallbackFound", "No fallbacks are active on this scaled object"),
    ]


OPERATOR = Operator(
    name="keda-operator",
    # An administrator's installation, not this cluster's OLM: it is simply there.
    package="",
    reconcilers={SCALED_OBJECT: reconcile},
    wakes=frozenset({DEPLOYMENT}),
)
