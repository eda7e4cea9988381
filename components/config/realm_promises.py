"""What the realm's providers, groups and users promise each other, the plans and the stack's secrets."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from components.config.hosts import issuer_url
from components.config.identity import External, MaintainedRealm
from components.config.identity_providers import FIXED_ALIASES, Oidc, WithSecret
from components.config.problems import Problem
from components.config.promise import Names, Promise
from components.config.secret_families import PROVIDER_SECRETS, TEST_USER_PASSWORDS, SecretFamily
from components.config.settings import Settings

_HTTPS = 443
"""The port that https:// means (RFC 9110, section 4.2.2)."""


def _realm(settings: Settings) -> MaintainedRealm:
    """The realm, or one without anything in it."""
    identity = settings.identity
    return identity if isinstance(identity, MaintainedRealm) else MaintainedRealm()


def _provider_names(settings: Settings, _: Names) -> Iterator[Problem]:
    for name, provider in _realm(settings).providers.items():
        fixed = FIXED_ALIASES.get(provider.kind)
        if fixed is not None and name != fixed:
            yield Problem(
                path=f"identity.providers.{name}",
                given=f'a provider of kind {provider.kind} has the name "{name}"',
                allowed=f"the name {fixed}; a realm has one provider of this kind, under this name",
                remedy=f"rename it to identity.providers.{fixed}",
            )


def _provider_secrets(settings: Settings, names: Names) -> Iterator[Problem]:
    providers = _realm(settings).providers
    needed = {name: provider.kind for name, provider in providers.items() if isinstance(provider, WithSecret)}
    yield from _lacking(PROVIDER_SECRETS, {name: f"a provider of kind {kind}" for name, kind in needed.items()}, names)
    yield from _left_over(PROVIDER_SECRETS, needed, names)


def _own_issuer(settings: Settings, _: Names) -> Iterator[Problem]:
    if settings.identity is None:
        return
    own = _plain(issuer_url(settings, settings.identity))
    for name, provider in _realm(settings).providers.items():
        addresses = provider.addresses if isinstance(provider, Oidc) else {}
        for key, url in addresses.items():
            if _plain(url).startswith(own):
                yield Problem(
                    path=f"identity.providers.{name}.{key}",
                    given=f"{url} is this realm itself",
                    allowed="another identity server, or another realm; a realm that asks itself goes round for ever",
                    remedy=f"correct identity.providers.{name}.{key}, or remove the provider",
                )


def _plain(url: str) -> str:
    """The address in one spelling, with a slash at its end: what is below it begins with it."""
    parts = urlsplit(url)
    port = "" if parts.port in (None, _HTTPS) else f":{parts.port}"
    return f"{parts.hostname}{port}{parts.path.rstrip('/')}/".lower()


def _memberships(settings: Settings, _: Names) -> Iterator[Problem]:
    realm = _realm(settings)
    asked = {f"providers.{name}": one.group for name, one in realm.providers.items()}
    asked |= {f"testUsers.{name}": one.group for name, one in realm.test_users.items()}
    for path, group in asked.items():
        if group is not None and group not in realm.groups:
            yield Problem(
                path=f"identity.{path}.group",
                given=f'"{group}" is no group',
                allowed=f"one of the groups: {', '.join(sorted(realm.groups)) or 'none is declared'}",
                remedy=f"declare identity.groups.{group} or name another group",
            )


def _tiers(settings: Settings, names: Names) -> Iterator[Problem]:
    groups = _realm(settings).groups
    for name, group in groups.items():
        if group.plan not in names.plans:
            yield Problem(
                path=f"identity.groups.{name}.plan",
                given=f'"{group.plan}" is no plan',
                allowed=f"one of the plans: {', '.join(sorted(names.plans)) or 'none is declared'}",
                remedy=f"declare plans.{group.plan} or name another plan",
            )
    defaults = [name for name, group in groups.items() if group.default]
    for name in defaults[1:]:
        yield Problem(
            path=f"identity.groups.{name}.default",
            given=f"true was given, and identity.groups.{defaults[0]}.default is true too",
            allowed="at most one default group; which of two tiers counts would be chance",
            remedy=f"remove identity.groups.{name}.default",
        )


def _foreign_default(settings: Settings, _: Names) -> Iterator[Problem]:
    """Whoever writes a realm's default groups writes all of them (terraform-provider-keycloak, default_groups)."""
    realm = _realm(settings)
    if not isinstance(realm, External) or realm.owns_realm:
        return
    for name, group in realm.groups.items():
        if group.default:
            yield Problem(
                path=f"identity.groups.{name}.default",
                given="true was given while identity.ownsRealm is false",
                allowed="false; the default groups of a realm are one list of its owner's, and writing it, for which "
                "the client would need the role manage-realm, takes away those that are there",
                remedy=f"remove identity.groups.{name}.default, and have the realm's owner add the group {name} to its "
                "default groups",
            )


def _test_users(settings: Settings, names: Names) -> Iterator[Problem]:
    users = _realm(settings).test_users
    if settings.environment == "prod" and users:
        yield Problem(
            path="identity.testUsers",
            given=f"{', '.join(sorted(users))} given while environment is prod",
            allowed="people who sign in through a provider, or whom an administrator of the realm adds",
            remedy="remove identity.testUsers",
        )
    yield from _lacking(TEST_USER_PASSWORDS, dict.fromkeys(users, "a user for tests"), names)
    yield from _left_over(TEST_USER_PASSWORDS, users, names)


def _lacking(family: SecretFamily, needed: Mapping[str, str], names: Names) -> Iterator[Problem]:
    """Entries without their secret; `needed` says what each one is."""
    for entry, what in needed.items():
        if family.key(entry) not in names.secrets:
            yield Problem(
                path=family.key(entry),
                given=f"the secret is missing or empty, and {family.of}.{entry} is {what}",
                allowed="an encrypted text under a key of its own",
                remedy=f"run pulumi config set --secret {family.key(entry)}, or remove {family.of}.{entry}",
            )


def _left_over(family: SecretFamily, needed: Mapping[str, object], names: Names) -> Iterator[Problem]:
    """Secrets that nobody reads: a misspelt name, or an entry that went."""
    for entry in family.entries(names.secrets):
        if entry not in needed:
            yield Problem(
                path=family.key(entry),
                given=f"there is no entry {entry} of {family.of} that has a secret",
                allowed=f"secrets of its entries: {', '.join(sorted(needed)) or 'none is declared'}",
                remedy=f"run pulumi config rm {family.key(entry)}, or correct its last part",
            )


REALM_PROMISES: tuple[Promise, ...] = (
    Promise(frozenset({"identity"}), _provider_names),
    Promise(frozenset({"identity"}), _provider_secrets),
    Promise(frozenset({"cluster", "identity", "namespaces"}), _own_issuer),
    Promise(frozenset({"identity"}), _memberships),
    Promise(frozenset({"identity", "plans"}), _tiers),
    Promise(frozenset({"identity"}), _foreign_default),
    Promise(frozenset({"environment", "identity"}), _test_users),
)
"""Every promise of the realm."""
