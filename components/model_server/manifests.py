"""KServe's objects for one model, and who may reach it; pure."""

from dataclasses import dataclass
from typing import Any

from components.config.serving import Resources, Server
from components.custom_resources import Manifest
from components.model_server.arguments import COMMAND, PORT, arguments, environment

_STANDARD_SINCE = (3, 4)
"""OpenShift AI release whose KServe (0.17) writes the deployment mode itself, under another name."""

_PROBE_PERIOD_SECONDS = 10


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
    max_model_len: int
    """Longest context in tokens."""
    weights: str
    """Image with the weights, pinned by digest."""
    server: Server
    """Engine, image and sizes."""
    release: tuple[int, int] | None
    """OpenShift AI release of this stack; nothing when the cluster brought its own."""
    start_seconds: int
    """Longest time until the weights are loaded."""


def serving_runtime(model: ServedModel) -> Manifest:
    """How the model is served: one runtime per model, because the longest context is an argument of the server."""
    return {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": "ServingRuntime",
        "metadata": {
            "name": model.name,
            "namespace": model.namespace,
            "labels": {"opendatahub.io/dashboard": "true"},
            "annotations": {"openshift.io/display-name": model.display_name},
        },
        "spec": {
            "annotations": {
                "opendatahub.io/kserve-runtime": "vllm",
                "prometheus.io/path": "/metrics",
                "prometheus.io/port": str(PORT),
            },
            "multiModel": False,
            "supportedModelFormats": [{"name": "vLLM", "autoSelect": True}],
            "containers": [_container(model)],
            "volumes": [{"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "2Gi"}}],
        },
    }


def inference_service(model: ServedModel) -> Manifest:
    """The running model: its weights, sizes and replicas."""
    annotations = {"openshift.io/display-name": model.display_name}
    if model.release is not None and model.release < _STANDARD_SINCE:
        annotations["serving.kserve.io/deploymentMode"] = "RawDeployment"
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {
            "name": model.name,
            "namespace": model.namespace,
            "labels": {"opendatahub.io/dashboard": "true"},
            "annotations": annotations,
        },
        "spec": {
            "predictor": {
                "minReplicas": model.server.replicas,
                "maxReplicas": model.server.replicas,
                # No accelerator is held, so a new pod can start beside the old one.
                "deploymentStrategy": {"type": "RollingUpdate"},
                "model": {
                    "modelFormat": {"name": "vLLM"},
                    "runtime": model.name,
                    "storageUri": f"oci://{model.weights}",
                    "resources": _sizes(model.server.resources),
                },
            }
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


def _container(model: ServedModel) -> dict[str, Any]:
    health = {"path": "/health", "port": PORT}
    return {
        "name": "kserve-container",
        "image": model.server.image,
        "command": list(COMMAND),
        "args": arguments(model.server, model.served_model_name, model.max_model_len),
        "env": [{"name": name, "value": value} for name, value in sorted(environment(model.server).items())],
        "ports": [{"containerPort": PORT, "protocol": "TCP"}],
        "startupProbe": {
            "httpGet": health,
            "periodSeconds": _PROBE_PERIOD_SECONDS,
            "failureThreshold": -(-model.start_seconds // _PROBE_PERIOD_SECONDS),
        },
        "readinessProbe": {"httpGet": health, "periodSeconds": _PROBE_PERIOD_SECONDS, "timeoutSeconds": 5},
        "volumeMounts": [{"name": "shm", "mountPath": "/dev/shm"}],  # noqa: S108 - in the container
    }


def _sizes(resources: Resources) -> dict[str, dict[str, str]]:
    return {
        "requests": {"cpu": resources.requests.cpu, "memory": resources.requests.memory},
        "limits": {"cpu": resources.limits.cpu, "memory": resources.limits.memory},
    }
