"""What `pulumi destroy` puts back, what it has to leave, and that `pulumi up` goes on from there."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.dynamic_providers.engine.conftest import Make
from tests.dynamic_providers.engine.models import WITHOUT_PORTAL, model
from tests.dynamic_providers.engine.served import Served
from tests.dynamic_providers.engine.stack import LAYOUT, Stack
from tests.support.plugin_host import Json

pytestmark = pytest.mark.slow

Rows = dict[str, list[Json]]


@dataclass(frozen=True)
class Gone:
    """A stack that was up and is destroyed."""

    stack: Stack
    before: Rows
    """The rows of the tenant before the first `up`."""
    after: Rows
    printed: str


@pytest.fixture(scope="module")
def gone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gone]:
    assert LAYOUT.manifest.exists()
    folder = tmp_path_factory.mktemp("destroyed")
    with Served(folder / "tenant") as tenant:
        before = tenant.rows()
        # With the sample product there, 3scale lets the others go.
        stack = Stack.made(folder / "stack", tenant, {"portal": {"absent": None}})
        stack.up()
        printed = stack.destroy()
        yield Gone(stack, before, tenant.rows(), printed)
        stack.end()


def values(rows: Rows, kind: str) -> Json:
    """The one row of a kind, without its stamps."""
    (row,) = rows[kind]
    return {name: value for name, value in row.items() if name not in {"created_at", "updated_at"}}


def test_singletons_have_their_former_values(gone: Gone) -> None:
    for kind in ("provider", "settings"):
        assert values(gone.after, kind) == values(gone.before, kind)


def test_portal_content_is_as_it_was(gone: Gone) -> None:
    for kind in (one for one in gone.before.keys() | gone.after.keys() if one.startswith("cms")):
        assert _texts(gone.after.get(kind, [])) == _texts(gone.before.get(kind, []))


def _texts(rows: list[Json]) -> set[tuple[str, str, str]]:
    return {(str(row.get("system_name")), str(row.get("path")), str(row.get("published"))) for row in rows}


def test_the_integration_is_unpublished_says_so_and_the_next_up_takes_it_over(gone: Gone) -> None:
    (left,) = gone.after["authentication_provider"]
    assert left["published"] is False
    assert "keycloak" in gone.printed
    held = gone.stack.converge()
    (again,) = gone.stack.tenant.rows()["authentication_provider"]
    assert (again["id"], again["published"]) == (left["id"], True)
    assert held["application tiny Dev standard notebook"] == 1


def test_a_deletion_that_is_refused_is_named_and_repeated_by_the_next_destroy(fresh: Make) -> None:
    stack = fresh({"portal": None, "accounts": None})
    stack.up()
    tenant = stack.tenant
    before = tenant.inventory()
    usage = {"backend_api_id": tenant.id_of("backend_api", system_name="tiny"), "path": "/tiny"}
    mounted = tenant.api.item(
        "POST", f"services/{tenant.id_of('service', system_name='api')}/backend_usages", {"backend_api_config": usage}
    )
    refused = stack.destroy(fails=True)
    assert "product api still uses backend" in refused
    assert tenant.inventory()["service tiny Tiny"] == 0
    stack.up()
    tenant.api.call("DELETE", f"services/{mounted['service_id']}/backend_usages/{mounted['id']}")
    assert stack.converge() == before
    stack.destroy()
    assert not [name for name in tenant.inventory() if "tiny" in name]


def test_the_last_product_stays_is_named_and_can_be_adopted(fresh: Make) -> None:
    stack = fresh({"accounts": None, "portal": {**WITHOUT_PORTAL["portal"], "absent": True}})
    before = stack.converge()
    last = stack.tenant.id_of("service")
    assert f"product {last} stays, without its backends" in stack.destroy()
    left = stack.tenant.inventory()
    assert (left["service tiny Tiny"], left["backend_api tiny Tiny"], left["plan tiny standard Standard"]) == (1, 0, 0)
    assert f"taken by product id {last}" in stack.up(fails=True)
    stack.declare(model("tiny", adopt=True))
    assert stack.converge() == before
    assert stack.tenant.id_of("service") == last
