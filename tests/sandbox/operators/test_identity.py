from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from sandbox.operators.identity import reconcile, refuse_import
from sandbox.operators.kinds import KEYCLOAK, POD, REALM_IMPORT, STATEFUL_SET
from tests.sandbox.operators.picture import applied, condition, named, view, written

if TYPE_CHECKING:
    from sandbox.operators.reconcile import Outcome
    from sandbox.operators.store import Manifest

SERVICE_ADMIN = {"bootstrapAdmin": {"service": {"secret": "bootstrap"}}}


def keycloak(**spec: Any) -> Manifest:  # noqa: ANN401 - fields of the spec
    base = {"instances": 1, "http": {"httpEnabled": True}, "hostname": {"hostname": "https://sso.apps.maas.test"}}
    return named(KEYCLOAK, "sso", "keycloak", generation=2, spec={**base, "ingress": {"enabled": False}, **spec})


def environment(outcome: Outcome) -> dict[str, Any]:
    [container] = applied(outcome, "StatefulSet", "sso")["spec"]["template"]["spec"]["containers"]
    return {entry["name"]: entry.get("value", entry.get("valueFrom")) for entry in container["env"]}


def test_the_first_administrator_comes_from_the_named_secret() -> None:
    outcome = reconcile(keycloak(**SERVICE_ADMIN), view())
    env = environment(outcome)
    assert env["KC_BOOTSTRAP_ADMIN_CLIENT_ID"] == {"secretKeyRef": {"name": "bootstrap", "key": "client-id"}}
    assert env["KC_BOOTSTRAP_ADMIN_CLIENT_SECRET"] == {"secretKeyRef": {"name": "bootstrap", "key": "client-secret"}}
    assert "KC_BOOTSTRAP_ADMIN_USERNAME" not in env
    assert env["KC_HOSTNAME"] == "https://sso.apps.maas.test"
    assert not outcome.create


def test_without_one_the_operator_makes_a_secret_once() -> None:
    outcome = reconcile(keycloak(), view())
    [secret] = outcome.create
    assert secret["metadata"]["name"] == "sso-initial-admin"
    assert base64.b64decode(secret["data"]["password"]).decode() == "r" * 32
    env = environment(outcome)
    assert env["KC_BOOTSTRAP_ADMIN_PASSWORD"] == {"secretKeyRef": {"name": "sso-initial-admin", "key": "password"}}


def test_the_pod_is_what_the_node_knows_as_keycloak() -> None:
    outcome = reconcile(keycloak(additionalOptions=[{"name": "http-relative-path", "value": "/auth"}]), view())
    [container] = applied(outcome, "StatefulSet", "sso")["spec"]["template"]["spec"]["containers"]
    assert container["name"] == "keycloak"
    assert "rhbk/keycloak" in container["image"]
    assert container["readinessProbe"]["httpGet"]["path"] == "/auth/realms/master"
    assert environment(outcome)["KC_HTTP_RELATIVE_PATH"] == "/auth"


def test_the_services_have_the_ports_of_the_real_ones() -> None:
    outcome = reconcile(keycloak(), view())
    ports = applied(outcome, "Service", "sso-service")["spec"]["ports"]
    assert {port["name"]: port["port"] for port in ports} == {"http": 8080, "https": 8443, "management": 9000}
    assert applied(outcome, "Service", "sso-discovery")["spec"]["clusterIP"] == "None"


def test_an_ingress_is_made_unless_it_is_switched_off() -> None:
    assert not [each for each in reconcile(keycloak(), view()).apply if each["kind"] == "Ingress"]
    made = applied(reconcile(keycloak(ingress={}), view()), "Ingress", "sso-ingress")
    assert made["spec"]["rules"][0]["host"] == "sso.apps.maas.test"


def test_ready_follows_the_stateful_set() -> None:
    waiting = written(reconcile(keycloak(), view()))
    assert condition(waiting, "Ready")["status"] == "False"
    assert condition(waiting, "Ready")["message"] == "Waiting for more replicas"
    running = named(STATEFUL_SET, "sso", "keycloak", status={"readyReplicas": 1})
    status = written(reconcile(keycloak(), view(running)))
    assert condition(status, "Ready")["status"] == "True"
    assert condition(status, "Ready")["observedGeneration"] == 2
    assert condition(status, "HasErrors")["status"] == "False"
    assert status["observedGeneration"] == 2


def test_two_instances_are_one_server_that_stands_for_both() -> None:
    both = keycloak(instances=2)

    assert applied(reconcile(both, view()), "StatefulSet", "sso")["spec"]["replicas"] == 1
    running = named(STATEFUL_SET, "sso", "keycloak", status={"readyReplicas": 1})
    status = written(reconcile(both, view(running)))
    assert (status["instances"], condition(status, "Ready")["status"]) == (2, "True")


def test_a_missing_secret_of_the_database_is_told_in_the_operators_words() -> None:
    reference = {"name": "keycloak-database", "key": "password"}
    asked = keycloak(db={"vendor": "postgres", "host": "pg.example.com", "passwordSecret": reference})
    assert environment(reconcile(asked, view()))["KC_DB_PASSWORD"] == {"secretKeyRef": reference}
    assert environment(reconcile(asked, view()))["KC_DB_URL_HOST"] == "pg.example.com"

    waiting = {"reason": "CreateContainerConfigError", "message": 'secret "keycloak-database" not found'}
    labels = applied(reconcile(asked, view()), "StatefulSet", "sso")["spec"]["template"]["metadata"]["labels"]
    statuses = {"containerStatuses": [{"name": "keycloak", "state": {"waiting": waiting}}]}
    pod = named(POD, "sso-0", "keycloak", metadata={"labels": labels}, status=statuses)
    stranger = named(POD, "other", "keycloak", status=statuses)
    status = written(reconcile(asked, view(pod, stranger)))
    assert condition(status, "HasErrors")["message"] == (
        'Waiting for keycloak/sso-0 due to CreateContainerConfigError: secret "keycloak-database" not found'
    )
    assert condition(status, "Ready")["message"] == "Waiting for more replicas"


def test_without_http_there_is_nothing_to_serve() -> None:
    outcome = reconcile(keycloak(http={}), view())
    assert condition(written(outcome), "HasErrors")["status"] == "True"
    assert "httpEnabled" in condition(written(outcome), "HasErrors")["message"]
    assert not outcome.apply


def test_a_realm_import_is_refused_aloud() -> None:
    asked = named(REALM_IMPORT, "maas", "keycloak", spec={"keycloakCRName": "sso", "realm": {"realm": "maas"}})
    status = written(refuse_import(asked, view()))
    assert condition(status, "Done")["status"] == "False"
    assert condition(status, "HasErrors")["status"] == "True"
