"""DataScienceCluster: the components' controllers, and with KServe its definitions and its refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.operators.kinds import CRD, DATA_SCIENCE_CLUSTER, DEPLOYMENT
from sandbox.operators.olm.cluster_service_version import established
from sandbox.operators.openshift_ai.admission import refusals
from sandbox.operators.openshift_ai.initialization import (
    FINALIZER,
    RELEASE,
    applications_namespace,
    first_of,
)
from sandbox.operators.openshift_ai.initialization import ready as initialized
from sandbox.operators.reconcile import (
    Outcome,
    condition,
    deleted,
    deployment_available,
    finalized,
    owner,
    released,
    timed,
)

if TYPE_CHECKING:
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest

KSERVE_CONTROLLER = "kserve-controller-manager"
_CONTROLLERS = {
    "aipipelines": ("AIPipelines", ("data-science-pipelines-operator-controller-manager",)),
    "dashboard": ("Dashboard", ("rhods-dashboard",)),
    "feastoperator": ("FeastOperator", ("feast-operator-controller-manager",)),
    "kserve": ("Kserve", (KSERVE_CONTROLLER, "odh-model-controller")),
    "kueue": ("Kueue", ()),
    "llamastackoperator": ("LlamaStackOperator", ("llama-stack-k8s-operator-controller-manager",)),
    "modelregistry": ("ModelRegistry", ("model-registry-operator-controller-manager",)),
    "ray": ("Ray", ("kuberay-operator",)),
    "trainingoperator": ("TrainingOperator", ("kubeflow-training-operator",)),
    "trustyai": ("TrustyAI", ("trustyai-service-operator-controller-manager",)),
    "workbenches": ("Workbenches", ("notebook-controller-deployment", "odh-notebook-controller-manager")),
}
_KSERVE_DEFINITIONS = {
    "inferenceservices.serving.kserve.io": "v1beta1",
    "servingruntimes.serving.kserve.io": "v1alpha1",
}
_CONTROLLER_IMAGE = "registry.redhat.io/rhoai/odh-{name}-rhel9:v3.3"


def reconcile(cluster: Manifest, view: View) -> Outcome:
    """Run the controllers of what is Managed; Ready when all of them are available and KServe's kinds are served."""
    if deleted(cluster):
        return Outcome(patch=released(cluster, FINALIZER)) if view.due("deleting") else Outcome(again=True)
    first = first_of(view.store.objects(DATA_SCIENCE_CLUSTER))
    if first["metadata"]["uid"] != cluster["metadata"]["uid"]:
        text = f"only one instance of DataScienceCluster object is allowed; {first['metadata']['name']} exists"
        return Outcome(status=_status(cluster, [], text, view))
    patch = finalized(cluster, FINALIZER)
    if not initialized(view):
        return Outcome(patch=patch, status=_status(cluster, [], "no DSCInitialization is Ready", view))
    if not view.due("new"):
        return Outcome(patch=patch, status=_status(cluster, [], "provisioning", view), again=True)
    namespace = applications_namespace(view)
    wanted = _controllers(cluster)
    kserve = _managed(cluster, "kserve")
    definitions = _definitions(view) if kserve else ()
    return Outcome(
        patch=patch,
        create=definitions,
        apply=(
            *(_deployment(name, namespace, cluster) for name in sorted(wanted)),
            *(refusals(namespace, cluster) if kserve and not definitions else ()),
        ),
        delete=_superfluous(wanted, namespace, view),
        status=_status(cluster, _component_conditions(cluster, namespace, view), "", view),
    )


def _superfluous(wanted: set[str], namespace: str, view: View) -> tuple[Manifest, ...]:
    """The running controllers that are not wanted any more."""
    found = (view.store.get(DEPLOYMENT, namespace, name) for name in _names() - wanted)
    return tuple(present for present in found if present is not None and not deleted(present))


def _managed(cluster: Manifest, component: str) -> bool:
    return _state(cluster, component) == "Managed"


def _state(cluster: Manifest, component: str) -> str:
    components = cluster.get("spec", {}).get("components", {})
    return str(components.get(component, {}).get("managementState") or "Removed")


def _controllers(cluster: Manifest) -> set[str]:
    return {name for component, (_, names) in _CONTROLLERS.items() if _managed(cluster, component) for name in names}


def _names() -> set[str]:
    return {name for _, names in _CONTROLLERS.values() for name in names}


def _definitions(view: View) -> tuple[Manifest, ...]:
    """KServe's definitions that are not there yet."""
    missing = [name for name in _KSERVE_DEFINITIONS if view.store.get(CRD, "", name) is None]
    found = (view.crds.get(name, _KSERVE_DEFINITIONS[name]) for name in missing)
    return tuple(definition for definition in found if definition is not None)


def _component_conditions(cluster: Manifest, namespace: str, view: View) -> list[Manifest]:
    conditions = []
    for component, (title, names) in sorted(_CONTROLLERS.items()):
        kind = f"{title}Ready"
        state = _state(cluster, component)
        if state != "Managed":
            message = f"Component ManagementState is set to {state}"
            conditions.append(condition(kind, False, state, message, severity="Info"))
            continue
        waiting = [f"{namespace}/{name}" for name in names if not deployment_available(view.store, namespace, name)]
        if component == "kserve":
            waiting += [name for name in _KSERVE_DEFINITIONS if not established(view.store.get(CRD, "", name))]
        if waiting:
            conditions.append(condition(kind, False, "NotReady", f"not ready: {', '.join(waiting)}"))
        else:
            conditions.append(condition(kind, True))
    return conditions


def _status(cluster: Manifest, components: list[Manifest], error: str, view: View) -> Manifest:
    old = cluster.get("status", {})
    blocking = [c["type"] for c in components if c["status"] != "True" and c.get("severity") != "Info"]
    provisioned = bool(components) and not error
    done = provisioned and not blocking
    waiting = "Some components are not ready: " + ",".join(blocking) if blocking else ""
    conditions = [
        condition("Ready", done, "" if done else "NotReady", error or waiting),
        condition("ProvisioningSucceeded", provisioned, "" if provisioned else "Error", error),
        condition("ComponentsReady", done, "" if done else "NotReady", error or waiting),
        *components,
    ]
    generation = cluster["metadata"].get("generation", 1)
    observed = [{**entry, "observedGeneration": generation} for entry in conditions]
    return {
        "phase": "Ready" if done else "Not Ready",
        "observedGeneration": generation,
        "conditions": timed(old.get("conditions", ()), observed, view.now),
        "components": {name: {"managementState": _state(cluster, name)} for name in _CONTROLLERS},
        "release": RELEASE,
    }


def _deployment(name: str, namespace: str, cluster: Manifest) -> Manifest:
    labels = {"app": name}
    container = {"name": "manager", "image": _CONTROLLER_IMAGE.format(name=name)}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {**labels, "platform.opendatahub.io/part-of": "datasciencecluster"},
            "ownerReferences": [owner(cluster)],
        },
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }
