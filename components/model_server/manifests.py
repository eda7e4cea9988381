"""KServe's objects for one model, and who may reach it; pure."""

from dataclasses import dataclass, field
from typing import Any

from components.config.model_source import Source
from components.config.server_pod import Resources, ServerPod
from components.config.serving import Server
from components.config.vllm import Vllm
from components.custom_resources import Manifest, digest
from components.model_server.arguments import PORT
from components.model_server.launch import KEY_ENTRY, KEY_SECRET, Launch, launch
from components.model_server.placement import Placement
from components.model_server.weights import location

_STANDARD_SINCE = (3, 4)
"""OpenShift AI release whose KServe (0.17) writes the deployment mode itself, under another name."""

FORM, KEY = "maas/form", "maas/key"
"""Annotations of a server's pods: a digest of what they are made from, and the Secret with the key they ask for.

KServe up to 0.15 leaves the pods alone when only the runtime changes (kserve, issues 3299 and 3683), and a Secret that
changes reaches no variable of a pod that runs. A changed annotation makes new pods in every release."""

_PROBE_PERIOD_SECONDS = 10

_SERVERLESS = {
    "serving.kserve.io/deploymentMode": "Serverless",
    "serving.knative.openshift.io/enablePassthrough": "true",
    "sidecar.istio.io/inject": "true",
    "sidecar.istio.io/rewriteAppHTTPProbers": "true",
}
"""Annotations of a server that Knative runs in Service Mesh (OpenShift AI 2.16, serving models)."""


@dataclass(frozen=True, kw_only=True)
class ServedModel:
    """What the manifests of one model are computed from."""

    name: str
    """Key of the model: name of every object."""
    namespace: str
    """Namespace of the objects."""
    display_name: str
    """Title in the dashboard."""
    served_model_name: str
    """Name by which requests ask for the model."""
    kind: str
    """What the model does."""
    max_model_len: int
    """Longest context in tokens; 0 for an engine that is not told."""
    source: Source
    """Where the weights are."""
    server: Server
    """Engine, image and sizes."""
    placement: Placement = field(default_factory=Placement)
    """Where its pods run."""
    release: tuple[int, int] | None
    """OpenShift AI release of this stack; nothing when the cluster brought its own."""
    serverless: bool = False
    """Whether Knative runs it."""
    start_seconds: int
    """Longest time of a container until the weights are loaded."""
    gate_seconds: int
    """Longest time until the server answers: nodes, image and weights included."""

    @property
    def launch(self) -> Launch:
        """How its server starts."""
        return launch(self.server, self.served_model_name, self.max_model_len, self.kind)


def serving_runtime(model: ServedModel) -> Manifest:
    """How the model is served: one runtime per model, because the longest context is an argument of the server."""
    started = model.launch
    annotations = {"openshift.io/display-name": model.display_name}
    if model.placement.devices:
        annotations["opendatahub.io/recommended-accelerators"] = '["nvidia.com/gpu"]'
    return {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": "ServingRuntime",
        "metadata": {
            "name": model.name,
            "namespace": model.namespace,
            "labels": {"opendatahub.io/dashboard": "true"},
            "annotations": annotations,
        },
        "spec": {
            "annotations": _measured(started),
            "multiModel": False,
            "supportedModelFormats": [{"name": started.model_format, "autoSelect": True}],
            "containers": [_container(model, started)],
            "volumes": [{"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": _shared_memory(model.server)}}],
        },
    }


def pod_annotations(model: ServedModel) -> dict[str, str]:
    """By what the pods of the model's present form are told from others; `KEY_SECRET` has yet to be filled in."""
    form = {FORM: digest(serving_runtime(model)["spec"], _pod(model))}
    return form | ({KEY: KEY_SECRET} if model.launch.keyed else {})


def predictor(model: ServedModel) -> str:
    """Name of the Deployment that KServe makes for the model (kserve, pkg/constants, PredictorServiceName)."""
    return f"{model.name}-predictor"


def inference_service(model: ServedModel) -> Manifest:
    """The running model: its weights, sizes and replicas."""
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {
            "name": model.name,
            "namespace": model.namespace,
            "labels": _labels(model),
            "annotations": _annotations(model),
        },
        "spec": {
            "predictor": {"annotations": pod_annotations(model), **_replicas(model), **_pod(model)},
        },
    }


def _pod(model: ServedModel) -> dict[str, Any]:
    """What an InferenceService says about its pods."""
    return {
        **_place(model.placement),
        "model": {
            "modelFormat": {"name": model.launch.model_format},
            "runtime": model.name,
            **location(model.source),
            "resources": _sizes(model.server.resources, model.placement),
        },
    }


