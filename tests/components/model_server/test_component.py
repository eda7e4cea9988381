"""A server, who may reach it, and the gate that waits for its weights."""

import pulumi
import pytest

from components.model_server import ModelServer, ModelServerArgs, served_model
from components.site import Site
from tests.support.model_servers import KINDS, served, serving_stack
from tests.support.platform import MODEL, placed, placed_with
from tests.support.recorder import Recording
from tests.support.stack_file import CANARIES


def recording(**changes: object) -> Recording:
    def component(site: Site, gate: pulumi.Resource) -> None:
        model = served_model(site.settings, MODEL)
        assert model is not None
        ModelServer(MODEL, ModelServerArgs(site=site, model=model, after=[gate]))

    return placed(component, **changes)


RUNTIME = "kubernetes:serving.kserve.io/v1alpha1:ServingRuntime"
SERVICE = "kubernetes:serving.kserve.io/v1beta1:InferenceService"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
GATE = "pulumi-python:dynamic/cluster:ConditionGate"


def test_nobody_reaches_a_server_before_its_policy_is_there() -> None:
    found = recording()

    assert found.one(SERVICE).dependencies == {found.urn(RUNTIME), found.urn(POLICY)}
    assert found.one(GATE).dependencies == {found.urn(SERVICE)}
    for first in (RUNTIME, POLICY):
        assert found.one(first).dependencies == {found.urn("test:index:Gate")}


def test_monitoring_and_dashboard_reach_the_server_besides_the_gateway() -> None:
    sources = recording().one(POLICY).inputs["spec"]["ingress"][0]["from"]

    assert [one["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] for one in sources[1:]] == [
        "3scale",
        "openshift-user-workload-monitoring",
        "redhat-ods-applications",
    ]


def test_the_gate_waits_again_when_the_server_changes_and_only_then() -> None:
    first, same = recording().one(GATE).inputs, recording().one(GATE).inputs
    other = recording(models={MODEL: {"maxModelLen": 1999}}).one(GATE).inputs

    assert first["trigger"] == same["trigger"]
    assert first["trigger"] != other["trigger"]
    assert first["timeout_seconds"] == 1800
    assert first["deployment"] == f"{MODEL}-predictor"
    assert first["pod_annotations"] == recording().one(SERVICE).inputs["spec"]["predictor"]["annotations"]
    assert first["pod_annotations"] != other["pod_annotations"]
    assert (first["kind"], first["name"], first["namespace"]) == ("InferenceService", MODEL, "llm-hosting")


def test_hand_edits_of_our_fields_are_taken_back() -> None:
    for type_ in (RUNTIME, SERVICE, POLICY):
        assert recording().one(type_).inputs["metadata"]["annotations"]["pulumi.com/patchForce"] == "true"


def keyed(name: str) -> Recording:
    def component(site: Site, gate: pulumi.Resource) -> None:
        model = served_model(site.settings, "model")
        assert model is not None
        key = pulumi.Output.from_input(name)
        ModelServer("model", ModelServerArgs(site=site, model=model, after=[gate], key=key))

    stack = serving_stack({"model": served(server={"requireApiKey": True})})
    return placed_with({**CANARIES, "modelApiKey": "canary-model-key"}, component, **stack)


@pytest.mark.row("S-073")
def test_another_key_makes_new_pods_and_the_gate_waits_for_them() -> None:
    for name in ("serving-key-1", "serving-key-2"):
        found = keyed(name)
        (container,) = found.one(RUNTIME).inputs["spec"]["containers"]
        assert container["env"][-1]["valueFrom"]["secretKeyRef"]["name"] == name
        assert found.one(SERVICE).inputs["spec"]["predictor"]["annotations"]["maas/key"] == name
        assert found.one(GATE).inputs["pod_annotations"]["maas/key"] == name


def of_engine(engine: str, **server: object) -> Recording:
    def component(site: Site, gate: pulumi.Resource) -> None:
        model = served_model(site.settings, "model")
        assert model is not None
        ModelServer("model", ModelServerArgs(site=site, model=model, after=[gate]))

    return placed(component, **serving_stack({"model": served(engine, server=server)}))


@pytest.mark.parametrize("engine", KINDS)
@pytest.mark.row("S-072", "S-074")
def test_every_engine_has_runtime_service_policy_and_gate(engine: str) -> None:
    found = of_engine(engine)

    for type_ in (RUNTIME, SERVICE, POLICY, GATE):
        assert found.one(type_).inputs["metadata" if type_ != GATE else "trigger"]


@pytest.mark.row("S-079")
def test_a_monitor_comes_after_the_service_it_looks_at() -> None:
    monitor = of_engine("tei").one("kubernetes:monitoring.coreos.com/v1:ServiceMonitor")

    assert monitor.name == "model-monitor"
    assert monitor.dependencies == {of_engine("tei").urn(SERVICE)}
    assert not of_engine("vllm").of("kubernetes:monitoring.coreos.com/v1:ServiceMonitor")


@pytest.mark.row("S-080")
def test_a_scaled_server_has_one_object_more() -> None:
    scaled = of_engine("vllm", autoscale={"max": 2}).one("kubernetes:keda.sh/v1alpha1:ScaledObject")

    assert scaled.name == "model-scaling"
    assert scaled.dependencies == {of_engine("vllm").urn(SERVICE)}


def test_knatives_own_pods_reach_a_server_that_it_runs() -> None:
    def component(site: Site, gate: pulumi.Resource) -> None:
        model = served_model(site.settings, "model")
        assert model is not None
        ModelServer("model", ModelServerArgs(site=site, model=model, after=[gate]))

    old = {"openshiftAi": {"startingCSV": "rhods-operator.2.16.0"}}
    found = placed(component, **serving_stack({"model": served()}, compat={"serverless": True}, prereqs=old))
    sources = found.one(POLICY).inputs["spec"]["ingress"][0]["from"]

    assert [one["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] for one in sources[-2:]] == [
        "istio-system",
        "knative-serving",
    ]
    assert "deployment" not in found.one(GATE).inputs
