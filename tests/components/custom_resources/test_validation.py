"""A manifest with a field that its kind does not have never reaches the API server, which would drop it in silence."""

import copy
from typing import Any

import pytest

from components.custom_resources import CustomResourceError, digest, validated

ROUTE: dict[str, Any] = {
    "apiVersion": "route.openshift.io/v1",
    "kind": "Route",
    "metadata": {"name": "keycloak", "namespace": "keycloak"},
    "spec": {"host": "sso.apps.maas.test", "to": {"kind": "Service", "name": "keycloak-service"}},
}


def refusal(manifest: dict[str, Any]) -> str:
    with pytest.raises(CustomResourceError) as error:
        validated(manifest)
    return str(error.value)


def test_a_right_manifest_comes_back_unchanged() -> None:
    before = copy.deepcopy(ROUTE)
    assert validated(ROUTE) is ROUTE
    assert before == ROUTE


def test_an_unknown_field_is_refused_with_its_path_and_what_is_allowed() -> None:
    text = refusal({**ROUTE, "spec": {**ROUTE["spec"], "tls": {"termination": "edge", "insecurePolicy": "x"}}})

    assert "Route keycloak" in text
    assert "spec.tls.insecurePolicy: unknown field; allowed are insecureEdgeTerminationPolicy, termination" in text


def test_all_faults_come_at_once() -> None:
    text = refusal({**ROUTE, "spec": {"hots": "x", "to": {"kind": "Servise", "name": "a"}}})

    assert "spec.hots: unknown field" in text
    assert "spec.to.kind: 'Servise' is not one of ['Service']" in text


def test_a_wrong_type_and_a_missing_field_are_refused() -> None:
    assert "spec.host: 5 is not of type 'string'" in refusal({**ROUTE, "spec": {**ROUTE["spec"], "host": 5}})
    assert "'to' is a required property" in refusal({**ROUTE, "spec": {}})


def test_a_kind_without_a_schema_is_refused() -> None:
    assert "no.such/v1 Foo: no schema" in refusal({**ROUTE, "apiVersion": "no.such/v1", "kind": "Foo"})


def test_metadata_is_checked_too() -> None:
    assert "metadata.lables: unknown field" in refusal({**ROUTE, "metadata": {"name": "x", "lables": {}}})


def test_a_digest_changes_with_any_field_and_not_with_the_order() -> None:
    other = {key: ROUTE[key] for key in reversed(ROUTE)}
    changed = {**ROUTE, "spec": {**ROUTE["spec"], "host": "x"}}

    assert digest(ROUTE) == digest(other)
    assert digest(ROUTE) != digest(changed)
    assert digest(ROUTE, changed) != digest(changed, ROUTE)
