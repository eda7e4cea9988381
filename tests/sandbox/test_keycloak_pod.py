"""A Keycloak pod is the real server: behind its Route, with the bootstrap client of its Secret, its state kept."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.manifest import load_tools

if TYPE_CHECKING:
    from tests.support.running_sandbox import RunningSandbox

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

_HOST = "sso.apps.maas.test"
_SECRET = "canarySecretOfTheBootstrapClient"
_START_SECONDS = 180.0
_SETS = "/apis/apps/v1/namespaces/sso/statefulsets"


def _variable(name: str, key: str) -> dict[str, Any]:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": "bootstrap", "key": key}}}


def _stateful_set() -> dict[str, Any]:
    container = {
        "name": "keycloak",
        "image": "registry.redhat.io/rhbk/keycloak-rhel9:26.4",
        "args": ["start"],
        "env": [
            {"name": "KC_HOSTNAME", "value": f"https://{_HOST}"},
            {"name": "KC_DB", "value": "postgres"},
            _variable("KC_BOOTSTRAP_ADMIN_CLIENT_ID", "client-id"),
            _variable("KC_BOOTSTRAP_ADMIN_CLIENT_SECRET", "client-secret"),
        ],
        "ports": [{"containerPort": 8080, "name": "http"}, {"containerPort": 9000, "name": "management"}],
        "readinessProbe": {"httpGet": {"path": "/health/ready", "port": "management"}},
    }
    template = {"metadata": {"labels": {"app": "kc"}}, "spec": {"containers": [container]}}
    selector = {"matchLabels": {"app": "kc"}}
    return {"replicas": 1, "serviceName": "kc-service", "selector": selector, "template": template}


def _place(cluster: RunningSandbox) -> None:
    """The bootstrap client's Secret, the pod, its Service and its Route."""
    cluster.create("/api/v1/namespaces", "Namespace", "sso")
    secret = {"client-id": "pulumi", "client-secret": _SECRET}
    cluster.create("/api/v1/namespaces/sso/secrets", "Secret", "bootstrap", stringData=secret)
    cluster.create(_SETS, "StatefulSet", "kc", "apps/v1", spec=_stateful_set())
    service = {"selector": {"app": "kc"}, "ports": [{"name": "http", "port": 8080}]}
    cluster.create("/api/v1/namespaces/sso/services", "Service", "kc-service", spec=service)
    route = {
        "host": _HOST,
        "to": {"kind": "Service", "name": "kc-service"},
        "port": {"targetPort": "http"},
        "tls": {"termination": "edge"},
    }
    routes = "/apis/route.openshift.io/v1/namespaces/sso/routes"
    cluster.create(routes, "Route", "sso", "route.openshift.io/v1", spec=route)


def _request(cluster: RunningSandbox, path: str, form: dict[str, str] | None = None, token: str = "") -> Any:  # noqa: ANN401 - JSON
    proxy = urllib.request.ProxyHandler({"https": cluster.endpoints["proxy"]})
    context = ssl.create_default_context(cafile=cluster.endpoints["ca_file"])
    opener = urllib.request.build_opener(proxy, urllib.request.HTTPSHandler(context=context))
    data = urllib.parse.urlencode(form).encode() if form else None
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with opener.open(urllib.request.Request(f"https://{_HOST}{path}", data, headers), timeout=60) as answer:
        return json.loads(answer.read())


def _token(cluster: RunningSandbox) -> str:
    form = {"grant_type": "client_credentials", "client_id": "pulumi", "client_secret": _SECRET}
    return str(_request(cluster, "/realms/master/protocol/openid-connect/token", form)["access_token"])


def test_a_keycloak_pod_serves_its_realm_and_survives_a_kill(cluster: RunningSandbox) -> None:
    assert load_tools().keycloak_home, "no Keycloak: run `make setup`"
    _place(cluster)
    cluster.until(f"{_SETS}/kc", lambda found: found["status"].get("readyReplicas") == 1, _START_SECONDS)

    published = _request(cluster, "/realms/master/.well-known/openid-configuration")
    assert published["issuer"] == f"https://{_HOST}/realms/master"
    realms = _request(cluster, "/admin/realms", token=_token(cluster))
    assert [realm["realm"] for realm in realms] == ["master"]

    assert cluster.control("POST", "/faults", {"part": "keycloak", "kind": "kill"}).status == 200
    pod = "/api/v1/namespaces/sso/pods/kc-0"
    cluster.until(pod, lambda found: found["status"]["containerStatuses"][0]["restartCount"] == 1)
    cluster.until(f"{_SETS}/kc", lambda found: found["status"].get("readyReplicas") == 1, _START_SECONDS)
    # The client exists in the database only: a new one would have to be bootstrapped again.
    assert _token(cluster)
    logged = "".join(path.read_text(errors="replace") for path in cluster.layout.logs.iterdir())
    assert _SECRET not in logged
