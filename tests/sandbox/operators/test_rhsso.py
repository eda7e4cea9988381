"""The legacy operator: names and phases of the real one, realms and clients that are really there."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.node.images import program_for
from sandbox.operators.kinds import LEGACY_CLIENT, LEGACY_KEYCLOAK, LEGACY_REALM, ROUTE, SECRET, STATEFUL_SET
from sandbox.operators.reconcile import Errand
from sandbox.operators.rhsso.realm import reconcile_client, reconcile_realm
from sandbox.operators.rhsso.server import reconcile
from sandbox.operators.rhsso.work import RealmWork
from sandbox.operators.store import Store
from tests.sandbox.operators.picture import applied, named, view, written
from tests.support.http_fake import Answer, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.operators.store import Manifest
    from tests.support.http_fake import Fake

LABELS = {"app": "rh-sso"}
SELECTOR = {"matchLabels": LABELS}
CREDENTIALS = {"ADMIN_USERNAME": "admin", "ADMIN_PASSWORD": "canary-admin"}


def encoded(values: dict[str, str]) -> dict[str, str]:
    return {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}


def keycloak(**spec: Any) -> Manifest:  # noqa: ANN401 - fields of the spec
    wanted = {"instances": 1, "externalAccess": {"enabled": True}, **spec}
    return named(LEGACY_KEYCLOAK, "rh-sso", "sso", spec=wanted, metadata={"labels": LABELS})


def realm(**metadata: Any) -> Manifest:  # noqa: ANN401 - fields of the metadata
    spec = {"instanceSelector": SELECTOR, "realm": {"id": "maas", "realm": "maas", "enabled": True}}
    return named(LEGACY_REALM, "maas", "sso", spec=spec, metadata={"labels": LABELS, **metadata})


def client(**metadata: Any) -> Manifest:  # noqa: ANN401 - fields of the metadata
    spec = {"realmSelector": SELECTOR, "client": {"clientId": "3scale", "standardFlowEnabled": True}}
    return named(LEGACY_CLIENT, "3scale", "sso", spec=spec, metadata={"labels": LABELS, **metadata})


def running(ready: int = 1) -> Manifest:
    return named(STATEFUL_SET, "keycloak", "sso", status={"readyReplicas": ready})


def told(*resources: Manifest, error: str = "", **found: str) -> dict[str, Errand]:
    return {Errand.key(one): Errand(error=error, found=found) for one in resources}


def test_everything_has_the_names_of_the_real_operator() -> None:
    outcome = reconcile(keycloak(), view())

    credentials = applied(outcome, "Secret", "credential-rh-sso")
    assert set(credentials["data"]) == {"ADMIN_USERNAME", "ADMIN_PASSWORD"}
    [container] = applied(outcome, "StatefulSet", "keycloak")["spec"]["template"]["spec"]["containers"]
    assert program_for(container["image"], container["name"]) is not None
    assert container["readinessProbe"]["httpGet"]["path"] == "/auth/realms/master"
    route = applied(outcome, "Route", "keycloak")["spec"]
    assert (route["tls"], route["port"]) == ({"termination": "reencrypt"}, {"targetPort": "keycloak"})
    assert "host" not in route
    assert applied(outcome, "PersistentVolumeClaim", "keycloak-postgresql-claim")


def test_an_external_database_is_the_users_and_nothing_is_run_for_it() -> None:
    kinds = {each["kind"] for each in reconcile(keycloak(externalDatabase={"enabled": True}), view()).apply}
    created = reconcile(keycloak(externalDatabase={"enabled": True}), view()).create

    assert "PersistentVolumeClaim" not in kinds
    assert [each["metadata"]["name"] for each in created] == ["credential-rh-sso"]


def test_one_server_stands_for_all_and_a_budget_is_kept() -> None:
    outcome = reconcile(keycloak(instances=2, podDisruptionBudget={"enabled": True}), view())

    assert applied(outcome, "StatefulSet", "keycloak")["spec"]["replicas"] == 1
    assert applied(outcome, "PodDisruptionBudget", "keycloak")["spec"]["maxUnavailable"] == 1


def test_ready_follows_the_stateful_set() -> None:
    early = written(reconcile(keycloak(), view(early={"new"})))
    assert (early["phase"], early["ready"]) == ("initialising", False)
    waiting = written(reconcile(keycloak(), view(running(0))))
    assert (waiting["phase"], waiting["ready"]) == ("initialising", False)
    route = named(ROUTE, "keycloak", "sso", spec={"host": "keycloak-sso.apps.maas.test"})
    done = written(reconcile(keycloak(), view(running(), route)))
    assert (done["phase"], done["ready"], done["message"]) == ("reconciling", True, "")
    assert done["credentialSecret"] == "credential-rh-sso"
    assert done["externalURL"] == "https://keycloak-sso.apps.maas.test"


def test_a_realm_is_ready_once_its_server_has_it() -> None:
    assert reconcile_realm(realm(), view(keycloak())).status is None
    done = reconcile_realm(realm(), view(keycloak(), errands=told(realm())))
    assert written(done) == {"phase": "reconciling", "ready": True, "message": "", "loginURL": ""}
    assert done.patch[0][1] == {"metadata": {"finalizers": ["realm.cleanup"]}}
    failed = written(reconcile_realm(realm(), view(keycloak(), errands=told(realm(), error="authentication failed"))))
    assert (failed["phase"], failed["ready"], failed["message"]) == ("failing", False, "authentication failed")


def test_a_realm_without_a_server_is_called_ready_as_by_the_real_one() -> None:
    assert written(reconcile_realm(realm(), view()))["ready"] is True


def test_a_leaving_realm_is_let_go_once_the_server_has_no_more_of_it() -> None:
    leaving = realm(deletionTimestamp="now", finalizers=["realm.cleanup"], generation=2)

    assert reconcile_realm(leaving, view(keycloak(), errands=told(realm()))).patch == ()
    gone = reconcile_realm(leaving, view(keycloak(), errands=told(leaving)))
    assert gone.patch[0][1] == {"metadata": {"finalizers": []}}
    assert reconcile_realm(leaving, view()).patch


def test_a_clients_secret_becomes_a_secret_of_its_name() -> None:
    errands = told(client(), CLIENT_SECRET="canary-client")
    outcome = reconcile_client(client(), view(keycloak(), realm(), errands=errands))

    secret = applied(outcome, "Secret", "keycloak-client-secret-3scale")
    assert secret["data"] == encoded({"CLIENT_ID": "3scale", "CLIENT_SECRET": "canary-client"})
    assert written(outcome)["secondaryResources"] == {"Secret": ["keycloak-client-secret-3scale"]}
    assert outcome.patch[0][1] == {"metadata": {"finalizers": ["client.cleanup"]}}


class Server:
    """A Keycloak with an old path, and the control API that leads to it."""

    def __init__(self) -> None:
        self.realms: dict[str, dict[str, Any]] = {}
        self.clients: dict[str, dict[str, Any]] = {}
        self.port: int | None = None
        self.written: list[str] = []
        self.refuses = False

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        url = urlsplit(path)
        if url.path == "/resolve":
            assert parse_qs(url.query) == {"host": ["keycloak.sso.svc"], "port": ["8443"]}
            return 200, {"address": "127.0.0.1", "port": self.port}
        if url.path.endswith("/token"):
            known = parse_qs(body.decode())["password"] == ["canary-admin"]
            return (200, {"access_token": "t"}) if known else (401, {"error": "invalid_grant"})
        if method != "GET":
            self.written.append(f"{method} {url.path.removeprefix('/auth/admin/')}")
        if self.refuses:
            return 409, {"errorMessage": "Conflict detected"}
        value = json.loads(body) if body else {}
        return (
            self._clients(method, url.path, value) if "/clients" in url.path else self._realms(method, url.path, value)
        )

    def _realms(self, method: str, path: str, value: dict[str, Any]) -> Answer:
        name = path.removeprefix("/auth/admin/realms").strip("/")
        if method == "POST":
            self.realms[value["realm"]] = value
            return 201, b""
        if method == "DELETE":
            del self.realms[name]
            return 204, b""
        return (200, self.realms[name]) if name in self.realms else (404, {"error": "Realm not found."})

    def _clients(self, method: str, path: str, value: dict[str, Any]) -> Answer:
        if path.endswith("/client-secret"):
            return 200, {"type": "secret", "value": "canary-client"}
        if method == "GET":
            return 200, list(self.clients.values())
        if method == "DELETE":
            self.clients.clear()
        else:
            self.clients["3scale"] = {"id": "u1", **value}
        return 204, b""


@pytest.fixture
def server() -> Iterator[tuple[Server, Fake]]:
    found = Server()
    with serving(found.answer) as fake:
        found.port = urlsplit(fake.url).port
        yield found, fake


def work(fake: Fake, *objects: Manifest) -> dict[str, Errand]:
    reported: dict[str, Errand] = {}
    credentials = named(SECRET, "credential-rh-sso", "sso", data=encoded(CREDENTIALS))
    RealmWork(Store([keycloak(), running(), credentials, *objects]), fake.url, reported.update).look()
    return reported


def test_realm_and_client_are_made_in_the_server(server: tuple[Server, Fake]) -> None:
    made, fake = server
    errands = work(fake, realm(), client())

    assert made.realms["maas"]["enabled"] is True
    assert made.clients["3scale"]["standardFlowEnabled"] is True
    assert errands[Errand.key(client())].found == {"CLIENT_SECRET": "canary-client"}
    assert errands[Errand.key(realm())] == Errand()


def test_a_realm_that_is_there_is_left_alone_and_a_client_is_kept_as_declared(server: tuple[Server, Fake]) -> None:
    made, fake = server
    made.realms["maas"] = {"realm": "maas", "enabled": False}
    made.clients["3scale"] = {"id": "u1", "clientId": "3scale", "standardFlowEnabled": False, "notBefore": 7}
    work(fake, realm(), client())

    assert made.written == ["PUT realms/maas/clients/u1"]
    assert made.realms["maas"]["enabled"] is False
    assert (made.clients["3scale"]["standardFlowEnabled"], made.clients["3scale"]["notBefore"]) == (True, 7)


def test_what_leaves_is_deleted_the_client_first(server: tuple[Server, Fake]) -> None:
    made, fake = server
    made.realms["maas"], made.clients["3scale"] = {"realm": "maas"}, {"id": "u1", "clientId": "3scale"}
    work(fake, realm(deletionTimestamp="now"), client(deletionTimestamp="now"))

    assert made.written[-1] == "DELETE realms/maas"
    assert made.realms == {}


def test_a_refusal_is_told_and_tried_again(server: tuple[Server, Fake]) -> None:
    made, fake = server
    made.refuses = True
    refused = work(fake, realm())

    assert refused[Errand.key(realm())].error == "failed to GET realms/maas: 409 Conflict detected"


def test_nothing_is_asked_while_the_server_does_not_run() -> None:
    reported: dict[str, Errand] = {}
    RealmWork(Store([keycloak(), realm()]), "http://127.0.0.1:1", reported.update).look()

    assert reported == {}
