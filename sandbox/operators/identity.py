"""The Red Hat build of Keycloak: a StatefulSet and its Services per Keycloak; realm imports are refused."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from sandbox.operators.kinds import INGRESS, KEYCLOAK, POD, REALM_IMPORT, SECRET, SERVICE, STATEFUL_SET
from sandbox.operators.reconcile import Operator, Outcome, condition, deleted, owner, timed

if TYPE_CHECKING:
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest

IMAGE = "registry.redhat.io/rhbk/keycloak-rhel9:26.4"
_HTTP, _HTTPS, _MANAGEMENT, _DISCOVERY = 8080, 8443, 9000, 7800
_PASSWORD_LENGTH = 32


def reconcile(keycloak: Manifest, view: View) -> Outcome:
    """Keep StatefulSet, Services and the first administrator's Secret; Ready follows the StatefulSet."""
    if deleted(keycloak):
        return Outcome()
    if not view.due("new"):
        return Outcome(again=True)
    if problem := _problem(keycloak):
        return Outcome(status=_status(keycloak, view, 0, problem))
    objects = (_stateful_set(keycloak), *_services(keycloak), *_ingress(keycloak))
    secret = (_administrator(keycloak, view),) if not _bootstrap(keycloak) else ()
    running = view.store.get(STATEFUL_SET, *_place(keycloak))
    ready = (running or {}).get("status", {}).get("readyReplicas", 0)
    return Outcome(apply=objects, create=secret, status=_status(keycloak, view, ready, _unhealthy(keycloak, view)))


def refuse_import(realm_import: Manifest, view: View) -> Outcome:
    """Realm imports are not simulated: say so instead of claiming that a realm was made."""
    message = "the sandbox imports no realms; make them through Keycloak's own API"
    conditions = [
        condition("Done", False),
        condition("Started", False),
        condition("HasErrors", True, message=message),
    ]
    old = realm_import.get("status", {}).get("conditions", ())
    return Outcome(status={"conditions": timed(old, conditions, view.now)})


OPERATOR = Operator(
    name="rhbk-operator",
    package="rhbk-operator",
    reconcilers={KEYCLOAK: reconcile, REALM_IMPORT: refuse_import},
    # A pod is owned by the StatefulSet, and its container's trouble shows in the Keycloak.
    wakes=frozenset({POD}),
    writes=frozenset({STATEFUL_SET, SERVICE, SECRET, INGRESS}),
)


def _place(keycloak: Manifest) -> tuple[str, str]:
    return keycloak["metadata"]["namespace"], keycloak["metadata"]["name"]


def _problem(keycloak: Manifest) -> str:
    http = keycloak.get("spec", {}).get("http", {})
    if not http.get("httpEnabled"):
        return (
            "spec.http.httpEnabled is not true: the sandbox's Keycloak has no certificate of its own to serve TLS with"
        )
    return ""


def _unhealthy(keycloak: Manifest, view: View) -> str:
    """Containers that will not start by themselves, in the operator's words (KeycloakController.checkForPodErrors)."""
    labels, told = _labels(keycloak).items(), []
    for pod in view.store.objects(POD, keycloak["metadata"]["namespace"]):
        if not labels <= (pod["metadata"].get("labels") or {}).items():
            continue
        for container in pod.get("status", {}).get("containerStatuses") or ():
            waiting = (container.get("state") or {}).get("waiting") or {}
            reason = waiting.get("reason", "")
            if "err" in reason.lower() or reason == "CrashLoopBackOff":
                where = f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
                told.append(f"Waiting for {where} due to {reason}: {waiting.get('message', '')}")
    return "\n".join(told)


def _bootstrap(keycloak: Manifest) -> list[Manifest]:
    """The environment of the first administrator, from the Secrets that `spec.bootstrapAdmin` names."""
    admin = keycloak.get("spec", {}).get("bootstrapAdmin", {})
    env = []
    if service := admin.get("service", {}).get("secret"):
        env.append(_from_secret("KC_BOOTSTRAP_ADMIN_CLIENT_ID", service, "client-id"))
        env.append(_from_secret("KC_BOOTSTRAP_ADMIN_CLIENT_SECRET", service, "client-secret"))
    if user := admin.get("user", {}).get("secret"):
        env += _user(user)
    return env


