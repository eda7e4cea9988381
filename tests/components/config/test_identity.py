"""What can be said of the identity server and its realm, and what is refused with all four parts."""

from typing import Any

import pytest
from jsonschema import ValidationError
from pydantic import TypeAdapter

from components.config import hosts
from components.config.identity import AnyIdentity, External, Rhbk, Rhsso, instances
from components.config.validation import validated
from tests.components.config.test_validation import ALL_SECRETS, problems, settings
from tests.support.stack_file import IDENTITY_CANARIES, dev_stack, prod_stack
from tests.support.stack_file_schema import judge

LEGACY = {"flavour": "rhsso", "channel": "stable", "startingCSV": "rhsso-operator.7.6.12-opr-003", "clientId": "3scale"}
ELSEWHERE = {"flavour": "external", "url": "https://login.example.com/auth/", "channel": None, "startingCSV": None}
GOOGLE = {"kind": "google", "clientId": "g", "hostedDomain": "example.com"}
GITHUB = {"kind": "github", "clientId": "g", "serverUrl": "https://github.example.com"}
OIDC = {"kind": "oidc", "clientId": "o", "issuer": "https://sso.example.com/realms/corp"}
CERTIFICATE = "MIIC" + "A" * 120
SAML = {"kind": "saml", "singleSignOnUrl": "https://idp.example.com/sso", "signingCertificate": CERTIFICATE}
OPENSHIFT = {"kind": "openshift", "clientId": "o", "apiUrl": "https://api.example.com:6443"}
PROVIDERS: dict[str, dict[str, Any]] = {
    "google": GOOGLE,
    "github": GITHUB,
    "corp": OIDC,
    "campus": SAML,
    "cluster": OPENSHIFT,
}
"""One provider of each kind."""

SECRETS = ALL_SECRETS | {f"identityProviderSecret.{name}" for name in PROVIDERS if name != "campus"}
DEV1 = {"dev1": {"email": "dev1@example.com"}}


def of_identity(**identity: object) -> dict[str, Any]:
    return dev_stack(identity=identity)


def external() -> dict[str, Any]:
    return of_identity(**ELSEWHERE)


@pytest.mark.row("S-082", "S-083", "S-085", "S-105", "C-01", "C-05")
def test_the_dev_stack_says_no_more_than_before() -> None:
    identity = settings().identity

    assert isinstance(identity, Rhbk)
    assert (identity.flavour, identity.realm, identity.client_id) == ("rhbk", "maas", "3scale")
    assert (identity.database, identity.permanent_client_id, identity.tls_secret) == (None, None, None)
    assert (identity.providers, identity.groups, identity.test_users) == ({}, {}, {})
    assert instances(identity, "dev") == 1
    assert settings(identity=None).identity is None


@pytest.mark.row("S-083", "S-088")
def test_each_flavour_has_its_own_address() -> None:
    legacy, elsewhere = settings(identity=LEGACY), validated(external(), ALL_SECRETS)

    assert isinstance(legacy.identity, Rhsso)
    assert hosts.identity_url(legacy, legacy.identity) == "https://keycloak-keycloak.apps.maas.test/auth"
    assert "keycloak-keycloak.apps.maas.test" in hosts.public_hosts(legacy)
    assert isinstance(elsewhere.identity, External)
    assert hosts.identity_issuer_url(elsewhere) == "https://login.example.com/auth/realms/maas"
    assert not any(host.startswith("sso.") for host in hosts.public_hosts(elsewhere))
    named = settings(identity={"hostname": "login.example.org"})
    assert hosts.identity_issuer_url(named) == "https://login.example.org/realms/maas"
    assert "sso.apps.maas.test" not in hosts.public_hosts(named)


@pytest.mark.parametrize(
    ("identity", "path", "allowed"),
    [
        ({"flavour": "auth0"}, "identity.flavour", "one of rhbk, rhsso, external"),
        ({**LEGACY, "providers": {}}, "identity.providers", "the keys"),
        ({**ELSEWHERE, "database": {}}, "identity.database", "the keys"),
        ({"flavour": "external", "url": "http://x.example"}, "identity.url", "text that matches"),
        ({"sslRequired": "none"}, "identity.sslRequired", "one of 'external' or 'all'"),
        ({"providers": {"x": {"kind": "ldap"}}}, "identity.providers.x.kind", "one of google, github, oidc"),
        ({"providers": {"x": {"clientId": "x"}}}, "identity.providers.x.kind", "one of google, github, oidc"),
        ({"providers": {"google": {**GOOGLE, "issuer": "x"}}}, "identity.providers.google.issuer", "the keys"),
        ({"testUsers": {"Dev": {"email": "a@b.example"}}}, "identity.testUsers.Dev", "text that matches"),
        ({"database": {"host": "pg.example.com:5432"}}, "identity.database.host", "text that matches"),
    ],
)
def test_a_key_of_another_form_is_refused_with_its_path(identity: dict[str, Any], path: str, allowed: str) -> None:
    found = problems(of_identity(**identity))

    assert path in found
    assert allowed in found[path].allowed


