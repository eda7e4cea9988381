"""OpenShift AI 2.x: the same singletons in version v1, and what Knative needs before KServe serves through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.operators.kinds import (
    CRD,
    CSV,
    DATA_SCIENCE_CLUSTER,
    DATA_SCIENCE_CLUSTER_V1,
    DSC_INITIALIZATION_V1,
    NAMESPACE,
)
from sandbox.operators.olm.catalogue import package_of
from sandbox.operators.openshift_ai import data_science_cluster, initialization
from sandbox.operators.openshift_ai.inference_service import _mode
from tests.sandbox.operators.picture import applied, condition, named, running, view, written

if TYPE_CHECKING:
    from sandbox.operators.reconcile import Outcome
    from sandbox.operators.store import Manifest

SPACE = "redhat-ods-applications"
DEFINITION = named(
    CRD,
    "datascienceclusters.datasciencecluster.opendatahub.io",
    status={"storedVersions": ["v1"]},
)
SERVED = [
    named(CRD, name, status={"conditions": [{"type": "Established", "status": "True"}]})
    for name in ("inferenceservices.serving.kserve.io", "servingruntimes.serving.kserve.io")
]
CONTROLLERS = [running(name, SPACE) for name in ("kserve-controller-manager", "odh-model-controller")]


def initialized(mesh: str = "Removed") -> Manifest:
    spec = {"applicationsNamespace": SPACE, "serviceMesh": {"managementState": mesh}}
    return named(DSC_INITIALIZATION_V1, "default-dsci", spec=spec, status={"phase": "Ready"})


def cluster(serving: str = "Removed", **components: str) -> Manifest:
    parts: Manifest = {name: {"managementState": state} for name, state in components.items()}
    parts["kserve"] = {"managementState": "Managed", "serving": {"managementState": serving, "name": "knative-serving"}}
    return named(DATA_SCIENCE_CLUSTER_V1, "default-dsc", spec={"components": parts})


def operator(csv: str) -> list[Manifest]:
    """A running operator that watches the whole cluster."""
    package = package_of(csv)
    assert package is not None
    return [
        named(CSV, csv, "operators", metadata={"annotations": {"olm.targetNamespaces": ""}}),
        running(package.deployment, "operators"),
    ]


def looked(asked: Manifest, *objects: Manifest) -> Outcome:
    return data_science_cluster.reconcile(asked, view(asked, DEFINITION, *CONTROLLERS, *SERVED, *objects))


def test_it_knows_the_components_of_its_release_and_reports_its_version() -> None:
    outcome = looked(cluster(codeflare="Managed", aipipelines="Managed"), initialized())

    assert applied(outcome, "Deployment", "codeflare-operator-manager")
    status = written(outcome)
    assert status["release"]["version"] == "2.25.0"
    assert condition(status, "CodeFlareReady")["status"] == "False"
    assert "aipipelines" not in status["components"]
    assert "modelmeshserving" in status["components"]


def test_without_knative_it_is_ready_as_later_releases_are() -> None:
    outcome = looked(cluster(), initialized())

    assert written(outcome)["phase"] == "Ready"
    assert not [one for one in outcome.create if one["kind"] == "Namespace"]


def test_knative_needs_the_mesh_and_both_operators() -> None:
    asked = cluster("Managed")

    def told(*objects: Manifest) -> tuple[str, str]:
        found = condition(written(looked(asked, *objects)), "KserveReady")
        return found.get("reason", ""), found.get("message", "")

    assert told(initialized()) == ("ServiceMeshNotConfigured", "ServiceMesh needs to be set to 'Managed' in DSCI CR")
    mesh = initialized("Managed")
    assert told(mesh)[0] == "ServiceMeshOperatorNotInstalled"
    assert told(mesh, *operator("servicemeshoperator.v2.6.1")) == (
        "ServerlessOperatorNotInstalled",
        "Serverless operator must be installed for this component's configuration",
    )
    both = [*operator("servicemeshoperator.v2.6.1"), *operator("serverless-operator.v1.35.0")]
    outcome = looked(asked, mesh, *both)
    assert written(outcome)["phase"] == "Ready"
    assert [one["metadata"]["name"] for one in outcome.create if one["kind"] == "Namespace"] == ["knative-serving"]


def test_the_initialization_brings_the_namespace_of_the_mesh_where_it_is_asked_for() -> None:
    for mesh, expected in (("Managed", [SPACE, "istio-system"]), ("Removed", [SPACE])):
        asked = {**initialized(mesh), "status": {}}
        outcome = initialization.reconcile(asked, view(asked, DEFINITION))
        assert [one["metadata"]["name"] for one in outcome.create] == expected
    made = initialization.reconcile(asked, view(asked, DEFINITION, named(NAMESPACE, SPACE)))
    assert written(made)["release"]["version"] == "2.25.0"


def test_the_operator_makes_its_default_one_in_the_version_that_is_stored() -> None:
    plain = running("rhods-operator", "redhat-ods-operator")
    [made] = initialization.at_start(plain, view(plain, DEFINITION)).create

    assert made["apiVersion"] == "dscinitialization.opendatahub.io/v1"


def test_an_object_seen_in_a_version_that_is_not_stored_is_left_to_the_other() -> None:
    asked = cluster()
    later = named(DATA_SCIENCE_CLUSTER, "default-dsc", spec={})

    assert data_science_cluster.reconcile(asked, view(asked, initialized())).status is None
    assert data_science_cluster.reconcile(later, view(later, DEFINITION)).status is None
    alone = initialized()
    assert initialization.reconcile(alone, view(alone)).status is None


def test_a_server_that_names_knative_keeps_that_mode() -> None:
    knative = {"metadata": {"annotations": {"serving.kserve.io/deploymentMode": "Serverless"}}}

    assert _mode(knative) == "Serverless"
    assert _mode({"metadata": {}}) == "RawDeployment"
