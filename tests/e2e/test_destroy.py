"""`pulumi destroy` takes away what the stack made and touches nothing else: on the cluster, in Keycloak, in 3scale.

Nobody of these tests is the administrator, so what they did is also the proof of the deployer's rights.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from components.preflight.__main__ import settings_of
from components.preflight.needs import needs
from sandbox.layout import Layout
from sandbox.threescale.fixture import seed
from sandbox.threescale.store import Store
from sandbox.threescale.tenant import Options, Tenant
from tests.support import neighbours
from tests.support.deployed import PROJECT, Platform
from tests.support.deployer import Call, Deployer
from tests.support.inventory import Inventory, inventory
from tests.support.neighbours import Rows, Tenants
from tests.support.recorded_rights import MANAGED, Right
from tests.support.running_sandbox import RunningSandbox

pytestmark = [pytest.mark.e2e, pytest.mark.last, pytest.mark.timeout(900)]

PAGE = PROJECT / "docs" / "removal.md"

STAYS: Mapping[str, str] = {
    "CustomResourceDefinition": r"customresourcedefinitions\.apiextensions\.k8s\.io .*",
    "APIService": r"apiservices\.apiregistration\.k8s\.io .*",
    "Namespace": r"namespaces redhat-ods-applications|(configmaps|serviceaccounts) redhat-ods-applications/.*",
}
"""What a destroy leaves on the cluster, by the kind that the page gives the reason for."""

STAYS_IN_3SCALE = {"authentication_provider"}
"""What 3scale cannot delete."""


@dataclass(frozen=True, kw_only=True)
class Destroyed:
    """What there was, and what is left after the tenants' parts went, and then everything."""

    planted: frozenset[tuple[str, int]]
    tenant: tuple[Rows, Rows]
    """3scale before and after our entities went, without the installation."""
    keycloak: tuple[dict[str, Any], dict[str, Any]]
    """Keycloak before and after our realm went, without the server."""
    our_realm: str
    state: list[dict[str, Any]]
    after: Inventory
    calls: list[Call]


@pytest.fixture(scope="module")
def destroyed(platform: Platform, deployer: Deployer) -> Destroyed:
    """The platform, destroyed in two steps, as the deployer: first what it made in two servers that go on running."""
    tenants = Tenants(platform)
    ours = tenants.in_threescale()
    our_products = {number for kind, number in ours if kind == "service"}
    tenants.settle()
    tenant, keycloak = tenants.in_threescale(), tenants.in_keycloak()
    entities = [word for urn in _entities(platform) for word in ("--target", urn)]
    platform.pulumi("destroy", "--yes", "--skip-preview", "--target-dependents", *entities)
    tenant_after, keycloak_after = tenants.in_threescale(), tenants.in_keycloak()
    platform.pulumi("destroy", "--yes", "--skip-preview")
    # Afterwards the administrator puts the roles back as they were.
    deployer.granted(platform.settings_file)
    return Destroyed(
        # A new account is subscribed to each product, and a product takes its subscriptions along.
        planted=frozenset(key for key in tenant.keys() - ours if tenant[key].get("service_id") not in our_products),
        tenant=(tenant, tenant_after),
        keycloak=(keycloak, keycloak_after),
        our_realm=tenants.our_realm,
        state=platform.state(),
        after=inventory(RunningSandbox(Layout.at(platform.directory))),
        calls=deployer.calls(),
    )


def _entities(platform: Platform) -> list[str]:
    """URNs of what the stack has in 3scale and in Keycloak; the gate has nothing there."""
    types = re.compile(r"pulumi-python:dynamic/threescale:(?!Gate$)|keycloak:index/realm:Realm$")
    return [one["urn"] for one in platform.state() if types.match(one["type"])]


def test_nothing_of_ours_is_left_on_the_cluster(destroyed: Destroyed, before: Inventory) -> None:
    left = [str(key) for key in destroyed.after if key not in before]
    assert destroyed.state == []
    assert [one for one in left if not any(re.fullmatch(form, one) for form in STAYS.values())] == []
    assert [kind for kind, form in STAYS.items() if not any(re.fullmatch(form, one) for one in left)] == []


