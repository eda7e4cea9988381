"""What follows a server's load: the monitor of its metrics, and replicas by them; pure."""

from typing import Any

from components.config.autoscale import Autoscale
from components.config.serving_needs import monitored
from components.config.vllm import Vllm
from components.custom_resources import Manifest
from components.model_server.arguments import PORT
from components.model_server.manifests import ServedModel, predictor

READER = "model-metrics-reader"
"""The account that reads metrics for the autoscaler, its Secret and what shows that to KEDA."""

_THANOS = "https://thanos-querier.openshift-monitoring.svc.cluster.local:9092"
"""Where a namespace's own metrics are read; 9091 would need a right on the metrics of all (OpenShift, monitoring)."""

_POLL_SECONDS = 30


def service_monitor(model: ServedModel) -> Manifest | None:
    """The monitor of a server's metrics; nothing without metrics, and where OpenShift AI makes one itself."""
    path = model.launch.metrics_path
    if path is None or not monitored(model.server):
        return None
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "metadata": {"name": model.name, "namespace": model.namespace},
        "spec": {
            "selector": {"matchLabels": {"app": f"isvc.{predictor(model)}", "component": "predictor"}},
            "endpoints": [{"targetPort": PORT, "path": path, "scheme": "http", "interval": f"{_POLL_SECONDS}s"}],
        },
    }


def scaled_object(model: ServedModel) -> Manifest | None:
    """Replicas by vLLM's own figures; nothing for a fixed number."""
    scaled = model.server.autoscale if isinstance(model.server, Vllm) else None
    if scaled is None:
        return None
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": model.name, "namespace": model.namespace},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": predictor(model)},
            "minReplicaCount": scaled.min,
            "maxReplicaCount": scaled.max,
            "pollingInterval": _POLL_SECONDS,
            "advanced": {"horizontalPodAutoscalerConfig": {"behavior": _patience(scaled)}},
            "triggers": [_trigger(model, scaled)],
        },
    }


def _patience(scaled: Autoscale) -> dict[str, Any]:
    """How long the highest number of the past counts; KEDA's own `cooldownPeriod` is for the step to no pod at all."""
    return {"scaleDown": {"stabilizationWindowSeconds": scaled.cooldown_seconds}}


def trigger_authentication(namespace: str) -> Manifest:
    """How KEDA signs in where the metrics are: with the reader's token (OpenShift, custom metrics autoscaler)."""
    entries = {"bearerToken": "token", "ca": "ca.crt"}
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "TriggerAuthentication",
        "metadata": {"name": READER, "namespace": namespace},
        "spec": {
            "secretTargetRef": [
                {"parameter": parameter, "name": READER, "key": key} for parameter, key in entries.items()
            ]
        },
    }


def _trigger(model: ServedModel, scaled: Autoscale) -> dict[str, Any]:
    return {
        "type": "prometheus",
        "metricType": "AverageValue",
        "metadata": {
            "serverAddress": _THANOS,
            "namespace": model.namespace,
            "query": _query(model, scaled),
            "threshold": f"{scaled.meter.target:g}",
            "authModes": "bearer",
        },
        "authenticationRef": {"name": READER},
    }


def _query(model: ServedModel, scaled: Autoscale) -> str:
    """The sum over all pods: KEDA divides it by their number."""
    return f'sum({scaled.meter.series}{{namespace="{model.namespace}",pod=~"{predictor(model)}-.*"}})'
