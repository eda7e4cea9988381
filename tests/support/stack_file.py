"""A stack file for tests: the dev stack's own, with changes, as the engine hands it to the program."""

import copy
import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]

CANARIES: Mapping[str, str] = {
    "threescaleSeedToken": "canary-seed-token",
    "threescaleAdminPassword": "canary-admin-password",
    "threescaleMasterToken": "canary-master-token",
    "threescaleMasterPassword": "canary-master-password",
    "threescaleAccessToken": "canary-access-token",
    "keycloakAdminClientSecret": "canary-keycloak-secret",
}
"""A value for each secret that is found wherever it should not be."""


IDENTITY_IN_PRODUCTION: Mapping[str, Any] = {
    "database": {"host": "postgres.example.com"},
    "permanentClientId": "maas-permanent",
}
"""What the dev stack's identity server lacks for production."""

PRODUCTION: Mapping[str, Any] = {
    "environment": "prod",
    "threescale": {"externalDatabases": {"systemDatabase": "postgresql"}, "resourceRequirements": True},
}
"""What else the dev stack lacks for production."""

IDENTITY_CANARIES: Mapping[str, str] = {
    "keycloakPermanentClientSecret": "canary-permanent-secret",
    "identityDatabaseUsername": "canary-identity-user",
    "identityDatabasePassword": "canary-identity-password",
}
"""Values of the secrets that the identity server needs for production."""

PRODUCTION_CANARIES: Mapping[str, str] = {
    **IDENTITY_CANARIES,
    "threescaleSystemDatabaseUrl": "postgresql://system:canary-system@pg.example.com/system",
    "threescaleSystemRedisUrl": "redis://:canary-redis@redis.example.com:6379/1",
    "threescaleBackendRedisStorageUrl": "redis://:canary-redis@redis.example.com:6379/0",
    "threescaleBackendRedisQueuesUrl": "redis://:canary-redis@redis.example.com:6379/2",
}
"""Values of every secret that production needs beside those of the dev stack."""

ENCRYPTED_CANARIES: Mapping[str, str] = {
    "threescaleSystemRedisUrl": "rediss://:canary-redis@redis.example.com:6379/1",
    "threescaleBackendRedisStorageUrl": "rediss://:canary-redis@redis.example.com:6379/0",
    "threescaleBackendRedisQueuesUrl": "rediss://:canary-redis@redis.example.com:6379/2",
    "threescaleDatabaseClientCertificate": "-----BEGIN CERTIFICATE-----\ncanary-certificate\n-----END CERTIFICATE-----",
    "threescaleDatabaseClientKey": "-----BEGIN PRIVATE KEY-----\ncanary-client-key\n-----END PRIVATE KEY-----",
}
"""Values of the secrets of 3scale's databases where these are reached by TLS."""


def dev_stack(**changes: object) -> dict[str, Any]:
    """The keys of Pulumi.dev.yaml as parsed, offline, with `changes` merged in; None removes a key.

    In production the identity server has what it needs there, unless the changes take it away.
    """
    base = _dev_stack()
    if changes.get("environment") == "prod":
        base = merged(base, {"identity": IDENTITY_IN_PRODUCTION})
    return merged(base, changes)


def prod_stack(**changes: object) -> dict[str, Any]:
    """The same with everything that production needs."""
    return merged(dev_stack(**PRODUCTION), changes)


@functools.cache
def _dev_stack() -> dict[str, Any]:
    text = (ROOT / "Pulumi.dev.yaml").read_text(encoding="utf-8")
    config = {key.removeprefix("maas:"): value for key, value in yaml.safe_load(text)["config"].items()}
    config["cluster"]["offline"] = True
    return config


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `changes` in it, mappings member by member; None removes a key."""
    result = copy.deepcopy(dict(base))
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(result.get(key), Mapping):
            result[key] = merged(result[key], value)
        else:
            result[key] = copy.deepcopy(value)
    return result


def handed_over(config: Mapping[str, Any]) -> dict[str, str]:
    """Top-level keys as the engine hands them to a program: text as it is, everything else as JSON."""
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
