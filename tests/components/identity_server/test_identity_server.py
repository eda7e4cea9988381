"""The identity server takes its first administrator from us, so that the first preview can check the realm."""

import base64
import json
from typing import Any

import pulumi
import pytest

from components.config.identity import Rhbk, Rhsso
from components.custom_resources import validated
from components.identity_server import (
    IdentityServer,
    IdentityServerArgs,
    LegacyIdentityServer,
    LegacyIdentityServerArgs,
)
from components.identity_server.legacy_manifests import legacy_keycloak
from components.identity_server.manifests import disruption_budget, keycloak, route
from components.site import Site
from tests.components.config.test_identity import LEGACY
from tests.support.platform import AUTHORITY, placed, placed_with
from tests.support.recorder import DYNAMIC, Recording, secret
from tests.support.stack_file import CANARIES, IDENTITY_CANARIES

SERVER = "kubernetes:k8s.keycloak.org/v2alpha1:Keycloak"
SECRET = "kubernetes:core/v1:Secret"
GATE = f"{DYNAMIC}cluster:ConditionGate"
ANSWERS = f"{DYNAMIC}cluster:RouteReady"
PERMANENT = f"{DYNAMIC}keycloak:PermanentClient"
DATABASE = {"host": "pg.example.com", "name": "sso"}
PEM = "-----BEGIN CERTIFICATE-----\nown\n"


def recording(**changes: object) -> Recording:
    return placed_with({**CANARIES, **IDENTITY_CANARIES}, _component, **changes)


def legacy(**identity: object) -> Recording:
    return placed_with({**CANARIES, **IDENTITY_CANARIES}, _legacy, identity={**LEGACY, **identity})


def _component(site: Site, gate: pulumi.Resource) -> None:
    assert isinstance(site.settings.identity, Rhbk)
    server = IdentityServer("identity", IdentityServerArgs(site=site, identity=site.settings.identity, operator=gate))
    pulumi.CustomResource("test:index:After", "after", {}, pulumi.ResourceOptions(depends_on=[server.ready]))


def _legacy(site: Site, gate: pulumi.Resource) -> None:
    assert isinstance(site.settings.identity, Rhsso)
    args = LegacyIdentityServerArgs(site=site, identity=site.settings.identity, operator=gate)
    server = LegacyIdentityServer("identity", args)
    pulumi.CustomResource("test:index:After", "after", {}, pulumi.ResourceOptions(depends_on=[server.ready]))


def spec_of(**identity: object) -> dict[str, Any]:
    found: dict[str, Any] = recording(identity=identity).one(SERVER).inputs["spec"]
    return found


def test_tls_ends_at_the_router_and_the_operators_own_ingress_is_off() -> None:
    spec = validated(keycloak("keycloak", "sso.apps.maas.test", 2))["spec"]

    assert spec["ingress"] == {"enabled": False}
    assert spec["http"] == {"httpEnabled": True}
    assert spec["proxy"] == {"headers": "xforwarded"}
    assert spec["hostname"] == {"hostname": "sso.apps.maas.test"}
    assert spec["instances"] == 2


def test_plain_http_is_redirected_at_the_route() -> None:
    spec = validated(route("keycloak", "sso.apps.maas.test"))["spec"]

    assert spec["tls"] == {"termination": "edge", "insecureEdgeTerminationPolicy": "Redirect"}
    assert spec["to"] == {"kind": "Service", "name": "keycloak-service"}


@pytest.mark.row("S-084")
def test_the_dev_stack_says_no_more_than_the_first_release_did() -> None:
    found = recording()

    assert found.one(SERVER).inputs["spec"] == {
        "instances": 1,
        "bootstrapAdmin": {"service": {"secret": "keycloak-automation"}},
        "hostname": {"hostname": "sso.apps.maas.test"},
        "http": {"httpEnabled": True},
        "proxy": {"headers": "xforwarded"},
        "ingress": {"enabled": False},
    }
    assert sorted(one.name for one in found.resources if one.parent.endswith("IdentityServer::identity")) == [
        "identity",
        "identity-answers",
        "identity-automation",
        "identity-ready",
        "identity-route",
    ]


def test_an_own_certificate_is_passed_through_and_nobodys_headers_are_believed() -> None:
    found = recording(identity={"tlsSecret": "sso-tls"})

    spec = found.one(SERVER).inputs["spec"]
    assert spec["http"] == {"tlsSecret": "sso-tls"}
    assert "proxy" not in spec
    public = found.one("kubernetes:route.openshift.io/v1:Route").inputs["spec"]
    assert (public["tls"]["termination"], public["port"]) == ("passthrough", {"targetPort": "https"})


