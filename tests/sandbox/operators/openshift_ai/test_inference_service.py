from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.operators.kinds import DATA_SCIENCE_CLUSTER, INFERENCE_SERVICE, POD, SERVING_RUNTIME
from sandbox.operators.openshift_ai import KSERVE
from sandbox.operators.openshift_ai.inference_service import FINALIZERS, reconcile
from tests.sandbox.operators.picture import applied, condition, named, running, view, written

if TYPE_CHECKING:
    from sandbox.operators.reconcile import Outcome
    from sandbox.operators.store import Manifest

CONTROLLER = running("kserve-controller-manager", "redhat-ods-applications")
RUNTIME = named(
    SERVING_RUNTIME,
    "vllm-cpu",
    "models",
    spec={
        "containers": [
            {
                "name": "kserve-container",
                "image": "quay.io/some/vllm-cpu:1",
                "args": ["--port=8080", "--served-model-name={{.Name}}", "--label={{ .Labels.tier }}"],
                "env": [{"name": "HF_HOME", "value": "/opt/hf"}, {"name": "KEEP", "value": "1"}],
                "resources": {"requests": {"cpu": "1", "memory": "2Gi"}},
            }
        ],
        "supportedModelFormats": [{"name": "vLLM", "autoSelect": True}],
    },
)


def cluster(config: str) -> Manifest:
    kserve = {"managementState": "Managed", "rawDeploymentServiceConfig": config}
    return named(DATA_SCIENCE_CLUSTER, "dsc", spec={"components": {"kserve": kserve}})


def service(*, metadata: dict[str, Any] | None = None, **model: Any) -> Manifest:  # noqa: ANN401 - fields of the model
    written_model = {"modelFormat": {"name": "vLLM"}, "runtime": "vllm-cpu", **model}
    spec = {"predictor": {"minReplicas": 1, "model": written_model, "deploymentStrategy": {"type": "Recreate"}}}
    more = {"labels": {"tier": "cpu"}, **(metadata or {})}
    return named(INFERENCE_SERVICE, "llama", "models", spec=spec, metadata=more)


def look(asked: Manifest, *objects: Manifest, config: str = "Headed", early: frozenset[str] = frozenset()) -> Outcome:
    return reconcile(asked, view(asked, CONTROLLER, RUNTIME, cluster(config), *objects, early=early))


def container(outcome: Outcome) -> Manifest:
    pod = applied(outcome, "Deployment", "llama-predictor")["spec"]["template"]["spec"]
    found: Manifest = pod["containers"][0]
    return found


def test_without_the_controller_nothing_happens() -> None:
    outcome = reconcile(service(), view(service(), RUNTIME, cluster("Headed")))
    assert outcome.status is None
    assert not outcome.apply


def test_arguments_of_the_model_follow_those_of_the_runtime_with_templates_filled() -> None:
    made = container(look(service(args=["--max-model-len=2000"])))
    assert made["args"] == ["--port=8080", "--served-model-name=llama", "--label=cpu", "--max-model-len=2000"]
    assert made["name"] == "kserve-container"
    assert made["image"] == "quay.io/some/vllm-cpu:1"


def test_environment_and_resources_of_the_model_win_by_name() -> None:
    made = container(look(service(env=[{"name": "HF_HOME", "value": "/models"}], resources={"requests": {"cpu": "4"}})))
    assert made["env"] == [{"name": "HF_HOME", "value": "/models"}, {"name": "KEEP", "value": "1"}]
    assert made["resources"] == {"requests": {"cpu": "4", "memory": "2Gi"}}


def test_a_model_image_runs_beside_the_server() -> None:
    outcome = look(service(storageUri="oci://quay.io/some/modelcar:llama"))
    pod = applied(outcome, "Deployment", "llama-predictor")["spec"]["template"]["spec"]
    assert [each["name"] for each in pod["containers"]] == ["kserve-container", "modelcar"]
    assert pod["containers"][1]["image"] == "quay.io/some/modelcar:llama"
    assert [each["name"] for each in pod["initContainers"]] == ["modelcar-init"]
    assert pod["shareProcessNamespace"] is True


def test_any_other_model_is_copied_first() -> None:
    outcome = look(service(storageUri="hf://some/model"))
    pod = applied(outcome, "Deployment", "llama-predictor")["spec"]["template"]["spec"]
    assert pod["initContainers"][0]["args"] == ["hf://some/model", "/mnt/models"]


@pytest.mark.parametrize(
    ("config", "cluster_ip", "address"),
    [
        ("Headed", None, "http://llama-predictor.models.svc.cluster.local"),
        ("Headless", "None", "http://llama-predictor.models.svc.cluster.local:8080"),
    ],
)
def test_service_and_address_follow_the_data_science_cluster(config: str, cluster_ip: str, address: str) -> None:
    outcome = look(service(), running("llama-predictor", "models"), config=config)
    front = applied(outcome, "Service", "llama-predictor")["spec"]
    assert front.get("clusterIP") == cluster_ip
    assert front["ports"][0]["port"] == 80
    assert front["ports"][0]["targetPort"] == 8080
    assert written(outcome)["address"]["url"] == address
    assert written(outcome)["url"] == "http://llama-predictor.models.svc.cluster.local"


