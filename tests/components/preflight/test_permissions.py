"""The questions fit the stack: no more rights are asked for than it needs."""

from typing import Any

import pytest

from components.config.validation import validated
from components.operator_install import needed_operators
from components.preflight.needs.operators import operators
from components.preflight.permissions import in_words, needed_permissions
from tests.components.config.test_validation import ALL_SECRETS, settings
from tests.support.model_servers import served, serving_stack
from tests.support.node_pools import PREREQS

EVERY = "create, delete, get, list, patch, watch"


def words(**changes: object) -> set[str]:
    return set(in_words(needed_permissions(settings(**changes))))


@pytest.mark.row("S-004")
def test_every_operator_needs_its_plan_approved_in_its_own_namespace() -> None:
    assert {
        "list, patch installplans.operators.coreos.com in namespace 3scale",
        "list, patch installplans.operators.coreos.com in namespace keycloak",
        "list, patch installplans.operators.coreos.com in namespace redhat-ods-operator",
    } <= words()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"identity": None, "prereqs": None},
        {"prereqs": {"openshiftAi": None, **PREREQS}},
        {"identity": {"flavour": "rhsso", "channel": "stable", "startingCSV": "rhsso-operator.7.6.11-opr-002"}},
    ],
)
def test_the_table_knows_the_operators_that_are_installed(changes: dict[str, Any]) -> None:
    found = settings(**changes)

    assert dict(operators(found)) == {one.name: one.namespace for one in needed_operators(found)}


def test_parts_the_stack_does_not_have_need_no_rights() -> None:
    assert not [one for one in words(identity=None) if "keycloak" in one]
    assert not [one for one in words(prereqs=None) if "opendatahub" in one]


def test_cluster_scoped_rights_carry_no_namespace() -> None:
    assert {"verb": "create", "group": "", "resource": "namespaces"} in needed_permissions(settings())


def test_one_object_of_a_kind_is_asked_about_by_its_name() -> None:
    rights = words(compat={"copyPullSecret": True})

    assert "get secrets/pull-secret in namespace openshift-config" in rights
    assert "get ingresses.config.openshift.io/cluster in the whole cluster" in rights


def test_routes_of_3scale_are_made_only_where_the_sample_goes() -> None:
    host = {"verb": "create", "group": "route.openshift.io", "resource": "routes", "subresource": "custom-host"}

    assert f"{EVERY} routes.route.openshift.io in namespace 3scale" in words()
    assert "create routes.route.openshift.io/custom-host in namespace 3scale" in words()
    assert host | {"namespace": "3scale"} in needed_permissions(settings())
    kept = words(threescale={"sampleData": "keep"})
    assert "list, patch routes.route.openshift.io in namespace 3scale" in kept
    assert not [right for right in kept if "custom-host in namespace 3scale" in right]


def test_nothing_is_watched_by_default_and_monitors_need_rights_of_their_own() -> None:
    assert not [right for right in words() if "monitoring.coreos.com" in right]
    assert {
        f"{EVERY} podmonitors.monitoring.coreos.com in namespace 3scale",
        f"{EVERY} prometheusrules.monitoring.coreos.com in namespace 3scale",
        f"{EVERY} prometheusrules.monitoring.coreos.com in namespace llm-hosting",
        "get configmaps/cluster-monitoring-config in namespace openshift-monitoring",
        f"{EVERY} configmaps in namespace openshift-config-managed",
    } <= words(monitoring={"enabled": True})


def test_what_model_servers_need_besides_their_own_objects() -> None:
    plain = serving_stack({"granite": served()})
    more = serving_stack(
        {"granite": served(server={"requireApiKey": True, "autoscale": {"max": 2}}), "tei": served("tei")}
    )

    def asked(raw: dict[str, Any]) -> set[str]:
        return set(in_words(needed_permissions(validated(raw, ALL_SECRETS))))

    kinds = (
        "servicemonitors.monitoring.coreos.com",
        "secrets",
        "scaledobjects.keda.sh",
        "triggerauthentications.keda.sh",
        "serviceaccounts",
        "roles.rbac.authorization.k8s.io",
        "rolebindings.rbac.authorization.k8s.io",
    )
    assert {f"{EVERY} {kind} in namespace llm-hosting" for kind in kinds} <= asked(more) - asked(plain)
    # Nobody may give away what they do not have.
    assert "get, list, watch pods.metrics.k8s.io in namespace llm-hosting" in asked(more)
    assert "get, list pods in namespace llm-hosting" in asked(more)
