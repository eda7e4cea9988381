"""The realm and the portal's client as objects of the legacy operator; pure.

The operator takes over a realm when it makes it and never again (keycloak-operator 19, KeycloakRealmReconciler), so a
change of these settings in the stack file reaches only new realms. A client is kept as declared.
"""

from collections.abc import Mapping
from typing import Any

from components.config import Settings
from components.config.hosts import portal_sso_callback_url, portal_url
from components.config.identity import Rhsso
from components.config.identity_names import LEGACY_SERVER
from components.custom_resources import Manifest
from components.maas_realm.contract import PASSWORD_POLICY, logout_uris, redirect_uris

API = "keycloak.org/v1alpha1"
LABELS = {"app": LEGACY_SERVER}
"""Labels by which client and realm find each other, and the server."""

CLIENT_ENTRY = "CLIENT_SECRET"
"""Entry of the client's Secret that holds it (keycloak-operator 19, pkg/model/constants.go)."""

_SEPARATOR = "##"
"""Between addresses inside one attribute (keycloak, Constants.CFG_DELIMITER)."""

_CODE_FLOW: Mapping[str, Any] = {
    "name": "3scale developer portal",
    "enabled": True,
    "protocol": "openid-connect",
    "clientAuthenticatorType": "client-secret",
    "publicClient": False,
    "standardFlowEnabled": True,
    "implicitFlowEnabled": False,
    "directAccessGrantsEnabled": False,
    "serviceAccountsEnabled": False,
    "consentRequired": False,
    "fullScopeAllowed": False,
    "webOrigins": [],
    # The server before 19 knows no scope `basic`; the subject is in every token.
    "defaultClientScopes": ["email"],
}
"""What the portal's client is, at every address."""


def legacy_realm(settings: Settings, identity: Rhsso) -> Manifest:
    """The realm; every switch of the login page is written, as the server's own defaults differ from ours."""
    spec = {"instanceSelector": {"matchLabels": dict(LABELS)}, "realm": _realm(identity)}
    return _manifest("KeycloakRealm", identity.realm, settings, spec)


def legacy_client(settings: Settings, identity: Rhsso) -> Manifest:
    """The portal's client: the code flow and nothing else, with the claims the portal reads."""
    client = {
        **_CODE_FLOW,
        "clientId": identity.client_id,
        "redirectUris": redirect_uris(
            portal_sso_callback_url(settings), identity.redirect_uris, anywhere=settings.compat.wildcard_redirect_uri
        ),
        "attributes": {
            "access.token.lifespan": "60",
            "exclude.session.state.from.auth.response": "true",
            # Newer servers tell the issuer in the redirect, which an older portal does not expect.
            "exclude.issuer.from.auth.response": "true",
            "use.refresh.tokens": "false",
            "post.logout.redirect.uris": _SEPARATOR.join(logout_uris(portal_url(settings))),
        },
        "protocolMappers": _mappers(identity.org_attribute),
    }
    spec = {"realmSelector": {"matchLabels": dict(LABELS)}, "client": client}
    return _manifest("KeycloakClient", identity.client_id, settings, spec)


def client_secret_name(identity: Rhsso) -> str:
    """Secret that the operator makes for the client.

    Older releases name it after the client, newer ones after its object; here both have one name
    (keycloak-operator, pkg/model/client_secret.go).
    """
    return f"keycloak-client-secret-{identity.client_id}"


def _manifest(kind: str, name: str, settings: Settings, spec: Manifest) -> Manifest:
    metadata = {"name": name, "namespace": settings.namespaces.identity, "labels": dict(LABELS)}
    return {"apiVersion": API, "kind": kind, "metadata": metadata, "spec": spec}


def _realm(identity: Rhsso) -> dict[str, Any]:
    guard = identity.brute_force
    return {
        "id": identity.realm,
        "realm": identity.realm,
        "displayName": identity.display_name,
        "enabled": True,
        "sslRequired": identity.ssl_required,
        "passwordPolicy": PASSWORD_POLICY,
        "accessTokenLifespan": 300,
        "bruteForceProtected": True,
        "permanentLockout": False,
        "failureFactor": guard.max_failures,
        "waitIncrementSeconds": guard.wait_seconds,
        "maxFailureWaitSeconds": guard.max_wait_seconds,
        "maxDeltaTimeSeconds": guard.reset_seconds,
        "registrationAllowed": False,
        "registrationEmailAsUsername": False,
        "editUsernameAllowed": False,
        "resetPasswordAllowed": False,
        "rememberMe": False,
        "verifyEmail": False,
        "loginWithEmailAllowed": True,
        "duplicateEmailsAllowed": False,
        "eventsEnabled": True,
        "eventsListeners": ["jboss-logging"],
        "adminEventsEnabled": True,
        "adminEventsDetailsEnabled": False,
    }


def _mappers(org_attribute: str) -> list[dict[str, Any]]:
    """Claims beyond the default scope. The type of `email_verified` matters: porta takes the text "false" for true."""
    rows = (
        ("email verified", "oidc-usermodel-property-mapper", "emailVerified", "email_verified", "boolean"),
        ("username", "oidc-usermodel-property-mapper", "username", "preferred_username", "String"),
        ("org_name", "oidc-usermodel-attribute-mapper", org_attribute, "org_name", "String"),
    )
    return [
        {
            "name": name,
            "protocol": "openid-connect",
            "protocolMapper": mapper,
            "consentRequired": False,
            "config": {
                "user.attribute": source,
                "claim.name": claim,
                "jsonType.label": kind,
                "id.token.claim": "true",
                "access.token.claim": "false",
                "userinfo.token.claim": "true",
            },
        }
        for name, mapper, source, claim, kind in rows
    ]
