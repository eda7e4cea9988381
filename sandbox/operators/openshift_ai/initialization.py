"""DSCInitialization: the platform's namespaces. One per cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.operators.kinds import NAMESPACE
from sandbox.operators.openshift_ai.generation import generation, release
from sandbox.operators.reconcile import Outcome, condition, deleted, finalized, released, timed

if TYPE_CHECKING:
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest

FINALIZER = "platform.opendatahub.io/finalizer"
_OPERATOR_DEPLOYMENT = "rhods-operator"
_DEFAULT_NAMESPACE = "redhat-ods-applications"
_MESH_NAMESPACE = "istio-system"


def at_start(deployment: Manifest, view: View) -> Outcome:
    """Create `default-dsci` as the operator does when it starts, unless its environment says DISABLE_DSC_CONFIG."""
    if deployment["metadata"]["name"] != _OPERATOR_DEPLOYMENT or deleted(deployment):
        return Outcome()
    containers = deployment["spec"]["template"]["spec"]["containers"]
    env = {entry["name"]: entry.get("value") for container in containers for entry in container.get("env", ())}
    kind = generation(view).initialization
    if env.get("DISABLE_DSC_CONFIG") == "true" or view.store.objects(kind):
        return Outcome()
    default = {
        "apiVersion": kind.api_version,
        "kind": kind.kind,
        "metadata": {"name": "default-dsci"},
        "spec": {"applicationsNamespace": _DEFAULT_NAMESPACE},
    }
    return Outcome(create=(default,))


def reconcile(initialization: Manifest, view: View) -> Outcome:
    """Create the namespaces, then Ready. A second one gets phase Error; the real webhook refuses it at creation."""
    own = generation(view)
    if initialization["apiVersion"] != own.initialization.api_version:
        return Outcome()  # the same object, seen in a version that is served and not stored
    if deleted(initialization):
        # The real webhook refuses to delete it while a DataScienceCluster exists; here its finalizer waits.
        return Outcome(patch=() if view.store.objects(own.cluster) else released(initialization, FINALIZER))
    first = first_of(view.store.objects(own.initialization))
    if first["metadata"]["uid"] != initialization["metadata"]["uid"]:
        text = f"only one instance of DSCInitialization object is allowed; {first['metadata']['name']} exists"
        return Outcome(status=_status(initialization, "Error", text, view))
    patch = finalized(initialization, FINALIZER)
    spaces = tuple(_namespace(name) for name in _namespaces(initialization))
    if any(view.store.get(NAMESPACE, "", space["metadata"]["name"]) is None for space in spaces):
        return Outcome(patch=patch, create=spaces, status=_status(initialization, "Progressing", "", view), again=True)
    if not view.due("namespaces"):
        return Outcome(patch=patch, again=True)
    return Outcome(patch=patch, status=_status(initialization, "Ready", "", view))


def first_of(manifests: list[Manifest]) -> Manifest:
    """The oldest object: the one that counts where only one is allowed."""
    return min(manifests, key=lambda each: (each["metadata"].get("creationTimestamp", ""), each["metadata"]["name"]))


def applications_namespace(view: View) -> str:
    """Where the platform's controllers run: as the DSCInitialization says, or the default."""
    found = view.store.objects(generation(view).initialization)
    spec = first_of(found).get("spec", {}) if found else {}
    return str(spec.get("applicationsNamespace") or _DEFAULT_NAMESPACE)


def meshed(view: View) -> bool:
    """Whether the cluster's DSCInitialization asks for Service Mesh."""
    found = view.store.objects(generation(view).initialization)
    return bool(found) and _meshed(first_of(found).get("spec", {}))


def ready(view: View) -> bool:
    """Whether the cluster's DSCInitialization is Ready."""
    found = view.store.objects(generation(view).initialization)
    return bool(found) and first_of(found).get("status", {}).get("phase") == "Ready"


def _namespaces(initialization: Manifest) -> list[str]:
    spec = initialization.get("spec", {})
    names = [spec.get("applicationsNamespace") or _DEFAULT_NAMESPACE]
    monitoring = spec.get("monitoring", {})
    if monitoring.get("managementState") == "Managed":
        names.append(monitoring.get("namespace") or "redhat-ods-monitoring")
    if _meshed(spec):
        names.append(spec["serviceMesh"].get("controlPlane", {}).get("namespace") or _MESH_NAMESPACE)
    return names


def _meshed(spec: Manifest) -> bool:
    return bool(spec.get("serviceMesh", {}).get("managementState") == "Managed")


def _namespace(name: str) -> Manifest:
    labels = {"opendatahub.io/generated-namespace": "true", "openshift.io/cluster-monitoring": "true"}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def _status(initialization: Manifest, phase: str, error: str, view: View) -> Manifest:
    old = initialization.get("status", {})
    done, failed = phase == "Ready", phase == "Error"
    reason = "ReconcileFailed" if failed else "ReconcileCompleted" if done else "ReconcileInit"
    message = error or ("Reconcile completed successfully" if done else "Initializing DSCInitialization resource")
    conditions = [
        condition("ReconcileComplete", done, reason, message),
        condition("Available", done, reason, message),
        condition("Progressing", not done and not failed, reason, message),
        condition("Degraded", failed, reason, message),
        condition("Upgradeable", not failed, reason, message),
    ]
    status = {
        "phase": phase,
        "conditions": timed(old.get("conditions", ()), conditions, view.now),
        "release": release(generation(view)),
    }
    return {**status, "errorMessage": error} if error else status
