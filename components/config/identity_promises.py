"""What the identity server promises the rest of the configuration: its host, its database, its administrator."""

from collections.abc import Iterator

from components.config.hosts import identity_label, portal_sso_callback_url, portal_url
from components.config.identity import MaintainedRealm, Rhbk, Rhsso, instances
from components.config.problems import Problem, shown
from components.config.promise import Names, Promise
from components.config.settings import Settings

PERMANENT_SECRET = "keycloakPermanentClientSecret"  # noqa: S105 - the name of a stack secret


def _own_host(settings: Settings, _: Names) -> Iterator[Problem]:
    tenant = settings.threescale.tenant_name
    taken = (tenant, f"{tenant}-admin", "master", f"backend-{tenant}")
    if settings.identity is not None and (label := identity_label(settings, settings.identity)) in taken:
        key = "namespaces.identity" if isinstance(settings.identity, Rhsso) else "identity.hostPrefix"
        yield Problem(
            path=key,
            given=f'"{label}" is a host of 3scale',
            allowed=f"any label but {', '.join(taken)}",
            remedy=f"choose another {key.partition('.')[2]}, for example sso",
        )


def _database(settings: Settings, _: Names) -> Iterator[Problem]:
    identity, prod = settings.identity, settings.environment == "prod"
    if not isinstance(identity, Rhbk | Rhsso):
        return
    wanted = instances(identity, settings.environment)
    if identity.database is None and (prod or wanted > 1):
        yield Problem(
            path="identity.database",
            given="the key is missing while environment is prod" if prod else f"instances is {wanted}, without it",
            allowed="a PostgreSQL database of its own; without one the users of the realm are lost with a pod, and two "
            "servers do not share them",
            remedy="add identity.database" if prod else "add identity.database, or set identity.instances to 1",
        )
    if identity.database is not None and prod and not identity.database.tls:
        yield Problem(
            path="identity.database.tls",
            given="false was given while environment is prod",
            allowed="true; users and their password hashes would cross the network in clear",
            remedy="remove identity.database.tls, and let the database server offer TLS",
        )


def _database_authority(settings: Settings, _: Names) -> Iterator[Problem]:
    """The legacy server checks against what it is given alone (keycloak-operator 19, KeycloakSslEnvVariables)."""
    identity = settings.identity
    database = identity.database if isinstance(identity, Rhsso) and settings.environment == "prod" else None
    if database is not None and database.tls and database.ca_bundle is None:
        yield Problem(
            path="identity.database.caBundle",
            given="the key is missing while environment is prod and identity.flavour is rhsso",
            allowed="the certificates that sign the database's: its operator checks against nothing else, and somebody "
            "else could pass for the database",
            remedy="add identity.database.caBundle",
        )


def _administrator(settings: Settings, names: Names) -> Iterator[Problem]:
    identity = settings.identity
    if not isinstance(identity, Rhbk):
        return
    client = identity.permanent_client_id
    if client is None and settings.environment == "prod":
        yield Problem(
            path="identity.permanentClientId",
            given="the key is missing while environment is prod",
            allowed="a client in the place of the first administrator, which Keycloak counts as temporary",
            remedy="add identity.permanentClientId, for example maas-permanent",
        )
    if client == identity.automation_client_id:
        yield Problem(
            path="identity.permanentClientId",
            given=f'"{client}" is also identity.automationClientId',
            allowed="another name; both clients exist for a moment, then the first one goes",
            remedy="give identity.permanentClientId another name",
        )
    if client is not None and PERMANENT_SECRET not in names.secrets:
        yield Problem(
            path=PERMANENT_SECRET,
            given="the secret is missing or empty while identity.permanentClientId is given",
            allowed="an encrypted text: the secret that the client is to have",
            remedy=f"run python3 -m toolchain secrets <stack> --keys {PERMANENT_SECRET}, and then what it prints",
        )


def _redirects(settings: Settings, _: Names) -> Iterator[Problem]:
    """Whoever may receive a code of the portal's client may sign in as anybody."""
    if settings.identity is None:
        return
    portal = portal_url(settings)
    for position, uri in enumerate(settings.identity.redirect_uris):
        if not uri.startswith(f"{portal}/auth/") or "*" in uri[:-1]:
            yield Problem(
                path=f"identity.redirectUris[{position}]",
                given=f"{shown(uri)} is no address of the portal's sign-in",
                allowed=f"addresses below {portal}/auth/, with a * at the end at most; the call-back "
                f"{portal_sso_callback_url(settings)} is always there",
                remedy=f"correct identity.redirectUris[{position}], or remove it",
            )


def _doors(settings: Settings, _: Names) -> Iterator[Problem]:
    """Nobody of whom the organisation knows nothing gets keys by signing in."""
    identity = settings.identity
    if not isinstance(identity, MaintainedRealm) or not settings.portal.sso.auto_approve:
        return
    for name, provider in identity.providers.items():
        if provider.open_to_anyone:
            yield Problem(
                path=f"identity.providers.{name}.anyAccount",
                given="true was given while portal.sso.autoApprove is true: anybody at all would get an account",
                allowed="a provider that only people of the organisation can use, or accounts that somebody accepts",
                remedy=f"restrict identity.providers.{name}, or set portal.sso.autoApprove to false",
            )


IDENTITY_PROMISES: tuple[Promise, ...] = (
    Promise(frozenset({"identity", "threescale", "namespaces"}), _own_host),
    Promise(frozenset({"environment", "identity"}), _database),
    Promise(frozenset({"environment", "identity"}), _database_authority),
    Promise(frozenset({"environment", "identity"}), _administrator),
    Promise(frozenset({"cluster", "identity", "portal", "threescale"}), _redirects),
    Promise(frozenset({"identity", "portal"}), _doors),
)
"""Every promise of the identity server."""
