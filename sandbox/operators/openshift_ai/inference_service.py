"""InferenceService: the predictor's objects, and a status that follows its Deployment and its pods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.operators.kinds import DEPLOYMENT, POD, SERVING_RUNTIME
from sandbox.operators.openshift_ai.data_science_cluster import KSERVE_CONTROLLER
from sandbox.operators.openshift_ai.generation import generation
from sandbox.operators.openshift_ai.initialization import applications_namespace
from sandbox.operators.openshift_ai.predictor import CONTAINER, deployment, pod_labels, predictor_name, services
from sandbox.operators.reconcile import (
    Outcome,
    condition,
    deleted,
    deployment_available,
    finalized,
    is_true,
    released,
    timed,
)

if TYPE_CHECKING:
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest

FINALIZERS = ("inferenceservice.finalizers", "odh.inferenceservice.finalizers")
_MODE = "RawDeployment"
"""The mode as KServe 0.15 names it, the one of OpenShift AI 3.0 to 3.3."""
_FAILED_TO_START = frozenset({"ImagePullBackOff", "ErrImagePull", "CrashLoopBackOff", "CreateContainerConfigError"})


def reconcile(service: Manifest, view: View) -> Outcome:
    """Keep the predictor like the spec; Ready when its Deployment is available and the model had time to load."""
    if not deployment_available(view.store, applications_namespace(view), KSERVE_CONTROLLER):
        return Outcome()
    if deleted(service):
        return Outcome(patch=released(service, *FINALIZERS)) if view.due("deleting") else Outcome(again=True)
    patch = finalized(service, *FINALIZERS)
    runtime = _runtime(service, view)
    if isinstance(runtime, tuple):
        reason, message = runtime
        # Its errors are tried again; a runtime that comes or changes wakes nobody.
        return Outcome(patch=patch, status=_invalid(service, reason, message, view), again=True)
    if not view.due("new"):
        return Outcome(patch=patch, again=True)
    headless = _headless(view)
    objects = (deployment(service, runtime), *services(service, runtime, headless=headless))
    made = view.store.get(DEPLOYMENT, service["metadata"]["namespace"], predictor_name(service))
    # As KServe does it: a Deployment that still replaces its pods is available, and so is the model.
    running = is_true(made, "Available")
    loaded = running and view.due("loading")
    status = _status(service, runtime, view, loaded=loaded, headless=headless)
    return Outcome(patch=patch, apply=objects, status=status, again=running and not loaded)


def _mode(service: Manifest) -> str:
    """Knative's where the object names it, which only releases 2.x know; its own objects are not simulated."""
    named = service["metadata"].get("annotations", {}).get("serving.kserve.io/deploymentMode")
    return "Serverless" if named == "Serverless" else _MODE


def _headless(view: View) -> bool:
    for cluster in view.store.objects(generation(view).cluster):
        kserve = cluster.get("spec", {}).get("components", {}).get("kserve", {})
        return bool(kserve.get("rawDeploymentServiceConfig", "Headless") == "Headless")
    return True


def _runtime(service: Manifest, view: View) -> Manifest | tuple[str, str]:
    """The ServingRuntime of an InferenceService, or reason and sentence of the refusal."""
    model = service["spec"]["predictor"].get("model")
    if model is None:
        return "InvalidPredictorSpec", "the predictor has no model"
    namespace = service["metadata"]["namespace"]
    if name := model.get("runtime"):
        found = view.store.get(SERVING_RUNTIME, namespace, name)
        if found is None:
            return "RuntimeNotRecognized", f"Specified runtime not recognized: {name} in namespace {namespace}"
        if found["spec"].get("disabled"):
            return "RuntimeDisabled", f"Specified runtime is disabled: {name}"
        return found
    wanted = model["modelFormat"]["name"]
    for runtime in view.store.objects(SERVING_RUNTIME, namespace):
        formats = runtime["spec"].get("supportedModelFormats", ())
        if any(each["name"] == wanted and each.get("autoSelect") for each in formats):
            return runtime
    return "NoSupportingRuntime", f"No runtime found to support specified predictor with model format {wanted}"


