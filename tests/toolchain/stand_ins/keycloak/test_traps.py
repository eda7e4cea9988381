"""The refusals and the traps of the real plugin, on a real server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc
import pytest
import requests

from tests.toolchain.stand_ins.keycloak.driver import Made

if TYPE_CHECKING:
    from tests.toolchain.stand_ins.keycloak.driver import Driver
    from tests.toolchain.stand_ins.keycloak.keycloak_server import Server

pytestmark = pytest.mark.slow

CLIENT = "openid/client:Client"
ATTRIBUTE_MAPPER = "openid/userAttributeProtocolMapper:UserAttributeProtocolMapper"


def failure(error: pytest.ExceptionInfo[grpc.RpcError]) -> str:
    assert error.value.code() == grpc.StatusCode.UNKNOWN
    return str(error.value.details())


def test_a_mappers_name_is_taken_once(driver: Driver, realm: str, client: Made) -> None:
    news = {"realmId": realm, "clientId": client.id, "name": "org_name", "userAttribute": "email", "claimName": "c"}
    driver.create(ATTRIBUTE_MAPPER, "m", **news)
    with pytest.raises(grpc.RpcError) as error:
        driver.create(ATTRIBUTE_MAPPER, "n", **news)
    expected = "a protocol mapper with name org_name already exists for this client or client scope"
    assert failure(error) == f"1 error occurred:\n\t* validation error: {expected}\n\n"


def test_a_temporary_password_adds_an_action_that_the_next_preview_removes(driver: Driver, realm: str) -> None:
    made = driver.create(
        "index/user:User", "u", realmId=realm, username="user", initialPassword={"value": "c", "temporary": True}
    )
    assert made.state["requiredActions"] == ["UPDATE_PASSWORD"]
    assert driver.diff(made)["diffs"] == ["requiredActions"]


def test_a_user_with_a_refused_password_stays_behind(driver: Driver) -> None:
    realm = driver.create("index/realm:Realm", "r", realm="strict", passwordPolicy="length(12)")
    with pytest.raises(grpc.RpcError) as error:
        driver.create("index/user:User", "u", realmId="strict", username="user", initialPassword={"value": "short"})
    assert "400 Bad Request" in failure(error)
    assert "short" not in failure(error)
    with pytest.raises(grpc.RpcError) as error:
        driver.create("index/user:User", "u", realmId="strict", username="user")
    assert "User exists with same username" in failure(error)
    driver.delete(realm)


def test_an_updated_group_has_no_path_until_it_is_read(driver: Driver, realm: str) -> None:
    group = driver.create("index/group:Group", "g", realmId=realm, name="g")
    changed = driver.update(group, name="h")
    assert changed.state["path"] == ""
    read = driver.read(changed)
    assert read is not None
    assert read.state["path"] == "/h"


def test_default_scopes_are_exactly_the_listed_ones(driver: Driver, realm: str, client: Made) -> None:
    type_ = "openid/clientDefaultScopes:ClientDefaultScopes"
    made = driver.create(type_, "s", realmId=realm, clientId=client.id, defaultScopes=["profile", "basic"])
    assert made.state["defaultScopes"] == ["basic", "profile"]
    made = driver.update(made, defaultScopes=["basic", "email"])
    read = driver.read(made)
    assert read is not None
    assert read.state["defaultScopes"] == ["basic", "email"]
    with pytest.raises(grpc.RpcError) as error:
        driver.update(made, defaultScopes=["nope"])
    assert "validation error: scope nope does not exist" in failure(error)
    after = driver.read(made)
    assert after is not None
    assert after.state["defaultScopes"] == []
    driver.delete(made)


def test_a_new_generation_makes_a_new_secret(driver: Driver, server: Server, realm: str, client: Made) -> None:
    def status(secret: str) -> int:
        form = {"grant_type": "client_credentials", "client_id": "3scale", "client_secret": secret}
        address = f"{server.url}/realms/{realm}/protocol/openid-connect/token"
        return requests.post(address, data=form, timeout=30).status_code

    changed = driver.update(client, clientSecretRegenerateWhenChanged={"generation": "2"})
    assert status(client.state["clientSecret"]) == 401
    assert status(changed.state["clientSecret"]) == 200


@pytest.mark.parametrize(
    ("type_", "news", "text"),
    [
        ("index/role:Role", {"name": "x"}, "Role with name x already exists"),
        ("index/group:Group", {"name": "x"}, "Top level group named 'x' already exists."),
        (CLIENT, {"clientId": "x", "accessType": "PUBLIC"}, "Client x already exists"),
    ],
)
def test_a_taken_name_is_refused(driver: Driver, realm: str, type_: str, news: dict[str, Any], text: str) -> None:
    driver.create(type_, "one", realmId=realm, **news)
    with pytest.raises(grpc.RpcError) as error:
        driver.create(type_, "two", realmId=realm, **news)
    assert "409 Conflict. Response body: " in failure(error)
    assert text in failure(error)


def test_a_taken_realm_is_refused_with_the_whole_text(driver: Driver, realm: str) -> None:
    with pytest.raises(grpc.RpcError) as error:
        driver.create("index/realm:Realm", "two", realm=realm)
    assert failure(error) == (
        "1 error occurred:\n\t* error sending POST request to /admin/realms: 409 Conflict. "
        f'Response body: {{"errorMessage":"Realm {realm} already exists"}}\n\n'
    )


def test_a_protected_realm_is_not_deleted(driver: Driver) -> None:
    made = driver.create("index/realm:Realm", "r", realm="protected", terraformDeletionProtection=True)
    with pytest.raises(grpc.RpcError) as error:
        driver.delete(made)
    expected = "Deletion protection is enabled for keycloak_realm resource with realm protected (ID: protected)."
    assert expected in failure(error)
    driver.delete(driver.update(made, terraformDeletionProtection=False))


def test_the_server_knows_the_password_policies(driver: Driver) -> None:
    with pytest.raises(grpc.RpcError) as error:
        driver.create("index/realm:Realm", "r", realm="x", passwordPolicy="nope(1)")
    assert 'validation error: password-policy "nope" does not exist on the server' in failure(error)


def test_an_update_without_defenses_switches_brute_force_off(driver: Driver, server: Server) -> None:
    made = driver.create("index/realm:Realm", "r", realm="guarded", securityDefenses={"bruteForceDetection": {}})
    made = driver.update(made, securityDefenses=None)
    found = driver.invoke("keycloak:index/getRealm:getRealm", realm="guarded")
    assert found["securityDefenses"][0]["bruteForceDetection"] is None
    driver.delete(made)


def test_after_the_realm_is_gone_children_are_gone_but_default_groups_are_an_error(
    driver: Driver, realm: str, client: Made
) -> None:
    group = driver.create("index/group:Group", "g", realmId=realm, name="g")
    default = driver.create("index/defaultGroups:DefaultGroups", "d", realmId=realm, groupIds=[group.id])
    scopes = driver.create(
        "openid/clientDefaultScopes:ClientDefaultScopes",
        "s",
        realmId=realm,
        clientId=client.id,
        defaultScopes=["basic"],
    )
    driver.delete(Made("urn:pulumi:dev::p::keycloak:index/realm:Realm::r", realm, {}, {"realm": realm}))
    assert [driver.read(each) for each in (client, group, scopes)] == [None, None, None]
    with pytest.raises(grpc.RpcError) as error:
        driver.read(default)
    assert failure(error).startswith(f"refreshing {default.urn}: ")
    assert "404 Not Found" in failure(error)
    for fragile in (client, group, default):
        with pytest.raises(grpc.RpcError) as error:
            driver.delete(fragile)
        assert "404 Not Found" in failure(error)
    driver.delete(scopes)
