"""The Secrets of an installation: what exists wins, only missing keys are added, and none is owned."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from sandbox.operators.kinds import SECRET

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest
    from sandbox.operators.threescale.installation import Installation

    Random = Callable[[int], str]

SEED = "system-seed"


def decoded(secret: Manifest | None) -> dict[str, str]:
    """A Secret's values by key; empty when there is none."""
    data = (secret or {}).get("data") or {}
    return {key: base64.b64decode(value).decode("utf-8", "replace") for key, value in data.items()}


def secrets(
    installation: Installation, view: View
) -> tuple[tuple[Manifest, ...], tuple[tuple[Manifest, Manifest], ...]]:
    """The Secrets to create, and patches that add missing keys to existing ones."""
    create: list[Manifest] = []
    patch: list[tuple[Manifest, Manifest]] = []
    for name, defaults in _TABLES.items():
        present = view.store.get(SECRET, installation.namespace, name)
        known = decoded(present)
        values = defaults(installation, known, view.random)
        added = {key: base64.b64encode(value.encode()).decode() for key, value in values.items() if key not in known}
        if present is None:
            metadata = {"name": name, "namespace": installation.namespace, "labels": {"app": installation.app_label}}
            create.append({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "data": added})
        elif added:
            patch.append((present, {"data": added}))
    return tuple(create), tuple(patch)


# Keys and defaults: 3scale-operator, pkg/3scale/amp/component/*_options.go and pkg/3scale/amp/operator.


def _seed(installation: Installation, known: dict[str, str], random: Random) -> dict[str, str]:
    del known
    return {
        "ADMIN_USER": "admin",
        "ADMIN_PASSWORD": random(8),
        "ADMIN_ACCESS_TOKEN": random(16),
        "ADMIN_EMAIL": "",
        "MASTER_USER": "master",
        "MASTER_PASSWORD": random(8),
        "MASTER_ACCESS_TOKEN": random(8),
        "MASTER_DOMAIN": "master",
        "TENANT_NAME": installation.tenant,
    }


def _database(_: Installation, known: dict[str, str], random: Random) -> dict[str, str]:
    password = known.get("DB_PASSWORD") or random(8)
    url = f"mysql2://root:{random(8)}@system-mysql/system"
    return {"URL": url, "DB_USER": "mysql", "DB_PASSWORD": password}


def _system_redis(_: Installation, known: dict[str, str], random: Random) -> dict[str, str]:
    del known, random
    return {"URL": "redis://system-redis:6379/1", "NAMESPACE": "", "SENTINEL_HOSTS": "", "SENTINEL_ROLE": ""}


def _backend_redis(_: Installation, known: dict[str, str], random: Random) -> dict[str, str]:
    del known, random
    return {"REDIS_STORAGE_URL": "redis://backend-redis:6379/0", "REDIS_QUEUES_URL": "redis://backend-redis:6379/1"}


def _zync(_: Installation, known: dict[str, str], random: Random) -> dict[str, str]:
    password = known.get("ZYNC_DATABASE_PASSWORD") or random(16)
    return {
        "DATABASE_URL": f"postgresql://zync:{password}@zync-database:5432/zync_production",
        "ZYNC_DATABASE_PASSWORD": password,
        "SECRET_KEY_BASE": random(16),
        "ZYNC_AUTHENTICATION_TOKEN": random(16),
    }


def _system_app(_: Installation, known: dict[str, str], random: Random) -> dict[str, str]:
    del known
    return {"SECRET_KEY_BASE": random(128)}


def _events_hook(_: Installation, known: dict[str, str], random: Random) -> dict[str, str]:
    del known
    return {"URL": "http://system-master:3000/master/events/import", "PASSWORD": random(8)}


def _master_apicast(installation: Installation, known: dict[str, str], random: Random) -> dict[str, str]:
    token = known.get("ACCESS_TOKEN") or random(8)
    # With the namespace in the name: the gateway's process stands outside the cluster's DNS search path.
    host = f"system-master.{installation.namespace}.svc:3000"
    return {
        "ACCESS_TOKEN": token,
        "BASE_URL": f"http://{token}@{host}",
        "PROXY_CONFIGS_ENDPOINT": f"http://{token}@{host}/master/api/proxy/configs",
    }


def _memcache(_: Installation, known: dict[str, str], random: Random) -> dict[str, str]:
    del known, random
    return {"SERVERS": "system-memcache:11211"}


def _recaptcha(_: Installation, known: dict[str, str], random: Random) -> dict[str, str]:
    del known, random
    return {"PUBLIC_KEY": "", "PRIVATE_KEY": ""}


def _smtp(_: Installation, known: dict[str, str], random: Random) -> dict[str, str]:
    del known, random
    keys = (
        "address",
        "port",
        "domain",
        "authentication",
        "username",
        "password",
        "openssl.verify.mode",
        "from_address",
    )
    return dict.fromkeys(keys, "")


def _internal_api(_: Installation, known: dict[str, str], random: Random) -> dict[str, str]:
    del known
    return {"username": "3scale_api_user", "password": random(8)}


def _listener(installation: Installation, known: dict[str, str], random: Random) -> dict[str, str]:
    del known, random
    return {
        "service_endpoint": f"http://backend-listener.{installation.namespace}.svc:3000",
        "route_endpoint": f"https://backend-{installation.tenant}.{installation.domain}",
    }


_TABLES: dict[str, Callable[[Installation, dict[str, str], Random], dict[str, str]]] = {
    SEED: _seed,
    "system-database": _database,
    "system-redis": _system_redis,
    "backend-redis": _backend_redis,
    "zync": _zync,
    "system-app": _system_app,
    "system-events-hook": _events_hook,
    "system-master-apicast": _master_apicast,
    "system-memcache": _memcache,
    "system-recaptcha": _recaptcha,
    "system-smtp": _smtp,
    "backend-internal-api": _internal_api,
    "backend-listener": _listener,
}
