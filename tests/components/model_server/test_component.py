"""A server, who may reach it, and the gate that waits for its weights."""

import pulumi

from components.model_server import ModelServer, ModelServerArgs, served_model
from components.site import Site
from tests.support.platform import MODEL, placed
from tests.support.recorder import Recording


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
    assert (first["kind"], first["name"], first["namespace"]) == ("InferenceService", MODEL, "llm-hosting")


def test_hand_edits_of_our_fields_are_taken_back() -> None:
    for type_ in (RUNTIME, SERVICE, POLICY):
        assert recording().one(type_).inputs["metadata"]["annotations"]["pulumi.com/patchForce"] == "true"
