"""3scale starts with our credentials, and entities wait until its Admin API answers."""

import base64
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.custom_resources import digest
from components.site import Site
from components.threescale_install import ThreeScaleInstall, ThreeScaleInstallArgs
from components.threescale_install.api_manager import api_manager
from components.threescale_install.policy import WATCHED
from tests.components.config.test_validation import settings
from tests.support.platform import placed, placed_with
from tests.support.recorder import SECRET_SIGNATURE, Recording
from tests.support.stack_file import CANARIES, ENCRYPTED_CANARIES

MANAGER = "kubernetes:apps.3scale.net/v1alpha1:APIManager"
SEED = "kubernetes:core/v1:Secret"
AVAILABLE = "pulumi-python:dynamic/cluster:ConditionGate"
COPY = "pulumi-python:dynamic/cluster:SecretCopy"
ADMIN_API = "pulumi-python:dynamic/threescale:Gate"


@pytest.fixture(scope="module")
def found() -> Recording:
    def component(site: Site, gate: pulumi.Resource) -> None:
        ThreeScaleInstall("threescale", ThreeScaleInstallArgs(site=site, operator=gate))

    return placed(component, waits={"threescaleAvailableSeconds": 55, "adminPortalSeconds": 44})


@pytest.mark.row("S-121")
def test_the_seed_holds_our_credentials_and_is_never_rewritten(found: Recording) -> None:
    seed = found.one(SEED, "threescale-seed")
    assert seed.inputs["data"].keys() == {SECRET_SIGNATURE, "value"}
    data = {key: base64.b64decode(text).decode() for key, text in seed.inputs["data"]["value"].items()}

    assert seed.inputs["metadata"] == {"name": "system-seed", "namespace": "3scale"}
    assert seed.ignore_changes == ("data",)
    assert data == {
        "ADMIN_USER": "admin",
        "ADMIN_PASSWORD": "canary-admin-password",
        "ADMIN_ACCESS_TOKEN": "canary-seed-token",
        "ADMIN_EMAIL": "admin@apps.maas.test",
        "MASTER_USER": "master",
        "MASTER_PASSWORD": "canary-master-password",
        "MASTER_ACCESS_TOKEN": "canary-master-token",
        "MASTER_DOMAIN": "master",
        "TENANT_NAME": "maas",
    }


def test_the_order_is_secrets_installation_available_admin_api(found: Recording) -> None:
    secrets = {found.urn(SEED, name) for name in ("threescale-seed", "threescale-policy-files")}

    assert found.one(MANAGER).dependencies == {*secrets, found.urn("test:index:Gate")}
    assert found.one(AVAILABLE).dependencies == {found.urn(MANAGER)}
    assert found.one(ADMIN_API).dependencies == {found.urn(AVAILABLE)}


@pytest.mark.row("S-118", "C-19")
def test_the_gates_wait_as_long_as_configured_through_instances_of_their_own(found: Recording) -> None:
    available, admin_api = found.one(AVAILABLE), found.one(ADMIN_API)

    assert (available.inputs["timeout_seconds"], admin_api.inputs["timeout_seconds"]) == (55, 44)
    assert available.inputs["conditions"] == ["Available"]
    assert "::cluster::" in available.provider
    assert "::threescale-gate::" in admin_api.provider


def test_the_gate_of_the_admin_api_goes_with_the_installation(found: Recording) -> None:
    assert found.one(ADMIN_API).deleted_with == found.urn(MANAGER)


PULL_SECRET = '{"auths": {"registry.redhat.io": {"auth": "canary-registry"}}}'
GIVEN = {
    **CANARIES,
    "threescaleSystemDatabaseUrl": "postgresql://system:canary-sql@sql.example.com/system",
    "threescaleSystemRedisUrl": "redis://:canary-redis@redis.example.com:6379/1",
    "threescaleBackendRedisStorageUrl": "redis://:canary-redis@redis.example.com:6379/2",
    "threescaleBackendRedisQueuesUrl": "redis://:canary-redis@redis.example.com:6379/3",
    "threescaleZyncDatabaseUrl": "postgresql://zync:canary%2Fzync@sql.example.com:5432/zync_production",
    "threescaleFileStorageAccessKeyId": "canary-bucket-id",
    "threescaleFileStorageSecretAccessKey": "canary-bucket-key",
    "threescaleSmtpPassword": "canary-smtp",
    "threescaleRegistryAuth": PULL_SECRET,
}
EVERYTHING: dict[str, Any] = {
    "externalDatabases": {"systemDatabase": "postgresql", "zync": True},
    "fileStorage": {"pvc": None, "s3": {"bucket": "maas-files", "region": "eu-west-1"}},
    "smtp": {"address": "mail.example.com", "username": "maas"},
}


