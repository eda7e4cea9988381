"""Addresses in secrets are judged before anything is made, and never shown."""

from collections.abc import Mapping

import pytest

from components.config.secret_forms import wrong_forms

SQL, REDIS = "threescaleSystemDatabaseUrl", "threescaleSystemRedisUrl"
QUEUES, ZYNC, REGISTRY = "threescaleBackendRedisQueuesUrl", "threescaleZyncDatabaseUrl", "threescaleRegistryAuth"

CERTIFICATE, KEY = "threescaleDatabaseClientCertificate", "threescaleDatabaseClientKey"
TLS = "threescale.externalDatabases.tls"
ENCRYPTED: dict[str, object] = {
    "threescale": {"externalDatabases": {"tls": {"caBundle": "-----BEGIN CERTIFICATE-----"}}}
}


def faults(secrets: Mapping[str, str], raw: Mapping[str, object] | None = None) -> dict[str, str]:
    return {one.path: one.given.partition(" (the secret")[0] for one in wrong_forms(secrets, raw or {})}


@pytest.mark.row("S-120")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        (SQL, "postgresql://system:p%40ss@sql.example.com/system"),
        (SQL, "mysql2://root:pass@sql.example.com:3306/system"),
        (ZYNC, "postgresql://zync:pass@sql.example.com:5432/zync_production"),
        (REDIS, "redis://redis.example.com"),
        (REDIS, "redis://:pass@redis.example.com:6379/1"),
        (QUEUES, "redis://user:pass@redis.example.com:6380/15"),
        (SQL, "postgresql://system:pass@sql.example.com/system?sslmode=require"),
        (CERTIFICATE, "-----BEGIN CERTIFICATE-----\nMII"),
        (KEY, "-----BEGIN EC PRIVATE KEY-----\nMII"),
        (REGISTRY, '{"auths": {"registry.redhat.io": {"auth": "eA=="}}}'),
        ("threescaleSmtpPassword", "any text at all"),
    ],
)
def test_a_right_value_passes(name: str, value: str) -> None:
    assert faults({name: value}) == {}


@pytest.mark.row("S-120")
@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        (SQL, "sql.example.com", "it has no scheme"),
        (SQL, "postgres://u:p@h/d", 'its scheme is "postgres"'),
        (SQL, "postgresql://h/d", "it has no user"),
        (SQL, "postgresql://u@h/d", "it has no password"),
        (SQL, "postgresql://u:p@/d", "it has no host"),
        (SQL, "postgresql://u:p@h", "it does not end in the name of a database"),
        (SQL, "postgresql://u:p@h:port/d", "it is no URL"),
        (SQL, "postgresql://u:p@h/d\n", "it is no URL"),
        (ZYNC, "mysql2://u:p@h/d", 'its scheme is "mysql2"'),
        (REDIS, "http://h", 'its scheme is "http"'),
        (REDIS, "redis:///1", "it has no host"),
        (QUEUES, "redis://h/queues", "it does not end in the number of a database"),
        (QUEUES, "rediss://h/1", f'its scheme is "rediss" while {TLS} is not given'),
        (CERTIFICATE, "canary", "it does not begin with -----BEGIN CERTIFICATE-----"),
        (KEY, "-----BEGIN ENCRYPTED PRIVATE KEY-----", "it does not begin with -----BEGIN PRIVATE KEY-----"),
        (REGISTRY, "secret", "it is not JSON"),
        (REGISTRY, "{}", "it names no registry below auths"),
        (REGISTRY, '{"auths": {}}', "it names no registry below auths"),
    ],
)
def test_a_wrong_value_is_explained_without_its_text(name: str, value: str, fault: str) -> None:
    assert faults({name: value}) == {name: fault}


def test_the_address_fits_what_the_system_database_is() -> None:
    declared: dict[str, object] = {"threescale": {"externalDatabases": {"systemDatabase": "mysql"}}}

    assert faults({SQL: "mysql2://u:p@h/d"}, declared) == {}
    (problem,) = wrong_forms({SQL: "postgresql://u:canary@h/d"}, declared)
    assert problem.allowed == "mysql2://<user>:<password>@<host>[:<port>]/<database>"
    assert "canary" not in str(problem)
    assert problem.remedy == f"run pulumi config set --secret {SQL}"


@pytest.mark.row("S-120")
@pytest.mark.parametrize("name", [REDIS, QUEUES, "threescaleBackendRedisStorageUrl"])
def test_the_scheme_of_a_redis_goes_with_the_switch_of_tls(name: str) -> None:
    assert faults({name: "rediss://:p@h:6380/1"}, ENCRYPTED) == {}
    assert faults({name: "redis://:p@h/1"}, ENCRYPTED) == {name: f'its scheme is "redis" while {TLS} is given'}
    (problem,) = wrong_forms({name: "redis://:canary@h/1"}, ENCRYPTED)
    assert problem.allowed.startswith("rediss://[[<user>]:<password>@]")
    assert "canary" not in str(problem)


@pytest.mark.parametrize(
    ("name", "value"), [(SQL, "mysql2://u:p@h/d?ssl_mode=disabled"), (ZYNC, "postgresql://u:p@h/d?sslmode=prefer")]
)
def test_an_address_does_not_weaken_the_checks_of_tls(name: str, value: str) -> None:
    assert faults({name: value}, ENCRYPTED) == {name: f"it says how TLS is used, as {TLS} does"}
    assert faults({name: value.partition("?")[0]}, ENCRYPTED) == {}
