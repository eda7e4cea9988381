"""What the tenant promises the rest: names that stay free, settings its release has, people who exist once."""

from collections.abc import Iterator

from components.config.consumers import Account, User
from components.config.problems import Problem
from components.config.promise import Names, repeated
from components.config.settings import Settings

_SAMPLE_NAME, _SAMPLE_USER = "api", "john"
"""Permanent name of a new tenant's sample product and backend, and its sample account's user (porta, db/seeds.rb)."""

_SAMPLE_DOCS = "echo"
"""Permanent name of the sample product's page (porta, app/lib/logic/provider_signup.rb)."""

_NEWER = (2, 16)
"""First release whose settings and tokens know the keys below (porta, app/representers)."""
_OR_KEEP = "or set threescale.sampleData to keep and the adopt switch, to take the sample over"


def sample_names(settings: Settings, _: Names) -> Iterator[Problem]:
    """What is removed with the sample data is nobody's."""
    if settings.threescale.sample_data == "keep":
        return
    yield from _sample_product(settings)
    if not settings.compat.keep_sample_account:
        yield from _sample_account(settings)


def _sample_product(settings: Settings) -> Iterator[Problem]:
    for key in settings.models:
        taken = {"systemName": settings.system_name(key), "backend.systemName": settings.backend_system_name(key)}
        fields = [field for field, name in taken.items() if name.lower() == _SAMPLE_NAME]
        if fields:
            yield Problem(
                path=f"models.{key}",
                given='"api" would be the system name',
                allowed="any other name; a new tenant's sample product and backend have it, and are removed",
                remedy=f"set models.{key}.{fields[0]} to another name, {_OR_KEEP}",
            )
        if settings.models[key].docs.enabled and settings.docs_system_name(key) == _SAMPLE_DOCS:
            yield Problem(
                path=f"models.{key}.docs.systemName",
                given=f'"{_SAMPLE_DOCS}" would be the system name of the page',
                allowed="any other name; the page of a new tenant's sample product has it until that is removed",
                remedy=f"set models.{key}.docs.systemName to another name",
            )


def _sample_account(settings: Settings) -> Iterator[Problem]:
    for path, user in _usernames(settings).items():
        if user == _SAMPLE_USER:
            yield Problem(
                path=path,
                given=f'"{_SAMPLE_USER}" was given',
                allowed="any other name; a new tenant's sample account has this user, and is removed",
                remedy=f"choose another username, {_OR_KEEP}",
            )


def newer_settings(settings: Settings, _: Names) -> Iterator[Problem]:
    """Nothing is declared that the release of the channel does not have."""
    release = settings.threescale.release
    if release is None or release >= _NEWER:
        return
    declared = {
        "portal.settings.enforceSso": (settings.portal.settings.enforce_sso, "has no such setting"),
        "threescale.automationToken.expiresAt": (
            settings.threescale.automation_token.expires_at,
            "ignores it, and the token would never end",
        ),
    }
    for path, (value, reason) in declared.items():
        if value is not None:
            yield Problem(
                path=path,
                given=f"it was given, but 3scale {release[0]}.{release[1]} {reason}",
                allowed=f"the key from 3scale {_NEWER[0]}.{_NEWER[1]} on; threescale.channel says which one this is",
                remedy=f"remove {path}",
            )


def trusted(settings: Settings, _: Names) -> Iterator[Problem]:
    """In production 3scale knows whom it asks who somebody is."""
    if settings.environment == "prod" and settings.portal.sso.skip_tls_verify:
        yield Problem(
            path="portal.sso.skipTlsVerify",
            given="true was given while environment is prod",
            allowed="false; whoever answers in the identity server's place could sign in as anybody",
            remedy="remove portal.sso.skipTlsVerify, and let 3scale trust the authority of the router's certificate",
        )


def users(settings: Settings, _: Names) -> Iterator[Problem]:
    """Login names and addresses are unique in a tenant."""
    for field, values in (("username", _usernames(settings)), ("email", _emails(settings))):
        for path, first in repeated(values):
            yield Problem(
                path=path,
                given=f'"{values[path]}" is also {first}',
                allowed=f"a {field} that no other user has; it is unique in the tenant",
                remedy=f"give one of the two another {field}",
            )


def subscriptions(settings: Settings, names: Names) -> Iterator[Problem]:
    """Accounts subscribe to models that exist, once."""
    for account, declared in settings.consumers.accounts.items():
        for position, key in enumerate(declared.subscriptions):
            if key not in names.models or key in declared.subscriptions[:position]:
                yield Problem(
                    path=f"consumers.accounts.{account}.subscriptions[{position}]",
                    given=f'"{key}" {"is there twice" if key in names.models else "is no model"}',
                    allowed=f"each of the models once: {', '.join(sorted(names.models)) or 'none is declared'}",
                    remedy="name a model of the catalogue, or add it",
                )


def _usernames(settings: Settings) -> dict[str, str]:
    return {f"{path}.username": one.username.lower() for path, one in _people(settings).items()}


def _emails(settings: Settings) -> dict[str, str]:
    return {f"{path}.email": one.email.lower() for path, one in _people(settings).items()}


def _people(settings: Settings) -> dict[str, Account | User]:
    """Every declared person by the path of the entry, the account's own first."""
    people: dict[str, Account | User] = {}
    for name, account in settings.consumers.accounts.items():
        path = f"consumers.accounts.{name}"
        people[path] = account
        people |= {f"{path}.users.{key}": user for key, user in account.users.items()}
    return people
