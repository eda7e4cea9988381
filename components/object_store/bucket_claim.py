"""A bucket of OpenShift Data Foundation; pure."""

from components.config.storage import ObcStore
from components.custom_resources import Manifest

NAME = "model-store"
"""Name of the claim, and of the Secret and the ConfigMap that its operator makes beside it."""

ACCESS_KEY_ID, SECRET_ACCESS_KEY = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
"""Entries of the Secret (lib-bucket-provisioner, pkg/provisioner/resourcehandlers.go)."""

HOST, PORT, BUCKET = "BUCKET_HOST", "BUCKET_PORT", "BUCKET_NAME"
"""Entries of the ConfigMap (likewise)."""


def bucket_claim(store: ObcStore, namespace: str) -> Manifest:
    """The claim; its bucket's name is ours, so that everything but the keys is known in the first preview."""
    return {
        "apiVersion": "objectbucket.io/v1alpha1",
        "kind": "ObjectBucketClaim",
        "metadata": {"name": NAME, "namespace": namespace},
        "spec": {"storageClassName": store.storage_class_name, "bucketName": store.bucket},
    }


def endpoint(host: str, port: str) -> str:
    """URL of the store: both of its gateways speak TLS on this port (noobaa-operator and rook)."""
    return f"https://{host}:{port}"
