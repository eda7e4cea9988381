"""Whether a pending create happened in Keycloak."""

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
        "/admin/realms/maas": {"realm": "maas"},
        "/admin/realms/maas/clients": [{"id": "u1", "clientId": "3scale"}, {"id": "u2", "clientId": "other"}],
        "/admin/realms/maas/clients/u1/protocol-mappers/models": [{"id": "m1", "name": "org_name"}],
        "/admin/realms/maas/identity-provider/instances/google": {"alias": "google"},
        "/admin/realms/maas/groups": [{"id": "g1", "name": "free"}],
    }
    assert method == "GET"
    return (200, known[path]) if path in known else (404, {"error": "Realm not found."})


def create(kind: str, **inputs: str) -> PendingCreate:
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
        (create("Group", realmId="maas", name="free"), "g1"),
        (create("RealmEvents", realmId="maas"), None),
    ],
    ids=lambda value: value.type.rsplit(":", 1)[-1] if isinstance(value, PendingCreate) else str(value),
)
def test_a_pending_create_is_looked_up_by_its_natural_key(pending: PendingCreate, identity: str | None) -> None:
    with serving(admin) as fake:
        assert find(server(fake), pending) == identity


def test_looking_up_writes_nothing() -> None:
    with serving(admin) as fake:
        find(server(fake), create("Client", realmId="maas", clientId="3scale"))
        assert [method for method, path in fake.asked if not path.endswith("/token")] == ["GET"]


def test_a_refused_login_is_an_error_without_the_secret() -> None:
    with serving(lambda *_: (401, {"error": "unauthorized_client"})) as fake:
        with pytest.raises(OperationError, match="401") as refusal:
            server(fake)
        assert SECRET not in str(refusal.value)
