"""The legacy Keycloak: StatefulSet, Service, Route and the administrator's Secret, all named as in the real operator.

Names, keys and phases: keycloak-operator 19, pkg/model and pkg/controller/keycloak. In the pod runs the same real
server as for the newer operator, with the old path; version 7.6 itself is on no registry.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from sandbox.operators.kinds import ROUTE, STATEFUL_SET
from sandbox.operators.reconcile import Outcome, deleted, owner

if TYPE_CHECKING:
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest

IMAGE = "registry.redhat.io/rh-sso-7/sso76-openshift-rhel8:7.6"
DATABASE_IMAGE = "registry.redhat.io/rhel8/postgresql-13:latest"
NAME = "keycloak"
"""Name of everything but the administrator's Secret; a namespace has one server."""
PORT = 8443
"""The Service's port. Behind it the sandbox's server speaks plain HTTP, as TLS ends at the router."""
PATH = "/auth"
DATABASE_SECRET = "keycloak-db-secret"  # noqa: S105 - the name of a Secret, not its contents
VERSION = "7.6.12"
_HTTP, _POSTGRES = 8080, 5432
_PASSWORD_LENGTH = 32


def reconcile(keycloak: Manifest, view: View) -> Outcome:
    """Keep what the server consists of; ready follows the StatefulSet."""
    if deleted(keycloak):
        return Outcome()
    if not view.due("new"):
        return Outcome(again=True, status=_status(keycloak, view, "initialising"))
    spec = keycloak.get("spec", {})
    external = bool(spec.get("externalDatabase", {}).get("enabled"))
    objects = [_stateful_set(keycloak), _service(keycloak, NAME, PORT, _HTTP)]
    if spec.get("externalAccess", {}).get("enabled"):
        objects.append(_route(keycloak))
    if spec.get("podDisruptionBudget", {}).get("enabled"):
        objects.append(_budget(keycloak))
    create = [_administrator(keycloak, view)]
    if not external:
        objects += _database(keycloak)
        create += [_database_secret(keycloak, view)]
    running = view.store.get(STATEFUL_SET, keycloak["metadata"]["namespace"], NAME)
    ready = (running or {}).get("status", {}).get("readyReplicas", 0) >= 1
    return Outcome(
        apply=tuple(objects),
        create=tuple(create),
        status=_status(keycloak, view, "reconciling" if ready else "initialising"),
    )


def admin_secret(keycloak: Manifest) -> str:
    """Name of the Secret with the administrator."""
    return f"credential-{keycloak['metadata']['name']}"


def _labels(component: str = NAME) -> dict[str, str]:
    return {"app": NAME, "component": component}


def _head(keycloak: Manifest, api_version: str, kind: str, name: str) -> Manifest:
    metadata = {
        "name": name,
        "namespace": keycloak["metadata"]["namespace"],
        "labels": {"app": NAME},
        "ownerReferences": [owner(keycloak)],
    }
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}


def _secret(keycloak: Manifest, name: str, values: dict[str, str]) -> Manifest:
    data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
    return {**_head(keycloak, "v1", "Secret", name), "type": "Opaque", "data": data}


def _administrator(keycloak: Manifest, view: View) -> Manifest:
    values = {"ADMIN_USERNAME": "admin", "ADMIN_PASSWORD": view.random(_PASSWORD_LENGTH)}
    return _secret(keycloak, admin_secret(keycloak), values)


def _database_secret(keycloak: Manifest, view: View) -> Manifest:
    values = {
        "POSTGRES_DATABASE": "root",
        "POSTGRES_USERNAME": "keycloak",
        "POSTGRES_PASSWORD": view.random(_PASSWORD_LENGTH),
        "POSTGRES_SUPERUSER": "true",
    }
    return _secret(keycloak, DATABASE_SECRET, values)


def _from_secret(name: str, secret: str, key: str) -> Manifest:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}


