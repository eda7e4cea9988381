"""Compact schemas of the identity server's kinds: exactly the fields this product writes."""

from collections.abc import Mapping

from components.custom_resources.shapes import SWITCH, TEXT, TEXT_MAP, WHOLE, Schema, mapping, record, rows

IDENTITY_SOURCES: Mapping[str, str] = {
    "k8s.keycloak.org": "keycloak-k8s-resources 26.0.0",
    "keycloak.org": "keycloak-operator 19.0.3",
    "policy": "Kubernetes itself",
}
"""API group to the repository and release in which its definition was read."""

_ENTRY = record("name", "key", name=TEXT, key=TEXT)
_SELECTOR = record("matchLabels", matchLabels=TEXT_MAP)

_KEYCLOAK = record(
    instances=WHOLE,
    bootstrapAdmin=record(service=record("secret", secret=TEXT)),
    hostname=record("hostname", hostname=TEXT),
    http=record(httpEnabled=SWITCH, tlsSecret=TEXT),
    proxy=record(headers={"type": "string", "enum": ["xforwarded"]}),
    ingress=record(enabled=SWITCH),
    db=record(
        "vendor",
        "host",
        "database",
        "usernameSecret",
        "passwordSecret",
        vendor={"type": "string", "enum": ["postgres"]},
        host=TEXT,
        port=WHOLE,
        database=TEXT,
        usernameSecret=_ENTRY,
        passwordSecret=_ENTRY,
    ),
    resources=record(requests=TEXT_MAP, limits=TEXT_MAP),
    truststores=mapping(record("secret", secret=record("name", name=TEXT))),
    additionalOptions=rows(record("name", "value", name=TEXT, value=TEXT)),
)

_LEGACY_KEYCLOAK = record(
    instances=WHOLE,
    externalAccess=record("enabled", enabled=SWITCH),
    externalDatabase=record("enabled", enabled=SWITCH),
    podDisruptionBudget=record("enabled", enabled=SWITCH),
)

_LEGACY_REALM = record(
    "realm",
    "instanceSelector",
    instanceSelector=_SELECTOR,
    realm=record(
        "realm",
        id=TEXT,
        realm=TEXT,
        displayName=TEXT,
        enabled=SWITCH,
        sslRequired={"type": "string", "enum": ["external", "all"]},
        passwordPolicy=TEXT,
        accessTokenLifespan=WHOLE,
        bruteForceProtected=SWITCH,
        permanentLockout=SWITCH,
        failureFactor=WHOLE,
        waitIncrementSeconds=WHOLE,
        maxFailureWaitSeconds=WHOLE,
        maxDeltaTimeSeconds=WHOLE,
        registrationAllowed=SWITCH,
        registrationEmailAsUsername=SWITCH,
        editUsernameAllowed=SWITCH,
        resetPasswordAllowed=SWITCH,
        rememberMe=SWITCH,
        verifyEmail=SWITCH,
        loginWithEmailAllowed=SWITCH,
        duplicateEmailsAllowed=SWITCH,
        eventsEnabled=SWITCH,
        eventsListeners=rows(TEXT),
        adminEventsEnabled=SWITCH,
        adminEventsDetailsEnabled=SWITCH,
    ),
)

_LEGACY_CLIENT = record(
    "realmSelector",
    "client",
    realmSelector=_SELECTOR,
    client=record(
        "clientId",
        clientId=TEXT,
        name=TEXT,
        enabled=SWITCH,
        protocol={"type": "string", "enum": ["openid-connect"]},
        clientAuthenticatorType={"type": "string", "enum": ["client-secret"]},
        publicClient=SWITCH,
        standardFlowEnabled=SWITCH,
        implicitFlowEnabled=SWITCH,
        directAccessGrantsEnabled=SWITCH,
        serviceAccountsEnabled=SWITCH,
        consentRequired=SWITCH,
        fullScopeAllowed=SWITCH,
        redirectUris=rows(TEXT),
        webOrigins=rows(TEXT),
        attributes=TEXT_MAP,
        defaultClientScopes=rows(TEXT),
        protocolMappers=rows(
            record(
                "name",
                "protocol",
                "protocolMapper",
                "config",
                name=TEXT,
                protocol=TEXT,
                protocolMapper=TEXT,
                consentRequired=SWITCH,
                config=TEXT_MAP,
            )
        ),
    ),
)

_DISRUPTION_BUDGET = record("selector", "maxUnavailable", maxUnavailable=WHOLE, selector=_SELECTOR)

IDENTITY_SPECS: Mapping[tuple[str, str], Schema] = {
    ("k8s.keycloak.org/v2alpha1", "Keycloak"): _KEYCLOAK,
    ("keycloak.org/v1alpha1", "Keycloak"): _LEGACY_KEYCLOAK,
    ("keycloak.org/v1alpha1", "KeycloakRealm"): _LEGACY_REALM,
    ("keycloak.org/v1alpha1", "KeycloakClient"): _LEGACY_CLIENT,
    ("policy/v1", "PodDisruptionBudget"): _DISRUPTION_BUDGET,
}
"""`(apiVersion, kind)` to the schema of `spec`."""
