from __future__ import annotations

from sandbox.operators.kinds import OPERATOR_GROUP
from sandbox.operators.olm.operator_group import reconcile
from tests.sandbox.operators.picture import NOW, after, named, view, written


def test_the_status_names_the_watched_namespaces() -> None:
    group = named(OPERATOR_GROUP, "g", "keycloak", spec={"targetNamespaces": ["keycloak"]})
    assert reconcile(group, view()).status == {"namespaces": ["keycloak"], "lastUpdated": NOW}


def test_no_target_stands_for_all_namespaces() -> None:
    group = named(OPERATOR_GROUP, "g", "redhat-ods-operator", spec={})
    first = reconcile(group, view())
    assert written(first)["namespaces"] == [""]
    assert reconcile(after(group, first), view()).status is None
