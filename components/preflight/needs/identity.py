"""What the identity server and its realm need."""

from collections.abc import Iterator

from components.config import Settings
from components.config.identity import Rhbk, Rhsso, instances
from components.preflight.needs import kinds
from components.preflight.needs.need import Need, explained, managed


def identity(settings: Settings) -> Iterator[Need]:
    """Every need of the layer; a realm and what is in it are the server's, not the cluster's."""
    server, namespace = settings.identity, settings.namespaces.identity
    if isinstance(server, Rhbk):
        yield managed(kinds.KEYCLOAKS, namespace)
        yield managed(kinds.ROUTES, namespace)
        yield Need(kinds.ROUTE_HOSTS, ("create",), namespace)
        yield managed(kinds.SECRETS, namespace)
        if instances(server, settings.environment) > 1:
            yield managed(kinds.DISRUPTION_BUDGETS, namespace)
    if isinstance(server, Rhsso):
        for kind in (kinds.LEGACY_KEYCLOAKS, kinds.LEGACY_REALMS, kinds.LEGACY_CLIENTS):
            yield managed(kind, namespace)
        # The server's status does not say of which generation it speaks; its pods' owners do.
        for kind in (kinds.DEPLOYMENTS, kinds.STATEFUL_SETS):
            yield Need(kind, ("list",), namespace)
        # The gate tells which Routes no router takes.
        yield Need(kinds.ROUTES, ("list",), namespace)
        # The client's secret is made by the operator and read by the gate.
        yield Need(kinds.SECRETS, ("get",), namespace)
        if server.database is not None:
            yield managed(kinds.SECRETS, namespace)
    if isinstance(server, Rhbk | Rhsso):
        yield from explained(namespace)
