"""The Machine API and its autoscaler, parts of every OpenShift cluster: MachineSet → Machine → Node."""

from sandbox.operators.kinds import (
    CLUSTER_AUTOSCALER,
    DEPLOYMENT,
    MACHINE,
    MACHINE_AUTOSCALER,
    MACHINE_SET,
    NODE,
    POD,
)
from sandbox.operators.machine_api import autoscaling, machine, machine_set
from sandbox.operators.reconcile import Operator

OPERATOR = Operator(
    name="machine-api",
    package="",
    reconcilers={MACHINE_SET: machine_set.reconcile, MACHINE: machine.reconcile},
    wakes=frozenset({MACHINE, NODE}),
    writes=frozenset({POD}),
)

AUTOSCALER = Operator(
    name="cluster-autoscaler",
    package="",
    reconcilers={MACHINE_AUTOSCALER: autoscaling.limit, CLUSTER_AUTOSCALER: autoscaling.scale},
    wakes=frozenset({MACHINE_SET}),
    writes=frozenset({DEPLOYMENT, MACHINE, NODE, POD}),
)

__all__ = ["AUTOSCALER", "OPERATOR"]
