"""Red Hat build of Keycloak as its operator's objects; pure."""

from typing import Any

from components.config.identity import Rhbk
from components.config.identity_names import AUTOMATION_SECRET
from components.config.identity_server import IdentityDatabase
from components.custom_resources import Manifest

NAME = "keycloak"
"""Name of the Keycloak object; the operator derives the Service's name from it."""

DATABASE_SECRET = "keycloak-database"  # noqa: S105 - the name of a Secret, not its contents
"""Secret with the credentials of the external database: entries `username` and `password`."""

DATABASE_AUTHORITY, AUTHORITY_ENTRY = "keycloak-database-authority", "ca.crt"
"""Secret with the certificates that sign the database's, and its entry."""

DATABASE_PROPERTIES = "?sslmode=verify-full&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory"
"""Appended to the database's address: its certificate and its name are checked, against the server's own trust store.

The driver's own factory would want a file instead and check against nothing else (pgjdbc, "Configuring the Client");
the operator adds `spec.truststores` to that trust store (Keycloak, "Configuring trusted certificates")."""


def keycloak(namespace: str, host: str, instances: int, identity: Rhbk | None = None) -> Manifest:
    """The server. Unless it has a certificate, TLS ends at the router, which sets the forwarded headers.

    The administrator's credential is chosen by us, so that the first preview can check everything in the realm.
    """
    certificate = None if identity is None else identity.tls_secret
    return {
        "apiVersion": "k8s.keycloak.org/v2alpha1",
        "kind": "Keycloak",
        "metadata": {"name": NAME, "namespace": namespace},
        "spec": {
            "instances": instances,
            "bootstrapAdmin": {"service": {"secret": AUTOMATION_SECRET}},
            "hostname": {"hostname": host},
            "http": {"httpEnabled": True} if certificate is None else {"tlsSecret": certificate},
            # Behind a router that passes TLS through nobody sets these headers, and nobody may be believed to.
            **({"proxy": {"headers": "xforwarded"}} if certificate is None else {}),
            "ingress": {"enabled": False},
            **({} if identity is None else spec_of(identity)),
        },
    }


def spec_of(identity: Rhbk) -> dict[str, Any]:
    """The parts of the server's specification that a stack may leave to the operator."""
    found: dict[str, Any] = {}
    if identity.resources is not None:
        found["resources"] = identity.resources.model_dump()
    if (database := identity.database) is not None:
        found["db"] = _database(database)
        if database.tls:
            found["additionalOptions"] = [{"name": "db-url-properties", "value": DATABASE_PROPERTIES}]
        if database.ca_bundle is not None:
            found["truststores"] = {"database": {"secret": {"name": DATABASE_AUTHORITY}}}
    return found


def _database(database: IdentityDatabase) -> dict[str, Any]:
    return {
        "vendor": "postgres",
        "host": database.host,
        "port": database.port,
        "database": database.name,
        "usernameSecret": {"name": DATABASE_SECRET, "key": "username"},
        "passwordSecret": {"name": DATABASE_SECRET, "key": "password"},
    }


def route(namespace: str, host: str, *, passthrough: bool = False) -> Manifest:
    """The public address; the operator's own ingress would pass TLS through to a server that has no certificate."""
    termination = "passthrough" if passthrough else "edge"
    return {
        "apiVersion": "route.openshift.io/v1",
        "kind": "Route",
        "metadata": {"name": NAME, "namespace": namespace},
        "spec": {
            "host": host,
            "to": {"kind": "Service", "name": f"{NAME}-service"},
            "port": {"targetPort": "https" if passthrough else "http"},
            "tls": {"termination": termination, "insecureEdgeTerminationPolicy": "Redirect"},
        },
    }


def disruption_budget(namespace: str) -> Manifest:
    """Lets a drain of nodes take one server at a time; the operator makes no such budget (rhbk 26.4).

    The labels are those the operator puts on its pods (keycloak-operator, Utils.allInstanceLabels).
    """
    labels = {"app": "keycloak", "app.kubernetes.io/managed-by": "keycloak-operator"}
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": NAME, "namespace": namespace},
        "spec": {
            "maxUnavailable": 1,
            "selector": {"matchLabels": {**labels, "app.kubernetes.io/instance": NAME}},
        },
    }
