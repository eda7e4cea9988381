"""What other teams read from a stack, output by output; where a key or password is meant, only where it is."""

import json
from typing import Any

import pytest

from components.config.outputs import OUTPUTS
from components.config.validation import validated
from components.operator_install import needed_operators
from tests.example_stacks.stacks import Example, examples, previewed, values
from tests.program.test_secrets import spellings

EXAMPLES = {one.name: one for one in examples()}
PROD, BARE_METAL, MINIMAL = (EXAMPLES[name] for name in ("prod-aws", "bare-metal", "minimal"))
OPENSHIFT, OTHER_SERVER = EXAMPLES["openshift"], EXAMPLES["other-server"]
MODELS_AAS, AI_ACCELERATOR = EXAMPLES["guide-models-aas"], EXAMPLES["guide-ai-accelerator"]
MODEL_AS_A_SERVICE, DEMO = EXAMPLES["guide-model-as-a-service"], EXAMPLES["guide-models-aas-demo"]

DOMAIN = "apps.cluster.example.com"
GRANITE = "granite-33-8b-instruct"
DIGEST = "sha256:" + "0" * 64

every = pytest.mark.parametrize("example", EXAMPLES.values(), ids=lambda one: one.name)


def told(example: Example) -> dict[str, Any]:
    return previewed(example).outputs


@every
def test_a_stack_has_the_described_outputs_and_no_other(example: Example) -> None:
    assert set(told(example)) <= {output.name for output in OUTPUTS}


@every
def test_no_output_holds_a_secret(example: Example) -> None:
    text = json.dumps(told(example))

    secrets = values((*example.generated, *example.secrets)).values()
    for value in [*secrets, "canary-user-key", "canary-automation-token", "canary-client-secret", "canary-bucket-key"]:
        assert not [spelling for spelling in spellings(value) if spelling in text]
    assert "canary" not in text


@pytest.mark.row("O-01", "O-02", "O-03", "O-04")
def test_the_addresses_of_the_platform() -> None:
    outputs = told(PROD)

    assert outputs["wildcard_domain"] == DOMAIN
    assert outputs["portal_url"] == f"https://maas.{DOMAIN}"
    assert outputs["threescale_admin_url"] == f"https://maas-admin.{DOMAIN}"
    assert outputs["threescale_master_url"] == f"https://master.{DOMAIN}"


@pytest.mark.row("O-05")
def test_where_the_first_administrators_of_3scale_are() -> None:
    assert told(PROD)["threescale_admin_credentials_ref"] == {
        "namespace": "3scale",
        "name": "system-seed",
        "keys": ["ADMIN_USER", "ADMIN_PASSWORD", "MASTER_USER", "MASTER_PASSWORD"],
    }


@pytest.mark.row("O-06")
def test_where_the_token_for_programs_of_other_teams_is() -> None:
    reference = {"namespace": "maas-consumers", "name": "threescale-access-token", "key": "token"}

    assert told(PROD)["threescale_access_token"] == reference


@pytest.mark.row("O-07", "O-08")
@pytest.mark.parametrize(
    ("example", "base"),
    [
        (PROD, f"https://sso.{DOMAIN}"),
        (MODELS_AAS, f"https://keycloak-rh-sso.{DOMAIN}"),
        (DEMO, f"https://keycloak-rh-sso.{DOMAIN}/auth"),
        (MINIMAL, "https://login.example.com"),
    ],
    ids=lambda one: one.name if isinstance(one, Example) else "",
)
def test_the_addresses_of_the_identity_server(example: Example, base: str) -> None:
    assert told(example)["identity_issuer_url"] == f"{base}/realms/maas"
    assert told(example)["identity_admin_console_url"] == f"{base}/admin/master/console/"


@pytest.mark.row("O-09", "C-03", "C-04")
def test_where_the_identity_servers_administrator_is() -> None:
    client = ["client-id", "client-secret"]
    found = {one.name: told(one).get("identity_admin_credentials_ref") for one in (PROD, OPENSHIFT, DEMO, MINIMAL)}

    assert found == {
        "prod-aws": {"namespace": "keycloak", "name": "keycloak-permanent", "keys": client},
        "openshift": {"namespace": "keycloak", "name": "keycloak-automation", "keys": client},
        "guide-models-aas-demo": {
            "namespace": "rh-sso",
            "name": "credential-rh-sso",
            "keys": ["ADMIN_USERNAME", "ADMIN_PASSWORD"],
        },
        "minimal": None,
    }


