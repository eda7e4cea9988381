"""The Operator Lifecycle Manager: Subscription, InstallPlan, ClusterServiceVersion, OperatorGroup."""

from sandbox.operators.kinds import CRD, CSV, DEPLOYMENT, INSTALL_PLAN, OPERATOR_GROUP, SUBSCRIPTION
from sandbox.operators.olm import cluster_service_version, install_plan, operator_group, subscription
from sandbox.operators.reconcile import Operator

OPERATOR = Operator(
    name="olm",
    package="",
    reconcilers={
        OPERATOR_GROUP: operator_group.reconcile,
        SUBSCRIPTION: subscription.reconcile,
        INSTALL_PLAN: install_plan.reconcile,
        CSV: cluster_service_version.reconcile,
    },
    wakes=frozenset({OPERATOR_GROUP, SUBSCRIPTION, INSTALL_PLAN, CSV, DEPLOYMENT, CRD}),
)

__all__ = ["OPERATOR"]
