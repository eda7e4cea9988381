"""The questions fit the stack: no more rights are asked for than it needs."""

from components.preflight.permissions import in_words, needed_permissions
from tests.components.config.test_validation import settings


def words(**changes: object) -> set[str]:
    return {in_words(question) for question in needed_permissions(settings(**changes))}


def test_every_operator_needs_its_plan_approved_in_its_own_namespace() -> None:
    assert {
        "patch installplans.operators.coreos.com in namespace 3scale",
        "patch installplans.operators.coreos.com in namespace keycloak",
        "patch installplans.operators.coreos.com in namespace redhat-ods-operator",
    } <= words()


def test_parts_the_stack_does_not_have_need_no_rights() -> None:
    assert not [one for one in words(identity=None) if "keycloak" in one]
    assert not [one for one in words(prereqs=None) if "opendatahub" in one]


def test_cluster_scoped_rights_carry_no_namespace() -> None:
    assert {"verb": "create", "group": "", "resource": "namespaces"} in needed_permissions(settings())


def test_routes_of_3scale_are_made_only_where_the_sample_goes() -> None:
    right = "create routes.route.openshift.io in namespace 3scale"

    assert right in words()
    assert right not in words(threescale={"sampleData": "keep"})
