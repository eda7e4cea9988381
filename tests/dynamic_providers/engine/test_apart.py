"""Stacks, models and names beside each other: what a run must not touch, and what it must not tell."""

import json
from collections import Counter

import pytest

from tests.dynamic_providers.engine.conftest import Make
from tests.dynamic_providers.engine.models import application, like_tiny, model
from tests.dynamic_providers.engine.program.declaration import ACCESS_CODE, PASSWORD, SSO_SECRET
from tests.dynamic_providers.engine.stack import Stack
from tests.dynamic_providers.threescale.tenant import CANARY
from tests.support.plugin_host import Json

pytestmark = pytest.mark.slow


def of(rows: dict[str, list[Json]], product: int) -> list[Json]:
    """Return everything that belongs to a product, stamps included."""
    owned = [row for kind in rows for row in rows[kind] if isinstance(row, dict) and row.get("service_id") == product]
    return [*owned, *(row for row in rows["service"] if row["id"] == product)]


def test_a_replaced_product_leaves_other_models_alone(stack: Stack) -> None:
    stack.declare(model("replaced") | {"accounts": {"dev": {"applications": {"moved": {"model": "replaced"}}}}})
    stack.up()
    tiny = stack.tenant.id_of("service", system_name="tiny")
    before, others = stack.tenant.inventory(), of(stack.tenant.rows(), tiny)
    stack.declare(model("replaced", product={"system_name": "replaced2"}))
    after = stack.converge()
    assert of(stack.tenant.rows(), tiny) == others
    assert after["service replaced Tiny"] == 0
    assert Counter(name.replace("replaced2", "replaced") for name in after.elements()) == before


def test_a_renamed_resource_with_an_alias_is_the_same_one(stack: Stack) -> None:
    stack.declare(model("renamed"))
    before = stack.converge()
    stack.declare(model("renamed", called="better"))
    assert stack.preview() == []
    assert stack.converge() == before
    assert stack.urn("Product", "better")


def test_two_stacks_on_one_tenant_do_not_disturb_each_other(fresh: Make) -> None:
    first = fresh({"portal": {"absent": None}})  # 3scale keeps one product
    second = fresh({"models": {"tiny": None, "other": {}}, "portal": None, "accounts": None}, name="two")
    first.up()
    before, whole = first.tenant.inventory(), like_tiny(first.tenant, "other")
    assert second.converge() - before == whole
    first.up("--refresh", "--expect-no-changes")
    assert first.tenant.writes() == []
    first.destroy()
    second.up("--refresh", "--expect-no-changes")
    assert second.tenant.writes() == []
    second.destroy()
    assert not [name for name in second.tenant.inventory() if "other" in name]


def test_a_state_that_has_seen_drift_holds_no_secret(stack: Stack) -> None:
    tenant = stack.tenant
    integration = tenant.rows()["authentication_provider"][0]["id"]
    by_hand = "canary-8155-by-hand"
    body = {"authentication_provider": {"client_secret": by_hand}}
    tenant.api.call("PUT", f"authentication_providers/{integration}", body)
    tenant.api.call("PUT", "provider", {"account": {"site_access_code": by_hand}})
    key = tenant.rows()["application"][-1]["user_key"]
    printed = stack.run("preview", "--refresh", "--diff") + stack.refresh("--diff")
    stored = json.dumps(stack.exported()) + stack.run("stack", "--show-urns")
    for secret in (by_hand, CANARY, SSO_SECRET, ACCESS_CODE, PASSWORD, key):
        assert secret not in printed
        assert secret not in stored
    stack.converge()


def test_a_targeted_up_makes_what_it_is_told_and_the_next_one_the_rest(stack: Stack) -> None:
    before = stack.tenant.inventory()
    stack.declare(application("chosen"))
    stack.declare(application("left"))
    prefix = stack.urn("Application", "dev.notebook").rpartition("::")[0]
    stack.up("--target", f"{prefix}::dev.chosen")
    assert stack.tenant.inventory() - before == Counter(["application tiny Dev standard chosen"])
    gained = ["application tiny Dev standard chosen", "application tiny Dev standard left"]
    assert stack.converge() - before == Counter(gained)


def test_a_preview_without_the_tenant_shows_everything_and_asks_nothing(stack: Stack) -> None:
    stack.tenant.forget_requests()
    stack.declare(model("offline"))
    with stack.tenant.silent():
        shown = stack.run("preview", "--diff")
    assert stack.tenant.requests() == []
    assert "tiny.version" not in shown
    assert 'system_name: "offline"' in shown.replace("  ", " ").replace("system_name   ", "system_name")
    stack.declare({"models": {"offline": None}})
    stack.rest()
