"""What an installation with databases of somebody else has to bring, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.operators.kinds import CSV, DISRUPTION_BUDGET
from sandbox.operators.threescale.api_manager import reconcile
from tests.sandbox.operators.picture import applied, condition, named, running, view, written
from tests.sandbox.operators.threescale.test_api_manager import MET, SPACE, manager, secret

if TYPE_CHECKING:
    from sandbox.operators.reconcile import Outcome
    from sandbox.operators.store import Manifest

EXTERNAL = {"system": {"database": True, "redis": True}, "backend": {"redis": True}}
DATABASE = secret("system-database", URL="postgresql://u:p@sql.example.com/system")
REDIS = secret("system-redis", URL="redis://redis.example.com/1")
QUEUES = secret("backend-redis", REDIS_STORAGE_URL="redis://h/2", REDIS_QUEUES_URL="redis://h/3")
S3 = {"fileStorage": {"simpleStorageService": {"configurationSecretRef": {"name": "bucket"}}}}


def newer() -> list[Manifest]:
    """A running operator of 3scale 2.16 for the namespace."""
    annotations = {"olm.targetNamespaces": SPACE}
    csv = named(CSV, "3scale-operator.v0.13.4", SPACE, metadata={"annotations": annotations})
    return [csv, running("threescale-operator-controller-manager-v2", SPACE)]


def newest(**spec: Any) -> Manifest:  # noqa: ANN401 - fields of the spec
    """An APIManager that the operator of 2.16 has already completed."""
    found = manager(**spec)
    [(_, patch)] = reconcile(found, view(*newer())).patch
    return {**found, "metadata": {**found["metadata"], "annotations": patch["metadata"]["annotations"]}}


def deployments(outcome: Outcome) -> set[str]:
    return {each["metadata"]["name"] for each in outcome.apply if each["kind"] == "Deployment"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], 'secrets "system-redis" not found'),
        ([REDIS], 'secrets "backend-redis" not found'),
        ([REDIS, QUEUES], 'secrets "system-database" not found'),
        ([REDIS, secret("backend-redis", REDIS_QUEUES_URL="redis://h/3"), DATABASE], "'REDIS_STORAGE_URL' is required"),
        ([REDIS, QUEUES, secret("system-database", URL="sql.example.com")], "scheme://user:password@host/path"),
        ([secret("system-redis", URL="redis://gone.invalid/1"), QUEUES, DATABASE], "lookup gone.invalid: no such host"),
    ],
)
def test_databases_are_looked_for_one_after_the_other(given: list[Manifest], said: str) -> None:
    outcome = reconcile(manager(externalComponents=EXTERNAL), view(MET, *given))
    failed = condition(written(outcome), "Preflights")
    assert failed["status"] == "False"
    assert said in failed["message"]
    assert failed["message"].endswith(" - re-running preflights in 10 minutes")
    assert not outcome.apply


REDIS_SWITCHES = {"backendRedisTLSEnabled": True, "queuesRedisTLSEnabled": True}
SYSTEM_SWITCHES = {"systemRedisTLSEnabled": True, "systemDatabaseTLSEnabled": True}


def pair(begins: str, **more: str) -> dict[str, str]:
    return {f"{begins}_{part}": "pem" for part in ("CA", "CERT", "KEY")} | more


def encrypted(**changes: Manifest) -> list[Manifest]:
    """The Secrets of an installation whose databases are reached by TLS."""
    backend = {"REDIS_STORAGE_URL": "rediss://h/2", "REDIS_QUEUES_URL": "rediss://h/3"}
    found = {
        "redis": secret("system-redis", URL="rediss://redis.example.com/1", **pair("REDIS_SSL")),
        "backend": secret("backend-redis", **backend, **pair("REDIS_SSL"), **pair("REDIS_SSL_QUEUES")),
        "system": secret("system-database", URL="mysql2://u:p@h/d", **pair("DB_SSL", DATABASE_SSL_MODE="verify_ca")),
    }
    return [*(found | changes).values()]


def refusal(manager: Manifest, given: list[Manifest]) -> str:
    status = condition(written(reconcile(manager, view(MET, *newer(), *given))), "Preflights")
    return "" if status["status"] == "True" else str(status["message"])


def test_databases_by_tls_have_switches_addresses_and_certificates_together() -> None:
    whole = {"externalComponents": EXTERNAL, "backend": REDIS_SWITCHES, "system": SYSTEM_SWITCHES}
    outcome = reconcile(newest(**whole), view(MET, *newer(), *encrypted()))
    assert len(deployments(outcome)) == 12


@pytest.mark.parametrize(
    ("spec", "given", "said"),
    [
        ({}, encrypted(), "Redis URL prefix for secret 'system-redis' and field 'URL'"),
        ({"system": SYSTEM_SWITCHES}, encrypted(), "secret 'backend-redis' and field 'REDIS_QUEUES_URL'"),
        (
            {"system": SYSTEM_SWITCHES, "backend": REDIS_SWITCHES},
            encrypted(redis=REDIS),
            "Redis URL prefix for secret 'system-redis' and field 'URL'",
        ),
        (
            {"system": SYSTEM_SWITCHES, "backend": REDIS_SWITCHES},
            encrypted(redis=secret("system-redis", URL="rediss://h/1", REDIS_SSL_CA="pem")),
            "systemRedisTLSEnabled: true' is set in apimanager. Secret validation errors: [Secret field 'REDIS_SSL_C",
        ),
        (
            {"system": SYSTEM_SWITCHES, "backend": REDIS_SWITCHES},
            encrypted(system=secret("system-database", URL="mysql2://u:p@h/d", **pair("DB_SSL"))),
            "Secret field 'DATABASE_SSL_MODE' is required in secret 'system-database'",
        ),
    ],
)
def test_what_contradicts_the_switches_of_tls_is_refused(
    spec: dict[str, Any], given: list[Manifest], said: str
) -> None:
    assert said in refusal(newest(externalComponents=EXTERNAL, **spec), given)


def test_zyncs_database_is_external_only_when_it_is_asked_for() -> None:
    asked = manager(externalComponents={**EXTERNAL, "zync": {"database": True}})
    missing = reconcile(asked, view(MET, DATABASE, REDIS, QUEUES))
    assert 'secrets "zync" not found' in condition(written(missing), "Preflights")["message"]
    zync = secret("zync", DATABASE_URL="postgresql://u:p@h/zync_production", ZYNC_DATABASE_PASSWORD="p")
    assert "zync-database" not in deployments(reconcile(asked, view(MET, DATABASE, REDIS, QUEUES, zync)))


def test_the_newer_release_wants_all_databases_from_somebody_else() -> None:
    outcome = reconcile(newest(), view(MET, *newer()))
    failed = condition(written(outcome), "Preflights")
    assert "System Redis database must be set to external in APIManager custom resource" in failed["message"]
    assert not outcome.apply


def test_the_newer_release_has_twelve_deployments_with_its_own_images() -> None:
    asked = newest(externalComponents=EXTERNAL)
    outcome = reconcile(asked, view(MET, *newer(), DATABASE, REDIS, QUEUES))
    assert len(deployments(outcome)) == 12
    [container] = applied(outcome, "Deployment", "apicast-production")["spec"]["template"]["spec"]["containers"]
    assert container["image"].endswith(":3scale2.16")
    assert asked["metadata"]["annotations"]["apps.3scale.net/apimanager-threescale-version"] == "2.16"


def test_without_the_buckets_secret_the_operator_stops_before_the_portal() -> None:
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_BUCKET", "AWS_REGION")
    asked = manager(system=S3)
    some = secret("bucket", **dict.fromkeys(keys[:3], "x"))
    for present in ([], [some]):
        found = deployments(reconcile(asked, view(MET, *present)))
        assert found == {"backend-redis", "backend-listener", "backend-worker", "backend-cron", "system-memcache"}
    whole = deployments(reconcile(asked, view(MET, secret("bucket", **dict.fromkeys(keys, "x")))))
    assert {"system-app", "zync", "apicast-staging"} <= whole


def test_numbers_and_resources_reach_the_deployments() -> None:
    sizes = {"replicas": 2, "resources": {"requests": {"cpu": "500m"}}}
    outcome = reconcile(manager(apicast={"productionSpec": sizes}), view(MET))
    deployment = applied(outcome, "Deployment", "apicast-production")["spec"]
    assert deployment["replicas"] == 2
    assert deployment["template"]["spec"]["containers"][0]["resources"] == sizes["resources"]
    assert deployment["template"]["spec"]["imagePullSecrets"] == [{"name": "threescale-registry-auth"}]


def test_what_can_scale_gets_a_budget_when_it_is_asked_for() -> None:
    outcome = reconcile(manager(podDisruptionBudget={"enabled": True}), view(MET))
    budgets = {each["metadata"]["name"]: each for each in outcome.apply if each["kind"] == "PodDisruptionBudget"}
    assert set(budgets) == {
        *("apicast-production", "apicast-staging", "backend-cron", "backend-listener", "backend-worker"),
        *("system-app", "system-sidekiq", "zync", "zync-que"),
    }
    assert budgets["zync"]["spec"] == {"maxUnavailable": 1, "selector": {"matchLabels": {"deployment": "zync"}}}
    assert budgets["zync"]["metadata"]["ownerReferences"][0]["kind"] == "APIManager"


def test_a_budget_that_is_not_wanted_any_more_goes() -> None:
    asked = manager()
    owner = [{"uid": asked["metadata"]["uid"]}]
    ours = named(DISRUPTION_BUDGET, "zync", SPACE, metadata={"ownerReferences": owner})
    other = named(DISRUPTION_BUDGET, "somebody", SPACE)
    outcome = reconcile(asked, view(MET, ours, other))
    assert outcome.delete == (ours,)


def test_the_mail_server_that_was_given_stays() -> None:
    given = secret("system-smtp", address="mail.example.com", port="587")
    outcome = reconcile(manager(), view(MET, given))
    [(patched, patch)] = [(one, change) for one, change in outcome.patch if one == given]
    assert patched == given
    assert not {"address", "port"} & set(patch["data"])
