"""DataScienceCluster: the components' controllers, and with KServe its definitions and its refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.operators.kinds import CRD, DEPLOYMENT, NAMESPACE
from sandbox.operators.olm.cluster_service_version import established
from sandbox.operators.openshift_ai.admission import refusals
from sandbox.operators.openshift_ai.generation import generation, release
from sandbox.operators.openshift_ai.initialization import FINALIZER, applications_namespace, first_of
from sandbox.operators.openshift_ai.initialization import ready as initialized
from sandbox.operators.openshift_ai.knative import namespace_of, obstacle
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
_KSERVE_DEFINITIONS = {
    "inferenceservices.serving.kserve.io": "v1beta1",
    "servingruntimes.serving.kserve.io": "v1alpha1",
}
_CONTROLLER_IMAGE = "registry.redhat.io/rhoai/odh-{name}-rhel9:v3.3"


def reconcile(cluster: Manifest, view: View) -> Outcome:
    """Run the controllers of what is Managed; Ready when all of them are available and KServe's kinds are served."""
    if cluster["apiVersion"] != generation(view).cluster.api_version:
        return Outcome()  # the same object, seen in a version that is served and not stored
    if deleted(cluster):
        return Outcome(patch=released(cluster, FINALIZER)) if view.due("deleting") else Outcome(again=True)
    first = first_of(view.store.objects(generation(view).cluster))
    if first["metadata"]["uid"] != cluster["metadata"]["uid"]:
        text = f"only one instance of DataScienceCluster object is allowed; {first['metadata']['name']} exists"
        return Outcome(status=_status(cluster, [], text, view))
    return _managed_parts(cluster, view)


def _managed_parts(cluster: Manifest, view: View) -> Outcome:
    patch = finalized(cluster, FINALIZER)
    if not initialized(view):
        return Outcome(patch=patch, status=_status(cluster, [], "no DSCInitialization is Ready", view))
    if not view.due("new"):
        return Outcome(patch=patch, status=_status(cluster, [], "provisioning", view), again=True)
    namespace = applications_namespace(view)
    wanted = _controllers(cluster, view)
    kserve = _managed(cluster, "kserve")
    definitions = _definitions(view) if kserve else ()
    knative = _space(namespace_of(cluster), view) if kserve else ()
    return Outcome(
        patch=patch,
        create=(*definitions, *knative),
        apply=(
            *(_deployment(name, namespace, cluster) for name in sorted(wanted)),
            *(refusals(namespace, cluster) if kserve and not definitions else ()),
        ),
        delete=_superfluous(wanted, namespace, view),
        status=_status(cluster, _component_conditions(cluster, namespace, view), "", view),
    )


def _superfluous(wanted: set[str], namespace: str, view: View) -> tuple[Manifest, ...]:
    """The running controllers that are not wanted any more."""
    found = (view.store.get(DEPLOYMENT, namespace, name) for name in _names(view) - wanted)
    return tuple(present for present in found if present is not None and not deleted(present))


def _managed(cluster: Manifest, component: str) -> bool:
    return _state(cluster, component) == "Managed"


def _state(cluster: Manifest, component: str) -> str:
    components = cluster.get("spec", {}).get("components", {})
    return str(components.get(component, {}).get("managementState") or "Removed")


def _controllers(cluster: Manifest, view: View) -> set[str]:
    known = generation(view).controllers
    return {name for component, (_, names) in known.items() if _managed(cluster, component) for name in names}


def _names(view: View) -> set[str]:
    return {name for _, names in generation(view).controllers.values() for name in names}


def _space(name: str, view: View) -> tuple[Manifest, ...]:
    """The namespace in which Knative would serve, unless it is there or nobody asks for Knative."""
    if not name or view.store.get(NAMESPACE, "", name) is not None:
        return ()
    return ({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}},)


def _definitions(view: View) -> tuple[Manifest, ...]:
    """KServe's definitions that are not there yet."""
    missing = [name for name in _KSERVE_DEFINITIONS if view.store.get(CRD, "", name) is None]
    found = (view.crds.get(name, _KSERVE_DEFINITIONS[name]) for name in missing)
    return tuple(definition for definition in found if definition is not None)


def _component_conditions(cluster: Manifest, namespace: str, view: View) -> list[Manifest]:
    conditions = []
    for component, (title, names) in sorted(generation(view).controllers.items()):
        kind = f"{title}Ready"
        state = _state(cluster, component)
        if state != "Managed":
            message = f"Component ManagementState is set to {state}"
            conditions.append(condition(kind, False, state, message, severity="Info"))
            continue
        if component == "kserve" and (stopped := obstacle(cluster, view)) is not None:
            conditions.append(condition(kind, False, *stopped))
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
    seen = cluster["metadata"].get("generation", 1)
    observed = [{**entry, "observedGeneration": seen} for entry in conditions]
    return {
        "phase": "Ready" if done else "Not Ready",
        "observedGeneration": seen,
        "conditions": timed(old.get("conditions", ()), observed, view.now),
        "components": {name: {"managementState": _state(cluster, name)} for name in generation(view).controllers},
        "release": release(generation(view)),
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
