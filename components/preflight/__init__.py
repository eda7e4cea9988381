"""Read-only look at the cluster before anything is placed; stops the preview when it is not what the stack says."""

from components.preflight.facts import ClusterFacts
from components.preflight.program import inspected

__all__ = ["ClusterFacts", "inspected"]