def test_it_is_ready_when_its_deployment_is_and_the_model_had_its_time() -> None:
    waiting = written(look(service()))
    assert condition(waiting, "Ready")["status"] == "False"
    assert waiting["modelStatus"]["transitionStatus"] == "InProgress"
    loading = look(service(), running("llama-predictor", "models"), early=frozenset({"loading"}))
    assert condition(written(loading), "Ready")["status"] == "False"
    assert loading.again
    loaded = written(look(service(), running("llama-predictor", "models")))
    for name in ("PredictorReady", "IngressReady", "Ready"):
        assert condition(loaded, name)["status"] == "True"
    assert loaded["modelStatus"]["states"]["activeModelState"] == "Loaded"
    assert loaded["deploymentMode"] == "RawDeployment"


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ({"runtime": "nowhere"}, "RuntimeNotRecognized"),
        ({"runtime": None, "modelFormat": {"name": "onnx"}}, "NoSupportingRuntime"),
    ],
)
def test_a_runtime_that_is_not_there_is_named_in_the_status(model: dict[str, Any], reason: str) -> None:
    outcome = look(service(**model))
    assert not outcome.apply
    assert written(outcome)["modelStatus"]["transitionStatus"] == "InvalidSpec"
    assert written(outcome)["modelStatus"]["lastFailureInfo"]["reason"] == reason
    assert condition(written(outcome), "Ready")["status"] == "False"


def test_a_runtime_is_found_by_its_model_format() -> None:
    assert written(look(service(runtime=None)))["servingRuntimeName"] == "vllm-cpu"


def test_an_image_that_cannot_be_pulled_is_named_in_the_status() -> None:
    labels = {
        "app": "isvc.llama-predictor",
        "component": "predictor",
        "serving.kserve.io/inferenceservice": "llama",
    }
    waiting = {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}
    states = [{"name": "kserve-container", "state": {"waiting": waiting}}]
    pod = named(POD, "llama-1", "models", metadata={"labels": labels}, status={"containerStatuses": states})
    status = written(look(service(), pod))
    assert status["modelStatus"]["transitionStatus"] == "BlockedByFailedLoad"
    assert status["modelStatus"]["lastFailureInfo"] == {
        "reason": "ModelLoadFailed",
        "message": "ImagePullBackOff: Back-off pulling image",
    }


def test_it_has_both_controllers_finalizers_and_loses_them_at_deletion() -> None:
    [(_, patch)] = look(service()).patch
    assert patch == {"metadata": {"finalizers": list(FINALIZERS)}}
    gone = service(metadata={"finalizers": ["x", *FINALIZERS], "deletionTimestamp": "2026-11-21T08:00:00Z"})
    outcome = look(gone)
    assert outcome.patch[0][1] == {"metadata": {"finalizers": ["x"]}}
    assert not outcome.apply


def test_a_servers_place_and_devices_reach_its_pods() -> None:
    asked = service(resources={"limits": {"nvidia.com/gpu": "2"}, "requests": {"nvidia.com/gpu": "2"}})
    place = {
        "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}],
        "nodeSelector": {"maas/pool": "a10g"},
    }
    asked["spec"]["predictor"] |= place
    pod = applied(look(asked), "Deployment", "llama-predictor")["spec"]["template"]["spec"]

    assert {name: pod[name] for name in place} == place
    assert pod["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == "2"
    assert pod["containers"][0]["resources"]["requests"] == {"cpu": "1", "memory": "2Gi", "nvidia.com/gpu": "2"}


def test_a_server_that_no_node_takes_is_not_ready_and_no_failure_of_the_model() -> None:
    waiting = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
    labels = {
        "app": "isvc.llama-predictor",
        "component": "predictor",
        "serving.kserve.io/inferenceservice": "llama",
    }
    pod = named(POD, "llama-0", "models", metadata={"labels": labels}, status={"conditions": [waiting]})
    found = look(service(), pod)

    assert found.status is not None
    assert condition(found.status, "Ready")["reason"] == "MinimumReplicasUnavailable"
    assert found.status["modelStatus"]["transitionStatus"] == "InProgress"


def test_its_counter_is_the_deployments() -> None:
    made = running("llama-predictor", "models", status={"observedGeneration": 7, "conditions": []})

    assert written(look(service(), made))["observedGeneration"] == 7
    assert written(look(service()))["observedGeneration"] == 0


def test_it_stays_ready_while_its_deployment_replaces_pods() -> None:
    told = [
        {"type": "Available", "status": "True"},
        {"type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated"},
    ]
    made = running("llama-predictor", "models", generation=8, status={"observedGeneration": 7, "conditions": told})

    assert condition(written(look(service(), made)), "Ready")["status"] == "True"


def test_a_changed_runtime_alone_wakes_nobody() -> None:
    assert SERVING_RUNTIME not in KSERVE.wakes
    assert look(service(runtime="nowhere")).again
