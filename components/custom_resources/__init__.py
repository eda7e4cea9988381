"""Custom resources: checked against compact schemas before the API server can prune a misspelt field in silence."""

from components.custom_resources.cluster_schemas import ClusterSchemas
from components.custom_resources.validation import CustomResourceError, Manifest, digest, validated

__all__ = ["ClusterSchemas", "CustomResourceError", "Manifest", "digest", "validated"]
