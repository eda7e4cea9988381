"""One table of what a stack needs of its cluster: kinds that are served, and what the deployer does with them."""

from components.preflight.needs.need import WHOLE_CLUSTER, Need
from components.preflight.needs.table import needs

__all__ = ["WHOLE_CLUSTER", "Need", "needs"]
