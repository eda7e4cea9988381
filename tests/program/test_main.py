"""The whole program under the recorder: composition, counts, ownership."""

from pathlib import Path

import pytest

from tests.support.fake_cluster import fake_cluster
from tests.support.platform import MODEL, program
from tests.support.recorder import DYNAMIC, Recording
from tests.support.stack_file import ROOT, dev_stack

SECOND = {"source": {"external": "http://vllm.models.svc.cluster.local:8000"}, "plans": ["standard"]}


@pytest.fixture(scope="module")
def found() -> Recording:
    return program()


def test_the_program_is_a_table_of_contents() -> None:
    assert len((ROOT / "__main__.py").read_text(encoding="utf-8").splitlines()) <= 60


@pytest.mark.row("S-001")
def test_only_provider_instances_and_components_have_no_parent(found: Recording) -> None:
    stack = found.one("maas:platform:WorkNamespaces").parent
    roots = {one.type for one in found.resources if one.parent == stack}

    assert stack.endswith("::pulumi:pulumi:Stack::maas-dev")
    assert all(type_.startswith(("pulumi:providers:", "maas:")) for type_ in roots)


def test_every_resource_names_its_provider_instance(found: Recording) -> None:
    for one in found.resources:
        if one.custom and not one.type.startswith("pulumi:providers:"):
            assert one.provider, f"{one.type} {one.name} would use a default provider"


def test_nothing_has_aliases_yet(found: Recording) -> None:
    assert [one.urn for one in found.resources if one.aliases] == []


def test_a_model_costs_at_most_eleven_resources_of_3scale_and_eight_of_kubernetes(found: Recording) -> None:
    dev = dev_stack()
    server = {**dev["models"][MODEL], "displayName": "Second"}
    more = program(models={"second": server})

    def count(recording: Recording, prefix: str) -> int:
        return sum(one.type.startswith(prefix) for one in recording.resources)

    def of_kubernetes(recording: Recording) -> int:
        return count(recording, "kubernetes:") + count(recording, f"{DYNAMIC}cluster:")

    assert count(more, f"{DYNAMIC}threescale:") - count(found, f"{DYNAMIC}threescale:") == 11
    assert of_kubernetes(more) - of_kubernetes(found) == 5


def test_every_resource_of_the_first_release_is_still_there() -> None:
    """What a stack was made with keeps its URN, so the next `up` replaces nothing. `aliases` would be the other way."""
    first_release = (Path(__file__).parent / "urns_of_0_1_0.txt").read_text(encoding="utf-8").split("\n")[:-1]
    now = {one.urn.split("::", 2)[2] for one in program().resources}

    assert len(first_release) == 61
    assert [urn for urn in first_release if urn not in now] == []


def test_the_tenant_costs_seven_resources_of_3scale_and_three_of_the_cluster(found: Recording) -> None:
    tenant = found.urn("maas:threescale:ThreeScaleTenant")
    kinds = sorted(one.type.rpartition(":")[2] for one in found.resources if one.parent == tenant)

    assert kinds == [
        "AbsentAccount",
        "AbsentBackend",
        "AbsentProduct",
        "AccessToken",
        "PortalSettings",
        "ProviderAccount",
        "Route",
        "Route",
        "Secret",
        "SsoIntegration",
    ]


@pytest.mark.row("S-168", "S-175")
def test_the_portal_opens_only_after_single_sign_on_and_the_sample_goes_after_the_models(found: Recording) -> None:
    integration = found.one(f"{DYNAMIC}threescale:SsoIntegration")
    client = found.urn("keycloak:openid/client:Client")

    assert client in integration.dependencies
    assert integration.urn in found.one(f"{DYNAMIC}threescale:ProviderAccount").dependencies
    products = {one.urn for one in found.of(f"{DYNAMIC}threescale:Product")}
    sample = found.one(f"{DYNAMIC}threescale:AbsentProduct")
    assert products <= sample.dependencies
    # 3scale would give each account that signs up before an application of the sample.
    assert found.one(f"{DYNAMIC}threescale:DeveloperAccount").dependencies == {sample.urn}


