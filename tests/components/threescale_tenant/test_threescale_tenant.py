"""The tenant as a whole: who gets in, by which settings, which token, and that no sample is left."""

import base64
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from components.site import PortalLogin, Site
from components.threescale_tenant import ThreeScaleTenant, ThreeScaleTenantArgs
from tests.support.platform import placed_with
from tests.support.recorder import DYNAMIC, Recording, secret
from tests.support.stack_file import CANARIES

T = f"{DYNAMIC}threescale:"
SECRET = "kubernetes:core/v1:Secret"


def recording(secrets: Mapping[str, str] = CANARIES, **changes: Any) -> Recording:  # noqa: ANN401 - keys of a stack
    def component(site: Site, gate: pulumi.Resource) -> None:
        identity = site.settings.identity
        login = PortalLogin(
            realm=pulumi.CustomResource("test:index:Realm", "realm"),
            issuer_url="https://sso.apps.maas.test/realms/maas",
            client_id=pulumi.Output.from_input("3scale"),
            client_secret=pulumi.Output.secret("canary-client-secret"),
        )
        args = ThreeScaleTenantArgs(
            site=site,
            namespace=pulumi.CustomResource("test:index:Namespace", "namespace"),
            login=None if identity is None else login,
            products=[pulumi.CustomResource("test:index:Product", name) for name in ("one", "two")],
            ready=gate,
            installation=pulumi.CustomResource("test:index:Installation", "installation"),
        )
        ThreeScaleTenant("tenant", args)

    return placed_with(secrets, component, **changes)


@pytest.fixture(scope="module")
def found() -> Recording:
    return recording()


def kinds(recording: Recording) -> set[str]:
    return {one.type.removeprefix(T) for one in recording.resources if one.type.startswith(T)}


def inputs(recording: Recording, kind: str) -> dict[str, Any]:
    return {key: value for key, value in recording.one(T + kind).inputs.items() if key != "__provider"}


@pytest.mark.row("S-103", "C-44")
def test_single_sign_on_is_the_realm_of_this_stack(found: Recording) -> None:
    declared = inputs(found, "SsoIntegration")

    assert (declared["kind"], declared["system_name"], declared["client_id"]) == ("keycloak", "keycloak", "3scale")
    assert declared["site"] == "https://sso.apps.maas.test/realms/maas"
    assert declared["client_secret"] == secret("canary-client-secret")
    assert (declared["published"], declared["automatically_approve_accounts"]) == (True, True)
    assert declared["skip_ssl_certificate_verification"] is False
    assert found.one(T + "SsoIntegration").dependencies == {
        found.urn("test:index:Gate"),
        found.urn("test:index:Realm"),
    }


def test_the_access_code_goes_only_after_people_can_sign_in(found: Recording) -> None:
    account = found.one(T + "ProviderAccount")

    assert account.inputs["site_access_code"] == secret("")
    assert found.urn(T + "SsoIntegration") in account.dependencies


def test_the_access_code_stays_while_nobody_could_sign_in() -> None:
    assert "ProviderAccount" not in kinds(recording(portal={"sso": {"published": False}}))


def test_without_an_identity_server_code_and_settings_stay_as_they_are() -> None:
    local = recording(identity=None)

    assert {"SsoIntegration", "ProviderAccount", "PortalSettings"}.isdisjoint(kinds(local))


def test_a_declared_code_is_kept_secret_with_and_without_an_identity_server() -> None:
    secrets = {**CANARIES, "portalAccessCode": "canary-access-code"}

    for found in (recording(secrets), recording(secrets, identity=None)):
        assert inputs(found, "ProviderAccount")["site_access_code"] == secret("canary-access-code")


def test_addresses_are_written_and_those_left_out_are_not() -> None:
    local = recording(identity=None, threescale={"emails": {"from": "a@x.example", "finance": "f@x.example"}})
    declared = inputs(local, "ProviderAccount")

    assert (declared["from_email"], declared["finance_support_email"]) == ("a@x.example", "f@x.example")
    assert {"support_email", "site_access_code"}.isdisjoint(declared)


def test_with_single_sign_on_nobody_signs_up_by_the_form(found: Recording) -> None:
    declared = inputs(found, "PortalSettings")

    assert {name: value for name, value in declared.items() if name != "restore"} == {"signups_enabled": False}
    asked = recording(portal={"settings": {"signupsEnabled": True, "publicSearch": False}})
    assert inputs(asked, "PortalSettings")["signups_enabled"] is True
    assert inputs(asked, "PortalSettings")["public_search"] is False


@pytest.mark.row("C-38")
def test_the_token_reads_and_its_value_is_in_a_secret_apart_from_3scales_own(found: Recording) -> None:
    declared, holder = inputs(found, "AccessToken"), found.one(SECRET)

    # With `account_management` it would read every developer's key.
    assert declared["scopes"] == ["stats"]
    assert declared["permission"] == "ro"
    assert holder.inputs["metadata"] == {"name": "threescale-access-token", "namespace": "maas-consumers"}
    encoded = base64.b64encode(b"canary-automation-token").decode()
    assert holder.inputs["data"] == secret({"token": encoded})
    assert found.urn("test:index:Namespace") in holder.dependencies


@pytest.mark.row("C-41")
def test_the_sample_goes_after_there_is_a_product_and_its_backend_after_it(found: Recording) -> None:
    product, backend, account = (found.one(f"{T}Absent{kind}") for kind in ("Product", "Backend", "Account"))

    products = {one.urn for one in found.of("test:index:Product")}
    assert products <= product.dependencies
    assert backend.dependencies == account.dependencies == {product.urn}
    assert (product.inputs["system_name"], product.inputs["name"]) == ("api", "API")
    assert (backend.inputs["system_name"], backend.inputs["name"]) == ("api", "API Backend")
    assert (account.inputs["org_name"], account.inputs["username"]) == ("Developer", "john")


def test_the_operator_finds_the_hosts_of_the_sample_before_it_goes_and_whatever_the_gates_say(found: Recording) -> None:
    routes = found.of("kubernetes:route.openshift.io/v1:Route")

    assert [one.inputs["spec"]["host"] for one in routes] == [
        "api-maas-apicast-production.apps.maas.test",
        "api-maas-apicast-staging.apps.maas.test",
    ]
    assert {one.inputs["metadata"]["namespace"] for one in routes} == {"3scale"}
    assert {one.inputs["spec"]["to"]["name"] for one in routes} == {"apicast-production", "apicast-staging"}
    for one in routes:
        assert one.dependencies == {found.urn("test:index:Installation")}
    assert {one.urn for one in routes} <= found.one(T + "AbsentProduct").dependencies


def test_the_sample_may_stay_or_its_account_alone() -> None:
    absent = {"AbsentProduct", "AbsentBackend", "AbsentAccount"}

    kept = recording(threescale={"sampleData": "keep"})
    assert absent.isdisjoint(kinds(kept))
    assert kept.of("kubernetes:route.openshift.io/v1:Route") == []
    assert absent & kinds(recording(compat={"keepSampleAccount": True})) == absent - {"AbsentAccount"}


def test_what_the_tenant_already_has_is_taken_over_by_one_switch() -> None:
    changed = recording(threescale={"adopt": True})

    assert {inputs(changed, kind)["adopt"] for kind in ("SsoIntegration", "AccessToken")} == {True}


def test_entities_go_with_the_installation_and_use_the_first_instance(found: Recording) -> None:
    for one in found.resources:
        if one.type.startswith(T):
            assert one.deleted_with == found.urn("test:index:Installation"), one.type
            assert "::threescale::" in one.provider
