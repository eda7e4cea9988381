"""The Deployment and Services of an InferenceService's predictor, from its ServingRuntime and its model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.operators.reconcile import owner

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.operators.store import Manifest

CONTAINER = "kserve-container"
_HTTP_PORT = 8080
_INITIALIZER = "registry.redhat.io/rhoai/odh-kserve-storage-initializer-rhel9:v3.3"
_TEMPLATE = re.compile(r"\{\{\s*\.(?:(Labels|Annotations)\.([\w.-]+)|(Name|Namespace))\s*\}\}")
_POD_FIELDS = (
    "affinity", "imagePullSecrets", "nodeSelector", "serviceAccountName", "tolerations", "volumes",
)  # fmt: skip


def predictor_name(service: Manifest) -> str:
    """`<name>-predictor`: the name of the Deployment, of the Service and in the URL."""
    return f"{service['metadata']['name']}-predictor"


def pod_labels(service: Manifest) -> dict[str, str]:
    """The labels that select a predictor's pods."""
    name = service["metadata"]["name"]
    return {
        "app": f"isvc.{predictor_name(service)}",
        "component": "predictor",
        "serving.kserve.io/inferenceservice": name,
    }


def deployment(service: Manifest, runtime: Manifest) -> Manifest:
    """The predictor's Deployment.

    The model's image or initializer stands in the pod template; the real one is injected into each pod by a webhook.
    """
    predictor = service["spec"]["predictor"]
    labels = {**runtime["spec"].get("labels", {}), **predictor.get("labels", {}), **pod_labels(service)}
    annotations = {**runtime["spec"].get("annotations", {}), **predictor.get("annotations", {})}
    spec = {
        "replicas": predictor.get("minReplicas", 1),
        "selector": {"matchLabels": {"app": labels["app"]}},
        "template": {
            "metadata": {"labels": labels, "annotations": annotations},
            "spec": _pod(service, runtime),
        },
    }
    if "deploymentStrategy" in predictor:
        spec["strategy"] = predictor["deploymentStrategy"]
    return {**_head(service, "apps/v1", "Deployment", predictor_name(service)), "spec": spec}


def services(service: Manifest, runtime: Manifest, *, headless: bool) -> tuple[Manifest, Manifest]:
    """The Service in front of the predictor and the one for its metrics."""
    selector = {"app": pod_labels(service)["app"]}
    front: Manifest = {
        "selector": selector,
        "ports": [{"name": "http", "port": 80, "targetPort": _HTTP_PORT, "protocol": "TCP"}],
    }
    if headless:
        front["clusterIP"] = "None"
    # The port's name is a DNS label: a dot in the runtime's name makes the API server refuse this Service.
    port = {"name": f"{runtime['metadata']['name']}-metrics", "port": _HTTP_PORT, "targetPort": _HTTP_PORT}
    name = service["metadata"]["name"]
    return (
        {**_head(service, "v1", "Service", predictor_name(service)), "spec": front},
        {**_head(service, "v1", "Service", f"{name}-metrics"), "spec": {"selector": selector, "ports": [port]}},
    )


def _head(service: Manifest, api_version: str, kind: str, name: str) -> Manifest:
    metadata = {
        "name": name,
        "namespace": service["metadata"]["namespace"],
        "labels": pod_labels(service),
        "ownerReferences": [owner(service)],
    }
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}


def _pod(service: Manifest, runtime: Manifest) -> Manifest:
    predictor, model = service["spec"]["predictor"], service["spec"]["predictor"]["model"]
    first, *others = runtime["spec"]["containers"]
    container = merged_container(_filled(first, service), model)
    pod: Manifest = {"containers": [container, *(_filled(other, service) for other in others)]}
    for field in _POD_FIELDS:
        value = predictor.get(field, runtime["spec"].get(field))
        if value:
            pod[field] = value
    uri = model.get("storageUri", "")
    if uri.startswith("oci://"):
        _add_model_image(pod, uri.removeprefix("oci://"))
    elif uri or "storage" in model:
        _add_initializer(pod, uri, model.get("storage", {}))
    return pod