def test_accounts_wait_for_the_admin_api_where_the_sample_stays() -> None:
    kept = program(threescale={"sampleData": "keep"})

    # The form of the gateways' policy is the first thing that waits for the Admin API.
    policy = kept.one(f"{DYNAMIC}threescale:PolicyDefinition")
    assert policy.dependencies == {kept.urn(f"{DYNAMIC}threescale:Gate")}
    assert kept.one(f"{DYNAMIC}threescale:DeveloperAccount").dependencies == {policy.urn}


@pytest.mark.row("S-137")
def test_a_model_of_somebody_elses_server_is_an_api_alone(found: Recording) -> None:
    more = program(models={"second": SECOND})

    assert [one.name for one in more.of(f"{DYNAMIC}threescale:Product")] == [MODEL, "second"]
    assert len(more.of("maas:serving:ModelServer")) == len(found.of("maas:serving:ModelServer"))
    assert more.one(f"{DYNAMIC}threescale:Backend", "second-backend").inputs["private_endpoint"] == (
        "http://vllm.models.svc.cluster.local:8000"
    )


def test_entities_of_3scale_go_with_its_installation(found: Recording) -> None:
    manager = found.urn("kubernetes:apps.3scale.net/v1alpha1:APIManager")

    product = found.urn(f"{DYNAMIC}threescale:Product")
    goes_with = {one.urn: one.deleted_with for one in found.resources if one.type.startswith(f"{DYNAMIC}threescale:")}

    assert set(goes_with.values()) == {manager, product}
    assert goes_with[product] == manager


@pytest.mark.row("S-001")
def test_model_servers_wait_for_openshift_ai_and_their_namespace(found: Recording) -> None:
    first = found.one("kubernetes:serving.kserve.io/v1alpha1:ServingRuntime")

    assert first.dependencies == {
        found.urn(f"{DYNAMIC}cluster:ConditionGate", "openshift-ai-ready"),
        found.urn("kubernetes:core/v1:Namespace", "namespaces-models"),
    }


def test_a_stack_without_identity_and_openshift_ai_is_smaller() -> None:
    small = program(identity=None, prereqs=None)

    assert [one.name for one in small.of("maas:platform:OperatorInstall")] == ["threescale"]
    assert not [one for one in small.resources if "keycloak" in one.type.lower()]
    assert {"identity_issuer_url", "portal_sso_callback_url"}.isdisjoint(small.outputs)


def test_the_dev_stack_has_these_outputs_and_no_other(found: Recording) -> None:
    of_the_platform = {"wildcard_domain", "portal_url", "threescale_admin_url", "stats_api", "compat_flags"}
    of_the_platform |= {"threescale_master_url", "threescale_admin_credentials_ref", "threescale_file_storage"}
    of_the_platform |= {"gateway_metrics", "namespaces", "versions", "health", "manual_steps"}
    of_sign_on = {"identity_issuer_url", "portal_sso_callback_url", "identity_admin_console_url", "portal_client_id"}
    of_sign_on |= {"identity_admin_credentials_ref", "identity_broker_redirect_uris", "developer_credentials"}
    of_models = {"models", "model_endpoints", "product_ids", "backend_ids", "plan_ids", "proxy_versions"}
    of_models |= {"model_internal_urls", "model_fit", "model_costs"}
    of_keys = {"threescale_access_token", "test_application_keys"}

    assert found.outputs.keys() == of_the_platform | of_sign_on | of_models | of_keys
    assert found.outputs["compat_flags"] == []


@pytest.mark.row("S-128", "S-176")
def test_the_addresses_of_the_dev_stack(found: Recording) -> None:
    addresses = {
        "wildcard_domain": "apps.maas.test",
        "portal_url": "https://maas.apps.maas.test",
        "portal_sso_callback_url": "https://maas.apps.maas.test/auth/keycloak/callback",
        "threescale_admin_url": "https://maas-admin.apps.maas.test",
        "identity_issuer_url": "https://sso.apps.maas.test/realms/maas",
        "model_endpoints": {MODEL: f"https://{MODEL}-maas-apicast-production.apps.maas.test"},
    }

    assert {name: found.outputs[name] for name in addresses} == addresses


