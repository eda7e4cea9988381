"""What preflight learned from the cluster."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from components.custom_resources import ClusterSchemas, Manifest


@dataclass(frozen=True, kw_only=True)
class ClusterFacts:
    """Read from the cluster once per preview or update."""

    ca_bundle: str
    """PEM certificates that sign the router's certificate; empty when the system's own are meant."""
    schemas: ClusterSchemas | None
    """The cluster's definitions of custom resources; nothing for an offline preview."""
    machine_sets: Mapping[str, Manifest] = field(default_factory=dict)
    """Worker MachineSets that pools are derived from, by name; those that the stack file gives whole are not here."""
