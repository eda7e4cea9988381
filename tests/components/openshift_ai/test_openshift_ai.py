"""OpenShift AI serves models and nothing else."""

from typing import Any

import pulumi
import pytest

from components.custom_resources import validated
from components.openshift_ai import OpenShiftAi, OpenShiftAiArgs
from components.openshift_ai.component import manifests
from components.openshift_ai.manifests import data_science_cluster, initialization
from components.site import Site
from tests.components.config.test_validation import settings
from tests.support.platform import placed
from tests.support.recorder import Recording

SERVERLESS = {"compat": {"serverless": True}}


def first_generation(version: str = "2.25.0", /, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ANN401 - keys of the stack file
    """Both objects of a release 2.x, checked."""
    release = {"openshiftAi": {"channel": "stable-2.25", "startingCSV": f"rhods-operator.{version}"}}
    found = settings(**{"prereqs": release, **changes})
    assert found.prereqs.openshift_ai is not None
    first, second = manifests(found, found.prereqs.openshift_ai)
    return validated(first), validated(second)


def component_with(*beside: str, **changes: Any) -> Recording:  # noqa: ANN401 - keys of the stack file
    def component(site: Site, gate: pulumi.Resource) -> None:
        release = site.settings.prereqs.openshift_ai
        assert release is not None
        gates = [pulumi.CustomResource("test:index:Beside", name) for name in beside]
        OpenShiftAi("openshift-ai", OpenShiftAiArgs(site=site, settings=release, operator=gate, beside=gates))

    return placed(component, **changes)


@pytest.mark.row("S-009")
def test_only_kserve_and_the_dashboard_are_managed() -> None:
    parts = validated(data_science_cluster(dashboard=True))["spec"]["components"]

    assert {name for name, part in parts.items() if part["managementState"] == "Managed"} == {"kserve", "dashboard"}
    assert parts["kserve"]["rawDeploymentServiceConfig"] == "Headed"
    assert parts["kserve"]["nim"] == {"managementState": "Removed"}


def test_the_dashboard_can_be_left_out() -> None:
    parts = validated(data_science_cluster(dashboard=False))["spec"]["components"]

    assert parts["dashboard"] == {"managementState": "Removed"}


@pytest.mark.row("S-008")
def test_the_initialization_asks_for_no_service_mesh() -> None:
    assert "serviceMesh" not in validated(initialization())["spec"]


def test_both_singletons_come_after_the_operator_and_the_gate_after_both() -> None:
    found = component_with()
    first = found.one("kubernetes:dscinitialization.opendatahub.io/v2:DSCInitialization")
    second = found.one("kubernetes:datasciencecluster.opendatahub.io/v2:DataScienceCluster")
    gate = found.one("pulumi-python:dynamic/cluster:ConditionGate")

    assert first.dependencies == {found.urn("test:index:Gate")}
    assert second.dependencies == {first.urn}
    assert gate.dependencies == {second.urn}
    assert (gate.inputs["kind"], gate.inputs["name"], gate.inputs["conditions"]) == (
        "DataScienceCluster",
        "default-dsc",
        ["Ready"],
    )
    assert gate.inputs["timeout_seconds"] == 1200


@pytest.mark.row("S-008")
def test_a_first_generation_asks_for_no_service_mesh_in_its_own_words() -> None:
    first, _ = first_generation()

    assert first["apiVersion"] == "dscinitialization.opendatahub.io/v1"
    assert first["spec"]["serviceMesh"] == {"managementState": "Removed"}
    assert first["metadata"] == initialization()["metadata"]


@pytest.mark.row("S-009")
def test_a_first_generation_serves_by_plain_deployments_and_has_the_dashboard_alone_beside() -> None:
    _, second = first_generation()
    parts = second["spec"]["components"]

    assert second["apiVersion"] == "datasciencecluster.opendatahub.io/v1"
    assert {name for name, part in parts.items() if part["managementState"] == "Managed"} == {"kserve", "dashboard"}
    assert parts["kserve"] == {
        "managementState": "Managed",
        "nim": {"managementState": "Removed"},
        "defaultDeploymentMode": "RawDeployment",
        "serving": {"managementState": "Removed", "name": "knative-serving"},
        "rawDeploymentServiceConfig": "Headed",
    }


def test_a_release_that_cannot_choose_its_services_is_not_asked_to() -> None:
    _, second = first_generation("2.16.4", modelServing={"serviceKind": "headless"})

    assert "rawDeploymentServiceConfig" not in second["spec"]["components"]["kserve"]


@pytest.mark.row("S-010", "S-011")
def test_knative_gets_the_routers_certificate_without_anybody_copying_a_key() -> None:
    first, second = first_generation(**SERVERLESS)
    kserve = second["spec"]["components"]["kserve"]

    assert first["spec"]["serviceMesh"]["managementState"] == "Managed"
    assert first["spec"]["serviceMesh"]["controlPlane"]["namespace"] == "istio-system"
    assert kserve["defaultDeploymentMode"] == "Serverless"
    assert kserve["serving"] == {
        "managementState": "Managed",
        "name": "knative-serving",
        "ingressGateway": {"certificate": {"type": "OpenshiftDefaultIngress"}},
    }


@pytest.mark.row("S-010")
def test_a_certificate_of_somebody_else_can_be_named() -> None:
    _, second = first_generation(**SERVERLESS, modelServing={"ingressCertificateSecret": "knative-serving-cert"})

    assert second["spec"]["components"]["kserve"]["serving"]["ingressGateway"] == {
        "certificate": {"type": "Provided", "secretName": "knative-serving-cert"}
    }


@pytest.mark.row("S-012", "S-013")
def test_what_knative_runs_on_comes_first_and_a_first_generation_is_ready_by_its_phase() -> None:
    release = {"openshiftAi": {"channel": "stable-2.25", "startingCSV": "rhods-operator.2.25.0"}}
    found = component_with("service-mesh", "serverless", prereqs=release, **SERVERLESS)
    first = found.one("kubernetes:dscinitialization.opendatahub.io/v1:DSCInitialization")
    gate = found.one("pulumi-python:dynamic/cluster:ConditionGate")

    assert first.dependencies == {
        found.urn("test:index:Gate"),
        found.urn("test:index:Beside", "service-mesh"),
        found.urn("test:index:Beside", "serverless"),
    }
    assert gate.inputs["api_version"] == "datasciencecluster.opendatahub.io/v1"
    assert gate.inputs["conditions"] == ["status.phase=Ready"]
