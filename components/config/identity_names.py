"""Names of the Kubernetes objects that hold what opens the identity server."""

AUTOMATION_SECRET = "keycloak-automation"  # noqa: S105 - the name of a Secret, not its contents
"""Secret from which the server takes its first administrator, a client, at its first start."""

PERMANENT_SECRET = "keycloak-permanent"  # noqa: S105 - the name of a Secret, not its contents
"""Secret with the client that took the first administrator's place."""

CLIENT_ENTRIES = ("client-id", "client-secret")
"""Entries of both: the names that the operator reads (keycloak-k8s-resources 26.0.0, `bootstrapAdmin.service`)."""

LEGACY_SERVER = "rh-sso"
"""Name of the legacy Keycloak object, as in the guides."""

LEGACY_ADMIN_SECRET = f"credential-{LEGACY_SERVER}"
"""Secret that the legacy operator makes (keycloak-operator 19, pkg/model/constants.go: `credential-<name>`)."""

LEGACY_ADMIN_ENTRIES = ("ADMIN_USERNAME", "ADMIN_PASSWORD")
"""Its entries."""

PORTAL_CLIENT_SECRET, PORTAL_CLIENT_ENTRY = "portal-client", "secret"
"""Secret with the copy of the portal's client, beside 3scale, and the entry in it."""

PASSWORD_ENTRY = "password"  # noqa: S105 - the name of an entry
"""Entry of a test user's Secret that holds the first password."""


def test_user_secret(name: str) -> str:
    """Name of the Secret with the first password of the test user `name`.

    No application's Secret begins so: those begin with an account's name, which has no dot, and have one dot.
    """
    return f"test-user.first.{name}"