@pytest.mark.row("O-10")
def test_what_to_register_at_each_identity_provider() -> None:
    broker = f"https://keycloak-rh-sso.{DOMAIN}/realms/maas/broker"

    assert told(MODELS_AAS)["identity_broker_redirect_uris"] == {"google": f"{broker}/google/endpoint"}
    assert told(OPENSHIFT)["identity_broker_redirect_uris"] == {}


@pytest.mark.row("O-11", "O-12", "O-13")
def test_the_portals_client_in_the_realm_and_where_it_takes_a_login_back() -> None:
    outputs = told(PROD)

    assert outputs["portal_client_id"] == "3scale"
    # Nobody needs it but 3scale, which has it.
    assert "portal_client_secret" not in outputs
    assert outputs["portal_sso_callback_url"] == f"https://maas.{DOMAIN}/auth/keycloak/callback"
    assert not {"portal_client_id", "portal_sso_callback_url"} & set(told(AI_ACCELERATOR))


@pytest.mark.row("O-14", "O-15")
def test_how_developers_call_each_model() -> None:
    outputs = told(PROD)
    model = next(one for one in outputs["models"] if one["name"] == GRANITE)

    assert [one["kind"] for one in outputs["models"]] == ["chat", "embedding"]
    assert model["max_model_len"] == 32768
    assert model["production_url"] == f"https://{GRANITE}-maas-apicast-production.{DOMAIN}"
    assert set(model["plan_ids"]) == {"standard", "premium"}
    assert outputs["model_endpoints"][GRANITE] == model["production_url"]


@pytest.mark.row("O-16")
def test_where_models_are_in_the_cluster() -> None:
    assert told(DEMO)["model_internal_urls"]["granite-33-2b-instruct"] == (
        "http://granite-33-2b-instruct-predictor.vllm-granite.svc.cluster.local"
    )
    assert told(MODEL_AS_A_SERVICE)["model_internal_urls"] == {
        "granite-7b-instruct": "http://granite-7b-instruct.models.svc.cluster.local:8080",
        "mistral-7b-instruct": "http://vllm.vllm-gpu.svc.cluster.local:8000",
        "tinyllama": "http://vllm.vllm-cpu.svc.cluster.local:8000",
    }


@pytest.mark.row("O-17", "O-18", "O-27")
def test_ids_and_versions_are_found_by_the_products_name() -> None:
    outputs = told(MODELS_AAS)
    products = {"granite-8b-code-instruct", "mistral-7b-instruct-v0-3", "nomic-embed-text-v1-5"}

    for name in ("product_ids", "backend_ids", "plan_ids", "proxy_versions"):
        assert set(outputs[name]) == products, name
    assert outputs["stats_api"]["base_url"] == f"https://maas-admin.{DOMAIN}/stats"
    assert set(outputs["stats_api"]["service_ids"]) == products


@pytest.mark.row("O-19")
def test_where_the_keys_of_declared_applications_are() -> None:
    reference = {"model": GRANITE, "namespace": "maas-consumers", "name": "platform.checks", "key": "UserKey"}

    assert told(PROD)["test_application_keys"] == {"platform/checks": reference}


@pytest.mark.row("O-20")
def test_where_the_first_passwords_of_people_for_tests_are() -> None:
    reference = {"namespace": "maas-consumers", "name": "test-user.first.testuser", "key": "password"}

    assert told(MODEL_AS_A_SERVICE)["developer_credentials"] == {"testuser": reference}
    assert told(PROD)["developer_credentials"] == {}


@pytest.mark.row("O-21", "O-22")
def test_where_the_bucket_with_the_models_is_and_who_opens_it() -> None:
    entries = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
    keys = {"namespace": "llm-hosting", "name": "aws-connection-models", "keys": entries}
    stores = {one.name: told(one).get("model_store") for one in (PROD, BARE_METAL, AI_ACCELERATOR, MINIMAL)}
    common = {"bucket": "models", "region": "us-east-1", "connection_secret_ref": keys}
    rgw = "https://rook-ceph-rgw-ocs-storagecluster-cephobjectstore.openshift-storage.svc:443"

    assert stores == {
        "prod-aws": {**common, "endpoint": "https://s3.openshift-storage.svc:443"},
        "bare-metal": {**common, "endpoint": rgw},
        "guide-ai-accelerator": {**common, "endpoint": "https://minio.minio.svc:9000"},
        "minimal": None,
    }
    assert told(DEMO)["model_store"]["endpoint"] == "https://minio.ai-models.svc:9000"


