from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.operators.kinds import API_MANAGER, CONFIG_MAP, ROUTE, SECRET
from sandbox.operators.reconcile import Product
from sandbox.operators.threescale.api_manager import REQUIREMENTS, reconcile
from sandbox.operators.threescale.installation import Installation
from sandbox.operators.threescale.routes import expected_hosts
from tests.sandbox.operators.picture import applied, condition, named, running, view, written

if TYPE_CHECKING:
    from sandbox.operators.reconcile import Outcome
    from sandbox.operators.store import Manifest

SPACE = "3scale"
FIFTEEN = (
    "apicast-production", "apicast-staging", "backend-cron", "backend-listener", "backend-redis", "backend-worker",
    "system-app", "system-memcache", "system-mysql", "system-redis", "system-searchd", "system-sidekiq",
    "zync", "zync-database", "zync-que",
)  # fmt: skip
MET = named(CONFIG_MAP, REQUIREMENTS, SPACE, data={})
API = Product(
    id=2,
    system_name="api",
    deployment_option="hosted",
    endpoints={
        "production": "https://api-maas-apicast-production.apps.maas.test:443",
        "staging": "https://api-maas-apicast-staging.apps.maas.test:443",
    },
)


def manager(**spec: Any) -> Manifest:  # noqa: ANN401 - fields of the spec
    """An APIManager that the operator has already completed."""
    asked = named(
        API_MANAGER, "apimanager", SPACE, spec={"wildcardDomain": "apps.maas.test", "tenantName": "maas", **spec}
    )
    [(_, patch)] = reconcile(asked, view()).patch
    return {
        **asked,
        "metadata": {**asked["metadata"], "annotations": patch["metadata"]["annotations"]},
        "spec": merged(asked["spec"], patch["spec"]),
    }


def merged(old: Manifest, patch: Manifest) -> Manifest:
    return {
        **old,
        **{
            key: merged(old[key], value) if isinstance(value, dict) and key in old else value
            for key, value in patch.items()
        },
    }


def secret(name: str, **values: str) -> Manifest:
    data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
    return named(SECRET, name, SPACE, data=data)


def admitted(host: str) -> Manifest:
    ingress = [{"host": host, "conditions": [{"type": "Admitted", "status": "True"}]}]
    return named(ROUTE, host.partition(".")[0], SPACE, spec={"host": host}, status={"ingress": ingress})


def everything_runs() -> list[Manifest]:
    return [running(name, SPACE) for name in FIFTEEN]


def routes(outcome: Outcome) -> dict[str, Manifest]:
    return {each["spec"]["host"]: each for each in outcome.apply if each["kind"] == "Route"}


def test_the_operator_writes_its_defaults_back_and_nothing_that_is_set() -> None:
    asked = named(
        API_MANAGER,
        "apimanager",
        SPACE,
        spec={"wildcardDomain": "apps.maas.test", "tenantName": "maas", "apicast": {"responseCodes": False}},
    )
    outcome = reconcile(asked, view())
    [(_, patch)] = outcome.patch
    assert "tenantName" not in patch["spec"]
    assert "responseCodes" not in patch["spec"]["apicast"]
    assert patch["spec"]["apicast"]["managementAPI"] == "status"
    assert patch["spec"]["resourceRequirementsEnabled"] is True
    assert patch["metadata"]["annotations"]["apps.3scale.net/apimanager-threescale-version"] == "2.15"
    assert not outcome.apply


def test_the_requirements_come_before_everything_else() -> None:
    outcome = reconcile(manager(), view())
    assert [each["metadata"]["name"] for each in outcome.create] == [REQUIREMENTS]
    assert condition(written(outcome), "Preflights")["status"] == "False"
    assert not outcome.apply


def test_fifteen_deployments_carry_the_real_names() -> None:
    outcome = reconcile(manager(), view(MET))
    names = sorted(each["metadata"]["name"] for each in outcome.apply if each["kind"] == "Deployment")
    assert tuple(names) == FIFTEEN
    assert condition(written(outcome), "Preflights")["reason"] == "PreflightsPass"
    assert condition(written(outcome), "Available")["status"] == "False"


def test_an_existing_seed_is_only_completed() -> None:
    seed = secret("system-seed", ADMIN_ACCESS_TOKEN="mine", ADMIN_PASSWORD="also-mine")
    outcome = reconcile(manager(), view(MET, seed))
    assert "system-seed" not in [each["metadata"]["name"] for each in outcome.create]
    [(patched, patch)] = outcome.patch
    assert patched == seed
    assert not {"ADMIN_ACCESS_TOKEN", "ADMIN_PASSWORD"} & set(patch["data"])
    assert base64.b64decode(patch["data"]["TENANT_NAME"]).decode() == "maas"
    assert set(patch["data"]) == {
        *("ADMIN_USER", "ADMIN_EMAIL", "TENANT_NAME"),
        *("MASTER_USER", "MASTER_PASSWORD", "MASTER_ACCESS_TOKEN", "MASTER_DOMAIN"),
    }