def _user(secret: str) -> list[Manifest]:
    return [
        _from_secret("KC_BOOTSTRAP_ADMIN_USERNAME", secret, "username"),
        _from_secret("KC_BOOTSTRAP_ADMIN_PASSWORD", secret, "password"),
    ]


def _from_secret(name: str, secret: str, key: str) -> Manifest:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}


def _administrator(keycloak: Manifest, view: View) -> Manifest:
    values = {"username": "temp-admin", "password": view.random(_PASSWORD_LENGTH)}
    data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
    head = _head(keycloak, "v1", "Secret", _administrator_name(keycloak))
    return {**head, "type": "kubernetes.io/basic-auth", "data": data}


def _administrator_name(keycloak: Manifest) -> str:
    return f"{keycloak['metadata']['name']}-initial-admin"


def _labels(keycloak: Manifest) -> dict[str, str]:
    return {
        "app": "keycloak",
        "app.kubernetes.io/managed-by": "keycloak-operator",
        "app.kubernetes.io/instance": keycloak["metadata"]["name"],
    }


def _head(keycloak: Manifest, api_version: str, kind: str, name: str) -> Manifest:
    metadata = {
        "name": name,
        "namespace": keycloak["metadata"]["namespace"],
        "labels": _labels(keycloak),
        "ownerReferences": [owner(keycloak)],
    }
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}


def _environment(keycloak: Manifest) -> list[Manifest]:
    spec = keycloak.get("spec", {})
    plain = {
        "KC_HTTP_ENABLED": "true",
        "KC_HTTP_PORT": str(spec.get("http", {}).get("httpPort", _HTTP)),
        "KC_HOSTNAME": spec.get("hostname", {}).get("hostname", ""),
        "KC_HOSTNAME_STRICT": str(spec["hostname"]["strict"]).lower() if "strict" in spec.get("hostname", {}) else "",
        "KC_PROXY_HEADERS": spec.get("proxy", {}).get("headers", ""),
        "KC_FEATURES": ",".join(spec.get("features", {}).get("enabled", ())),
        "KC_FEATURES_DISABLED": ",".join(spec.get("features", {}).get("disabled", ())),
        **_database(spec.get("db", {})),
    }
    env = [{"name": name, "value": value} for name, value in plain.items() if value]
    for option in spec.get("additionalOptions", ()):
        name = "KC_" + option["name"].upper().replace("-", "_")
        if secret := option.get("secret"):
            env.append(_from_secret(name, secret["name"], secret["key"]))
        else:
            env.append({"name": name, "value": option.get("value", "")})
    for field, variable in (("usernameSecret", "KC_DB_USERNAME"), ("passwordSecret", "KC_DB_PASSWORD")):
        if reference := spec.get("db", {}).get(field):
            env.append(_from_secret(variable, reference["name"], reference["key"]))
    return env + (_bootstrap(keycloak) or _user(_administrator_name(keycloak)))


def _database(db: Manifest) -> dict[str, str]:
    options = {"KC_DB": "vendor", "KC_DB_URL_HOST": "host", "KC_DB_URL_PORT": "port", "KC_DB_URL_DATABASE": "database"}
    return {name: str(db[field]) for name, field in options.items() if field in db}


def _container(keycloak: Manifest) -> Manifest:
    spec = keycloak.get("spec", {})
    port = spec.get("http", {}).get("httpPort", _HTTP)
    options = {option["name"]: option.get("value", "") for option in spec.get("additionalOptions", ())}
    path = options.get("http-relative-path", "").rstrip("/")
    container: Manifest = {
        "name": "keycloak",
        "image": spec.get("image") or IMAGE,
        "args": ["start"],
        "env": _environment(keycloak),
        "ports": [
            {"name": "http", "containerPort": port, "protocol": "TCP"},
            {"name": "management", "containerPort": _MANAGEMENT, "protocol": "TCP"},
        ],
        # The real one asks the management port's /health/ready; the sandbox's server has no management interface.
        "readinessProbe": {
            "httpGet": {"path": f"{path}/realms/master", "port": port, "scheme": "HTTP"},
            "periodSeconds": 10,
            "failureThreshold": 3,
        },
    }
    if spec.get("resources"):
        container["resources"] = spec["resources"]
    return container