@pytest.mark.row("O-23")
def test_where_the_portals_files_are() -> None:
    shared = "ocs-storagecluster-cephfs"
    minio = "https://minio.minio.svc:9000"

    assert told(PROD)["threescale_file_storage"] == {"kind": "pvc", "storage_class_name": shared, "size": "1Gi"}
    assert told(AI_ACCELERATOR)["threescale_file_storage"] == {
        "kind": "s3",
        "bucket": "3scale-maas",
        "region": "us-east-1",
        "endpoint": minio,
    }


@pytest.mark.row("O-24")
def test_the_pools_of_gpus_and_how_a_pod_gets_on_them() -> None:
    pools = {one["name"]: one for one in [*told(MODELS_AAS)["gpu_pools"], *told(BARE_METAL)["gpu_pools"]]}

    assert {name: (one["product"], one["resource"], one["sharing"]) for name, one in pools.items()} == {
        "a10g": ("NVIDIA-A10G", "nvidia.com/gpu", "none"),
        "t4": ("Tesla-T4-SHARED", "nvidia.com/gpu", "timeSlicing"),
        "h100": ("NVIDIA-H100-80GB-HBM3", "nvidia.com/gpu", "none"),
        "a100-parts": ("NVIDIA-A100-80GB-PCIe", "nvidia.com/mig-3g.40gb", "mig"),
    }
    assert pools["a10g"]["taint"] == {"key": "nvidia.com/gpu", "value": "NVIDIA-A10G-SHARED", "effect": "NoSchedule"}
    assert [pools["a10g"][end] for end in ("min", "max")] == [2, 2]
    assert "gpu_pools" not in told(MINIMAL)


@pytest.mark.row("O-25", "C-07")
def test_the_namespaces_by_what_they_are_for() -> None:
    assert told(PROD)["namespaces"] == {
        "models": "llm-hosting",
        "consumers": "maas-consumers",
        "threescale": "3scale",
        "identity": "keycloak",
        "storage": "openshift-storage",
        "openshift_ai_operator": "redhat-ods-operator",
        "openshift_ai": "redhat-ods-applications",
        "node_feature_discovery": "openshift-nfd",
        "gpu_operator": "nvidia-gpu-operator",
    }
    assert told(DEMO)["namespaces"]["object_store"] == "ai-models"


@pytest.mark.row("O-25")
@every
def test_no_namespace_that_is_made_is_left_out(example: Example) -> None:
    made = {one.inputs["metadata"]["name"] for one in previewed(example).of("kubernetes:core/v1:Namespace")}

    assert made <= set(told(example)["namespaces"].values())


@pytest.mark.row("O-26")
def test_how_another_prometheus_collects_the_gateways_counters() -> None:
    metrics = told(PROD)["gateway_metrics"]

    assert (metrics["namespace"], metrics["port"], metrics["port_name"]) == ("3scale", 9421, "metrics")
    assert metrics["pod_selectors"] == [{"deployment": "apicast-production"}, {"deployment": "apicast-staging"}]
    tokens = {name: series for name, series in metrics["series"].items() if name.endswith("_tokens")}
    assert tokens == {
        "prompt_tokens": "llm_prompt_tokens_count",
        "completion_tokens": "llm_completion_tokens_count",
        "total_tokens": "llm_total_token_count",
    }
    trouble = {"policy_errors", "reports_failed", "usage_missing"}
    assert trouble < metrics["series"].keys()
    # The guides' policy has no such counters.
    assert not trouble & told(DEMO)["gateway_metrics"]["series"].keys()


@pytest.mark.row("O-28")
def test_every_version_that_is_pinned() -> None:
    versions = told(DEMO)["versions"]

    assert versions["servers"]["granite-33-2b-instruct"] == (
        "quay.io/modh/vllm@sha256:4f550996130e7d16cacb24ca9a2865e7cf51eddaab014ceaf31a1ea6ef86d4ec"
    )
    assert versions["weights"]["granite-33-2b-instruct"] == "granite-33-2b-instruct/"
    assert versions["images"]["minio"] == f"quay.io/minio/minio@{DIGEST}"
    assert versions["gateway_policy"] == "0.1"
    assert told(PROD)["versions"]["weights"][GRANITE] == f"ibm-granite/granite-3.3-8b-instruct@{'0' * 40}"
    assert told(AI_ACCELERATOR)["versions"]["weights"] == {
        "llama-32-1b-instruct-cpu": f"quay.io/redhat-ai-services/modelcar-catalog@{DIGEST}"
    }
    assert told(MINIMAL)["versions"]["servers"] == {}