def test_sessions_end_before_they_would_have_to() -> None:
    found = problems(of_identity(lifetimes={"sessionIdleSeconds": 7200, "sessionMaxSeconds": 3600}))

    assert found["identity.lifetimes"].given == "sessionIdleSeconds is 7200, sessionMaxSeconds is 3600"
    assert "lower identity.lifetimes.sessionIdleSeconds" in found["identity.lifetimes"].remedy


@pytest.mark.row("S-084")
def test_production_has_two_servers_a_database_and_a_permanent_administrator() -> None:
    found = validated(prod_stack(), ALL_SECRETS)
    assert isinstance(found.identity, Rhbk)
    assert instances(found.identity, found.environment) == 2

    lacking = problems(prod_stack(identity={"database": None, "permanentClientId": None}))
    assert set(lacking) == {"identity.database", "identity.permanentClientId"}
    clear = problems(prod_stack(identity={"database": {"tls": False}}))
    assert set(clear) == {"identity.database.tls"}
    legacy = prod_stack(identity=None) | {"identity": LEGACY}
    assert set(problems(legacy)) == {"identity.database"}


def test_two_servers_need_one_database_everywhere() -> None:
    found = problems(of_identity(instances=2))

    assert found["identity.database"].given == "instances is 2, without it"
    assert settings(identity={"instances": 2, "database": {"host": "pg.example.com"}})


def test_the_permanent_administrator_is_another_client_and_has_a_secret() -> None:
    same = problems(of_identity(permanentClientId="maas-automation"))
    assert set(same) == {"identity.permanentClientId"}

    without = ALL_SECRETS - {"keycloakPermanentClientSecret"}
    lacking = problems(of_identity(permanentClientId="maas-permanent"), without)
    assert set(lacking) == {"keycloakPermanentClientSecret"}
    assert "python3 -m toolchain secrets <stack> --keys keycloakPermanentClientSecret" in str(lacking)


def test_a_database_without_its_credentials_is_refused() -> None:
    found = problems(of_identity(database={"host": "pg.example.com"}), ALL_SECRETS - set(IDENTITY_CANARIES))

    assert set(found) == {"identityDatabaseUsername", "identityDatabasePassword"}


@pytest.mark.row("S-090")
def test_a_sign_in_returns_to_the_portal_and_nowhere_else() -> None:
    portal = "https://maas.apps.maas.test"
    wrong = ["https://evil.example/auth/x", f"{portal}/", f"{portal}/auth/*/callback", f"{portal}.evil.example/auth/x"]
    found = problems(of_identity(redirectUris=wrong))

    assert sorted(found) == [f"identity.redirectUris[{number}]" for number in range(4)]
    assert f"{portal}/auth/keycloak/callback is always there" in found["identity.redirectUris[0]"].allowed
    assert settings(identity={"redirectUris": [f"{portal}/auth/invitations/*"]})


@pytest.mark.row("S-098", "C-05")
def test_providers_are_a_mapping_of_five_kinds() -> None:
    identity = validated(of_identity(providers=PROVIDERS), SECRETS).identity

    assert isinstance(identity, Rhbk)
    assert [one.kind for one in identity.providers.values()] == ["google", "github", "oidc", "saml", "openshift"]


def test_a_provider_without_its_secret_is_refused_and_a_secret_without_its_provider() -> None:
    found = problems(of_identity(providers=PROVIDERS), ALL_SECRETS | {"identityProviderSecret.campus"})

    assert set(found) == {f"identityProviderSecret.{name}" for name in PROVIDERS}
    assert "identity.providers.google is a provider of kind google" in found["identityProviderSecret.google"].given
    assert "pulumi config set --secret identityProviderSecret.google" in found["identityProviderSecret.google"].remedy
    assert "pulumi config rm identityProviderSecret.campus" in found["identityProviderSecret.campus"].remedy


@pytest.mark.row("S-095")
def test_google_is_one_domain_unless_it_is_opened() -> None:
    secrets = ALL_SECRETS | {"identityProviderSecret.google"}
    nobody = {"kind": "google", "clientId": "g"}

    lacking = problems(of_identity(providers={"google": nobody}), secrets)
    assert lacking["identity.providers.google"].given == "hostedDomain is missing"
    both = problems(of_identity(providers={"google": {**GOOGLE, "anyAccount": True}}), secrets)
    assert "hostedDomain and anyAccount" in both["identity.providers.google"].given
    opened = of_identity(providers={"google": {**nobody, "anyAccount": True}})
    assert set(problems(opened, secrets)) == {"identity.providers.google.anyAccount"}
    assert validated(opened | {"portal": {"sso": {"autoApprove": False}}}, secrets)


