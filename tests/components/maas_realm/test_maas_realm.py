"""The realm is hardened, and the portal finds exactly what it reads."""

import json
from typing import Any

import pulumi
import pytest

from components.config.identity import MaintainedRealm
from components.maas_realm import MaasRealm, MaasRealmArgs
from components.maas_realm.contract import go_duration
from components.site import Site
from tests.components.config.test_identity import ELSEWHERE
from tests.support.platform import AUTHORITY, placed, placed_with
from tests.support.recorder import Recording, secret
from tests.support.stack_file import CANARIES, PRODUCTION, PRODUCTION_CANARIES
from toolchain.stand_ins.keycloak.settings import ENVIRONMENT, problems, settings

REALM = "keycloak:index/realm:Realm"
CLIENT = "keycloak:openid/client:Client"
EVENTS = "keycloak:index/realmEvents:RealmEvents"
PROPERTY_MAPPER = "keycloak:openid/userPropertyProtocolMapper:UserPropertyProtocolMapper"
ATTRIBUTE_MAPPER = "keycloak:openid/userAttributeProtocolMapper:UserAttributeProtocolMapper"
SCOPES = "keycloak:openid/clientDefaultScopes:ClientDefaultScopes"
PROVIDER = "pulumi:providers:keycloak"


def recording(**changes: object) -> Recording:
    return placed(_component, **changes)


def _component(site: Site, gate: pulumi.Resource) -> None:
    assert isinstance(site.settings.identity, MaintainedRealm)
    MaasRealm("maas", MaasRealmArgs(site=site, identity=site.settings.identity, server=gate))


@pytest.fixture(scope="module")
def found() -> Recording:
    return recording()


@pytest.mark.row("S-088", "C-44")
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
        "basePath": "",
        "adminUrl": "",
        "username": "",
        "password": "",
        "accessToken": "",
        "jwtSigningKey": secret(""),
        "jwtToken": secret(""),
        "jwtTokenFile": "",
        "redHatSso": "false",
        "tlsInsecureSkipVerify": "false",
    }
    assert provider.dependencies == {found.urn("test:index:Gate")}


