"""What preflight learned from the cluster."""

from dataclasses import dataclass

from components.custom_resources import ClusterSchemas


@dataclass(frozen=True, kw_only=True)
class ClusterFacts:
    """Read from the cluster once per preview or update."""

    ca_bundle: str
    """PEM certificates that sign the router's certificate; empty when the system's own are meant."""
    schemas: ClusterSchemas | None
    """The cluster's definitions of custom resources; nothing for an offline preview."""
