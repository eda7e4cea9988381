"""The whole program with each identity server: the dev stack stays as it was, the others fit in."""

from typing import Any

import pytest

from tests.components.config.test_identity import ELSEWHERE, LEGACY, OIDC
from tests.support.platform import program, program_of
from tests.support.recorder import DYNAMIC
from tests.support.stack_file import CANARIES, PRODUCTION_CANARIES, dev_stack, prod_stack

INTEGRATION = f"{DYNAMIC}threescale:SsoIntegration"
PERMANENT = f"{DYNAMIC}keycloak:PermanentClient"


@pytest.mark.row("S-082", "S-086", "S-087", "S-099")
def test_the_dev_stack_tells_where_its_identity_server_is_and_who_opens_it() -> None:
    outputs = program().outputs

    assert outputs["identity_admin_console_url"] == "https://sso.apps.maas.test/admin/master/console/"
    assert outputs["identity_admin_credentials_ref"] == {
        "namespace": "keycloak",
        "name": "keycloak-automation",
        "keys": ["client-id", "client-secret"],
    }
    assert outputs["portal_client_id"] == "3scale"
    assert outputs["identity_broker_redirect_uris"] == {}
    assert outputs["developer_credentials"] == {}
    assert "portal_client_secret" not in outputs


def test_everything_at_once_tells_where_secrets_are_and_none_of_them() -> None:
    identity: dict[str, Any] = {
        "providers": {"corp": OIDC},
        "groups": {"gold": {"plan": "standard", "default": True}},
        "testUsers": {"dev1": {"email": "dev1@example.com", "group": "gold"}},
        "copyClientSecret": True,
    }
    secrets = {"identityProviderSecret.corp": "canary-corp", "testUserPassword.dev1": "canary-password"}
    found = program_of(dev_stack(identity=identity), secrets={**CANARIES, **secrets})

    broker = "https://sso.apps.maas.test/realms/maas/broker/corp/endpoint"
    assert found.outputs["identity_broker_redirect_uris"] == {"corp": broker}
    reference = {"namespace": "maas-consumers", "name": "test-user.first.dev1", "key": "password"}
    assert found.outputs["developer_credentials"] == {"dev1": reference}
    assert found.outputs["portal_client_secret"] == {
        "namespace": "3scale",
        "name": "portal-client",
        "key": "secret",
    }
    assert "canary" not in str(found.outputs)
    for one in found.resources:
        if one.custom and not one.type.startswith("pulumi:providers:"):
            assert one.provider, f"{one.type} {one.name} would use a default provider"


@pytest.mark.row("S-083", "S-084", "S-087")
def test_the_legacy_server_brings_its_own_operator_realm_and_client() -> None:
    found = program(identity=LEGACY)

    subscription = found.one("kubernetes:operators.coreos.com/v1alpha1:Subscription", "keycloak-subscription").inputs
    assert (subscription["spec"]["name"], subscription["spec"]["channel"]) == ("rhsso-operator", "stable")
    assert not [one for one in found.resources if one.type.startswith("keycloak:")]
    assert found.one(INTEGRATION).inputs["site"] == "https://keycloak-keycloak.apps.maas.test/auth/realms/maas"
    assert found.outputs["identity_admin_credentials_ref"] == {
        "namespace": "keycloak",
        "name": "credential-rh-sso",
        "keys": ["ADMIN_USERNAME", "ADMIN_PASSWORD"],
    }
    assert found.outputs["identity_admin_console_url"] == (
        "https://keycloak-keycloak.apps.maas.test/auth/admin/master/console/"
    )


@pytest.mark.row("S-083")
def test_a_server_of_somebody_else_is_neither_installed_nor_opened() -> None:
    found = program(identity=ELSEWHERE)

    operators = [one.name for one in found.of("maas:platform:OperatorInstall")]
    assert "keycloak" not in operators
    assert not found.of("maas:identity:IdentityServer")
    assert found.one("keycloak:index/realm:Realm").inputs["realm"] == "maas"
    assert found.one(INTEGRATION).inputs["site"] == "https://login.example.com/auth/realms/maas"
    assert "identity_admin_credentials_ref" not in found.outputs


@pytest.mark.row("S-084", "S-088", "S-259")
def test_production_has_two_servers_and_signs_in_as_who_stays() -> None:
    found = program_of(prod_stack(), secrets={**CANARIES, **PRODUCTION_CANARIES})

    assert found.one("kubernetes:k8s.keycloak.org/v2alpha1:Keycloak").inputs["spec"]["instances"] == 2
    provider = found.one("pulumi:providers:keycloak")
    assert provider.inputs["clientId"] == "maas-permanent"
    assert found.urn(PERMANENT) in provider.dependencies
    assert found.one("keycloak:index/realm:Realm").protect
    assert found.outputs["identity_admin_credentials_ref"]["name"] == "keycloak-permanent"
