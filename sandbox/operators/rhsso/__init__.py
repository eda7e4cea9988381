"""The operator of Red Hat Single Sign-On 7.6: a server per Keycloak, and its realms and clients in that server."""

from sandbox.operators.kinds import (
    DEPLOYMENT,
    DISRUPTION_BUDGET,
    LEGACY_CLIENT,
    LEGACY_KEYCLOAK,
    LEGACY_REALM,
    ROUTE,
    SECRET,
    SERVICE,
    STATEFUL_SET,
    VOLUME_CLAIM,
)
from sandbox.operators.reconcile import Operator
from sandbox.operators.rhsso import realm, server

OPERATOR = Operator(
    name="rhsso-operator",
    package="rhsso-operator",
    reconcilers={
        LEGACY_KEYCLOAK: server.reconcile,
        LEGACY_REALM: realm.reconcile_realm,
        LEGACY_CLIENT: realm.reconcile_client,
    },
    writes=frozenset({DEPLOYMENT, DISRUPTION_BUDGET, ROUTE, SECRET, SERVICE, STATEFUL_SET, VOLUME_CLAIM}),
)

__all__ = ["OPERATOR"]
