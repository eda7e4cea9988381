"""An operator is installed in exactly one version, and nothing approves another one."""

import pytest

from components.custom_resources import validated
from components.operator_install import OperatorInstall, OperatorInstallArgs, needed_operators
from components.operator_install.manifests import operator_group, subscription
from tests.components.config.test_validation import settings
from tests.support.platform import placed


def test_the_dev_stack_needs_three_operators_and_a_small_one_only_3scale() -> None:
    assert [one.package for one in needed_operators(settings())] == [
        "rhods-operator",
        "rhbk-operator",
        "3scale-operator",
    ]
    assert [one.package for one in needed_operators(settings(prereqs=None, identity=None))] == ["3scale-operator"]


@pytest.mark.row("S-007", "C-15")
@pytest.mark.parametrize("position", [0, 1, 2])
def test_every_subscription_is_pinned_and_manual(position: int) -> None:
    operator = needed_operators(settings())[position]
    spec = validated(subscription(operator))["spec"]

    assert spec["installPlanApproval"] == "Manual"
    assert spec["startingCSV"] == operator.channel.starting_csv
    assert spec["channel"] == operator.channel.channel
    assert (spec["source"], spec["sourceNamespace"]) == ("redhat-operators", "openshift-marketplace")


@pytest.mark.row("S-108", "C-16")
def test_openshift_ai_watches_the_whole_cluster_and_3scale_its_own_namespace() -> None:
    openshift_ai, _, threescale = needed_operators(settings())

    assert validated(operator_group(openshift_ai))["spec"] == {}
    assert validated(operator_group(threescale))["spec"] == {"targetNamespaces": ["3scale"]}


def test_openshift_ai_does_not_make_singletons_of_its_own() -> None:
    openshift_ai, keycloak, _ = needed_operators(settings())

    assert subscription(openshift_ai)["spec"]["config"] == {"env": [{"name": "DISABLE_DSC_CONFIG", "value": "true"}]}
    assert "config" not in subscription(keycloak)["spec"]


@pytest.mark.row("S-022", "S-106")
def test_the_order_is_namespace_group_subscription_gate() -> None:
    def component(site: object, _: object) -> None:
        operator = needed_operators(settings())[2]
        OperatorInstall("threescale", OperatorInstallArgs(site=site, operator=operator))  # type: ignore[arg-type]  # a Site

    found = placed(component)
    namespace = found.one("kubernetes:core/v1:Namespace")
    group = found.one("kubernetes:operators.coreos.com/v1:OperatorGroup")
    subscribed = found.one("kubernetes:operators.coreos.com/v1alpha1:Subscription")
    ready = found.one("pulumi-python:dynamic/cluster:OperatorReady")

    assert namespace.inputs["metadata"] == {"name": "3scale"}
    assert group.dependencies == {namespace.urn}
    assert subscribed.dependencies == {group.urn}
    assert ready.dependencies == {subscribed.urn}
    inputs = {key: value for key, value in ready.inputs.items() if key != "__provider"}
    assert inputs == {
        "namespace": "3scale",
        "subscription": "3scale-operator",
        "csv": "3scale-operator.v0.12.4",
        "timeout_seconds": 900,
    }
    assert "::cluster::" in ready.provider


PREREQS = {
    "openshiftAi": {"channel": "stable-2.25", "startingCSV": "rhods-operator.2.25.0"},
    "serviceMesh": {"channel": "stable", "startingCSV": "servicemeshoperator.v2.6.1"},
    "serverless": {"channel": "stable", "startingCSV": "serverless-operator.v1.35.0"},
}


@pytest.mark.row("S-012", "S-013")
def test_knative_and_service_mesh_come_only_where_they_are_asked_for() -> None:
    assert not {"service-mesh", "serverless"} & {one.name for one in needed_operators(settings())}

    found = {one.name: one for one in needed_operators(settings(prereqs=PREREQS, compat={"serverless": True}))}
    assert list(found) == ["service-mesh", "serverless", "openshift-ai", "keycloak", "threescale"]
    assert (found["service-mesh"].package, found["service-mesh"].namespace) == (
        "servicemeshoperator",
        "openshift-operators",
    )
    assert (found["serverless"].package, found["serverless"].namespace) == (
        "serverless-operator",
        "openshift-serverless",
    )
    assert validated(operator_group(found["serverless"]))["spec"] == {}
    assert validated(subscription(found["service-mesh"]))["spec"]["installPlanApproval"] == "Manual"


@pytest.mark.row("S-012")
def test_the_clusters_own_namespace_for_operators_gets_no_second_group() -> None:
    def component(site: object, _: object) -> None:
        mesh = next(one for one in needed_operators(site.settings) if one.name == "service-mesh")  # type: ignore[attr-defined]  # a Site
        OperatorInstall("service-mesh", OperatorInstallArgs(site=site, operator=mesh))  # type: ignore[arg-type]  # a Site

    found = placed(component, prereqs=PREREQS, compat={"serverless": True})

    assert found.of("kubernetes:core/v1:Namespace") == []
    assert found.of("kubernetes:operators.coreos.com/v1:OperatorGroup") == []
    subscribed = found.one("kubernetes:operators.coreos.com/v1alpha1:Subscription")
    assert subscribed.inputs["metadata"]["namespace"] == "openshift-operators"
    assert subscribed.dependencies == frozenset()
    assert found.one("pulumi-python:dynamic/cluster:OperatorReady").dependencies == {subscribed.urn}
