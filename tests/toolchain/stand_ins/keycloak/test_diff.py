"""Diff: the state against the inputs."""

from __future__ import annotations

from typing import Any

import pytest

from toolchain.stand_ins.keycloak.diff import Difference, difference
from toolchain.stand_ins.keycloak.outputs import settled
from toolchain.stand_ins.keycloak.resources import ALL, BY_TYPE
from toolchain.stand_ins.keycloak.values import DEFAULTS

CLIENT = "keycloak:openid/client:Client"
REALM = "keycloak:index/realm:Realm"
GROUP = "keycloak:index/group:Group"
USER = "keycloak:index/user:User"
INPUTS = {
    "realmId": "maas",
    "clientId": "3scale",
    "accessType": "CONFIDENTIAL",
    "name": "n",
    "clientSecretRegenerateWhenChanged": {"generation": "1"},
}
OBSERVED = {"clientSecret": "canary", "serviceAccountUserId": "", "validRedirectUris": ["https://a/*", "https://b/*"]}
STATE = settled(BY_TYPE[CLIENT].fields, INPUTS, OBSERVED)


def diff(type_: str, state: dict[str, Any], news: dict[str, Any], *ignored: str) -> Difference:
    return difference(BY_TYPE[type_], state, news, ignored)


def test_the_same_is_no_difference() -> None:
    found = diff(CLIENT, STATE, INPUTS)
    assert found.changes == {}
    assert found.stables == ["import", "realmId"]


def test_the_order_of_a_set_means_nothing() -> None:
    assert diff(CLIENT, STATE, {**INPUTS, "validRedirectUris": ["https://b/*", "https://a/*"]}).changes == {}


def test_members_of_a_set_are_named_by_their_place() -> None:
    news = {**INPUTS, "validRedirectUris": ["https://a/*", "https://c/*"]}
    assert diff(CLIENT, STATE, news).changes == {"validRedirectUris[1]": "UPDATE"}
    news = {**INPUTS, "validRedirectUris": ["https://a/*", "https://b/*", "https://c/*"]}
    assert diff(CLIENT, STATE, news).changes == {"validRedirectUris[2]": "ADD"}
    assert diff(CLIENT, STATE, {**INPUTS, "validRedirectUris": ["https://b/*"]}).changes == {
        "validRedirectUris[0]": "DELETE"
    }


def test_a_new_realm_replaces_a_client_after_deleting_it() -> None:
    found = diff(CLIENT, STATE, {**INPUTS, "realmId": "other"})
    assert found.changes == {"realmId": "UPDATE"}
    assert found.replaces == ["realmId"]
    assert found.stables == ["import"]
    assert found.delete_first


def test_with_a_generated_name_the_new_one_comes_first() -> None:
    found = diff(CLIENT, STATE, {**INPUTS, "realmId": "other", DEFAULTS: ["name"]})
    assert found.replaces == ["realmId"]
    assert not found.delete_first


def test_a_state_without_import_replaces_a_client() -> None:
    state = {name: value for name, value in STATE.items() if name != "import"}
    assert diff(CLIENT, state, INPUTS).replaces == ["import"]


def test_a_new_generation_makes_a_new_secret() -> None:
    found = diff(CLIENT, STATE, {**INPUTS, "clientSecretRegenerateWhenChanged": {"generation": "2"}})
    assert found.changes == {"clientSecret": "UPDATE", "clientSecretRegenerateWhenChanged.generation": "UPDATE"}
    assert found.names == ["clientSecret", "clientSecretRegenerateWhenChanged"]


@pytest.mark.parametrize("written", ["300s", "5m", "0h5m0s"])
def test_durations_compare_by_length(written: str) -> None:
    state = {"realm": "r", "enabled": True, "sslRequired": "external", "accessTokenLifespan": "5m0s"}
    assert diff(REALM, state, {"realm": "r", "accessTokenLifespan": written}).changes == {}
    assert diff(REALM, state, {"realm": "r", "accessTokenLifespan": "6m"}).changes == {"accessTokenLifespan": "UPDATE"}


def test_members_of_a_mapping_are_named() -> None:
    state = {"realmId": "r", "name": "n", "attributes": {"tier": "gold", "old": "1"}}
    news = {"realmId": "r", "name": "n", "attributes": {"tier": "free", "new": "1"}}
    assert diff(GROUP, state, news).changes == {
        "attributes.new": "ADD",
        "attributes.old": "DELETE",
        "attributes.tier": "UPDATE",
    }


