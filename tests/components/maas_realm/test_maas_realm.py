"""The realm is hardened, and the portal finds exactly what it reads."""

import json

import pulumi
import pytest

from components.maas_realm import MaasRealm, MaasRealmArgs
from components.site import Site
from tests.support.platform import AUTHORITY, placed
from tests.support.recorder import Recording, secret

REALM = "keycloak:index/realm:Realm"
CLIENT = "keycloak:openid/client:Client"
EVENTS = "keycloak:index/realmEvents:RealmEvents"
PROPERTY_MAPPER = "keycloak:openid/userPropertyProtocolMapper:UserPropertyProtocolMapper"
ATTRIBUTE_MAPPER = "keycloak:openid/userAttributeProtocolMapper:UserAttributeProtocolMapper"
PROVIDER = "pulumi:providers:keycloak"


def recording(**changes: object) -> Recording:
    def component(site: Site, gate: pulumi.Resource) -> None:
        assert site.settings.identity is not None
        MaasRealm("maas", MaasRealmArgs(site=site, identity=site.settings.identity, server=gate))

    return placed(component, **changes)


@pytest.fixture(scope="module")
def found() -> Recording:
    return recording()


def test_every_input_of_the_provider_is_known_and_nobody_logs_in_early(found: Recording) -> None:
    provider = found.one(PROVIDER)

    assert provider.inputs == {
        "url": "https://sso.apps.maas.test",
        "realm": "master",
        "clientId": "maas-automation",
        "clientSecret": secret("canary-keycloak-secret"),
        "initialLogin": "false",
        "clientTimeout": "60",
        "rootCaCertificate": AUTHORITY,
    }
    assert provider.dependencies == {found.urn("test:index:Gate")}


def test_all_eight_switches_of_the_login_page_are_written(found: Recording) -> None:
    inputs = found.one(REALM).inputs
    off = ["registrationAllowed", "registrationEmailAsUsername", "editUsernameAllowed", "resetPasswordAllowed"]
    off += ["rememberMe", "verifyEmail", "duplicateEmailsAllowed"]

    assert [inputs[name] for name in off] == [False] * 7
    assert inputs["loginWithEmailAllowed"] is True


def test_the_realm_locks_out_guessing_and_demands_tls(found: Recording) -> None:
    inputs = found.one(REALM).inputs

    assert inputs["sslRequired"] == "external"
    assert inputs["securityDefenses"]["bruteForceDetection"]["maxLoginFailures"] == 5
    assert inputs["securityDefenses"]["headers"]["xFrameOptions"] == "DENY"
    assert inputs["passwordPolicy"].startswith("length(12)")
    assert inputs["realm"] == "maas"


def test_events_are_kept_and_the_log_stays_a_listener(found: Recording) -> None:
    inputs = found.one(EVENTS).inputs

    assert (inputs["eventsEnabled"], inputs["adminEventsEnabled"]) == (True, True)
    assert inputs["eventsListeners"] == ["jboss-logging"]
    assert inputs["adminEventsDetailsEnabled"] is False


def test_the_portals_client_can_do_the_code_flow_and_nothing_else(found: Recording) -> None:
    inputs = found.one(CLIENT).inputs

    assert (inputs["clientId"], inputs["accessType"]) == ("3scale", "CONFIDENTIAL")
    assert inputs["standardFlowEnabled"] is True
    for flow in ("implicitFlowEnabled", "directAccessGrantsEnabled", "serviceAccountsEnabled", "fullScopeAllowed"):
        assert inputs[flow] is False
    assert inputs["validRedirectUris"] == ["https://maas.apps.maas.test/auth/keycloak/callback/*"]
    assert inputs["validPostLogoutRedirectUris"] == ["https://maas.apps.maas.test/logout"]
    assert inputs["excludeIssuerFromAuthResponse"] is True
    assert "pkceCodeChallengeMethod" not in inputs
    assert "clientSecret" not in inputs


def test_the_redirect_follows_the_name_of_the_portals_integration() -> None:
    changed = recording(portal={"sso": {"systemName": "login"}}).one(CLIENT)

    assert changed.inputs["validRedirectUris"] == ["https://maas.apps.maas.test/auth/login/callback/*"]


def test_what_the_portal_needs_is_handed_on_with_the_secret_marked() -> None:
    def component(site: Site, gate: pulumi.Resource) -> None:
        assert site.settings.identity is not None
        login = MaasRealm("maas", MaasRealmArgs(site=site, identity=site.settings.identity, server=gate)).login
        assert login.issuer_url == "https://sso.apps.maas.test/realms/maas"
        pulumi.CustomResource("test:index:Portal", "portal", {"secret": login.client_secret})

    assert placed(component).one("test:index:Portal").inputs == {"secret": secret("canary-client-secret")}


def test_any_redirect_is_allowed_only_by_compat() -> None:
    open_client = recording(compat={"wildcardRedirectUri": True}).one(CLIENT)

    assert open_client.inputs["validRedirectUris"] == ["*"]


def test_the_portal_reads_a_true_boolean_and_an_organisation(found: Recording) -> None:
    verified, organisation = found.one(PROPERTY_MAPPER).inputs, found.one(ATTRIBUTE_MAPPER).inputs

    assert (verified["userProperty"], verified["claimName"]) == ("emailVerified", "email_verified")
    assert verified["claimValueType"] == "boolean"
    assert (organisation["userAttribute"], organisation["claimName"]) == ("email", "org_name")
    for mapper in (verified, organisation):
        assert (mapper["addToUserinfo"], mapper["addToAccessToken"]) == (True, False)


def test_everything_in_the_realm_goes_with_it(found: Recording) -> None:
    realm = found.urn(REALM)

    for type_ in (EVENTS, CLIENT, PROPERTY_MAPPER, ATTRIBUTE_MAPPER):
        assert found.one(type_).deleted_with == realm
    assert found.one(REALM).deleted_with == ""


def test_every_object_of_the_realm_uses_the_explicit_provider(found: Recording) -> None:
    inside = [one for one in found.resources if one.type.startswith("keycloak:")]

    assert len(inside) == 5
    assert all(found.urn(PROVIDER) in one.provider for one in inside)


def test_the_servers_secret_is_in_the_provider_and_nowhere_else(found: Recording) -> None:
    for one in found.resources:
        if one.type != PROVIDER:
            assert "canary-keycloak-secret" not in json.dumps(one.inputs)