def _stateful_set(keycloak: Manifest) -> Manifest:
    spec = keycloak.get("spec", {})
    pod: Manifest = {"containers": [_container(keycloak)]}
    if spec.get("imagePullSecrets"):
        pod["imagePullSecrets"] = spec["imagePullSecrets"]
    return {
        **_head(keycloak, "apps/v1", "StatefulSet", keycloak["metadata"]["name"]),
        "spec": {
            # Each real server here keeps a file of its own, so two would be two realms: one stands for all instances.
            "replicas": min(1, spec.get("instances", 1)),
            "serviceName": f"{keycloak['metadata']['name']}-discovery",
            "selector": {"matchLabels": _labels(keycloak)},
            "template": {"metadata": {"labels": _labels(keycloak)}, "spec": pod},
        },
    }


def _services(keycloak: Manifest) -> tuple[Manifest, Manifest]:
    name = keycloak["metadata"]["name"]
    http = keycloak.get("spec", {}).get("http", {}).get("httpPort", _HTTP)
    ports = {"http": http, "https": _HTTPS, "management": _MANAGEMENT}
    listed = [{"name": key, "port": port, "protocol": "TCP"} for key, port in ports.items()]
    front = {"selector": _labels(keycloak), "ports": listed}
    discovery = {
        "selector": _labels(keycloak),
        "clusterIP": "None",
        "publishNotReadyAddresses": True,
        "ports": [{"name": "tcp", "port": _DISCOVERY, "protocol": "TCP"}],
    }
    return (
        {**_head(keycloak, "v1", "Service", f"{name}-service"), "spec": front},
        {**_head(keycloak, "v1", "Service", f"{name}-discovery"), "spec": discovery},
    )


def _ingress(keycloak: Manifest) -> tuple[Manifest, ...]:
    """The Ingress the operator makes unless `spec.ingress.enabled` is false; the router serves only Routes."""
    spec = keycloak.get("spec", {})
    ingress = spec.get("ingress", {})
    if ingress.get("enabled") is False:
        return ()
    service = {"name": f"{keycloak['metadata']['name']}-service", "port": {"name": "http"}}
    host = spec.get("hostname", {}).get("hostname", "").removeprefix("https://").partition("/")[0]
    rule = {"http": {"paths": [{"pathType": "ImplementationSpecific", "backend": {"service": service}}]}}
    wanted = {"rules": [{**rule, **({"host": host} if host else {})}]}
    if ingress.get("className"):
        wanted["ingressClassName"] = ingress["className"]
    head = _head(keycloak, "networking.k8s.io/v1", "Ingress", f"{keycloak['metadata']['name']}-ingress")
    return ({**head, "spec": wanted},)


def _status(keycloak: Manifest, view: View, ready: int, problem: str) -> Manifest:
    generation = keycloak["metadata"].get("generation", 1)
    wanted = keycloak.get("spec", {}).get("instances", 1)
    # The one that stands for all is ready: see the StatefulSet's replicas.
    running = wanted if ready else 0
    done = not problem and running >= wanted
    conditions = [
        condition("Ready", done, message="" if done else "Waiting for more replicas"),
        condition("HasErrors", bool(problem), message=problem),
        condition("RollingUpdate", False),
    ]
    observed = [{**entry, "observedGeneration": generation} for entry in conditions]
    return {
        "conditions": timed(keycloak.get("status", {}).get("conditions", ()), observed, view.now),
        "instances": running,
        "observedGeneration": generation,
        "selector": ",".join(f"{key}={value}" for key, value in sorted(_labels(keycloak).items())),
    }