@pytest.mark.row("S-088")
def test_nobodys_shell_decides_who_signs_in_where(found: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = {name: of_secret(value) for name, value in found.one(PROVIDER).inputs.items()}
    quiet = settings(inputs)
    for name in ENVIRONMENT.values():
        monkeypatch.setenv(name, "7")

    assert problems(inputs) == []
    assert settings(inputs) == quiet
    # The variables are read where something is left out.
    assert settings({**inputs, "username": None, "password": None}).username == "7"


def of_secret(value: Any) -> Any:  # noqa: ANN401 - any input
    return value["value"] if isinstance(value, dict) else value


def test_all_eight_switches_of_the_login_page_are_written(found: Recording) -> None:
    inputs = found.one(REALM).inputs
    off = ["registrationAllowed", "registrationEmailAsUsername", "editUsernameAllowed", "resetPasswordAllowed"]
    off += ["rememberMe", "verifyEmail", "duplicateEmailsAllowed"]

    assert [inputs[name] for name in off] == [False] * 7
    assert inputs["loginWithEmailAllowed"] is True


@pytest.mark.row("S-085")
def test_the_realm_locks_out_guessing_and_demands_tls(found: Recording) -> None:
    inputs = found.one(REALM).inputs

    assert inputs["sslRequired"] == "external"
    assert inputs["securityDefenses"]["bruteForceDetection"]["maxLoginFailures"] == 5
    assert inputs["securityDefenses"]["headers"]["xFrameOptions"] == "DENY"
    assert inputs["passwordPolicy"].startswith("length(12)")
    assert inputs["realm"] == "maas"


@pytest.mark.parametrize(
    ("seconds", "written"), [(59, "59s"), (60, "1m0s"), (300, "5m0s"), (3600, "1h0m0s"), (36_061, "10h1m1s")]
)
def test_durations_are_written_as_the_plugin_reads_them_back(seconds: int, written: str) -> None:
    assert go_duration(seconds) == written


def test_lifetimes_guarding_and_events_are_as_declared() -> None:
    declared = recording(
        identity={
            "sslRequired": "all",
            "bruteForce": {"maxFailures": 3, "maxWaitSeconds": 3600},
            "lifetimes": {"accessTokenSeconds": 120, "portalTokenSeconds": 30, "sessionMaxSeconds": 7200},
            "events": {"keepDays": 30},
        }
    )

    realm = declared.one(REALM).inputs
    assert (realm["sslRequired"], realm["accessTokenLifespan"], realm["ssoSessionMaxLifespan"]) == (
        "all",
        "2m0s",
        "2h0m0s",
    )
    assert realm["securityDefenses"]["bruteForceDetection"]["maxLoginFailures"] == 3
    assert realm["securityDefenses"]["bruteForceDetection"]["maxFailureWaitSeconds"] == 3600
    assert declared.one(EVENTS).inputs["eventsExpiration"] == 30 * 86_400
    assert declared.one(CLIENT).inputs["accessTokenLifespan"] == "30"


def test_events_are_kept_and_the_log_stays_a_listener(found: Recording) -> None:
    inputs = found.one(EVENTS).inputs

    assert (inputs["eventsEnabled"], inputs["adminEventsEnabled"]) == (True, True)
    assert inputs["eventsListeners"] == ["jboss-logging"]
    assert inputs["adminEventsDetailsEnabled"] is False


@pytest.mark.row("S-089", "S-090")
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


@pytest.mark.row("S-091")
def test_what_the_portal_needs_is_handed_on_with_the_secret_marked() -> None:
    def component(site: Site, gate: pulumi.Resource) -> None:
        assert isinstance(site.settings.identity, MaintainedRealm)
        login = MaasRealm("maas", MaasRealmArgs(site=site, identity=site.settings.identity, server=gate)).login
        assert login.issuer_url == "https://sso.apps.maas.test/realms/maas"
        pulumi.CustomResource("test:index:Portal", "portal", {"secret": login.client_secret})

    assert placed(component).one("test:index:Portal").inputs == {"secret": secret("canary-client-secret")}


def test_any_redirect_is_allowed_only_by_compat() -> None:
    open_client = recording(compat={"wildcardRedirectUri": True}).one(CLIENT)

    assert open_client.inputs["validRedirectUris"] == ["*"]


@pytest.mark.row("S-092", "S-093", "C-02")
def test_the_portal_reads_a_true_boolean_and_an_organisation(found: Recording) -> None:
    verified = found.one(PROPERTY_MAPPER, "maas-email-verified").inputs
    organisation = found.one(ATTRIBUTE_MAPPER).inputs

    assert (verified["userProperty"], verified["claimName"]) == ("emailVerified", "email_verified")
    assert verified["claimValueType"] == "boolean"
    assert (organisation["userAttribute"], organisation["claimName"]) == ("email", "org_name")
    for mapper in (verified, organisation):
        assert (mapper["addToUserinfo"], mapper["addToAccessToken"]) == (True, False)


@pytest.mark.row("S-094")
def test_userinfo_tells_what_the_portal_reads_and_no_more(found: Recording) -> None:
    assert found.one(SCOPES).inputs["defaultScopes"] == ["basic", "email"]
    username = found.one(PROPERTY_MAPPER, "maas-username").inputs
    assert (username["userProperty"], username["claimName"]) == ("username", "preferred_username")
    mappers = [*found.of(PROPERTY_MAPPER), *found.of(ATTRIBUTE_MAPPER)]
    # `sub` is of the scope basic and `email` of the scope email; the rest is mapped.
    assert {one.inputs["claimName"] for one in mappers} == {"email_verified", "preferred_username", "org_name"}


def test_everything_in_the_realm_goes_with_it(found: Recording) -> None:
    realm = found.urn(REALM)
    inside = [one for one in found.resources if one.type.startswith("keycloak:") and one.type != REALM]

    assert {one.deleted_with for one in inside} == {realm}
    assert found.one(REALM).deleted_with == ""


@pytest.mark.row("S-259")
def test_a_realm_with_people_in_it_is_protected(found: Recording) -> None:
    assert not found.one(REALM).protect
    production = placed_with({**CANARIES, **PRODUCTION_CANARIES}, _component, **PRODUCTION)
    assert production.one(REALM).protect
    assert production.one(PROVIDER).inputs["clientId"] == "maas-permanent"
    assert production.one(PROVIDER).inputs["clientSecret"] == secret("canary-permanent-secret")


def test_the_portals_secret_is_changed_by_any_other_text() -> None:
    assert "clientSecretRegenerateWhenChanged" not in recording().one(CLIENT).inputs
    rotated = recording(identity={"clientSecretRotation": "2026-11"}).one(CLIENT)
    assert rotated.inputs["clientSecretRegenerateWhenChanged"] == {"rotation": "2026-11"}


def test_a_copy_of_the_portals_secret_is_made_on_request_only() -> None:
    assert not recording().of("kubernetes:core/v1:Secret")
    copy = recording(identity={"copyClientSecret": True}).one("kubernetes:core/v1:Secret")

    assert copy.inputs["metadata"] == {"name": "portal-client", "namespace": "3scale"}
    assert copy.inputs["data"] == secret({"secret": "Y2FuYXJ5LWNsaWVudC1zZWNyZXQ="})
    assert "canary" not in json.dumps(copy.inputs)


@pytest.mark.row("S-083", "S-088")
def test_a_realm_of_somebody_elses_server_has_its_address_and_authority() -> None:
    elsewhere = recording(identity={**ELSEWHERE, "caBundle": "-----BEGIN CERTIFICATE-----\nx\n"})
    provider = elsewhere.one(PROVIDER)

    assert (provider.inputs["url"], provider.inputs["basePath"]) == ("https://login.example.com", "/auth")
    assert provider.inputs["rootCaCertificate"] == "-----BEGIN CERTIFICATE-----\nx\n"
    assert provider.inputs["realm"] == "master"
    assert elsewhere.of(REALM)
    assert "rootCaCertificate" not in recording(identity=ELSEWHERE).one(PROVIDER).inputs


def test_a_realm_that_somebody_else_keeps_is_filled_and_not_made() -> None:
    theirs = recording(identity={**ELSEWHERE, "adminRealm": "maas", "ownsRealm": False})

    assert not theirs.of(REALM)
    assert not theirs.of(EVENTS)
    assert theirs.one(PROVIDER).inputs["realm"] == "maas"
    assert theirs.one(CLIENT).inputs["realmId"] == "maas"
    assert theirs.one(CLIENT).deleted_with == ""


def test_every_object_of_the_realm_uses_the_explicit_provider(found: Recording) -> None:
    inside = [one for one in found.resources if one.type.startswith("keycloak:")]

    assert len(inside) == 7
    assert all(found.urn(PROVIDER) in one.provider for one in inside)


def test_the_servers_secret_is_in_the_provider_and_nowhere_else(found: Recording) -> None:
    for one in found.resources:
        if one.type != PROVIDER:
            assert "canary-keycloak-secret" not in json.dumps(one.inputs)