def _status(service: Manifest, runtime: Manifest, view: View, *, loaded: bool, headless: bool) -> Manifest:
    old = service.get("status", {})
    failure = None if loaded else _failure(service, view)
    status = {
        # The Deployment's counter, not this object's own (kserve, inference_service_status.go, PropagateRawStatus).
        "observedGeneration": _observed(service, view),
        "deploymentMode": _mode(service),
        "servingRuntimeName": runtime["metadata"]["name"],
        "conditions": timed(old.get("conditions", ()), _conditions(failure, loaded=loaded), view.now),
        "modelStatus": _model_status(service, failure, loaded=loaded),
    }
    if loaded:
        host = f"{predictor_name(service)}.{service['metadata']['namespace']}.svc.cluster.local"
        status["url"] = f"http://{host}"
        status["address"] = {"url": f"http://{host}:8080" if headless else f"http://{host}"}
        status["components"] = {"predictor": {"url": f"http://{host}"}}
    return status


def _observed(service: Manifest, view: View) -> int:
    made = view.store.get(DEPLOYMENT, service["metadata"]["namespace"], predictor_name(service))
    return int((made or {}).get("status", {}).get("observedGeneration", 0))


def _conditions(failure: Manifest | None, *, loaded: bool) -> list[Manifest]:
    reason = "" if loaded else failure["reason"] if failure else "MinimumReplicasUnavailable"
    message = "" if loaded else failure["message"] if failure else "Deployment does not have minimum availability."
    return [
        condition("IngressReady", loaded, "" if loaded else "PredictorNotReady"),
        condition("PredictorReady", loaded, reason, message),
        condition("Ready", loaded, reason, message),
        condition("Stopped", False, severity="Info"),
    ]


def _model_status(service: Manifest, failure: Manifest | None, *, loaded: bool) -> Manifest:
    replicas = service["spec"]["predictor"].get("minReplicas", 1)
    if loaded:
        states = {"activeModelState": "Loaded", "targetModelState": "Loaded"}
        return {
            "copies": {"failedCopies": 0, "totalCopies": replicas},
            "states": states,
            "transitionStatus": "UpToDate",
        }
    if failure is None:
        states = {"activeModelState": "", "targetModelState": "Pending"}
        return {"copies": {"failedCopies": 0}, "states": states, "transitionStatus": "InProgress"}
    states = {"activeModelState": "", "targetModelState": "FailedToLoad"}
    return {
        "copies": {"failedCopies": replicas},
        "states": states,
        "transitionStatus": "BlockedByFailedLoad",
        "lastFailureInfo": failure,
    }


def _failure(service: Manifest, view: View) -> Manifest | None:
    """What keeps the predictor's pods from starting, in the words of KServe's status; None while nothing is wrong."""
    labels = pod_labels(service).items()
    for pod in view.store.objects(POD, service["metadata"]["namespace"]):
        if not labels <= pod["metadata"].get("labels", {}).items():
            continue
        statuses = pod.get("status", {})
        for container in (*statuses.get("initContainerStatuses", ()), *statuses.get("containerStatuses", ())):
            waiting = container.get("state", {}).get("waiting", {})
            if waiting.get("reason") in _FAILED_TO_START:
                cause = f"{waiting['reason']}: {waiting.get('message', '')}".rstrip(": ")
                where = "" if container["name"] == CONTAINER else f"container {container['name']}: "
                return {"reason": "ModelLoadFailed", "message": where + cause}
    return None


def _invalid(service: Manifest, reason: str, message: str, view: View) -> Manifest:
    old = service.get("status", {})
    conditions = [
        condition("IngressReady", False, "PredictorNotReady"),
        condition("PredictorReady", False, reason, message),
        condition("Ready", False, reason, message),
    ]
    return {
        "observedGeneration": _observed(service, view),
        "deploymentMode": _mode(service),
        "conditions": timed(old.get("conditions", ()), conditions, view.now),
        "modelStatus": {
            "copies": {"failedCopies": 0},
            "states": {"activeModelState": "", "targetModelState": "FailedToLoad"},
            "transitionStatus": "InvalidSpec",
            "lastFailureInfo": {"reason": reason, "message": message},
        },
    }
