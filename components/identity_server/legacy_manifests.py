"""Red Hat Single Sign-On 7.6 as its operator's objects; pure."""

from components.config.identity_names import LEGACY_SERVER
from components.config.identity_server import IdentityDatabase
from components.custom_resources import Manifest

LABELS = {"app": LEGACY_SERVER}
"""Labels by which realms find their server; the guides' own."""

DATABASE_SECRET = "keycloak-db-secret"  # noqa: S105 - the name of a Secret, not its contents
"""Secret from which the operator takes the external database (keycloak-operator 19, pkg/model/constants.go)."""

DATABASE_AUTHORITY, AUTHORITY_ENTRY = "keycloak-db-ssl-cert-secret", "root.crt"
"""Secret with the certificates that sign the database's, and its entry.

Source: keycloak-operator 19, pkg/model, `DatabaseSecretSslCert` and `KeycloakSslEnvVariables`."""


def legacy_keycloak(namespace: str, instances: int, *, external_database: bool) -> Manifest:
    """The server, with the Route that the operator makes for it."""
    spec = {
        "instances": instances,
        "externalAccess": {"enabled": True},
        **({"externalDatabase": {"enabled": True}} if external_database else {}),
        **({"podDisruptionBudget": {"enabled": True}} if instances > 1 else {}),
    }
    return {
        "apiVersion": "keycloak.org/v1alpha1",
        "kind": "Keycloak",
        "metadata": {"name": LEGACY_SERVER, "namespace": namespace, "labels": dict(LABELS)},
        "spec": spec,
    }


def database_entries(database: IdentityDatabase) -> dict[str, str]:
    """The entries of `DATABASE_SECRET` that are no secrets (keycloak-operator 19, pkg/model/constants.go).

    The server reaches the database by a Service of its operator's, so that no name of a certificate could fit.
    """
    checked = "require" if database.ca_bundle is None else "verify-ca"
    return {
        "POSTGRES_EXTERNAL_ADDRESS": database.host,
        "POSTGRES_EXTERNAL_PORT": str(database.port),
        "POSTGRES_DATABASE": database.name,
        "SSLMODE": checked if database.tls else "disable",
    }
