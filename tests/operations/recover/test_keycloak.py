"""Whether a pending create happened in Keycloak."""

from typing import Any

import pytest

from operations.errors import OperationError
from operations.recover.deployment import PendingCreate
from operations.recover.keycloak import Keycloak, find
from tests.support.http_fake import Answer, Fake, serving

SECRET = "canary-client-secret"


def admin(method: str, path: str, _body: bytes) -> Answer:
    if path.endswith("/protocol/openid-connect/token"):
        return 200, {"access_token": "t"}
    known = {
        "/admin/realms/maas": {"realm": "maas", "displayName": "Models", "enabled": True},
        "/admin/realms/maas/clients": [
            {"id": "u1", "clientId": "3scale", "name": "portal", "redirectUris": ["https://b/*", "https://a/*"]},
            {"id": "u2", "clientId": "other"},
        ],
        "/admin/realms/maas/clients/u1/protocol-mappers/models": [
            {"id": "m1", "name": "org_name", "config": {"claim.name": "org_name"}}
        ],
        "/admin/realms/maas/identity-provider/instances/google": {"alias": "google"},
        "/admin/realms/maas/identity-provider/instances/google/mappers": [
            {"id": "i1", "name": "group", "config": {"group": "/free"}}
        ],
        "/admin/realms/maas/groups": [{"id": "g1", "name": "free"}],
    }
    assert method == "GET"
    path = path.partition("?")[0]
    return (200, known[path]) if path in known else (404, {"error": "Realm not found."})


def create(kind: str, **inputs: Any) -> PendingCreate:  # noqa: ANN401 (JSON)
    return PendingCreate(urn="urn::x", type=f"keycloak:a/b:{kind}", inputs=inputs, provider={})


def server(fake: Fake) -> Keycloak:
    return Keycloak({"url": fake.url, "clientId": "maas-automation", "clientSecret": SECRET})


@pytest.mark.parametrize(
    ("pending", "identity"),
    [
        (create("Realm", realm="maas"), "maas"),
        (create("Realm", realm="other"), None),
        (create("Client", realmId="maas", clientId="3scale"), "u1"),
        (create("Client", realmId="maas", clientId="absent"), None),
        (create("UserAttributeProtocolMapper", realmId="maas", clientId="u1", name="org_name"), "m1"),
        (create("UserAttributeProtocolMapper", realmId="maas", clientId="gone", name="org_name"), None),
        (create("GoogleIdentityProvider", realm="maas", alias="google"), "google"),
        (
            create("HardcodedGroupIdentityProviderMapper", realm="maas", identityProviderAlias="google", name="group"),
            "i1",
        ),
        (
            create("HardcodedGroupIdentityProviderMapper", realm="maas", identityProviderAlias="gone", name="group"),
            None,
        ),
        (create("Group", realmId="maas", name="free"), "g1"),
        (create("RealmEvents", realmId="maas"), None),
    ],
    ids=lambda value: value.type.rsplit(":", 1)[-1] if isinstance(value, PendingCreate) else str(value),
)
def test_a_pending_create_is_looked_up_by_its_natural_key(pending: PendingCreate, identity: str | None) -> None:
    with serving(admin) as fake:
        found = find(server(fake), pending)
        assert (found and found.identity) == identity


@pytest.mark.parametrize(
    ("pending", "ours"),
    [
        (create("Realm", realm="maas", displayName="Models", enabled=True), True),
        (create("Realm", realm="maas", displayName="Another team's", enabled=True), False),
        (create("Realm", realm="maas", displayName="Models", enabled=False), False),
        (create("Client", realmId="maas", clientId="3scale", validRedirectUris=["https://a/*", "https://b/*"]), True),
        (create("Client", realmId="maas", clientId="3scale", validRedirectUris=["https://a/*"]), False),
        (create("Client", realmId="maas", clientId="3scale", name="another"), False),
        (create("UserAttributeProtocolMapper", realmId="maas", clientId="u1", name="org_name", claimName="x"), False),
        (
            create("UserAttributeProtocolMapper", realmId="maas", clientId="u1", name="org_name", claimName="org_name"),
            True,
        ),
        (create("GoogleIdentityProvider", realm="maas", alias="google", displayName="Other"), False),
    ],
)
def test_what_differs_from_what_is_declared_may_be_somebody_elses(pending: PendingCreate, ours: bool) -> None:  # noqa: FBT001 (a table)
    with serving(admin) as fake:
        found = find(server(fake), pending)
        assert found is not None
        assert found.ours == ours


def test_an_address_without_keycloak_is_told_apart() -> None:
    with (
        serving(lambda *_: (404, b"<html>no route</html>")) as fake,
        pytest.raises(OperationError, match="realm master was expected"),
    ):
        server(fake)


def test_a_login_page_in_its_place_is_told_apart() -> None:
    with (
        serving(lambda *_: (200, b"<html>Log in</html>")) as fake,
        pytest.raises(OperationError, match="'access_token' was expected"),
    ):
        server(fake)


def test_a_provider_without_credentials_is_refused() -> None:
    with pytest.raises(OperationError, match="lacks clientSecret"):
        Keycloak({"url": "https://sso", "clientId": "maas-automation"})


def test_looking_up_writes_nothing() -> None:
    with serving(admin) as fake:
        find(server(fake), create("Client", realmId="maas", clientId="3scale"))
        assert [method for method, path in fake.asked if not path.endswith("/token")] == ["GET"]


def test_a_refused_login_is_an_error_without_the_secret() -> None:
    with serving(lambda *_: (401, {"error": "unauthorized_client"})) as fake:
        with pytest.raises(OperationError, match="401") as refusal:
            server(fake)
        assert SECRET not in str(refusal.value)