def test_secrets_are_never_owned() -> None:
    outcome = reconcile(manager(), view(MET))
    made = [each for each in outcome.create if each["kind"] == "Secret"]
    assert len(made) == 13
    assert not [each for each in made if "ownerReferences" in each["metadata"]]


def test_a_complete_secret_is_left_alone() -> None:
    complete = reconcile(manager(), view(MET)).create
    present = [
        {**each, "metadata": {**each["metadata"], "uid": "u", "resourceVersion": "1"}}
        for each in complete
        if each["kind"] == "Secret"
    ]
    outcome = reconcile(manager(), view(MET, *present))
    assert not outcome.patch
    assert not [each for each in outcome.create if each["kind"] == "Secret"]


def test_the_portal_and_the_authorisation_calls_are_one_process() -> None:
    outcome = reconcile(manager(), view(MET))
    target = {"deployment": "system-app"}
    for name in ("system-master", "system-provider", "system-developer", "backend-listener"):
        service = applied(outcome, "Service", name)["spec"]
        assert service["selector"] == target
        assert service["ports"][0] == {"name": "http", "port": 3000, "targetPort": 3000, "protocol": "TCP"}
    pod = applied(outcome, "Deployment", "system-app")["spec"]["template"]["spec"]
    env = {entry["name"]: entry.get("valueFrom") for entry in pod["containers"][0]["env"]}
    assert env["ADMIN_ACCESS_TOKEN"] == {"secretKeyRef": {"name": "system-seed", "key": "ADMIN_ACCESS_TOKEN"}}


def test_the_gateways_know_their_environment() -> None:
    outcome = reconcile(manager(), view(MET))
    for name, environment in (("apicast-staging", "staging"), ("apicast-production", "production")):
        [container] = applied(outcome, "Deployment", name)["spec"]["template"]["spec"]["containers"]
        env = {entry["name"]: entry for entry in container["env"]}
        assert env["THREESCALE_DEPLOYMENT_ENV"]["value"] == environment
        assert env["THREESCALE_PORTAL_ENDPOINT"]["valueFrom"]["secretKeyRef"]["key"] == "PROXY_CONFIGS_ENDPOINT"
        assert env["BACKEND_ENDPOINT_OVERRIDE"]["valueFrom"]["secretKeyRef"]["name"] == "backend-listener"


def test_files_of_the_portal_need_shared_storage_of_the_named_class() -> None:
    storage = {"persistentVolumeClaim": {"storageClassName": "files"}}
    outcome = reconcile(manager(system={"fileStorage": storage}), view(MET))
    claim = applied(outcome, "PersistentVolumeClaim", "system-storage")["spec"]
    assert claim["accessModes"] == ["ReadWriteMany"]
    assert claim["storageClassName"] == "files"
    assert claim["resources"]["requests"]["storage"] == "100Mi"


def test_files_in_s3_need_no_claim() -> None:
    storage = {"simpleStorageService": {"configurationSecretRef": {"name": "s3"}}}
    outcome = reconcile(manager(system={"fileStorage": storage}), view(MET))
    assert "system-storage" not in [each["metadata"]["name"] for each in outcome.create]


def test_zyncs_routes_come_with_zync_and_have_the_right_hosts() -> None:
    assert list(routes(reconcile(manager(), view(MET)))) == ["backend-maas.apps.maas.test"]
    found = routes(reconcile(manager(), view(MET, *everything_runs())))
    assert {host: route["spec"]["to"]["name"] for host, route in found.items()} == {
        "backend-maas.apps.maas.test": "backend-listener",
        "master.apps.maas.test": "system-master",
        "maas-admin.apps.maas.test": "system-provider",
        "maas.apps.maas.test": "system-developer",
    }
    admin = found["maas-admin.apps.maas.test"]
    assert admin["metadata"]["name"].startswith("zync-3scale-provider-")
    assert admin["metadata"]["labels"]["zync.3scale.net/route-to"] == "system-provider"
    assert admin["spec"]["tls"] == {"termination": "edge", "insecureEdgeTerminationPolicy": "Redirect"}


def test_products_get_their_two_routes_when_they_appear() -> None:
    products = {SPACE: (API,)}
    found = routes(reconcile(manager(), view(MET, *everything_runs(), products=products)))
    staging = found["api-maas-apicast-staging.apps.maas.test"]
    assert staging["spec"]["to"]["name"] == "apicast-staging"
    assert staging["spec"]["port"]["targetPort"] == "gateway"
    assert staging["metadata"]["labels"]["3scale.net/service_id"] == "2"
    assert found["api-maas-apicast-production.apps.maas.test"]["spec"]["to"]["name"] == "apicast-production"


def test_a_product_on_gateways_of_its_own_gets_no_route() -> None:
    own = Product(id=3, system_name="own", deployment_option="self_managed", endpoints=API.endpoints)
    found = routes(reconcile(manager(), view(MET, *everything_runs(), products={SPACE: (own,)})))
    assert not [host for host in found if "apicast" in host]