def installed(secrets: Mapping[str, str] = GIVEN, **changes: object) -> Recording:
    def component(site: Site, gate: pulumi.Resource) -> None:
        ThreeScaleInstall("threescale", ThreeScaleInstallArgs(site=site, operator=gate))

    return placed_with(secrets, component, **changes)


def entries(found: Recording, name: str) -> dict[str, str]:
    data = found.one(SEED, name).inputs["data"]
    assert data.keys() == {SECRET_SIGNATURE, "value"}, "the data is not marked as secret"
    return {key: base64.b64decode(text).decode() for key, text in data["value"].items()}


@pytest.mark.row("S-120")
def test_the_addresses_of_external_databases_are_where_the_operator_reads_them() -> None:
    found = installed(threescale=EVERYTHING)

    assert entries(found, "threescale-backend-redis") == {
        "REDIS_STORAGE_URL": GIVEN["threescaleBackendRedisStorageUrl"],
        "REDIS_QUEUES_URL": GIVEN["threescaleBackendRedisQueuesUrl"],
    }
    assert entries(found, "threescale-system-redis") == {"URL": GIVEN["threescaleSystemRedisUrl"]}
    assert entries(found, "threescale-system-database") == {"URL": GIVEN["threescaleSystemDatabaseUrl"]}
    assert entries(found, "threescale-zync") == {
        "DATABASE_URL": GIVEN["threescaleZyncDatabaseUrl"],
        "ZYNC_DATABASE_PASSWORD": "canary/zync",
    }
    # An empty mapping of labels would be added again at each preview: the API server keeps none.
    assert found.one(SEED, "threescale-zync").inputs["metadata"] == {"name": "zync", "namespace": "3scale"}
    assert found.one(SEED, "threescale-backend-redis").inputs["metadata"]["name"] == "backend-redis"


AUTHORITIES = "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n"
NEWER = {"channel": "threescale-2.16", "startingCSV": "3scale-operator.v0.13.4"}


def encrypted(system_database: str) -> Recording:
    databases = {"systemDatabase": system_database, "zync": True, "tls": {"caBundle": AUTHORITIES}}
    secrets = {**GIVEN, **ENCRYPTED_CANARIES}
    if system_database == "mysql":
        secrets["threescaleSystemDatabaseUrl"] = "mysql2://system:canary-sql@sql.example.com/system"
    return installed(secrets, threescale={**EVERYTHING, **NEWER, "externalDatabases": databases})


@pytest.mark.row("S-120")
@pytest.mark.parametrize(("kind", "mode"), [("postgresql", "verify-full"), ("mysql", "verify_identity")])
def test_certificates_of_databases_are_where_the_operator_reads_them(kind: str, mode: str) -> None:
    def pairs(*begins: str) -> set[str]:
        return {f"{one}_{part}" for one in begins for part in ("CA", "CERT", "KEY")}

    found = encrypted(kind)
    redis, database, zync = (entries(found, f"threescale-{one}") for one in ("system-redis", "system-database", "zync"))
    backend = entries(found, "threescale-backend-redis")

    assert redis.keys() - {"URL"} == pairs("REDIS_SSL")
    assert redis["REDIS_SSL_CA"] == AUTHORITIES
    assert redis["REDIS_SSL_KEY"] == ENCRYPTED_CANARIES["threescaleDatabaseClientKey"]
    assert redis["REDIS_SSL_CERT"] == ENCRYPTED_CANARIES["threescaleDatabaseClientCertificate"]
    urls = {"REDIS_STORAGE_URL", "REDIS_QUEUES_URL"}
    assert backend.keys() - urls == pairs("REDIS_SSL", "REDIS_SSL_QUEUES", "REDIS_SSL_STORAGE")
    assert database.keys() - {"URL"} == pairs("DB_SSL") | {"DATABASE_SSL_MODE"}
    assert (database["DATABASE_SSL_MODE"], zync["DATABASE_SSL_MODE"]) == (mode, "verify-full")
    # A new certificate starts the pods anew.
    assert found.one(SEED, "threescale-zync").inputs["metadata"]["labels"] == WATCHED