def test_nothing_of_others_on_the_cluster_is_touched(destroyed: Destroyed, before: Inventory) -> None:
    assert any(key.namespace == neighbours.NAME for key in before)
    assert [str(key) for key, held in before.items() if destroyed.after.get(key) != held] == []


def test_the_page_has_a_reason_for_each_kind_that_stays() -> None:
    rows = re.findall(r"^\| `(\w+)`", PAGE.read_text(), re.MULTILINE)
    assert rows == list(STAYS)


def test_nothing_of_ours_is_left_in_a_3scale_that_goes_on(destroyed: Destroyed) -> None:
    fresh = Tenant(Options(), Store(None))
    seed(fresh)
    told = {(kind, row["id"]) for kind, listed in fresh.store.everything().items() for row in listed}
    left = destroyed.tenant[1].keys() - destroyed.planted - told
    assert {kind for kind, _ in left} == STAYS_IN_3SCALE
    assert [destroyed.tenant[1][key]["published"] for key in left] == [False]


def test_nothing_of_others_in_3scale_is_touched(destroyed: Destroyed) -> None:
    held, after = destroyed.tenant
    assert {kind for kind, _ in destroyed.planted} >= {"service", "account", "backend_api", "metric", "user"}
    assert [key for key in destroyed.planted if after.get(key) != held[key]] == []


def test_our_realm_goes_and_nothing_of_others_in_keycloak_is_touched(destroyed: Destroyed) -> None:
    held, after = destroyed.keycloak
    assert {neighbours.NAME, f"{neighbours.NAME}/{neighbours.NAME}", f"master/{neighbours.NAME}"} <= held.keys()
    # Keycloak has a client of its own in the realm `master` for each realm.
    gone = {destroyed.our_realm, f"master/{destroyed.our_realm}-realm"}
    assert held.keys() - after.keys() == gone
    assert after == {key: value for key, value in held.items() if key not in gone}


EVERYBODY = {"system:basic-user", "system:discovery", "system:public-info-viewer"}
"""Roles of Kubernetes that everybody has who logged in: questions about rights, and definitions."""


@pytest.mark.row("S-003", "S-004")
def test_every_call_of_the_deployer_was_granted_by_the_printed_roles(destroyed: Destroyed) -> None:
    assert [call for call in destroyed.calls if not call.granted_by] == []
    roles = {re.search(r'of (?:Cluster)?Role "([^"]+)"', call.granted_by)[1]: call for call in destroyed.calls}  # type: ignore[index]  # fails otherwise
    assert roles.keys() - EVERYBODY == {"maas-deployer"}
    objects = [
        call.right for call in destroyed.calls if '"maas-deployer' not in call.granted_by and call.right.resource
    ]
    assert {right.resource for right in objects} <= {"selfsubjectaccessreviews"}


UNUSED: Mapping[str, Callable[[Right, tuple[str, ...]], bool]] = {
    "only what changed is patched": lambda right, verbs: right.verb == "patch" and verbs == MANAGED,
    "Pulumi's own plugin watches an object until it is gone; its stand-in reads it": (
        lambda right, verbs: right.verb in ("list", "watch") and verbs == MANAGED
    ),
    "pods and events are quoted where something does not become ready": (
        lambda right, _: right.resource in ("events", "pods") and right.verb == "list"
    ),
    "OpenShift looks at it inside the creation of a Route": lambda right, _: right.resource == "routes/custom-host",
}
"""Why a right may be unused, and which ones."""


@pytest.mark.row("S-003", "S-004")
def test_every_right_was_used_or_has_a_reason(destroyed: Destroyed) -> None:
    used = {call.right for call in destroyed.calls if '"maas-deployer' in call.granted_by}
    unused = [
        right
        for need in needs(settings_of(PROJECT / "Pulumi.dev.yaml"))
        for verb in need.verbs
        for right in [Right(need.kind.group, need.kind.resource, verb, need.namespace, need.name)]
        if not any(right[:4] == one[:4] and right.name in ("", one.name) for one in used)
        and not any(applies(right, need.verbs) for applies in UNUSED.values())
    ]
    assert unused == []
    for verb in ("create", "delete", "get"):
        assert [right for right in used if right.verb == verb]