def _environment(keycloak: Manifest) -> list[Manifest]:
    admin = admin_secret(keycloak)
    return [
        _from_secret("DB_USERNAME", DATABASE_SECRET, "POSTGRES_USERNAME"),
        _from_secret("DB_PASSWORD", DATABASE_SECRET, "POSTGRES_PASSWORD"),
        _from_secret("SSO_ADMIN_USERNAME", admin, "ADMIN_USERNAME"),
        _from_secret("SSO_ADMIN_PASSWORD", admin, "ADMIN_PASSWORD"),
        # What the server that runs in its place reads.
        {"name": "KC_HTTP_RELATIVE_PATH", "value": PATH},
        _from_secret("KC_BOOTSTRAP_ADMIN_USERNAME", admin, "ADMIN_USERNAME"),
        _from_secret("KC_BOOTSTRAP_ADMIN_PASSWORD", admin, "ADMIN_PASSWORD"),
    ]


def _stateful_set(keycloak: Manifest) -> Manifest:
    container = {
        "name": NAME,
        "image": IMAGE,
        "env": _environment(keycloak),
        "ports": [{"containerPort": PORT, "protocol": "TCP"}, {"containerPort": _HTTP, "protocol": "TCP"}],
        "readinessProbe": {
            "httpGet": {"path": f"{PATH}/realms/master", "port": _HTTP, "scheme": "HTTP"},
            "periodSeconds": 10,
            "failureThreshold": 3,
        },
    }
    return {
        **_head(keycloak, "apps/v1", "StatefulSet", NAME),
        "spec": {
            # Two servers here would share no database, so one stands for all.
            "replicas": min(1, keycloak.get("spec", {}).get("instances", 1)),
            "serviceName": f"{NAME}-discovery",
            "selector": {"matchLabels": _labels()},
            "template": {"metadata": {"labels": _labels()}, "spec": {"containers": [container]}},
        },
    }


def _service(keycloak: Manifest, name: str, port: int, target: int, component: str = NAME) -> Manifest:
    ports = [{"name": name, "port": port, "targetPort": target, "protocol": "TCP"}]
    return {**_head(keycloak, "v1", "Service", name), "spec": {"selector": _labels(component), "ports": ports}}


def _route(keycloak: Manifest) -> Manifest:
    termination = keycloak["spec"]["externalAccess"].get("tlsTermination") or "reencrypt"
    spec = {
        "to": {"kind": "Service", "name": NAME},
        "port": {"targetPort": NAME},
        "tls": {"termination": termination},
    }
    return {**_head(keycloak, "route.openshift.io/v1", "Route", NAME), "spec": spec}


def _budget(keycloak: Manifest) -> Manifest:
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": _labels()}}
    return {**_head(keycloak, "policy/v1", "PodDisruptionBudget", NAME), "spec": spec}


def _database(keycloak: Manifest) -> list[Manifest]:
    """The PostgreSQL that the operator runs itself; only pretended, the server keeps a file of its own."""
    name, labels = f"{NAME}-postgresql", _labels("database")
    container = {
        "name": "postgresql",
        "image": DATABASE_IMAGE,
        "env": [_from_secret("POSTGRESQL_PASSWORD", DATABASE_SECRET, "POSTGRES_PASSWORD")],
        "ports": [{"containerPort": _POSTGRES, "protocol": "TCP"}],
        "volumeMounts": [{"name": "data", "mountPath": "/var/lib/pgsql/data"}],
    }
    claim = f"{name}-claim"
    pod = {
        "containers": [container],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}],
    }
    deployment = {
        "replicas": 1,
        "strategy": {"type": "Recreate"},
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }
    volume = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    return [
        {**_head(keycloak, "v1", "PersistentVolumeClaim", claim), "spec": volume},
        {**_head(keycloak, "apps/v1", "Deployment", name), "spec": deployment},
        _service(keycloak, name, _POSTGRES, _POSTGRES, "database"),
    ]


def _status(keycloak: Manifest, view: View, phase: str) -> Manifest:
    namespace = keycloak["metadata"]["namespace"]
    route = view.store.get(ROUTE, namespace, NAME)
    host = (route or {}).get("spec", {}).get("host", "")
    status = {
        "phase": phase,
        "ready": phase == "reconciling",
        "message": "",
        "version": VERSION,
        "credentialSecret": admin_secret(keycloak),
        "internalURL": f"https://{NAME}.{namespace}.svc:{PORT}{PATH}",
    }
    return {**status, "externalURL": f"https://{host}"} if host else status
