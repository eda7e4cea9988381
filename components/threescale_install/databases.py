"""The Secrets from which 3scale takes the addresses of databases that somebody else runs."""

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

import pulumi

from components.config.stack import Secrets
from components.config.threescale_databases import DatabaseTls, ExternalDatabases
from components.threescale_install.given import given

Entries = dict[str, pulumi.Input[str]]

_REDIS_PAIRS: Mapping[str, tuple[str, ...]] = {
    "system-redis": ("REDIS_SSL",),
    # Preflights of 2.16 look for the storage's under a third name (3scale-operator, pkg/helper, backendRedisStorageCA).
    "backend-redis": ("REDIS_SSL", "REDIS_SSL_QUEUES", "REDIS_SSL_STORAGE"),
}
"""Secret of a Redis → beginnings of the entries with certificates
(3scale-operator, highavailability_options_provider.go)."""

_CHECKED: Mapping[str, str] = {"postgresql": "verify-full", "mysql": "verify_identity"}
"""Kind of database → the mode that checks certificate and host name (porta, config/examples/database.yml)."""


def database_secrets(databases: ExternalDatabases, secrets: Secrets) -> dict[str, Entries]:
    """Entries by name of the Secret; they have to be there before the APIManager is.

    The operator adds what is missing in them and changes nothing else (3scale-operator, doc/apimanager-reference.md,
    APIManager Secrets).
    """
    found: dict[str, Entries] = {
        "backend-redis": {
            "REDIS_STORAGE_URL": given(secrets.threescale_backend_redis_storage_url),
            "REDIS_QUEUES_URL": given(secrets.threescale_backend_redis_queues_url),
        },
        "system-redis": {"URL": given(secrets.threescale_system_redis_url)},
        "system-database": {"URL": given(secrets.threescale_system_database_url)},
    }
    if databases.zync:
        url = given(secrets.threescale_zync_database_url)
        found["zync"] = {"DATABASE_URL": url, "ZYNC_DATABASE_PASSWORD": url.apply(_password)}
    if databases.tls is not None:
        for name, entries in found.items():
            entries.update(_certificates(name, databases.tls, secrets))
            if name not in _REDIS_PAIRS:
                entries["DATABASE_SSL_MODE"] = _CHECKED["postgresql" if name == "zync" else databases.system_database]
    return found


def _certificates(name: str, tls: DatabaseTls, secrets: Secrets) -> Entries:
    pair: Entries = {
        "CA": tls.ca_bundle,
        "CERT": given(secrets.threescale_database_client_certificate),
        "KEY": given(secrets.threescale_database_client_key),
    }
    return {f"{start}_{part}": text for start in _REDIS_PAIRS.get(name, ("DB_SSL",)) for part, text in pair.items()}


def _password(url: str) -> str:
    """The password in a URL; the operator wants it a second time, by itself."""
    return unquote(urlsplit(url).password or "")
