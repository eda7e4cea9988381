"""Each kind of identity provider is placed with the trust it deserves."""

import json

import pulumi
import pytest

from components.config.identity import MaintainedRealm
from components.maas_realm import MaasRealm, MaasRealmArgs
from components.site import Site
from tests.components.config.test_identity import CERTIFICATE, PROVIDERS
from tests.support.platform import placed_with
from tests.support.recorder import Recording, Registration, secret
from tests.support.stack_file import CANARIES

SECRETS = {f"identityProviderSecret.{name}": f"canary-{name}" for name in PROVIDERS if name != "campus"}
IMPORTER = "keycloak:index/attributeImporterIdentityProviderMapper:AttributeImporterIdentityProviderMapper"
GROUP = "keycloak:index/hardcodedGroupIdentityProviderMapper:HardcodedGroupIdentityProviderMapper"


def _component(site: Site, gate: pulumi.Resource) -> None:
    assert isinstance(site.settings.identity, MaintainedRealm)
    MaasRealm("maas", MaasRealmArgs(site=site, identity=site.settings.identity, server=gate))


def recording(**providers: object) -> Recording:
    identity = {"providers": {**PROVIDERS, **providers}, "groups": {"staff": {"plan": "standard"}}}
    return placed_with({**CANARIES, **SECRETS}, _component, identity=identity)


@pytest.fixture(scope="module")
def found() -> Recording:
    return recording()


def one_of(found: Recording, name: str) -> Registration:
    return next(one for one in found.resources if one.name == f"maas-{name}")


@pytest.mark.row("S-098")
@pytest.mark.parametrize("name", PROVIDERS)
def test_every_provider_takes_people_over_once_and_keeps_none_of_their_tokens(found: Recording, name: str) -> None:
    inputs = one_of(found, name).inputs

    assert (inputs["syncMode"], inputs["storeToken"], inputs["enabled"]) == ("IMPORT", False, True)
    assert inputs["addReadTokenRoleOnCreate"] is False
    assert (inputs["linkOnly"], inputs["hideOnLoginPage"]) == (False, False)
    assert inputs["firstBrokerLoginFlowAlias"] == "first broker login"
    assert one_of(found, name).deleted_with == found.urn("keycloak:index/realm:Realm")


@pytest.mark.row("S-095")
def test_google_is_trusted_within_its_domain(found: Recording) -> None:
    inputs = one_of(found, "google").inputs

    assert (inputs["hostedDomain"], inputs["trustEmail"]) == ("example.com", True)
    assert inputs["clientSecret"] == secret("canary-google")
    assert inputs["defaultScopes"] == "openid email profile"


@pytest.mark.row("S-096")
def test_github_is_an_own_server_whose_addresses_are_not_trusted(found: Recording) -> None:
    inputs = one_of(found, "github").inputs

    assert (inputs["baseUrl"], inputs["apiUrl"]) == ("https://github.example.com", "https://github.example.com/api/v3")
    assert inputs["trustEmail"] is False
    assert inputs["clientSecret"] == secret("canary-github")


@pytest.mark.row("S-097", "C-06")
def test_an_openid_provider_is_checked_and_speaks_as_a_keycloak_realm_unless_told(found: Recording) -> None:
    inputs = one_of(found, "corp").inputs
    below = "https://sso.example.com/realms/corp/protocol/openid-connect"

    assert inputs["alias"] == "corp"
    assert (inputs["authorizationUrl"], inputs["tokenUrl"]) == (f"{below}/auth", f"{below}/token")
    assert (inputs["jwksUrl"], inputs["userInfoUrl"]) == (f"{below}/certs", f"{below}/userinfo")
    assert (inputs["validateSignature"], inputs["backchannelSupported"], inputs["trustEmail"]) == (True, False, False)
    assert inputs["extraConfig"] == {
        "clientAuthMethod": "client_secret_post",
        "pkceEnabled": "true",
        "pkceMethod": "S256",
    }
    assert inputs["logoutUrl"] == f"{below}/logout"
    given = {f"{name}Url": f"https://x.example/{name}" for name in ("authorization", "token", "userInfo", "jwks")}
    own = one_of(recording(corp={**PROVIDERS["corp"], **given, "trustEmail": True}), "corp").inputs
    assert {name: own[name] for name in given} == given
    assert own["trustEmail"] is True
    # Nobody but a Keycloak realm has anything below its issuer.
    assert "logoutUrl" not in own


def test_a_saml_provider_is_checked_and_hands_on_address_and_names(found: Recording) -> None:
    inputs = one_of(found, "campus").inputs

    assert (inputs["validateSignature"], inputs["wantAssertionsSigned"]) == (True, True)
    assert inputs["signingCertificate"] == CERTIFICATE
    assert inputs["entityId"] == "https://sso.apps.maas.test/realms/maas"
    assert "clientSecret" not in inputs
    read = {one.inputs["userAttribute"]: one.inputs["attributeName"] for one in found.of(IMPORTER)}
    assert read == {"email": "email", "firstName": "givenName", "lastName": "surname"}
    assert {one.inputs["extraConfig"]["syncMode"] for one in found.of(IMPORTER)} == {"INHERIT"}


def test_openshift_tells_the_realm_who_somebody_is_and_lets_it_do_nothing(found: Recording) -> None:
    inputs = one_of(found, "cluster").inputs

    assert (inputs["alias"], inputs["defaultScopes"]) == ("cluster", "user:info")
    assert inputs["baseUrl"] == "https://api.example.com:6443"
    assert "trustEmail" not in inputs


def test_people_of_a_provider_join_its_group_once_that_exists(found: Recording) -> None:
    assert not found.of(GROUP)
    joined = recording(corp={**PROVIDERS["corp"], "group": "staff"})
    mapper = joined.one(GROUP)

    assert (mapper.inputs["group"], mapper.inputs["identityProviderAlias"]) == ("/staff", "corp")
    assert joined.urn("keycloak:index/group:Group") in mapper.dependencies


def test_secrets_are_with_their_providers_and_nowhere_else(found: Recording) -> None:
    for one in found.resources:
        shown = {name: value for name, value in one.inputs.items() if name != "clientSecret"}
        assert not any(f"canary-{name}" in json.dumps(shown) for name in PROVIDERS)
