"""Who gets into the realm, and what of a realm is not ours to write."""

from typing import Any

import pytest

from components.config.identity import External, Rhbk, authorities
from components.config.problems import Problem
from components.config.validation import validated
from tests.components.config.test_identity import ELSEWHERE, LEGACY, OIDC
from tests.components.config.test_validation import ALL_SECRETS, problems, settings
from tests.support.stack_file import dev_stack, prod_stack

CORP = ALL_SECRETS | {"identityProviderSecret.corp"}
ENDPOINTS = {
    "authorizationUrl": "https://id.example.com/authorize",
    "tokenUrl": "https://id.example.com/token",
    "userInfoUrl": "https://id.example.com/userinfo",
    "jwksUrl": "https://id.example.com/keys",
}
FOREIGN = {**OIDC, "issuer": "https://id.example.com", **ENDPOINTS}
GOOGLE = {"issuer": "https://accounts.google.com", "authorizationUrl": "https://accounts.google.com/o/oauth2/v2/auth"}
PEM = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n"


def with_corp(**provider: object) -> dict[str, Any]:
    return dev_stack(identity={"providers": {"corp": {**FOREIGN, **provider}}})


def refused(raw: dict[str, Any]) -> Problem:
    (problem,) = problems(raw, CORP).values()
    return problem


@pytest.mark.row("S-095", "S-097")
@pytest.mark.parametrize("addresses", [GOOGLE, {"authorizationUrl": "https://login.microsoftonline.com/common/oauth2"}])
def test_a_public_provider_is_opened_in_words_or_not_at_all(addresses: dict[str, str]) -> None:
    problem = refused(with_corp(**addresses))

    assert problem.path == "identity.providers.corp"
    assert "belongs to a provider at which anybody has an account" in problem.given
    assert "kind google with hostedDomain" in problem.remedy
    assert "add identity.providers.corp.anyAccount" in problem.remedy


@pytest.mark.row("S-095")
def test_an_openid_provider_for_everybody_gives_nobody_keys_without_somebody_who_accepts_them() -> None:
    opened = with_corp(**GOOGLE, anyAccount=True)

    assert refused(opened).path == "identity.providers.corp.anyAccount"
    assert validated(opened | {"portal": {"sso": {"autoApprove": False}}}, CORP)
    assert validated(with_corp(**GOOGLE, anyAccount=True, linkOnly=True), CORP)


@pytest.mark.parametrize("key", sorted(ENDPOINTS))
def test_endpoints_are_given_all_four_or_none(key: str) -> None:
    problem = refused(with_corp(**{key: None}))

    assert problem.path == "identity.providers.corp"
    assert problem.given.startswith(f"{key} left out")
    assert "all four endpoints, or none for a Keycloak realm" in problem.allowed
    none = dict.fromkeys(ENDPOINTS)
    assert validated(with_corp(**none), CORP)


@pytest.mark.row("S-097", "C-05")
@pytest.mark.parametrize("key", ["issuer", *ENDPOINTS, "logoutUrl"])
@pytest.mark.parametrize(
    "own", ["https://SSO.apps.maas.test:443/realms/maas", "https://sso.apps.maas.test/realms/maas/x"]
)
def test_a_realm_asks_itself_at_no_address(key: str, own: str) -> None:
    assert refused(with_corp(**{key: own})).path == f"identity.providers.corp.{key}"


def test_another_realm_of_the_same_server_may_be_asked() -> None:
    assert validated(with_corp(issuer="https://sso.apps.maas.test/realms/maas-people"), CORP)


def test_the_default_groups_of_somebody_elses_realm_are_left_alone() -> None:
    groups = {"free": {"plan": "standard", "default": True}}
    theirs = {**ELSEWHERE, "adminRealm": "maas", "ownsRealm": False}

    found = problems(dev_stack(identity={**theirs, "groups": groups}))
    assert set(found) == {"identity.groups.free.default"}
    assert "takes away those that are there" in found["identity.groups.free.default"].allowed
    assert settings(identity={**ELSEWHERE, "groups": groups})
    assert settings(identity={**theirs, "groups": {"free": {"plan": "standard"}}})


def test_a_realm_is_not_given_up_by_the_name_of_another_key() -> None:
    found = problems(dev_stack(identity={**ELSEWHERE, "adminRealm": "maas"}))

    assert set(found) == {"identity"}
    assert found["identity"].given == 'adminRealm is "maas", the realm itself, while ownsRealm is true'
    assert "deletes it with everybody in it" in found["identity"].remedy
    identity = settings(identity={**ELSEWHERE, "ownsRealm": False}).identity
    assert isinstance(identity, External)
    assert (identity.owns_realm, identity.admin_realm) == (False, "master")


@pytest.mark.row("S-088")
def test_a_servers_own_authority_is_trusted_beside_the_routers() -> None:
    own, router, elsewhere = PEM.format("own"), PEM.format("router"), PEM.format("elsewhere")
    identity = settings(identity={"tlsSecret": "sso-tls", "caBundle": own}).identity
    external = settings(identity={**ELSEWHERE, "caBundle": elsewhere}).identity
    assert isinstance(identity, Rhbk)
    assert isinstance(external, External)

    assert authorities(identity, router) == router + own
    assert authorities(identity, "") == own
    assert authorities(identity.model_copy(update={"ca_bundle": None}), router) == router
    assert authorities(external, router) == elsewhere


@pytest.mark.row("S-084")
def test_a_database_of_the_legacy_server_is_recognised_in_production() -> None:
    database = {"host": "pg.example.com"}
    legacy = prod_stack(identity=None) | {"identity": {**LEGACY, "database": database}}

    assert set(problems(legacy)) == {"identity.database.caBundle"}
    legacy["identity"]["database"] = {**database, "caBundle": PEM}
    assert validated(legacy, ALL_SECRETS)
    unused = problems(dev_stack(identity={"database": {**database, "tls": False, "caBundle": PEM}}))
    assert set(unused) == {"identity.database"}
