"""Every resource type through its whole life on a real server, and the traps of the real plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.toolchain.stand_ins.keycloak.driver import Driver, Made

pytestmark = pytest.mark.slow

CLIENT = "openid/client:Client"
ATTRIBUTE_MAPPER = "openid/userAttributeProtocolMapper:UserAttributeProtocolMapper"


def life(driver: Driver, made: Made, changes: dict[str, Any], import_id: str | None) -> None:
    """Created, unchanged, read back, changed, unchanged again, imported, deleted, gone."""
    assert driver.diff(made)["changes"] == "DIFF_NONE"
    read = driver.read(made)
    assert read is not None
    assert driver.diff(read, {k: v for k, v in made.inputs.items() if k != "__defaults"})["changes"] == "DIFF_NONE"
    if changes:
        assert driver.diff(made, made.inputs | changes)["changes"] == "DIFF_SOME"
        made = driver.update(made, **changes)
        assert driver.diff(made)["changes"] == "DIFF_NONE"
        again = driver.read(made)
        assert again is not None
        assert driver.diff(again, made.inputs)["changes"] == "DIFF_NONE"
    if import_id:
        type_, name = made.urn.split("::")[2].removeprefix("keycloak:"), made.urn.split("::")[3]
        imported = driver.imported(type_, name, import_id)
        assert imported is not None
        assert imported.id == made.id
        assert driver.diff(imported)["changes"] == "DIFF_NONE"
    driver.delete(made)
    assert driver.read(made) is None


def test_a_realm_lives(driver: Driver) -> None:
    made = driver.create(
        "index/realm:Realm",
        "r",
        realm="life-of-a-realm",
        accessTokenLifespan="300s",
        attributes={"frontendUrl": "https://x.test"},
        internationalization={"supportedLocales": ["en", "de"], "defaultLocale": "en"},
        securityDefenses={"bruteForceDetection": {"maxLoginFailures": 5}, "headers": {"xRobotsTag": "noindex"}},
        smtpServer={"host": "s", "from": "a@b.c", "auth": {"username": "u", "password": "canary"}},
        otpPolicy={"digits": 8},
    )
    assert made.state["accessTokenLifespan"] == "5m0s"
    assert made.state["smtpServer"]["auth"]["password"] == "canary"
    assert made.state["securityDefenses"]["headers"]["xRobotsTag"] == "noindex"
    changes = {"displayName": "B", "smtpServer": {"host": "t", "from": "a@b.c"}, "loginWithEmailAllowed": True}
    life(driver, made, changes, None)


def test_an_imported_realm_has_its_inputs(driver: Driver, realm: str) -> None:
    imported = driver.imported("index/realm:Realm", "r", realm)
    assert imported is not None
    assert imported.inputs["realm"] == realm
    assert driver.diff(imported)["changes"] == "DIFF_NONE"


def test_the_events_of_a_realm_live_with_it(driver: Driver, realm: str) -> None:
    made = driver.create("index/realmEvents:RealmEvents", "e", realmId=realm, eventsListeners=["jboss-logging"])
    made = driver.update(made, eventsEnabled=True, eventsExpiration=60, enabledEventTypes=["LOGIN"])
    assert driver.diff(made)["changes"] == "DIFF_NONE"
    read = driver.read(made)
    assert read is not None
    assert read.state["enabledEventTypes"] == ["LOGIN"]
    driver.delete(made)
    after = driver.read(made)
    assert after is not None
    assert (after.state["eventsEnabled"], after.state["eventsExpiration"]) == (False, 0)
    assert driver.imported("index/realmEvents:RealmEvents", "e", realm) is None


def test_a_client_lives(driver: Driver, realm: str, client: Made) -> None:
    assert client.state["validRedirectUris"] == ["https://a/*", "https://b/*"]
    assert client.state["serviceAccountUserId"]
    changes = {
        "serviceAccountsEnabled": False,
        "extraConfig": {"own": "1"},
        "validPostLogoutRedirectUris": ["https://b/out", "https://a/out"],
        "rootUrl": "https://a",
        "accessTokenLifespan": "60",
        "webOrigins": ["+"],
        "clientSecretRegenerateWhenChanged": None,
    }
    life(driver, client, changes, f"{realm}/{client.id}")


def test_a_root_url_can_be_removed_again(driver: Driver, client: Made) -> None:
    with_url = driver.update(client, rootUrl="https://a")
    without = driver.update(with_url, rootUrl=None)
    read = driver.read(without)
    assert read is not None
    assert read.state["rootUrl"] == ""
    assert read.state["validRedirectUris"] == ["https://a/*", "https://b/*"]


def test_an_existing_client_is_taken_over_and_left_behind(driver: Driver, realm: str) -> None:
    made = driver.create(
        CLIENT, "c", realmId=realm, clientId="admin-cli", name="n", accessType="PUBLIC", **{"import": True}
    )
    driver.delete(made)
    assert driver.read(made) is not None


@pytest.mark.parametrize(
    ("type_", "news", "changes"),
    [
        (
            "openid/userPropertyProtocolMapper:UserPropertyProtocolMapper",
            {"userProperty": "emailVerified", "claimName": "c", "claimValueType": "boolean"},
            {"addToIdToken": False},
        ),
        (ATTRIBUTE_MAPPER, {"userAttribute": "email", "claimName": "c"}, {"multivalued": True, "claimName": "d"}),
        (
            "openid/audienceProtocolMapper:AudienceProtocolMapper",
            {"includedClientAudience": "3scale"},
            {"addToIdToken": False},
        ),
        (
            "openid/groupMembershipProtocolMapper:GroupMembershipProtocolMapper",
            {"claimName": "groups"},
            {"fullPath": False},
        ),
    ],
    ids=["property", "attribute", "audience", "groups"],
)
def test_a_mapper_lives(
    driver: Driver, client: Made, type_: str, news: dict[str, Any], changes: dict[str, Any]
) -> None:
    realm = client.state["realmId"]
    made = driver.create(type_, "m", realmId=realm, clientId=client.id, **news)
    life(driver, made, changes, f"{realm}/client/{client.id}/{made.id}")


@pytest.mark.parametrize(
    ("type_", "news", "changes"),
    [
        (
            "oidc/identityProvider:IdentityProvider",
            {
                "alias": "corp",
                "authorizationUrl": "https://c/auth",
                "tokenUrl": "https://c/token",
                "jwksUrl": "https://c/certs",
                "clientId": "i",
                "extraConfig": {"clientAuthMethod": "client_secret_post"},
            },
            {"displayName": "Corp", "trustEmail": True},
        ),
        ("oidc/googleIdentityProvider:GoogleIdentityProvider", {"hostedDomain": "x.test"}, {"storeToken": False}),
        ("oidc/githubIdentityProvider:GithubIdentityProvider", {"clientId": "i"}, {"syncMode": "FORCE"}),
    ],
    ids=["oidc", "google", "github"],
)
def test_an_identity_provider_lives(
    driver: Driver, realm: str, type_: str, news: dict[str, Any], changes: dict[str, Any]
) -> None:
    made = driver.create(type_, "p", realm=realm, clientSecret="canary", **news)
    assert made.state["clientSecret"] == "canary"
    life(driver, made, changes, None)


def test_an_imported_identity_provider_has_no_secret(driver: Driver, realm: str) -> None:
    type_ = "oidc/googleIdentityProvider:GoogleIdentityProvider"
    driver.create(type_, "p", realm=realm, clientId="i", clientSecret="canary")
    imported = driver.imported(type_, "p", f"{realm}/google")
    assert imported is not None
    assert imported.state["clientSecret"] is None


def test_roles_live(driver: Driver, realm: str, client: Made) -> None:
    part = driver.create("index/role:Role", "part", realmId=realm)
    of_client = driver.create("index/role:Role", "cr", realmId=realm, clientId=client.id, name="cr")
    assert of_client.state["clientId"] == client.id
    whole = driver.create("index/role:Role", "whole", realmId=realm, compositeRoles=[part.id], attributes={"a": "1"})
    life(driver, whole, {"compositeRoles": [of_client.id], "description": "d"}, f"{realm}/{whole.id}")
    life(driver, of_client, {"name": "other"}, f"{realm}/{of_client.id}")


def test_groups_live(driver: Driver, realm: str) -> None:
    group = driver.create("index/group:Group", "g", realmId=realm, name="g", attributes={"tier": "gold"})
    assert group.state["path"] == "/g"
    below = driver.create("index/group:Group", "b", realmId=realm, name="b", parentId=group.id)
    assert below.state["path"] == "/g/b"
    life(driver, below, {"attributes": {"tier": "free"}}, f"{realm}/{below.id}")
    role = driver.create("index/role:Role", "role", realmId=realm)
    roles = driver.create("index/groupRoles:GroupRoles", "gr", realmId=realm, groupId=group.id, roleIds=[role.id])
    assert driver.diff(roles)["changes"] == "DIFF_NONE"
    roles = driver.update(roles, roleIds=[])
    read = driver.read(roles)
    assert read is not None
    assert read.state["roleIds"] == []
    driver.delete(roles)
    default = driver.create("index/defaultGroups:DefaultGroups", "d", realmId=realm, groupIds=[group.id])
    default = driver.update(default, groupIds=[])
    driver.delete(default)


def test_a_user_lives(driver: Driver, realm: str) -> None:
    made = driver.create(
        "index/user:User",
        "u",
        realmId=realm,
        username="user",
        email="u@x.test",
        initialPassword={"value": "canary", "temporary": False},
    )
    life(driver, made, {"firstName": "F", "lastName": "L", "requiredActions": ["VERIFY_EMAIL"]}, None)


def test_a_role_of_a_service_account_lives(driver: Driver, realm: str, client: Made) -> None:
    account = client.state["serviceAccountUserId"]
    driver.create("index/role:Role", "portal-admin", realmId=realm, name="portal-admin")
    of_realm = driver.create(
        "openid/clientServiceAccountRealmRole:ClientServiceAccountRealmRole",
        "a",
        realmId=realm,
        serviceAccountUserId=account,
        role="portal-admin",
    )
    management = driver.invoke("keycloak:openid/getClient:getClient", realmId=realm, clientId="realm-management")
    of_client = driver.create(
        "openid/clientServiceAccountRole:ClientServiceAccountRole",
        "b",
        realmId=realm,
        serviceAccountUserId=account,
        clientId=management["id"],
        role="view-realm",
    )
    role = of_client.id.split("/")[1]
    life(driver, of_client, {}, f"{realm}/{account}/{management['id']}/{role}")
    life(driver, of_realm, {}, f"{realm}/{of_realm.id}")
    driver.delete(of_realm)


def test_a_required_action_lives(driver: Driver, realm: str) -> None:
    made = driver.create(
        "index/requiredAction:RequiredAction", "a", realmId=realm, alias="CONFIGURE_TOTP", name="OTP", enabled=True
    )
    life(driver, made, {"defaultAction": True}, f"{realm}/CONFIGURE_TOTP")
    again = driver.create("index/requiredAction:RequiredAction", "a", realmId=realm, alias="CONFIGURE_TOTP", name="O")
    assert again.id == f"{realm}/CONFIGURE_TOTP"
