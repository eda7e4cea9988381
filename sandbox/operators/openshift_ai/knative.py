"""What OpenShift AI 2.x needs before KServe serves through Knative; Knative itself is not simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.operators.olm.running import serves
from sandbox.operators.openshift_ai.initialization import meshed

if TYPE_CHECKING:
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest


def namespace_of(cluster: Manifest) -> str:
    """The namespace in which Knative serves; empty where KServe does without it."""
    return str(_serving(cluster).get("name") or "knative-serving") if _asked_for(cluster) else ""


def obstacle(cluster: Manifest, view: View) -> tuple[str, str] | None:
    """Reason and sentence of why KServe cannot serve through Knative (opendatahub-operator, `checkPreConditions`)."""
    if not _asked_for(cluster):
        return None
    if not meshed(view):
        return "ServiceMeshNotConfigured", "ServiceMesh needs to be set to 'Managed' in DSCI CR"
    for package, title in (("servicemeshoperator", "ServiceMesh"), ("serverless-operator", "Serverless")):
        if not serves(view.store, package, ""):
            text = f"{title} operator must be installed for this component's configuration"
            return f"{title}OperatorNotInstalled", text
    return None


def _asked_for(cluster: Manifest) -> bool:
    return _serving(cluster).get("managementState") == "Managed"


def _serving(cluster: Manifest) -> Manifest:
    found: Manifest = cluster.get("spec", {}).get("components", {}).get("kserve", {}).get("serving", {})
    return found
