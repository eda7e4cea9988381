"""KServe's objects for one model."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from components.config import Settings
from components.config.validation import validated as judged
from components.custom_resources import digest, validated
from components.model_server.launch import KEY_SECRET
from components.model_server.manifests import (
    FORM,
    ServedModel,
    callers,
    inference_service,
    pod_annotations,
    serving_runtime,
)
from components.model_server.served import served_model
from tests.components.config.test_validation import ALL_SECRETS, MODEL, settings
from tests.support.model_servers import KINDS, on_pool, pool_stack, served, serving_stack


def model(**changes: object) -> ServedModel:
    found = served_model(settings(**changes), MODEL)
    assert found is not None
    return found


def stack(raw: Mapping[str, Any]) -> Settings:
    return judged(raw, ALL_SECRETS)


def of_engine(engine: str, **server: object) -> ServedModel:
    found = served_model(stack(serving_stack({"model": served(engine, server=server)})), "model")
    assert found is not None
    return found


def test_runtime_and_service_are_written_in_fields_that_exist() -> None:
    assert validated(serving_runtime(model()))
    assert validated(inference_service(model()))
    assert validated(callers(model(), ("3scale",)))


def test_the_container_is_the_one_kserve_demands_and_answers_on_8080() -> None:
    (container,) = serving_runtime(model())["spec"]["containers"]

    assert container["name"] == "kserve-container"
    assert container["ports"] == [{"containerPort": 8080, "protocol": "TCP"}]
    assert container["image"].startswith("quay.io/rh-aiservices-bu/vllm-cpu-openai-ubi9@sha256:")
    assert "--max-model-len=2000" in container["args"]
    assert container["volumeMounts"] == [{"name": "shm", "mountPath": "/dev/shm"}]  # noqa: S108 - in the container


def test_the_server_may_load_its_weights_as_long_as_the_gate_waits() -> None:
    (container,) = serving_runtime(model(waits={"modelReadySeconds": 95}))["spec"]["containers"]
    probe = container["startupProbe"]

    assert probe["periodSeconds"] * probe["failureThreshold"] == 100


def test_the_weights_come_from_the_pinned_image() -> None:
    predictor = inference_service(model())["spec"]["predictor"]

    assert predictor["model"]["storageUri"].startswith("oci://quay.io/redhat-ai-services/modelcar-catalog@sha256:")
    assert predictor["model"]["runtime"] == MODEL
    assert predictor["model"]["resources"] == {
        "requests": {"cpu": "2", "memory": "2Gi"},
        "limits": {"cpu": "4", "memory": "8Gi"},
    }
    assert (predictor["minReplicas"], predictor["maxReplicas"]) == (1, 1)


@pytest.mark.parametrize(
    ("csv", "mode"),
    [("rhods-operator.3.3.0", "RawDeployment"), ("rhods-operator.3.4.0", None), ("rhods-operator.3.10.1", None)],
)
@pytest.mark.row("C-08")
def test_the_deployment_mode_is_written_only_where_the_release_does_not_write_it_itself(
    csv: str, mode: str | None
) -> None:
    found = inference_service(model(prereqs={"openshiftAi": {"startingCSV": csv}}))

    assert found["metadata"]["annotations"].get("serving.kserve.io/deploymentMode") == mode


def test_a_cluster_with_its_own_openshift_ai_keeps_its_own_mode() -> None:
    found = inference_service(model(prereqs=None))

    assert "serving.kserve.io/deploymentMode" not in found["metadata"]["annotations"]


def test_a_model_somebody_else_serves_has_no_server() -> None:
    external = {"source": {"external": "http://x.example"}, "plans": ["standard"]}

    assert served_model(settings(models={"other": external}), "other") is None


def test_only_the_named_namespaces_and_its_own_reach_the_server() -> None:
    spec = callers(model(), ("3scale", "monitoring"))["spec"]

    assert spec["policyTypes"] == ["Ingress"]
    assert spec["podSelector"] == {"matchLabels": {"serving.kserve.io/inferenceservice": MODEL}}
    assert spec["ingress"] == [
        {
            "from": [
                {"podSelector": {}},
                {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "3scale"}}},
                {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}},
            ]
        }
    ]


def test_the_manifests_of_the_dev_stack_change_only_with_a_line_in_the_changelog() -> None:
    """Their digest is in the state of every stack: another one makes each gate wait again."""
    assert digest(serving_runtime(model()), inference_service(model())) == "c31ff64cbd7c20e8"


def form(**changes: object) -> str:
    return pod_annotations(replace(model(), **changes))[FORM]  # type: ignore[arg-type]  # fields of the model


def test_pods_are_told_from_those_of_another_form_by_an_annotation() -> None:
    """KServe up to 0.15 does not replace pods when only the runtime has changed."""
    assert form(max_model_len=1999) != form()
    assert form(display_name="Another title") == form()
    predictor = inference_service(model())["spec"]["predictor"]
    assert predictor["annotations"] == {"maas/form": form()}


def test_more_replicas_replace_no_pod() -> None:
    one, two = of_engine("tei"), of_engine("tei", replicas=2)

    assert pod_annotations(one) == pod_annotations(two)
    assert inference_service(one) != inference_service(two)


def test_pods_that_ask_for_a_key_name_its_secret() -> None:
    assert pod_annotations(of_engine("vllm", requireApiKey=True))["maas/key"] == KEY_SECRET


@pytest.mark.parametrize("engine", KINDS)
@pytest.mark.row("S-061", "S-062", "S-065")
def test_every_engine_is_written_in_fields_that_exist(engine: str) -> None:
    found = of_engine(engine)

    assert validated(serving_runtime(found))
    assert validated(inference_service(found))
    (container,) = serving_runtime(found)["spec"]["containers"]
    assert container["readinessProbe"]["httpGet"] == {"path": found.launch.health_path, "port": 8080}
    (format_,) = serving_runtime(found)["spec"]["supportedModelFormats"]
    assert inference_service(found)["spec"]["predictor"]["model"]["modelFormat"] == {"name": format_["name"]}


@pytest.mark.row("S-025", "S-028")
def test_a_server_on_a_pool_goes_to_its_nodes_and_holds_its_gpus() -> None:
    found = served_model(stack(pool_stack({"model": on_pool()})), "model")
    assert found is not None
    predictor = inference_service(found)["spec"]["predictor"]

    assert predictor["tolerations"] == [
        {"key": "nvidia.com/gpu", "operator": "Equal", "value": "NVIDIA-A10G", "effect": "NoSchedule"}
    ]
    assert predictor["nodeSelector"] == {"maas/pool": "a10g"}
    assert predictor["model"]["resources"]["requests"]["nvidia.com/gpu"] == "1"
    assert predictor["model"]["resources"]["limits"]["nvidia.com/gpu"] == "1"


@pytest.mark.row("S-025")
def test_tolerations_and_nodes_can_be_given_by_hand() -> None:
    shared = {"operator": "Equal", "value": "NVIDIA-A10G-SHARED"}
    found = of_engine("vllm", tolerations=[shared], nodeSelector={"zone": "a"})
    predictor = inference_service(found)["spec"]["predictor"]

    assert predictor["tolerations"] == [{"key": "nvidia.com/gpu", "effect": "NoSchedule", **shared}]
    assert predictor["nodeSelector"] == {"zone": "a"}


@pytest.mark.row("S-026")
def test_without_a_pool_any_gpu_node_will_do() -> None:
    predictor = inference_service(of_engine("vllm"))["spec"]["predictor"]

    assert predictor["tolerations"] == [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]
    assert "nodeSelector" not in predictor


@pytest.mark.row("S-031")
def test_a_server_without_accelerator_asks_for_none_and_tolerates_nothing() -> None:
    predictor = inference_service(of_engine("tei"))["spec"]["predictor"]

    assert "tolerations" not in predictor
    assert predictor["model"]["resources"]["limits"] == {"cpu": "8", "memory": "24Gi"}
    annotations = serving_runtime(of_engine("tei"))["metadata"]["annotations"]
    assert "opendatahub.io/recommended-accelerators" not in annotations


@pytest.mark.row("S-029")
def test_the_dashboard_is_told_that_a_gpu_is_needed() -> None:
    annotations = serving_runtime(of_engine("vllm"))["metadata"]["annotations"]

    assert annotations["opendatahub.io/recommended-accelerators"] == '["nvidia.com/gpu"]'


@pytest.mark.parametrize(
    ("engine", "given", "strategy"),
    [
        ("vllm", {}, "Recreate"),
        ("tei", {}, "RollingUpdate"),
        ("tei", {"gpus": 1}, "Recreate"),
        ("vllm", {"strategy": "RollingUpdate"}, "RollingUpdate"),
    ],
)
@pytest.mark.row("S-069")
def test_a_server_with_a_gpu_ends_before_the_next_one_starts(
    engine: str, given: dict[str, object], strategy: str
) -> None:
    predictor = inference_service(of_engine(engine, **given))["spec"]["predictor"]

    assert predictor["deploymentStrategy"] == {"type": strategy}


def test_shared_memory_has_the_size_that_was_asked_for() -> None:
    (volume,) = serving_runtime(of_engine("vllm", sharedMemory="12Gi"))["spec"]["volumes"]

    assert volume == {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "12Gi"}}


@pytest.mark.row("S-073")
def test_the_key_comes_from_a_secret() -> None:
    (container,) = serving_runtime(of_engine("vllm", requireApiKey=True))["spec"]["containers"]

    assert container["env"][-1] == {
        "name": "VLLM_API_KEY",
        "valueFrom": {"secretKeyRef": {"name": KEY_SECRET, "key": "key"}},
    }
    assert validated(serving_runtime(of_engine("vllm", requireApiKey=True)))


@pytest.mark.row("S-066", "C-08")
def test_knative_runs_a_server_only_by_compat() -> None:
    prereqs = {"openshiftAi": {"startingCSV": "rhods-operator.2.16.0"}}
    old = serving_stack({"model": served()}, compat={"serverless": True}, prereqs=prereqs)
    found = served_model(stack(old), "model")
    assert found is not None
    service = validated(inference_service(found))

    assert service["metadata"]["annotations"]["serving.kserve.io/deploymentMode"] == "Serverless"
    assert service["metadata"]["labels"]["networking.knative.dev/visibility"] == "cluster-local"
    assert "deploymentStrategy" not in service["spec"]["predictor"]