def merged_container(runtime: Mapping[str, Any], model: Mapping[str, Any]) -> Manifest:
    """The runtime's container with the model's fields on top: arguments appended, environment merged by name."""
    merged = {**runtime, "name": CONTAINER}
    for field in ("image", "command", "livenessProbe", "readinessProbe", "startupProbe", "ports", "imagePullPolicy"):
        if model.get(field):
            merged[field] = model[field]
    merged["args"] = [*runtime.get("args", ()), *model.get("args", ())]
    env = {entry["name"]: entry for entry in (*runtime.get("env", ()), *model.get("env", ()))}
    if env:
        merged["env"] = list(env.values())
    resources = {
        field: {**runtime.get("resources", {}).get(field, {}), **model.get("resources", {}).get(field, {})}
        for field in ("limits", "requests")
    }
    merged["resources"] = {field: values for field, values in resources.items() if values}
    merged.setdefault("readinessProbe", {"tcpSocket": {"port": _HTTP_PORT}, "periodSeconds": 10, "timeoutSeconds": 1})
    return merged


def _filled(value: Any, service: Manifest) -> Any:  # noqa: ANN401 - any part of a container
    """A container of the runtime with KServe's own templates replaced, `{{.Name}}` and its like."""
    if isinstance(value, dict):
        return {key: _filled(entry, service) for key, entry in value.items()}
    if isinstance(value, list):
        return [_filled(entry, service) for entry in value]
    if not isinstance(value, str):
        return value
    metadata = service["metadata"]

    def meant(match: re.Match[str]) -> str:
        table, key, field = match.groups()
        return str(metadata.get(table.lower(), {}).get(key, "") if table else metadata[field.lower()])

    return _TEMPLATE.sub(meant, value)


def _add_model_image(pod: Manifest, image: str) -> None:
    """A model in an image runs beside the server and shares its files through the process namespace."""
    mount = {"name": "modelcar", "mountPath": "/mnt"}
    link = "ln -sf /proc/$$/root/models /mnt/models && sleep infinity"
    server = pod["containers"][0]
    server["env"] = [*server.get("env", ()), {"name": "MODEL_INIT_MODE", "value": "async"}]
    server["volumeMounts"] = [*server.get("volumeMounts", ()), mount]
    pod["initContainers"] = [{"name": "modelcar-init", "image": image, "args": ["sh", "-c", "ls /models"]}]
    pod["containers"].append({"name": "modelcar", "image": image, "args": ["sh", "-c", link], "volumeMounts": [mount]})
    pod["volumes"] = [*pod.get("volumes", ()), {"name": "modelcar", "emptyDir": {}}]
    pod["shareProcessNamespace"] = True


def _add_initializer(pod: Manifest, uri: str, storage: Mapping[str, str]) -> None:
    """Any other model is copied to /mnt/models before the server starts."""
    mount = {"name": "kserve-provision-location", "mountPath": "/mnt/models"}
    server = pod["containers"][0]
    server["volumeMounts"] = [*server.get("volumeMounts", ()), {**mount, "readOnly": True}]
    initializer: Manifest = {"name": "storage-initializer", "image": _INITIALIZER, "volumeMounts": [mount]}
    initializer["args"] = [uri or f"<scheme-placeholder>://{storage.get('path', '')}", "/mnt/models"]
    if "key" in storage:
        reference = {"name": "storage-config", "key": storage["key"]}
        initializer["env"] = [{"name": "STORAGE_CONFIG", "valueFrom": {"secretKeyRef": reference}}]
    pod["initContainers"] = [initializer]
    pod["volumes"] = [*pod.get("volumes", ()), {"name": mount["name"], "emptyDir": {}}]
