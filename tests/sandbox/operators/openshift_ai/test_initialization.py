from __future__ import annotations

from sandbox.operators.kinds import DATA_SCIENCE_CLUSTER, DSC_INITIALIZATION, NAMESPACE
from sandbox.operators.openshift_ai.initialization import FINALIZER, at_start, reconcile
from tests.sandbox.operators.picture import after, named, running, view, written

SPACE = named(NAMESPACE, "redhat-ods-applications")


def test_it_makes_the_namespace_and_becomes_ready() -> None:
    asked = named(DSC_INITIALIZATION, "default-dsci", spec={"applicationsNamespace": "redhat-ods-applications"})
    first = reconcile(asked, view(asked))
    assert [made["metadata"]["name"] for made in first.create] == ["redhat-ods-applications"]
    assert written(first)["phase"] == "Progressing"
    second = reconcile(after(asked, first), view(after(asked, first), SPACE))
    assert written(second)["phase"] == "Ready"
    assert not second.create


def test_it_carries_the_operators_finalizer() -> None:
    asked = named(DSC_INITIALIZATION, "default-dsci", spec={})
    [(_, patch)] = reconcile(asked, view(asked, SPACE)).patch
    assert patch == {"metadata": {"finalizers": [FINALIZER]}}


def test_a_second_one_is_an_error() -> None:
    first = named(DSC_INITIALIZATION, "a", spec={}, metadata={"creationTimestamp": "2026-11-21T07:00:00Z"})
    second = named(DSC_INITIALIZATION, "b", spec={}, metadata={"creationTimestamp": "2026-11-21T07:30:00Z"})
    outcome = reconcile(second, view(first, second))
    assert written(outcome)["phase"] == "Error"
    assert "only one instance" in written(outcome)["errorMessage"]


def test_it_stays_while_a_data_science_cluster_exists() -> None:
    gone = {"deletionTimestamp": "2026-11-21T07:30:00Z", "finalizers": [FINALIZER]}
    asked = named(DSC_INITIALIZATION, "default-dsci", spec={}, metadata=gone)
    assert not reconcile(asked, view(asked, named(DATA_SCIENCE_CLUSTER, "dsc", spec={}))).patch
    [(_, patch)] = reconcile(asked, view(asked)).patch
    assert patch == {"metadata": {"finalizers": []}}


def test_the_operator_creates_the_default_one_unless_it_is_told_not_to() -> None:
    plain = running("rhods-operator", "redhat-ods-operator")
    [made] = at_start(plain, view(plain)).create
    assert made["metadata"]["name"] == "default-dsci"
    container = {"name": "manager", "env": [{"name": "DISABLE_DSC_CONFIG", "value": "true"}]}
    told = running("rhods-operator", "redhat-ods-operator", spec={"template": {"spec": {"containers": [container]}}})
    assert not at_start(told, view(told)).create
    other = running("something-else", "redhat-ods-operator")
    assert not at_start(other, view(other)).create
