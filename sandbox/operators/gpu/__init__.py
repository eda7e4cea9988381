"""NVIDIA's GPU operator: one ClusterPolicy for the cluster."""

from sandbox.operators.gpu import cluster_policy
from sandbox.operators.kinds import CLUSTER_POLICY, CONFIG_MAP, CSV, DAEMON_SET, NODE, POD
from sandbox.operators.reconcile import Operator

OPERATOR = Operator(
    name="gpu-operator",
    package=cluster_policy.PACKAGE,
    reconcilers={CLUSTER_POLICY: cluster_policy.reconcile},
    wakes=frozenset({CONFIG_MAP, CSV, DAEMON_SET, NODE, POD}),
)

__all__ = ["OPERATOR"]