def test_what_the_dev_stack_tells_of_3scale_and_its_gateways(found: Recording) -> None:
    assert found.outputs["threescale_master_url"] == "https://master.apps.maas.test"
    assert found.outputs["threescale_admin_credentials_ref"] == {
        "namespace": "3scale",
        "name": "system-seed",
        "keys": ["ADMIN_USER", "ADMIN_PASSWORD", "MASTER_USER", "MASTER_PASSWORD"],
    }
    assert found.outputs["threescale_file_storage"] == {
        "kind": "pvc",
        "storage_class_name": "efs-sc",
        "size": "100Mi",
    }
    metrics = found.outputs["gateway_metrics"]
    assert (metrics["port"], metrics["namespace"]) == (9421, "3scale")
    assert metrics["series"]["total_tokens"] == "llm_total_token_count"


@pytest.mark.row("S-154", "S-159", "C-30")
def test_the_models_of_the_dev_stack(found: Recording) -> None:
    assert found.outputs["models"] == [
        {
            "name": MODEL,
            "system_name": MODEL,
            "served_model_name": MODEL,
            "kind": "chat",
            "max_model_len": 2000,
            "operations": ["chat-completions", "completions", "models", "health", "version"],
            "production_url": f"https://{MODEL}-maas-apicast-production.apps.maas.test",
            "staging_url": f"https://{MODEL}-maas-apicast-staging.apps.maas.test",
            "internal_url": f"http://{MODEL}-predictor.llm-hosting.svc.cluster.local",
            "docs_url": f"https://maas.apps.maas.test/swagger/spec/{MODEL}.json",
            "plan_ids": {"standard": f"{MODEL}.standard-id"},
        }
    ]


@pytest.mark.row("S-220")
def test_the_ids_and_versions_of_the_dev_stack(found: Recording) -> None:
    ids = {
        "product_ids": {MODEL: f"{MODEL}-id"},
        "backend_ids": {MODEL: f"{MODEL}-backend-id"},
        "plan_ids": {MODEL: {"standard": f"{MODEL}.standard-id"}},
        "proxy_versions": {MODEL: {"staging": "3", "production": "2"}},
    }

    assert {name: found.outputs[name] for name in ids} == ids
    statistics = {"base_url": "https://maas-admin.apps.maas.test/stats", "service_ids": {MODEL: f"{MODEL}-id"}}
    assert found.outputs["stats_api"] == statistics


def test_the_places_of_the_keys_of_the_dev_stack(found: Recording) -> None:
    token = {"namespace": "maas-consumers", "name": "threescale-access-token", "key": "token"}
    key = {"model": MODEL, "namespace": "maas-consumers", "name": "dev1.first-steps", "key": "UserKey"}

    assert found.outputs["threescale_access_token"] == token
    assert found.outputs["test_application_keys"] == {"dev1/first-steps": key}


def test_switches_that_are_on_are_shown_to_security_reviewers() -> None:
    assert program(compat={"openCors": True}).outputs["compat_flags"] == ["openCors"]


def test_an_update_reads_the_cluster_and_hands_on_its_authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fake_cluster(tmp_path) as cluster:
        monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig))
        found = program(preview=False, cluster={"offline": False})

    threescale = next(one for one in found.of("pulumi:providers:pulumi-python") if one.name == "threescale")
    assert threescale.inputs["caBundle"] == "-----BEGIN CERTIFICATE-----\nrouter\n"
    assert ("GET", "/openapi/v3/apis/apps.3scale.net/v1alpha1") in cluster.requests


def test_order_in_the_stack_file_means_nothing() -> None:
    reverse = dict(reversed(dev_stack(models={"second": SECOND})["models"].items()))
    forth, back = program(models={"second": SECOND}), program(models={MODEL: None, **reverse})

    def plain(recording: Recording) -> dict[str, object]:
        return {one.urn: one.inputs for one in recording.resources}

    assert plain(forth) == plain(back)


@pytest.mark.row("S-020", "S-021")
def test_namespaces_have_the_names_of_the_stack_file_and_none_the_label_of_the_clusters_own_monitoring() -> None:
    names = {"models": "serving", "identity": "sso", "threescale": "apis", "consumers": "keys"}
    spaces = program(namespaces=names).of("kubernetes:core/v1:Namespace")

    assert {one.inputs["metadata"]["name"] for one in spaces} == {*names.values(), "redhat-ods-operator"}
    # It is reserved for parts of OpenShift: the cluster's own Prometheus would collect what users run.
    assert not [one for one in spaces if "openshift.io/cluster-monitoring" in one.inputs["metadata"].get("labels", {})]
