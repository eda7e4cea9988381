"""OpenShift AI serves models and nothing else."""

from components.custom_resources import validated
from components.openshift_ai import OpenShiftAi, OpenShiftAiArgs
from components.openshift_ai.manifests import data_science_cluster, initialization
from tests.support.platform import placed


def test_only_kserve_and_the_dashboard_are_managed() -> None:
    parts = validated(data_science_cluster(dashboard=True))["spec"]["components"]

    assert {name for name, part in parts.items() if part["managementState"] == "Managed"} == {"kserve", "dashboard"}
    assert parts["kserve"]["rawDeploymentServiceConfig"] == "Headed"
    assert parts["kserve"]["nim"] == {"managementState": "Removed"}


def test_the_dashboard_can_be_left_out() -> None:
    parts = validated(data_science_cluster(dashboard=False))["spec"]["components"]

    assert parts["dashboard"] == {"managementState": "Removed"}


def test_the_initialization_asks_for_no_service_mesh() -> None:
    assert "serviceMesh" not in validated(initialization())["spec"]


def test_both_singletons_come_after_the_operator_and_the_gate_after_both() -> None:
    def component(site: object, gate: object) -> None:
        args = OpenShiftAiArgs(site=site, settings=site.settings.prereqs.openshift_ai, operator=gate)  # type: ignore[arg-type, attr-defined]  # a Site
        OpenShiftAi("openshift-ai", args)

    found = placed(component)
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