def trigger(found: Recording) -> Any:  # noqa: ANN401 - a text, or one that is marked as secret
    return found.one(AVAILABLE).inputs["trigger"]


MANIFEST = {"name": "LLM metrics", "version": "0.2", "summary": "Counts tokens", "configuration": {}}


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the policy in a project of its own, with the least that a gateway loads."""
    monkeypatch.setattr("components.config.gateway_policy.PROJECT", tmp_path)
    folder = tmp_path / "policies" / "llm"
    folder.mkdir(parents=True)
    (folder / "apicast-policy.json").write_text(json.dumps(MANIFEST))
    (folder / "init.lua").write_text("return require('llm')")
    return folder


@pytest.mark.row("S-221")
def test_the_gate_waits_anew_for_whatever_the_operator_rolls_out(policy: Path) -> None:
    before = trigger(installed(threescale=EVERYTHING))
    for key in ("threescaleFileStorageSecretAccessKey", "threescaleSystemDatabaseUrl"):
        after = trigger(installed({**GIVEN, key: f"{GIVEN[key]}2"}, threescale=EVERYTHING))
        assert after != before
        # Made of secrets, so it is one.
        assert SECRET_SIGNATURE in after
    assert trigger(installed({**GIVEN, "threescaleSmtpPassword": "other"}, threescale=EVERYTHING)) == before

    (policy / "init.lua").write_text("return require('llm') ")
    after = trigger(installed(threescale=EVERYTHING))
    assert after != before


def test_without_such_secrets_the_gate_follows_the_api_manager_alone() -> None:
    elsewhere = {"gatewayPolicy": {"secretName": "llm-metrics"}}

    assert trigger(installed(CANARIES, threescale=elsewhere)) == digest(api_manager(settings(threescale=elsewhere)))


@pytest.mark.row("S-221")
def test_a_preview_says_which_file_of_the_policy_changes(policy: Path) -> None:
    before = annotations(installed())
    (policy / "init.lua").write_text("return require('llm') ")
    after = annotations(installed())

    assert before.keys() == after.keys() == {"maas/file.apicast-policy.json", "maas/file.init.lua"}
    assert [name for name, value in after.items() if before[name] != value] == ["maas/file.init.lua"]
    assert all(re.fullmatch("[0-9a-f]{16}", value) for value in after.values())


def annotations(found: Recording) -> dict[str, str]:
    given: dict[str, str] = found.one(SEED, "threescale-policy-files").inputs["metadata"]["annotations"]
    return given


@pytest.mark.row("S-049")
def test_a_bucket_is_described_by_a_secret_that_the_operator_watches() -> None:
    amazon = installed(threescale=EVERYTHING)
    s3 = {**EVERYTHING["fileStorage"]["s3"], "endpoint": "minio.minio.svc:9000", "protocol": "http", "pathStyle": True}
    own = installed(threescale={**EVERYTHING, "fileStorage": {"pvc": None, "s3": s3}})

    keys = {"AWS_ACCESS_KEY_ID": "canary-bucket-id", "AWS_SECRET_ACCESS_KEY": "canary-bucket-key"}
    place = {"AWS_BUCKET": "maas-files", "AWS_REGION": "eu-west-1"}
    assert entries(amazon, "threescale-file-storage") == keys | place
    assert entries(own, "threescale-file-storage") == keys | place | {
        "AWS_HOSTNAME": "minio.minio.svc:9000",
        "AWS_PROTOCOL": "HTTP",
        "AWS_PATH_STYLE": "true",
    }
    assert amazon.one(SEED, "threescale-file-storage").inputs["metadata"]["labels"] == {
        "apimanager.apps.3scale.net/watched-by": "apimanager"
    }


@pytest.mark.row("S-125")
def test_mail_goes_through_the_declared_server() -> None:
    assert entries(installed(threescale=EVERYTHING), "threescale-smtp") == {
        "address": "mail.example.com",
        "port": "587",
        "domain": "apps.maas.test",
        "authentication": "plain",
        "username": "maas",
        "password": "canary-smtp",
        "openssl.verify.mode": "peer",
        "from_address": "",
    }
    relay = {"address": "relay", "port": 25, "verifyCertificate": False, "fromAddress": "maas@example.com"}
    sent = entries(installed(threescale={"smtp": relay}), "threescale-smtp")
    assert (sent["authentication"], sent["username"], sent["password"]) == ("", "", "")
    assert (sent["openssl.verify.mode"], sent["from_address"]) == ("none", "maas@example.com")


@pytest.mark.row("S-019")
def test_images_are_pulled_with_an_access_of_their_own() -> None:
    found = installed(threescale=EVERYTHING).one(SEED, "threescale-registry-auth")

    assert found.inputs["type"] == "kubernetes.io/dockerconfigjson"
    assert found.inputs["metadata"] == {"name": "threescale-registry-auth", "namespace": "3scale"}


@pytest.mark.row("S-019")
def test_the_clusters_pull_secret_is_copied_on_demand_alone_and_never_seen() -> None:
    copied = installed(CANARIES, compat={"copyPullSecret": True})

    assert {key: value for key, value in copied.one(COPY).inputs.items() if not key.startswith("__")} == {
        "from_namespace": "openshift-config",
        "from_name": "pull-secret",
        "namespace": "3scale",
        "name": "threescale-registry-auth",
    }
    assert not installed(CANARIES).of(COPY)
    assert not installed(GIVEN, compat={"copyPullSecret": True}).of(COPY)


@pytest.mark.row("S-127")
def test_everything_the_operator_reads_is_there_before_the_installation() -> None:
    found = installed(threescale=EVERYTHING)
    secrets = {one.urn for one in found.of(SEED)}

    assert len(secrets) == 9
    assert found.one(MANAGER).dependencies == {*secrets, found.urn("test:index:Gate")}
    assert all(one.dependencies == {found.urn("test:index:Gate")} for one in found.of(SEED))


@pytest.mark.row("S-119")
def test_databases_that_are_not_reached_are_told_while_waiting() -> None:
    assert installed(threescale=EVERYTHING).one(AVAILABLE).inputs["conditions"] == ["Preflights", "Available"]


@pytest.mark.row("S-259")
def test_the_installation_is_protected_in_production_alone() -> None:
    production = installed(
        environment="prod", identity=None, threescale={**EVERYTHING, "resourceRequirements": True}
    ).one(MANAGER)

    assert production.protect
    assert not installed().one(MANAGER).protect


@pytest.mark.row("S-110", "S-111", "S-112", "C-17", "C-18")
def test_files_of_the_gateways_policy_become_a_secret_and_a_definition_after_the_admin_api(policy: Path) -> None:
    (policy / "README.md").write_text("not the gateway's")
    found = installed()

    secret = found.one(SEED, "threescale-policy-files")
    assert entries(found, "threescale-policy-files").keys() == {"apicast-policy.json", "init.lua"}
    assert secret.inputs["metadata"]["name"] == "llm-metrics-policy"
    assert secret.inputs["metadata"]["labels"] == {"apimanager.apps.3scale.net/watched-by": "apimanager"}
    assert secret.urn in found.one(MANAGER).dependencies
    definition = found.one("pulumi-python:dynamic/threescale:PolicyDefinition")
    assert (definition.inputs["name"], definition.inputs["version"]) == ("llm-metrics", "0.2")
    assert definition.inputs["schema"] == MANIFEST
    assert definition.dependencies == {found.urn(ADMIN_API)}
    assert definition.deleted_with == found.urn(MANAGER)


@pytest.mark.row("S-110")
def test_another_folder_can_hold_the_policy(policy: Path) -> None:
    policy.rename(policy.parent / "own")
    found = installed(threescale={"gatewayPolicy": {"folder": "policies/own"}})

    assert entries(found, "threescale-policy-files")["init.lua"] == "return require('llm')"


def test_a_policy_in_somebody_elses_secret_is_only_referred_to() -> None:
    found = installed(threescale={"gatewayPolicy": {"secretName": "llm-metrics"}})

    assert not found.of("pulumi-python:dynamic/threescale:PolicyDefinition")
    assert [one.name for one in found.of(SEED)] == ["threescale-registry-auth", "threescale-seed"]
    gateways = found.one(MANAGER).inputs["spec"]["apicast"]
    policy = {"name": "llm-metrics", "version": "0.2", "secretRef": {"name": "llm-metrics"}}
    assert gateways == {
        "stagingSpec": {"customPolicies": [policy]},
        "productionSpec": {"customPolicies": [policy]},
    }
