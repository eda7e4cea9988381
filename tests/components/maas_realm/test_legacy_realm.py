"""The legacy operator makes the same realm and the same client, as far as its objects can say it."""

import json

import pulumi
import pytest

from components.config.identity import Rhsso
from components.custom_resources import validated
from components.maas_realm import LegacyRealm, LegacyRealmArgs
from components.maas_realm.legacy_manifests import legacy_client, legacy_realm
from components.site import Site
from tests.components.config.test_identity import LEGACY
from tests.components.config.test_validation import settings
from tests.support.platform import placed
from tests.support.recorder import DYNAMIC, Recording, secret

GATE = f"{DYNAMIC}cluster:ConditionGate"
REALM, CLIENT = "kubernetes:keycloak.org/v1alpha1:KeycloakRealm", "kubernetes:keycloak.org/v1alpha1:KeycloakClient"


def declared() -> Rhsso:
    identity = settings(identity=LEGACY).identity
    assert isinstance(identity, Rhsso)
    return identity


def _component(site: Site, gate: pulumi.Resource) -> None:
    assert isinstance(site.settings.identity, Rhsso)
    login = LegacyRealm("maas", LegacyRealmArgs(site=site, identity=site.settings.identity, server=gate)).login
    assert login.issuer_url == "https://keycloak-keycloak.apps.maas.test/auth/realms/maas"
    pulumi.CustomResource("test:index:Portal", "portal", {"id": login.client_id, "secret": login.client_secret})


@pytest.fixture(scope="module")
def found() -> Recording:
    return placed(_component, identity=LEGACY)


@pytest.mark.row("S-085")
def test_the_realm_is_hardened_as_far_as_its_object_can_say() -> None:
    spec = validated(legacy_realm(settings(identity=LEGACY), declared()))["spec"]

    assert spec["instanceSelector"] == {"matchLabels": {"app": "rh-sso"}}
    realm = spec["realm"]
    assert (realm["id"], realm["realm"], realm["enabled"]) == ("maas", "maas", True)
    assert (realm["bruteForceProtected"], realm["failureFactor"], realm["sslRequired"]) == (True, 5, "external")
    assert (realm["registrationAllowed"], realm["eventsEnabled"]) == (False, True)


@pytest.mark.row("S-089", "S-090", "S-092", "S-093", "S-094", "C-02")
def test_the_client_does_the_code_flow_and_tells_what_the_portal_reads() -> None:
    client = validated(legacy_client(settings(identity=LEGACY), declared()))["spec"]["client"]

    assert (client["standardFlowEnabled"], client["publicClient"]) == (True, False)
    for flow in ("implicitFlowEnabled", "directAccessGrantsEnabled", "serviceAccountsEnabled", "fullScopeAllowed"):
        assert client[flow] is False
    assert client["redirectUris"] == ["https://maas.apps.maas.test/auth/keycloak/callback/*"]
    assert client["defaultClientScopes"] == ["email"]
    claims = {one["config"]["claim.name"]: one["config"]["jsonType.label"] for one in client["protocolMappers"]}
    assert claims == {"email_verified": "boolean", "preferred_username": "String", "org_name": "String"}
    assert "secret" not in client


@pytest.mark.row("S-091")
def test_the_clients_secret_is_read_where_the_operator_puts_it(found: Recording) -> None:
    gate = found.one(GATE, "maas-portal-secret")

    assert (gate.inputs["kind"], gate.inputs["name"]) == ("Secret", "keycloak-client-secret-3scale")
    assert gate.inputs["fields"] == {"secret": "data.CLIENT_SECRET"}
    assert "values" in gate.additional_secret_outputs
    assert found.one("test:index:Portal").inputs["secret"] == secret("canary-legacy-secret")
    assert "canary-legacy-secret" not in json.dumps([one.inputs for one in found.resources if "Portal" not in one.type])


def test_server_realm_client_and_secret_wait_for_one_another(found: Recording) -> None:
    assert found.one(REALM).dependencies == {found.urn("test:index:Gate")}
    assert found.one(GATE, "maas-realm-ready").dependencies == {found.urn(REALM)}
    assert found.one(CLIENT).dependencies == {found.urn(GATE, "maas-realm-ready")}
    assert found.one(GATE, "maas-portal-secret").dependencies == {found.urn(GATE, "maas-portal-ready")}
    assert found.one(GATE, "maas-realm-ready").inputs["conditions"] == ["status.ready=True"]