def callers(model: ServedModel, namespaces: tuple[str, ...]) -> Manifest:
    """Who reaches the server: pods of its own namespace and of `namespaces`; it asks nobody for a key itself."""
    outside = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}} for name in namespaces]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": f"{model.name}-callers", "namespace": model.namespace},
        "spec": {
            "podSelector": {"matchLabels": {"serving.kserve.io/inferenceservice": model.name}},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"podSelector": {}}, *outside]}],
        },
    }


def _measured(started: Launch) -> dict[str, str]:
    """Annotations by which OpenShift AI collects vLLM's metrics, and others find a server's."""
    annotations = {"opendatahub.io/kserve-runtime": "vllm"} if started.model_format == "vLLM" else {}
    if started.metrics_path is not None:
        annotations |= {"prometheus.io/path": started.metrics_path, "prometheus.io/port": str(PORT)}
    return annotations


def _labels(model: ServedModel) -> dict[str, str]:
    labels = {"opendatahub.io/dashboard": "true"}
    return {**labels, "networking.knative.dev/visibility": "cluster-local"} if model.serverless else labels


def _annotations(model: ServedModel) -> dict[str, str]:
    annotations = {"openshift.io/display-name": model.display_name}
    if isinstance(model.server, Vllm) and model.server.autoscale is not None:
        # KServe would otherwise make an autoscaler of its own, which fights with KEDA's.
        annotations["serving.kserve.io/autoscalerClass"] = "external"
    if model.serverless:
        return annotations | _SERVERLESS
    if model.release is not None and model.release < _STANDARD_SINCE:
        annotations["serving.kserve.io/deploymentMode"] = "RawDeployment"
    return annotations


def _replicas(model: ServedModel) -> dict[str, Any]:
    server = model.server
    scaled = server.autoscale if isinstance(server, Vllm) else None
    range_ = (server.replicas, server.replicas) if scaled is None else (scaled.min, scaled.max)
    fields: dict[str, Any] = {"minReplicas": range_[0], "maxReplicas": range_[1]}
    # Knative has its own way to replace pods, and refuses a field about it.
    return fields if model.serverless else {**fields, "deploymentStrategy": {"type": _strategy(model)}}


def _strategy(model: ServedModel) -> str:
    """A new pod starts beside the old one where no accelerator is held; it would wait for one for ever."""
    own = model.server.strategy if isinstance(model.server, ServerPod) else None
    return own or ("Recreate" if model.placement.devices else "RollingUpdate")


def _place(placement: Placement) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if placement.tolerations:
        fields["tolerations"] = placement.tolerations
    if placement.node_selector:
        fields["nodeSelector"] = dict(placement.node_selector)
    return fields


def _container(model: ServedModel, started: Launch) -> dict[str, Any]:
    health = {"path": started.health_path, "port": PORT}
    return {
        "name": "kserve-container",
        "image": model.server.image,
        **({"command": list(started.command)} if started.command else {}),
        **({"args": started.arguments} if started.arguments else {}),
        "env": _environment(started),
        "ports": [{"containerPort": PORT, "protocol": "TCP"}],
        "startupProbe": {
            "httpGet": health,
            "periodSeconds": _PROBE_PERIOD_SECONDS,
            "failureThreshold": -(-model.start_seconds // _PROBE_PERIOD_SECONDS),
        },
        "readinessProbe": {"httpGet": health, "periodSeconds": _PROBE_PERIOD_SECONDS, "timeoutSeconds": 5},
        # Where a server ends, the last lines of its log say why; the gate quotes them.
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "volumeMounts": [{"name": "shm", "mountPath": "/dev/shm"}],  # noqa: S108 - in the container
    }


def _environment(started: Launch) -> list[dict[str, Any]]:
    plain: list[dict[str, Any]] = [
        {"name": name, "value": value} for name, value in sorted(started.environment.items())
    ]
    if not started.keyed:
        return plain
    reference = {"secretKeyRef": {"name": KEY_SECRET, "key": KEY_ENTRY}}
    return [*plain, {"name": started.keyed, "valueFrom": reference}]


def _shared_memory(server: Server) -> str:
    return server.shared_memory if isinstance(server, ServerPod) else "2Gi"


def _sizes(resources: Resources, placement: Placement) -> dict[str, dict[str, str]]:
    """A device is never shared by request and limit: both have to be equal (Kubernetes, device plugins)."""
    return {
        "requests": {"cpu": resources.requests.cpu, "memory": resources.requests.memory, **placement.devices},
        "limits": {"cpu": resources.limits.cpu, "memory": resources.limits.memory, **placement.devices},
    }