def test_members_of_a_block_are_named() -> None:
    given = {"bruteForceDetection": {"maxLoginFailures": 5}}
    guard = settled(BY_TYPE[REALM].fields, {"securityDefenses": given}, {})["securityDefenses"]["bruteForceDetection"]
    state = {
        "realm": "r",
        "enabled": True,
        "sslRequired": "external",
        "securityDefenses": {"bruteForceDetection": guard},
    }
    news = {"realm": "r", "securityDefenses": {"bruteForceDetection": {**guard, "maxLoginFailures": 6}}}
    found = diff(REALM, state, news)
    assert found.changes == {"securityDefenses.bruteForceDetection.maxLoginFailures": "UPDATE"}
    assert found.names == ["securityDefenses"]


def test_a_removed_text_is_a_deletion() -> None:
    state = {"realm": "r", "enabled": True, "sslRequired": "external", "displayName": "d"}
    assert diff(REALM, state, {"realm": "r"}).changes == {"displayName": "DELETE"}


def test_ignored_changes_are_none() -> None:
    news = {**INPUTS, "name": "other", "clientSecretRegenerateWhenChanged": {"generation": "2"}}
    ignored = ("name", "clientSecretRegenerateWhenChanged.generation")
    assert diff(CLIENT, STATE, news, *ignored).changes == {}


def test_a_later_first_password_is_no_difference() -> None:
    state = {"realmId": "r", "username": "u", "enabled": True, "import": False, "initialPassword": {"value": "a"}}
    news = {"realmId": "r", "username": "u", "initialPassword": {"value": "b", "temporary": True}}
    assert diff(USER, state, news).changes == {}


def test_a_required_action_is_never_replaced() -> None:
    state = {"realmId": "r", "alias": "a", "name": "n"}
    found = diff("keycloak:index/requiredAction:RequiredAction", state, {"realmId": "r", "alias": "b", "name": "n"})
    assert (found.replaces, found.changes) == ([], {"alias": "UPDATE"})


REPLACING = {
    "index/realm:Realm": ["internalId", "realm"],
    "index/realmEvents:RealmEvents": ["realmId"],
    "openid/client:Client": ["import", "realmId"],
    "openid/clientDefaultScopes:ClientDefaultScopes": ["clientId", "realmId"],
    "openid/userPropertyProtocolMapper:UserPropertyProtocolMapper": ["clientId", "clientScopeId", "realmId"],
    "openid/userAttributeProtocolMapper:UserAttributeProtocolMapper": ["clientId", "clientScopeId", "realmId"],
    "openid/audienceProtocolMapper:AudienceProtocolMapper": ["clientId", "clientScopeId", "realmId"],
    "openid/groupMembershipProtocolMapper:GroupMembershipProtocolMapper": [
        "clientId",
        "clientScopeId",
        "name",
        "realmId",
    ],
    "openid/clientServiceAccountRole:ClientServiceAccountRole": [
        "clientId",
        "realmId",
        "role",
        "serviceAccountUserId",
    ],
    "openid/clientServiceAccountRealmRole:ClientServiceAccountRealmRole": ["realmId", "role", "serviceAccountUserId"],
    "oidc/identityProvider:IdentityProvider": ["addReadTokenRoleOnCreate", "alias", "realm"],
    "oidc/googleIdentityProvider:GoogleIdentityProvider": ["addReadTokenRoleOnCreate", "realm"],
    "oidc/githubIdentityProvider:GithubIdentityProvider": ["addReadTokenRoleOnCreate", "realm"],
    "index/role:Role": ["clientId", "import", "realmId"],
    "index/group:Group": ["organizationId", "parentId", "realmId"],
    "index/groupRoles:GroupRoles": ["groupId", "realmId"],
    "index/defaultGroups:DefaultGroups": ["realmId"],
    "index/user:User": ["import", "realmId", "username"],
    "index/requiredAction:RequiredAction": [],
    # Not observed: from terraform-provider-keycloak 5.9.
    "oidc/openshiftV4IdentityProvider:OpenshiftV4IdentityProvider": ["addReadTokenRoleOnCreate", "realm"],
    "saml/identityProvider:IdentityProvider": ["addReadTokenRoleOnCreate", "alias", "realm"],
    "index/hardcodedGroupIdentityProviderMapper:HardcodedGroupIdentityProviderMapper": [
        "identityProviderAlias",
        "name",
        "realm",
    ],
    "index/attributeImporterIdentityProviderMapper:AttributeImporterIdentityProviderMapper": [
        "identityProviderAlias",
        "name",
        "realm",
    ],
    "index/userGroups:UserGroups": ["realmId", "userId"],
}


@pytest.mark.parametrize("resource", ALL, ids=lambda resource: resource.type_name)
def test_exactly_the_observed_inputs_replace(resource: Any) -> None:  # noqa: ANN401 - any resource type
    replacing = sorted(name for name, field in resource.fields.items() if field.replaces)
    assert replacing == REPLACING[resource.type_name]