def test_a_database_is_named_by_the_server_and_opened_by_a_secret() -> None:
    found = recording(identity={"database": DATABASE})
    credentials, server = found.one(SECRET, "identity-database"), found.one(SERVER)

    reference = {"name": "keycloak-database"}
    assert server.inputs["spec"]["db"] == {
        "vendor": "postgres",
        "host": "pg.example.com",
        "port": 5432,
        "database": "sso",
        "usernameSecret": {**reference, "key": "username"},
        "passwordSecret": {**reference, "key": "password"},
    }
    (checked,) = server.inputs["spec"]["additionalOptions"]
    assert checked["name"] == "db-url-properties"
    # pgjdbc looks for a file of its own unless it is told to trust what the server trusts.
    assert checked["value"] == "?sslmode=verify-full&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory"
    assert "truststores" not in server.inputs["spec"]
    assert credentials.urn in server.dependencies
    assert set(credentials.inputs["data"]["value"]) == {"username", "password"}
    assert "additionalOptions" not in spec_of(database={**DATABASE, "tls": False})


def test_a_databases_own_authority_is_in_the_servers_trust_store_before_it_starts() -> None:
    found = recording(identity={"database": {**DATABASE, "caBundle": PEM}})
    authority, server = found.one(SECRET, "identity-database-authority"), found.one(SERVER)

    title = authority.inputs["metadata"]["name"]
    assert server.inputs["spec"]["truststores"] == {"database": {"secret": {"name": title}}}
    assert authority.urn in server.dependencies
    assert authority.inputs["data"] == secret({"ca.crt": base64.b64encode(PEM.encode()).decode()})