@pytest.mark.row("O-28")
@every
def test_no_operator_that_is_installed_is_left_out(example: Example) -> None:
    settings = validated(example.offline(), frozenset({*example.generated, *example.secrets}))

    assert told(example)["versions"]["operators"] == {
        one.name: one.channel.starting_csv for one in needed_operators(settings)
    }


@pytest.mark.row("O-29")
def test_behind_which_objects_each_part_is_ready() -> None:
    health = told(DEMO)["health"]

    # The recorder makes ids from names; a cluster's are such as `APIManager 3scale/apimanager`.
    assert health["operators.threescale"] == "threescale-ready-id: 3scale-operator.v0.12.4 has succeeded"
    assert health["nodes.storage"] == "storage-ready-id: 3 or more nodes ready"
    assert health["storage"] == (
        "storage-ocs-storagecluster-cephfs-id: exists; storage-openshift-storage.noobaa.io-id: exists"
    )
    assert health["models.granite-33-2b-instruct"] == "granite-33-2b-instruct-ready-id: Ready"
    assert health["threescale"] == "threescale-available-id: Available; threescale-admin-api-id: answers"
    assert told(PROD)["health"]["threescale"].startswith("threescale-available-id: Preflights, Available; ")
    assert told(PROD)["health"]["identity"].startswith("identity-ready-id: Ready; ")
    assert {"identity", "model-store", "openshift-ai"} <= set(health)
    assert told(PROD)["health"][f"imports.{GRANITE}"] == f"{GRANITE}-imported-id: Complete"


@pytest.mark.row("O-29")
@every
def test_every_part_that_has_a_gate_is_told(example: Example) -> None:
    found = previewed(example)

    for type_, part in (("ModelServer", "models"), ("ModelImport", "imports"), ("OperatorInstall", "operators")):
        named = {one.name for one in found.resources if one.type.endswith(f":{type_}")}
        assert {name for kind, _, name in map(_split, found.outputs["health"]) if kind == part} == named
    assert all(text.count(": ") for text in found.outputs["health"].values())


def _split(part: str) -> tuple[str, str, str]:
    return part.partition(".")


@pytest.mark.row("O-30", "C-40")
def test_what_is_left_to_do_by_hand() -> None:
    admin = f"https://maas-admin.{DOMAIN}"

    assert told(PROD)["manual_steps"] == [
        f"{admin}, Account Settings: set the organisation's name and time zone.",
        f"{admin}, Audience, Legal Terms: set the terms under which developers sign up and subscribe.",
        f"{admin}, Audience, Billing: set the currency, switch on charging and name a payment gateway.",
        f"Promote to production, once staging is right: {GRANITE}, granite-embedding-278m.",
        f"Identity provider corp: register the redirect address https://sso.{DOMAIN}/realms/maas/broker/corp/endpoint.",
    ]


@pytest.mark.row("O-30")
@pytest.mark.parametrize(
    ("example", "step"),
    [
        (DEMO, "make the Secret llm-metrics with the files of gateway policy llm-metrics 0.1"),
        (DEMO, f"https://keycloak-rh-sso.{DOMAIN}/auth/admin/master/console/, realm maas: add identity providers"),
        (BARE_METAL, "realm maas: verify the address of everybody who comes from openshift."),
    ],
)
def test_a_step_is_told_to_whom_it_concerns(example: Example, step: str) -> None:
    assert len([one for one in told(example)["manual_steps"] if step in one]) == 1
    assert not [one for one in told(OTHER_SERVER)["manual_steps"] if step in one]


@pytest.mark.row("O-31")
def test_switches_that_are_on_are_told_and_none_is_on_in_production() -> None:
    assert told(DEMO)["compat_flags"] == sorted(DEMO.config["compat"])
    assert [told(one)["compat_flags"] for one in (PROD, MINIMAL)] == [[], []]


def test_an_output_that_a_stack_has_no_value_for_is_absent() -> None:
    outputs = told(OTHER_SERVER)

    assert not [name for name in outputs if name.startswith("identity_")]
    assert not [name for name, value in outputs.items() if value is None]