@pytest.mark.row("S-096")
def test_github_is_an_own_server_or_opened_and_its_addresses_are_not_trusted() -> None:
    secrets = ALL_SECRETS | {"identityProviderSecret.github"}

    lacking = problems(of_identity(providers={"github": {"kind": "github", "clientId": "g"}}), secrets)
    assert "no restriction to an organisation" in lacking["identity.providers.github"].allowed
    identity = validated(of_identity(providers={"github": GITHUB}), secrets).identity
    assert isinstance(identity, Rhbk)
    assert identity.providers["github"].trust_email is False  # type: ignore[union-attr]  # an OpenShift has no such key


@pytest.mark.row("S-097", "C-05")
def test_a_realm_does_not_ask_itself() -> None:
    own = {**OIDC, "issuer": "https://SSO.apps.maas.test/realms/maas/"}
    found = problems(of_identity(providers={"corp": own}), ALL_SECRETS | {"identityProviderSecret.corp"})

    assert set(found) == {"identity.providers.corp.issuer"}


@pytest.mark.parametrize(("name", "provider"), [("corp-google", GOOGLE), ("hub", GITHUB)])
def test_a_provider_with_a_fixed_alias_keeps_it(name: str, provider: dict[str, Any]) -> None:
    found = problems(of_identity(providers={name: provider}), ALL_SECRETS | {f"identityProviderSecret.{name}"})

    assert set(found) == {f"identity.providers.{name}"}
    assert f"rename it to identity.providers.{provider['kind']}" in found[f"identity.providers.{name}"].remedy


def test_a_tier_is_a_plan_and_everybody_joins_at_most_one() -> None:
    groups = {"gold": {"plan": "golden", "default": True}, "free": {"plan": "standard", "default": True}}
    found = problems(of_identity(groups=groups))

    assert set(found) == {"identity.groups.gold.plan", "identity.groups.free.default"}
    assert "one of the plans: standard" in found["identity.groups.gold.plan"].allowed


def test_members_name_groups_that_exist() -> None:
    users = {"dev1": {"email": "dev1@example.com", "group": "gold"}}
    asked = of_identity(providers={"campus": {**SAML, "group": "gold"}}, testUsers=users)
    found = problems(asked, ALL_SECRETS | {"testUserPassword.dev1"})

    assert set(found) == {"identity.providers.campus.group", "identity.testUsers.dev1.group"}
    assert "none is declared" in found["identity.testUsers.dev1.group"].allowed


@pytest.mark.row("S-100", "S-101", "C-41")
def test_people_for_tests_have_a_password_of_their_own_and_are_no_part_of_production() -> None:
    secrets = ALL_SECRETS | {"testUserPassword.dev1"}
    assert validated(of_identity(testUsers=DEV1), secrets)

    assert set(problems(of_identity(testUsers=DEV1))) == {"testUserPassword.dev1"}
    assert set(problems(dev_stack(), ALL_SECRETS | {"testUserPassword.dev2"})) == {"testUserPassword.dev2"}
    assert set(problems(prod_stack(identity={"testUsers": DEV1}), secrets)) == {"identity.testUsers"}


def test_the_legacy_servers_host_is_the_operators_and_can_clash_too() -> None:
    taken = {"tenantName": "keycloak-sso"}
    found = problems(dev_stack(identity=LEGACY, namespaces={"identity": "sso"}, threescale=taken))

    assert "namespaces.identity" in found


def test_every_form_has_a_schema() -> None:
    schema = TypeAdapter(AnyIdentity).json_schema()

    assert len(schema["oneOf"]) == 3


def test_secrets_by_name_are_flat_encrypted_keys_of_the_stack_file() -> None:
    stack_file = {"config": {f"maas:{key}": value for key, value in dev_stack().items()}}
    stack_file["config"]["maas:identityProviderSecret.google"] = {"secure": "v1:abc"}
    stack_file["config"]["maas:testUserPassword.dev1"] = {"secure": "v1:abc"}
    judge().validate(stack_file)

    for key, value in (
        ("identityProviderSecret.google", "plain"),
        ("identityProviderSecret.", {}),
        ("otherSecret.x", {}),
    ):
        with pytest.raises(ValidationError):
            judge().validate({"config": {**stack_file["config"], f"maas:{key}": value}})