def test_room_and_host_are_as_declared() -> None:
    amounts = {"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"cpu": "2", "memory": "2Gi"}}

    assert spec_of(resources=amounts)["resources"] == amounts
    assert spec_of(hostname="login.example.org")["hostname"] == {"hostname": "login.example.org"}


@pytest.mark.row("S-084")
def test_several_servers_are_drained_one_at_a_time() -> None:
    found = recording(identity={"instances": 2, "database": DATABASE})
    budget = found.one("kubernetes:policy/v1:PodDisruptionBudget").inputs["spec"]

    assert budget == validated(disruption_budget("keycloak"))["spec"]
    assert budget["maxUnavailable"] == 1
    assert not recording().of("kubernetes:policy/v1:PodDisruptionBudget")


def test_the_administrators_secret_is_there_before_the_server() -> None:
    found = recording()
    admin = found.one(SECRET)
    server = found.one(SERVER)

    assert admin.urn in server.dependencies
    assert server.inputs["spec"]["bootstrapAdmin"] == {"service": {"secret": admin.inputs["metadata"]["name"]}}
    assert admin.inputs["stringData"] == secret(
        {"client-id": "maas-automation", "client-secret": "canary-keycloak-secret"}
    )


def test_the_gate_waits_for_server_and_route() -> None:
    found = recording(waits={"identityReadySeconds": 77})
    gate = found.one(GATE)

    assert gate.dependencies == {found.urn(SERVER), found.urn("kubernetes:route.openshift.io/v1:Route")}
    assert (gate.inputs["conditions"], gate.inputs["timeout_seconds"]) == (["Ready"], 77)


@pytest.mark.row("S-086", "S-088")
def test_whatever_talks_to_the_server_waits_until_its_public_address_answers() -> None:
    found = recording(waits={"identityReadySeconds": 77})
    answers = found.one(ANSWERS)

    assert answers.dependencies == {found.urn(GATE)}
    assert (answers.inputs["namespace"], answers.inputs["name"]) == ("keycloak", "keycloak")
    assert answers.inputs["url"] == "https://sso.apps.maas.test/realms/master/.well-known/openid-configuration"
    assert (answers.inputs["timeout_seconds"], answers.inputs["ca_bundle"]) == (77, AUTHORITY)
    assert found.one("test:index:After").dependencies == {answers.urn}
    other = recording(identity={"hostname": "login.example.org"}).one(ANSWERS)
    assert other.inputs["trigger"] != answers.inputs["trigger"]


@pytest.mark.row("S-088")
def test_a_certificate_of_the_servers_own_is_checked_against_its_own_authority_too() -> None:
    own = {"tlsSecret": "sso-tls", "caBundle": PEM, "permanentClientId": "maas-permanent"}
    found = recording(identity=own)

    both = f"{AUTHORITY.strip()}\n{PEM}"
    assert found.one(ANSWERS).inputs["ca_bundle"] == both
    assert found.one("pulumi:providers:pulumi-python", "identity-administrators").inputs["caBundle"] == both


@pytest.mark.row("S-087", "S-088")
def test_the_permanent_administrator_comes_after_the_gate_and_goes_with_the_server() -> None:
    found = recording(identity={"permanentClientId": "maas-permanent"})
    client = found.one(PERMANENT)

    assert found.urn(ANSWERS) in client.dependencies
    assert client.deleted_with == found.urn(SERVER)
    assert client.inputs["client_id"] == "maas-permanent"
    assert client.inputs["client_secret"] == secret("canary-permanent-secret")
    assert client.additional_secret_outputs == ("client_secret",)
    assert found.one("test:index:After").dependencies == {client.urn}
    connection = found.one("pulumi:providers:pulumi-python", "identity-administrators")
    assert connection.urn in client.provider
    assert connection.inputs["url"] == "https://sso.apps.maas.test"
    assert connection.inputs["bootstrapClientId"] == "maas-automation"
    assert connection.inputs["bootstrapClientSecret"] == secret("canary-keycloak-secret")


def test_no_secret_is_in_the_clear() -> None:
    found = recording(identity={"permanentClientId": "maas-permanent", "database": DATABASE})

    for one in found.resources:
        for name, value in one.inputs.items():
            if "canary" in json.dumps(value):
                assert isinstance(value, dict), (one.name, name)
                assert value.keys() == secret("").keys(), (one.name, name)


@pytest.mark.row("S-083", "S-084")
def test_the_legacy_server_is_the_guides_own() -> None:
    manifest = validated(legacy_keycloak("rh-sso", 1, external_database=False))

    assert manifest["metadata"] == {"name": "rh-sso", "namespace": "rh-sso", "labels": {"app": "rh-sso"}}
    assert manifest["spec"] == {"instances": 1, "externalAccess": {"enabled": True}}
    two = validated(legacy_keycloak("rh-sso", 2, external_database=True))["spec"]
    assert (two["externalDatabase"], two["podDisruptionBudget"]) == ({"enabled": True}, {"enabled": True})


def test_the_legacy_servers_gate_reads_what_its_operator_writes() -> None:
    found = legacy()
    gate = found.one(GATE)

    assert (gate.inputs["kind"], gate.inputs["conditions"]) == ("Keycloak", ["status.ready=True"])
    assert gate.dependencies == {found.urn("kubernetes:keycloak.org/v1alpha1:Keycloak")}
    assert found.one("test:index:After").dependencies == {gate.urn}
    assert not found.of(SECRET)


def test_the_legacy_servers_database_is_in_the_secret_that_its_operator_reads() -> None:
    found = legacy(database=DATABASE)
    entries = found.one(SECRET)

    assert entries.inputs["metadata"]["name"] == "keycloak-db-secret"
    assert set(entries.inputs["data"]["value"]) == {
        "POSTGRES_EXTERNAL_ADDRESS",
        "POSTGRES_EXTERNAL_PORT",
        "POSTGRES_DATABASE",
        "POSTGRES_USERNAME",
        "POSTGRES_PASSWORD",
        "SSLMODE",
    }
    assert sslmode(found) == "require"
    assert entries.urn in found.one("kubernetes:keycloak.org/v1alpha1:Keycloak").dependencies


def test_the_legacy_servers_database_is_recognised_by_the_authority_that_its_operator_reads() -> None:
    found = legacy(database={**DATABASE, "caBundle": PEM})
    authority = found.one(SECRET, "identity-database-authority")

    assert authority.inputs["metadata"]["name"] == "keycloak-db-ssl-cert-secret"
    assert authority.inputs["data"] == secret({"root.crt": base64.b64encode(PEM.encode()).decode()})
    assert authority.urn in found.one("kubernetes:keycloak.org/v1alpha1:Keycloak").dependencies
    assert sslmode(found) == "verify-ca"
    assert sslmode(legacy(database={**DATABASE, "tls": False})) == "disable"


def sslmode(found: Recording) -> str:
    entries: dict[str, str] = found.one(SECRET, "identity-database").inputs["data"]["value"]
    return base64.b64decode(entries["SSLMODE"]).decode()


def test_a_stack_without_these_keys_places_none_of_it() -> None:
    assert not placed(_component).of(PERMANENT)
