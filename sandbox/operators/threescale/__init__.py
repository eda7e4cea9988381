"""The 3scale operator with zync: APIManager, its Deployments, Services, Secrets and the generated Routes."""

from sandbox.operators.kinds import (
    API_MANAGER,
    CONFIG_MAP,
    DEPLOYMENT,
    DISRUPTION_BUDGET,
    ROUTE,
    SECRET,
    SERVICE,
    VOLUME_CLAIM,
)
from sandbox.operators.reconcile import Operator
from sandbox.operators.threescale import api_manager

OPERATOR = Operator(
    name="3scale-operator",
    package="3scale-operator",
    reconcilers={API_MANAGER: api_manager.reconcile},
    wakes=frozenset({SECRET, ROUTE}),
    writes=frozenset({CONFIG_MAP, DEPLOYMENT, DISRUPTION_BUDGET, SERVICE, VOLUME_CLAIM}),
)

__all__ = ["OPERATOR"]
