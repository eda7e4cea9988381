"""The Secret as OpenShift AI and KServe read it; pure."""

from collections.abc import Mapping
from typing import Any

from components.config.storage import CONNECTION

LABELS: Mapping[str, str] = {"opendatahub.io/dashboard": "true", "opendatahub.io/managed": "true"}
"""With both of them the Secret becomes an entry of the namespace's `storage-config` (odh-model-controller)."""

ANNOTATIONS: Mapping[str, str] = {
    "opendatahub.io/connection-type": "s3",
    "openshift.io/display-name": "Models",
}
"""What the dashboard shows."""


def metadata(namespace: str) -> dict[str, Any]:
    """The Secret's name is the key by which model servers ask for the connection."""
    return {"name": CONNECTION, "namespace": namespace, "labels": {**LABELS}, "annotations": {**ANNOTATIONS}}
