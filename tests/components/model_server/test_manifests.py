"""KServe's objects for one model."""

import pytest

from components.custom_resources import validated
from components.model_server.manifests import ServedModel, callers, inference_service, serving_runtime
from components.model_server.served import served_model
from tests.components.config.test_validation import MODEL, settings


def model(**changes: object) -> ServedModel:
    found = served_model(settings(**changes), MODEL)
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
