"""The APIManager; pure."""

from components.config import Settings
from components.custom_resources import Manifest

NAME = "apimanager"
"""Name of the APIManager; one per namespace."""

SEED_SECRET = "system-seed"  # noqa: S105 - the name of a Secret, not its contents
"""Secret from which 3scale takes its first accounts, at its first start only (3scale-operator)."""


def api_manager(settings: Settings) -> Manifest:
    """The whole of 3scale with internal databases; the file volume's class is named, the default one is often unfit."""
    threescale = settings.threescale
    volume = threescale.file_storage.pvc
    return {
        "apiVersion": "apps.3scale.net/v1alpha1",
        "kind": "APIManager",
        "metadata": {"name": NAME, "namespace": settings.namespaces.threescale},
        "spec": {
            "wildcardDomain": settings.cluster.wildcard_domain,
            "tenantName": threescale.tenant_name,
            "resourceRequirementsEnabled": threescale.resource_requirements,
            "system": {
                "fileStorage": {
                    "persistentVolumeClaim": {
                        "storageClassName": volume.storage_class_name,
                        "resources": {"requests": volume.size},
                    }
                }
            },
        },
    }
