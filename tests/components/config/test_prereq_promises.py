"""The operators below the models are given where they belong, in releases that are known."""

from typing import Any

import pytest

from tests.components.config.test_validation import problems, settings
from tests.support.stack_file import dev_stack

MESH = {"channel": "stable", "startingCSV": "servicemeshoperator.v2.6.1"}
KNATIVE = {"channel": "stable", "startingCSV": "serverless-operator.v1.35.0"}


def openshift_ai(version: str) -> dict[str, Any]:
    return {"openshiftAi": {"channel": "stable-2.25", "startingCSV": f"rhods-operator.{version}"}}


@pytest.mark.row("S-007")
def test_a_release_whose_objects_are_not_known_is_refused() -> None:
    found = problems(dev_stack(prereqs=openshift_ai("2.12.0")))

    assert list(found) == ["prereqs.openshiftAi.startingCSV"]
    assert "release 2.16 or later" in found["prereqs.openshiftAi.startingCSV"].allowed


@pytest.mark.row("S-009")
def test_services_with_a_cluster_ip_need_a_release_that_has_them() -> None:
    old = {"prereqs": openshift_ai("2.16.4")}

    found = problems(dev_stack(**old))
    assert list(found) == ["modelServing.serviceKind"]
    assert "before release 2.19" in found["modelServing.serviceKind"].allowed
    assert settings(**old, modelServing={"serviceKind": "headless"})
    assert settings(**old, compat={"serverless": True})
    assert settings(prereqs=openshift_ai("2.19.0"))


@pytest.mark.row("S-010", "S-012", "S-013")
@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("prereqs.serviceMesh", {"prereqs": {"serviceMesh": MESH}}),
        ("prereqs.serverless", {"prereqs": {"serverless": KNATIVE}}),
        (
            "modelServing.ingressCertificateSecret",
            {"modelServing": {"ingressCertificateSecret": "knative-serving-cert"}},
        ),
    ],
)
def test_what_knative_alone_needs_is_refused_without_it(path: str, changes: dict[str, Any]) -> None:
    found = problems(dev_stack(**changes))

    assert list(found) == [path]
    assert "set compat.serverless to true outside production" in found[path].remedy


def test_both_operators_are_accepted_with_it() -> None:
    prereqs = {**openshift_ai("2.25.0"), "serviceMesh": MESH, "serverless": KNATIVE}

    assert settings(prereqs=prereqs, compat={"serverless": True}).prereqs.service_mesh is not None


def test_an_operator_does_not_share_the_namespace_of_another() -> None:
    prereqs = {**openshift_ai("2.25.0"), "serverless": {**KNATIVE, "namespace": "redhat-ods-operator"}}

    found = problems(dev_stack(prereqs=prereqs, compat={"serverless": True}))
    assert list(found) == ["prereqs.serverless.namespace"]
