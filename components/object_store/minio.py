"""A MinIO server as objects of Kubernetes: one pod, one volume, TLS by the cluster's own authority; pure."""

from typing import Any

from components.config import Settings
from components.config.storage import MinioStore, minio_address
from components.custom_resources import Manifest
from components.site.script_job import restricted

NAME = "minio"
"""Name of the server's objects."""

PORT = 9000
"""Port of the S3 protocol, as in its address. The console has none here: nothing needs it."""

ROOT_SECRET = "minio-root"  # noqa: S105 - the name of a Secret, not its contents
"""Stands in the manifest for the Secret with the root user, whose name is made up when it is made."""

_CERTIFICATE = "minio-tls"
_LABELS = {"app": NAME}


def endpoint(namespace: str) -> str:
    """URL of the server inside the cluster."""
    return f"https://{minio_address(namespace)}"


def buckets(settings: Settings, store: MinioStore) -> tuple[str, ...]:
    """Buckets that the server is to have: of the models, and of the portal's files if they are kept here too."""
    return (store.bucket, *_portal(settings))


def callers(settings: Settings) -> tuple[str, ...]:
    """Namespaces whose pods reach the server."""
    return (settings.namespaces.models, *([settings.namespaces.threescale] if _portal(settings) else []))


def claim(store: MinioStore, namespace: str) -> Manifest:
    """The volume with the objects."""
    spec: dict[str, Any] = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": store.size}}}
    if store.storage_class_name is not None:
        spec["storageClassName"] = store.storage_class_name
    # A volume of most classes is made when its first pod is scheduled, so there is nothing to wait for before.
    annotations = {"pulumi.com/skipAwait": "true"}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": NAME, "namespace": namespace, "annotations": annotations},
        "spec": spec,
    }


def service(namespace: str) -> Manifest:
    """The server's address; the annotation makes OpenShift sign a certificate for it (service-ca-operator)."""
    annotations = {
        "service.beta.openshift.io/serving-cert-secret-name": _CERTIFICATE,
        "pulumi.com/skipAwait": "true",
    }
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": NAME, "namespace": namespace, "annotations": annotations},
        "spec": {"selector": _LABELS, "ports": [{"name": "s3", "port": PORT, "targetPort": PORT}]},
    }


def deployment(store: MinioStore, namespace: str) -> Manifest:
    """The server; the new pod waits for the old one, since only one can have the volume."""
    # The server makes `CAs` in the folder of its certificates and ends where it cannot (minio, cmd/server-main.go), so
    # the read-only volume has it.
    paths = (("tls.crt", "public.crt"), ("tls.key", "private.key"), ("tls.crt", "CAs/public.crt"))
    certificate = [{"key": key, "path": path} for key, path in paths]
    pod = {
        "automountServiceAccountToken": False,
        "containers": [_container(store)],
        "volumes": [
            {"name": "data", "persistentVolumeClaim": {"claimName": NAME}},
            {"name": "certificate", "secret": {"secretName": _CERTIFICATE, "items": certificate}},
        ],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": NAME, "namespace": namespace, "annotations": {"pulumi.com/skipAwait": "true"}},
        "spec": {
            "replicas": 1,
            "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": _LABELS},
            "template": {"metadata": {"labels": _LABELS}, "spec": pod},
        },
    }


def access(namespace: str, names: tuple[str, ...]) -> Manifest:
    """Who reaches the server: pods of its own namespace and of `names`."""
    outside = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}} for name in names]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": f"{NAME}-callers", "namespace": namespace},
        "spec": {
            "podSelector": {"matchLabels": _LABELS},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [{"podSelector": {}}, *outside]}],
        },
    }


def _container(store: MinioStore) -> Manifest:
    health = {"path": "/minio/health/ready", "port": PORT, "scheme": "HTTPS"}
    return {
        "name": NAME,
        "image": store.image,
        "args": ["server", "/data", f"--address=:{PORT}", "--certs-dir=/certs"],
        "env": [{"name": "MINIO_BROWSER", "value": "off"}],
        "envFrom": [{"secretRef": {"name": ROOT_SECRET}}],
        "ports": [{"name": "s3", "containerPort": PORT}],
        "readinessProbe": {"httpGet": health, "periodSeconds": 5, "failureThreshold": 3},
        "resources": {"requests": {"cpu": "200m", "memory": "1Gi"}, "limits": {"cpu": "2", "memory": "2Gi"}},
        "securityContext": restricted(),
        "volumeMounts": [
            {"name": "data", "mountPath": "/data"},
            {"name": "certificate", "mountPath": "/certs", "readOnly": True},
        ],
    }


def _portal(settings: Settings) -> list[str]:
    files = settings.threescale.file_storage.s3
    ours = minio_address(settings.namespaces.object_store)
    return [files.bucket] if files is not None and files.endpoint == ours else []