def test_the_routes_of_a_product_that_is_gone_go_too() -> None:
    made = routes(reconcile(manager(), view(MET, *everything_runs(), products={SPACE: (API,)})))
    present = [{**route, "metadata": {**route["metadata"], "uid": host}} for host, route in made.items()]
    outcome = reconcile(manager(), view(MET, *everything_runs(), *present, products={SPACE: ()}))
    assert {route["spec"]["host"] for route in outcome.delete} == {
        "api-maas-apicast-staging.apps.maas.test",
        "api-maas-apicast-production.apps.maas.test",
    }
    unknown = reconcile(manager(), view(MET, *everything_runs(), *present))
    assert not unknown.delete


def test_it_is_available_when_everything_runs_and_every_route_is_admitted() -> None:
    asked = manager()
    hosts = [admitted(host) for host in expected_hosts(Installation(manager=asked))]
    status = written(reconcile(asked, view(MET, *everything_runs(), *hosts)))
    assert condition(status, "Available")["status"] == "True"
    assert status["deployments"] == {"ready": list(FIFTEEN)}
    one_less = written(reconcile(asked, view(MET, *everything_runs(), *hosts[1:])))
    assert condition(one_less, "Available")["status"] == "False"
    stopped = [running("zync-que", SPACE, ready=False), *everything_runs()[:-1]]
    starting = written(reconcile(asked, view(MET, *stopped, *hosts)))
    assert condition(starting, "Available")["status"] == "False"
    assert starting["deployments"]["starting"] == ["zync-que"]


def test_a_policy_whose_secret_is_missing_keeps_it_from_being_available() -> None:
    policy = {"name": "llm", "version": "0.1", "secretRef": {"name": "llm-metrics"}}
    asked = manager(apicast={"productionSpec": {"customPolicies": [policy]}})
    hosts = [admitted(host) for host in expected_hosts(Installation(manager=asked))]
    missing = condition(written(reconcile(asked, view(MET, *everything_runs(), *hosts))), "Available")
    assert (missing["status"], missing["reason"]) == ("False", "MissingWatchedSecrets")
    assert "llm-metrics" in missing["message"]
    there = written(reconcile(asked, view(MET, *everything_runs(), *hosts, secret("llm-metrics"))))
    assert condition(there, "Available")["status"] == "True"


@pytest.mark.row("S-221")
def test_a_watched_secret_rolls_the_gateway_and_an_unlabelled_one_does_not() -> None:
    policy = {"name": "llm", "version": "0.1", "secretRef": {"name": "llm-metrics"}}
    asked = manager(apicast={"productionSpec": {"customPolicies": [policy]}})

    def annotations(present: Manifest) -> Any:  # noqa: ANN401 - a mapping or nothing
        outcome = reconcile(asked, view(MET, present))
        template = applied(outcome, "Deployment", "apicast-production")["spec"]["template"]
        return template["metadata"].get("annotations")

    watched = secret("llm-metrics")
    watched["metadata"]["labels"] = {"apimanager.apps.3scale.net/watched-by": "apimanager"}
    assert annotations(watched) == {"apps.3scale.net/llm-metrics-version": "1"}
    assert annotations(secret("llm-metrics")) is None


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (
            {
                "system": {
                    "fileStorage": {
                        "persistentVolumeClaim": {},
                        "simpleStorageService": {"configurationSecretRef": {"name": "s3"}},
                    }
                }
            },
            "only one is allowed",
        ),
        ({"externalComponents": {"system": {"database": True}}}, 'secrets "system-database" not found'),
        ({"externalComponents": {"backend": {"redis": True}}}, 'secrets "backend-redis" not found'),
    ],
)
def test_a_wrong_or_incomplete_installation_fails_its_preflights(spec: dict[str, Any], said: str) -> None:
    outcome = reconcile(manager(**spec), view(MET))
    failed = condition(written(outcome), "Preflights")
    assert failed["status"] == "False"
    assert failed["message"].startswith("Preflights failed - ")
    assert said in failed["message"]
    assert not outcome.apply


def test_external_databases_are_not_deployed() -> None:
    given = [
        secret("system-database", URL="postgresql://u:p@db/system"),
        secret("system-redis", URL="redis://r/1"),
        secret("backend-redis", REDIS_STORAGE_URL="redis://r/0", REDIS_QUEUES_URL="redis://r/1"),
    ]
    external = {"system": {"database": True, "redis": True}, "backend": {"redis": True}}
    outcome = reconcile(manager(externalComponents=external), view(MET, *given))
    names = {each["metadata"]["name"] for each in outcome.apply if each["kind"] == "Deployment"}
    assert names == set(FIFTEEN) - {"system-mysql", "system-redis", "backend-redis"}


def test_deletion_leaves_everything_to_the_garbage_collector() -> None:
    gone = manager()
    gone["metadata"]["deletionTimestamp"] = "2026-11-21T08:00:00Z"
    outcome = reconcile(gone, view(MET))
    assert not outcome.apply
    assert not outcome.patch
    assert outcome.status is None
