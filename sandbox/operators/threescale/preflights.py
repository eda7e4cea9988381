"""What an APIManager has to bring before anything is made of it, in the operator's own sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sandbox.operators.kinds import SECRET
from sandbox.operators.threescale.credentials import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.operators.reconcile import View
    from sandbox.operators.threescale.installation import Installation

# In the order in which the operator looks (3scale-operator, controllers/apps/apimanager_controller.go).
_DATABASES = (
    ("System Redis database", ("system", "redis"), "system-redis", ("URL",)),
    ("Backend Redis database", ("backend", "redis"), "backend-redis", ("REDIS_QUEUES_URL", "REDIS_STORAGE_URL")),
    ("System Database", ("system", "database"), "system-database", ("URL",)),
)
_ZYNC = ("zync", ("DATABASE_URL", "ZYNC_DATABASE_PASSWORD"))
_SYSTEM_SCHEMES = ("mysql2", "postgresql", "oracle-enhanced")
_BUCKET = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_BUCKET", "AWS_REGION")
_PAIR = ("CA", "CERT", "KEY")
_TLS: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("system-redis", "URL"): (("system", "systemRedisTLSEnabled"), ("REDIS_SSL", "")),
    ("backend-redis", "REDIS_STORAGE_URL"): (("backend", "backendRedisTLSEnabled"), ("REDIS_SSL", "")),
    ("backend-redis", "REDIS_QUEUES_URL"): (("backend", "queuesRedisTLSEnabled"), ("REDIS_SSL_QUEUES", "")),
    ("system-database", "URL"): (("system", "systemDatabaseTLSEnabled"), ("DB_SSL", "DATABASE_SSL_MODE")),
    ("zync", "DATABASE_URL"): (("zync", "zyncDatabaseTLSEnabled"), ("DB_SSL", "DATABASE_SSL_MODE")),
}
"""Entry with an address → the switch of TLS, then how its certificates' entries begin and which other one is needed
(3scale-operator 2.16, pkg/3scale/amp/operator/highavailability_options_provider.go)."""
_NOWHERE = ".invalid"
"""Names below this one lead to no server (RFC 2606): databases there are those that cannot be reached."""


def failure(installation: Installation, view: View) -> str:
    """The message of a failed condition `Preflights`; empty when nothing is wrong."""
    found = next(_faults(installation, view), "")
    return f"Preflights failed - {found} - re-running preflights in 10 minutes" if found else ""


def missing_bucket(installation: Installation, view: View) -> str:
    """What the Secret with the bucket of the portal's files lacks; the operator says it in its log alone."""
    name = installation.setting("system", "fileStorage", "simpleStorageService", "configurationSecretRef", "name")
    if name is None:
        return ""
    secret = view.store.get(SECRET, installation.namespace, name)
    if secret is None:
        return _not_found(name)
    present = decoded(secret)
    return next((_required(key, name) for key in _BUCKET if key not in present), "")


def _faults(installation: Installation, view: View) -> Iterator[str]:
    storage = installation.setting("system", "fileStorage", default={})
    if {"persistentVolumeClaim", "simpleStorageService"} <= storage.keys():
        yield "system.fileStorage has both persistentVolumeClaim and simpleStorageService: only one is allowed"
    if installation.only_external:
        for title, (part, what), _, _ in _DATABASES:
            if not installation.external(part, what):
                yield f"{title} must be set to external in APIManager custom resource"
    for _, (part, what), secret, keys in _DATABASES:
        if installation.external(part, what):
            yield from _unusable(installation, view, secret, keys)
    if installation.external("zync", "database"):
        yield from _unusable(installation, view, *_ZYNC)


def _unusable(installation: Installation, view: View, name: str, keys: tuple[str, ...]) -> Iterator[str]:
    secret = view.store.get(SECRET, installation.namespace, name)
    if secret is None:
        yield _not_found(name)
        return
    values = decoded(secret)
    for key in keys:
        if not values.get(key):
            yield _required(key, name)
            continue
        url = urlsplit(values[key])
        yield from _mistaken_tls(installation, name, key, values)
        if name == "system-database" and url.scheme not in _SYSTEM_SCHEMES:
            yield f"'{key}' field of '{name}' secret must have 'scheme://user:password@host/path' format"
        elif (url.hostname or "").endswith(_NOWHERE):
            yield f"dial tcp: lookup {url.hostname}: no such host"


def _mistaken_tls(installation: Installation, name: str, key: str, values: dict[str, str]) -> Iterator[str]:
    """An address and its switch that contradict each other, or a switch without certificates."""
    if (name, key) not in _TLS:
        return
    switch, (begins, mode) = _TLS[name, key]
    enabled = installation.only_external and bool(installation.setting(*switch, default=False))
    if "redis" in name and values[key].startswith("rediss://") != enabled:
        # The real operator's sentence goes on with the address, password and all.
        yield f"failed to validate Redis URL prefix for secret '{name}' and field '{key}'"
    needed = [f"{begins}_{part}" for part in _PAIR] + ([mode] if mode else [])
    missing = [_required(entry, name) for entry in needed if entry not in values] if enabled else []
    if missing:
        yield f"'{switch[-1]}: true' is set in apimanager. Secret validation errors: [{' '.join(missing)}]"


def _not_found(name: str) -> str:
    return f'secrets "{name}" not found'


def _required(key: str, name: str) -> str:
    return f"Secret field '{key}' is required in secret '{name}'"
