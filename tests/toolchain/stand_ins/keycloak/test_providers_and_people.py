"""Types that nobody recorded: identity providers of further kinds, their mappers, a user's groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc
import pytest

from tests.toolchain.stand_ins.keycloak.test_server import life
from toolchain.stand_ins.keycloak.check import checked
from toolchain.stand_ins.keycloak.resources import BY_TYPE
from toolchain.stand_ins.keycloak.values import DEFAULTS

if TYPE_CHECKING:
    from tests.toolchain.stand_ins.keycloak.driver import Driver

SAML = "saml/identityProvider:IdentityProvider"
OPENSHIFT = "oidc/openshiftV4IdentityProvider:OpenshiftV4IdentityProvider"
OIDC = "oidc/identityProvider:IdentityProvider"
GOOGLE = "oidc/googleIdentityProvider:GoogleIdentityProvider"
IMPORTER = "index/attributeImporterIdentityProviderMapper:AttributeImporterIdentityProviderMapper"
GROUP_MAPPER = "index/hardcodedGroupIdentityProviderMapper:HardcodedGroupIdentityProviderMapper"
USER_GROUPS = "index/userGroups:UserGroups"

CAMPUS = {
    "alias": "campus",
    "entityId": "https://sso.x.test/realms/maas",
    "singleSignOnServiceUrl": "https://idp.x.test/sso",
    "nameIdPolicyFormat": "Persistent",
    "principalType": "SUBJECT",
    "validateSignature": True,
    "wantAssertionsSigned": True,
    "postBindingResponse": True,
    "postBindingAuthnRequest": True,
    "storeToken": False,
    "syncMode": "IMPORT",
}


def check(type_: str, news: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    return checked(BY_TYPE[f"keycloak:{type_}"], "x", {}, news, "x-1234567")


def test_a_saml_provider_has_no_client_and_its_words_are_checked() -> None:
    inputs, reasons = check(SAML, {"realm": "r", **CAMPUS})
    assert reasons == []
    assert inputs["providerId"] == "saml"
    assert "clientId" not in inputs
    assert {"enabled", "firstBrokerLoginFlowAlias", "providerId"} <= set(inputs[DEFAULTS])

    _, wrong = check(SAML, {"realm": "r", **CAMPUS, "nameIdPolicyFormat": "persistent", "principalType": "X"})
    assert [reason.partition(" to be one of")[0] for reason in wrong] == [
        "expected name_id_policy_format",
        "expected principal_type",
    ]
    _, lacking = check(SAML, {"realm": "r", "alias": "campus"})
    assert [reason.split('"')[1] for reason in lacking] == ["entity_id", "single_sign_on_service_url"]


def test_what_a_saml_provider_does_not_cover_is_refused_by_name() -> None:
    _, reasons = check(SAML, {"realm": "r", **CAMPUS, "authnContextClassRefs": ["urn:x"]})
    assert any("authnContextClassRefs" in reason and "stand-in" in reason for reason in reasons)


def test_openshift_acts_as_the_user_unless_told_otherwise() -> None:
    inputs, reasons = check(OPENSHIFT, {"realm": "r", "clientId": "i", "clientSecret": "s", "baseUrl": "https://c"})
    assert reasons == []
    assert (inputs["defaultScopes"], inputs["providerId"], inputs["storeToken"]) == ("user:full", "openshift-v4", True)


def test_keys_with_an_argument_of_their_own_are_refused_in_a_mapper_too() -> None:
    wrong = {"realm": "r", "identityProviderAlias": "campus", "name": "n", "extraConfig": {"group": "/x"}}
    _, reasons = check(GROUP_MAPPER, wrong)
    assert any('extra_config key "group" is not allowed' in reason for reason in reasons)
    assert check(GROUP_MAPPER, {**wrong, "extraConfig": {"syncMode": "INHERIT"}, "group": "/x"})[1] == []


def test_memberships_are_exhaustive_unless_told_otherwise() -> None:
    inputs, _ = check(USER_GROUPS, {"realmId": "r", "userId": "u", "groupIds": []})
    assert inputs["exhaustive"] is True


@pytest.mark.slow
def test_a_saml_provider_and_its_mapper_live(driver: Driver, realm: str) -> None:
    made = driver.create(SAML, "campus", realm=realm, **CAMPUS)
    assert made.state["nameIdPolicyFormat"] == "Persistent"
    mapper = driver.create(
        IMPORTER,
        "email",
        realm=realm,
        name="email",
        identityProviderAlias="campus",
        attributeName="mail",
        userAttribute="email",
        extraConfig={"syncMode": "INHERIT"},
    )
    life(driver, mapper, {"attributeName": "e-mail"}, f"{realm}/campus/{mapper.id}")
    life(driver, made, {"nameIdPolicyFormat": "Email", "trustEmail": True, "displayName": "Campus"}, None)


@pytest.mark.slow
def test_a_group_of_a_providers_people_lives(driver: Driver, realm: str) -> None:
    driver.create("index/group:Group", "staff", realmId=realm, name="staff")
    driver.create(GOOGLE, "google", realm=realm, clientId="i", clientSecret="canary")
    mapper = driver.create(
        GROUP_MAPPER,
        "group",
        realm=realm,
        name="group",
        identityProviderAlias="google",
        group="/staff",
        extraConfig={"syncMode": "INHERIT"},
    )
    life(driver, mapper, {"extraConfig": {"syncMode": "FORCE"}}, f"{realm}/google/{mapper.id}")


@pytest.mark.slow
def test_what_an_attribute_mapper_cannot_read_is_refused_in_the_words_of_the_real_plugin(
    driver: Driver, realm: str
) -> None:
    driver.create(SAML, "campus", realm=realm, **CAMPUS)
    with pytest.raises(grpc.RpcError, match="should be set for saml identity provider"):
        driver.create(IMPORTER, "e", realm=realm, name="e", identityProviderAlias="campus", userAttribute="email")


@pytest.mark.slow
def test_the_groups_of_a_user_live(driver: Driver, realm: str) -> None:
    gold, free = (driver.create("index/group:Group", name, realmId=realm, name=name) for name in ("gold", "free"))
    user = driver.create("index/user:User", "u", realmId=realm, username="user", email="u@x.test")
    by_hand = driver.create(USER_GROUPS, "h", realmId=realm, userId=user.id, groupIds=[free.id], exhaustive=False)
    made = driver.create(USER_GROUPS, "g", realmId=realm, userId=user.id, groupIds=[gold.id], exhaustive=False)
    assert driver.diff(made)["changes"] == "DIFF_NONE"
    read = driver.read(by_hand)
    assert read is not None
    assert read.state["groupIds"] == [free.id]
    every = driver.update(made, exhaustive=True)
    assert every.state["groupIds"] == [gold.id]
    read = driver.read(by_hand)
    assert read is not None
    assert read.state["groupIds"] == []
    driver.delete(every)
