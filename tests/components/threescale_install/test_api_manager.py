"""The APIManager says what differs from the operator's own values, and nothing else."""

from typing import Any

import pytest

from components.custom_resources import validated
from components.threescale_install.api_manager import api_manager
from tests.components.config.test_validation import settings

VOLUME = {"persistentVolumeClaim": {"storageClassName": "efs-sc", "resources": {"requests": "100Mi"}}}
EXTERNAL = {"externalDatabases": {"systemDatabase": "mysql"}}
POLICY = {"customPolicies": [{"name": "llm-metrics", "version": "0.2", "secretRef": {"name": "llm-metrics-policy"}}]}
"""The token policy, which every gateway has."""


def spec(**changes: object) -> dict[str, Any]:
    found: dict[str, Any] = validated(api_manager(settings(**changes)))["spec"]
    return found


@pytest.mark.row("S-032", "S-113", "S-115", "S-116", "S-117", "S-114")
def test_the_dev_stack_has_what_it_always_had_and_the_token_policy() -> None:
    assert spec() == {
        "wildcardDomain": "apps.maas.test",
        "tenantName": "maas",
        "resourceRequirementsEnabled": False,
        "system": {"fileStorage": VOLUME},
        "apicast": {"stagingSpec": POLICY, "productionSpec": POLICY},
    }


@pytest.mark.row("S-050")
def test_files_are_on_a_volume_or_in_a_bucket() -> None:
    s3 = {"bucket": "maas-files", "region": "eu-west-1"}

    assert spec(threescale={"fileStorage": {"pvc": None, "s3": s3}})["system"] == {
        "fileStorage": {"simpleStorageService": {"configurationSecretRef": {"name": "system-file-storage"}}}
    }


@pytest.mark.row("S-120")
def test_all_databases_are_external_or_none() -> None:
    parts = {"backend": {"redis": True}, "system": {"redis": True, "database": True}}

    assert spec(threescale=EXTERNAL)["externalComponents"] == parts
    with_zync = {"externalDatabases": {"systemDatabase": "mysql", "zync": True}}
    assert spec(threescale=with_zync)["externalComponents"] == {**parts, "zync": {"database": True}}


@pytest.mark.row("S-120")
def test_tls_is_switched_on_for_every_external_database() -> None:
    newer = {"channel": "threescale-2.16", "startingCSV": "3scale-operator.v0.13.4"}
    databases = {"systemDatabase": "mysql", "tls": {"caBundle": "-----BEGIN CERTIFICATE-----"}}
    found = spec(threescale={**newer, "externalDatabases": databases})
    with_zync = spec(threescale={**newer, "externalDatabases": {**databases, "zync": True}})

    assert found["backend"] == {"backendRedisTLSEnabled": True, "queuesRedisTLSEnabled": True}
    assert found["system"] == {"fileStorage": VOLUME, "systemDatabaseTLSEnabled": True, "systemRedisTLSEnabled": True}
    assert "zync" not in found
    assert with_zync["zync"] == {"zyncDatabaseTLSEnabled": True}
    assert "TLSEnabled" not in str(spec(threescale=EXTERNAL))


def test_production_has_two_pods_of_each_part_and_loses_one_at_a_time() -> None:
    found = spec(environment="prod", identity=None, threescale={**EXTERNAL, "resourceRequirements": True})

    assert found["podDisruptionBudget"] == {"enabled": True}
    assert found["apicast"] == {stage: {"replicas": 2, **POLICY} for stage in ("stagingSpec", "productionSpec")}
    assert found["backend"] == {part: {"replicas": 2} for part in ("listenerSpec", "workerSpec", "cronSpec")}
    assert found["zync"] == {part: {"replicas": 2} for part in ("appSpec", "queSpec")}
    assert found["system"]["appSpec"] == {"replicas": 2}
    assert found["system"]["sidekiqSpec"] == {"replicas": 2}


def test_numbers_of_pods_can_be_declared_one_by_one() -> None:
    threescale = {**EXTERNAL, "resourceRequirements": True, "replicas": {"backendCron": 1, "apicastProduction": 5}}
    production = spec(environment="prod", identity=None, threescale={**threescale, "podDisruptionBudgets": False})
    elsewhere = spec(threescale={"replicas": {"zync": 3}, "podDisruptionBudgets": True})

    assert production["backend"]["cronSpec"] == {"replicas": 1}
    assert production["apicast"]["productionSpec"] == {"replicas": 5, **POLICY}
    assert "podDisruptionBudget" not in production
    assert elsewhere["zync"] == {"appSpec": {"replicas": 3}}
    assert elsewhere["podDisruptionBudget"] == {"enabled": True}


def test_containers_can_be_given_resources_of_their_own() -> None:
    resources = {
        "apicastProduction": {"requests": {"cpu": "500m", "memory": "128Mi"}, "limits": {"memory": "1Gi"}},
        "systemDeveloper": {"requests": {"memory": "800Mi"}},
        "systemMemcached": {"limits": {"cpu": "250m"}},
    }
    found = spec(threescale={"resources": resources})

    assert found["apicast"]["productionSpec"]["resources"] == resources["apicastProduction"]
    assert found["system"]["appSpec"] == {"developerContainerResources": {"requests": {"memory": "800Mi"}}}
    assert found["system"]["memcachedResources"] == {"limits": {"cpu": "250m"}}
