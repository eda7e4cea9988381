"""The namespaces that belong to no operator."""

from components.namespaces.component import WorkNamespaces, WorkNamespacesArgs

__all__ = ["WorkNamespaces", "WorkNamespacesArgs"]
