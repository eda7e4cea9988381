"""A replacement that a person forces with `--replace` keeps every name; nothing is lost by it."""

from collections import Counter

import pytest

from tests.dynamic_providers.engine.models import WITHOUT_PORTAL, model
from tests.dynamic_providers.engine.stack import Stack

BASE = WITHOUT_PORTAL
FORCED = ("Backend", "Product", "ApplicationPlan")
"""What is replaced side by side, because 3scale refuses to delete it while it is in use."""
BOTH_HALVES = 2


def rows(stack: Stack) -> Counter[str]:
    """What the tenant holds, by id: nothing was made anew."""
    kept = ("backend_api", "service", "plan", "metric", "mapping_rule", "limit", "application")
    return Counter(f"{kind} {one['id']}" for kind in kept for one in stack.tenant.rows()[kind])


def assert_both_halves_are_recovered(stack: Stack, before: Counter[str]) -> None:
    """The state holds the product twice; `recover` drops the record that the next `up` would delete it by."""
    assert len(stack.resources("Product")) == BOTH_HALVES
    assert "is in use, so its record to be deleted is dropped" in stack.recover()
    stack.converge()
    assert rows(stack) == before


@pytest.mark.slow
@pytest.mark.parametrize("kind", FORCED)
def test_without_the_switch_it_is_refused_as_taken_and_nothing_is_lost(stack: Stack, kind: str) -> None:
    stack.declare(model("tiny", adopt=False))
    before = rows(stack)
    printed = stack.up("--replace", stack.urn(kind, "tiny"), fails=True)
    assert "already taken by" in printed
    stack.converge()
    assert rows(stack) == before


@pytest.mark.e2e
def test_with_the_switch_the_old_one_stays_and_is_the_new_one(stack: Stack) -> None:
    stack.declare(model("tiny", adopt=True))
    before = rows(stack)
    forced = [option for kind in FORCED for option in ("--replace", stack.urn(kind, "tiny"))]
    stack.up(*forced)
    assert rows(stack) == before
    stack.converge()
    assert rows(stack) == before


@pytest.mark.slow
def test_killed_before_it_is_refused_the_old_one_is_not_taken_for_the_new_one(stack: Stack) -> None:
    stack.declare(model("tiny", adopt=False))
    before = rows(stack)
    stack.tenant.fault("latency", "GET", "/services.json", seconds=20)
    replaced = ("up", "--replace", stack.urn("Product", "tiny"))
    stack.killed(lambda: stack.pending("creating", "Product"), *replaced, with_providers=True)
    assert "Product tiny: was not made" in stack.recover()
    stack.converge()
    assert rows(stack) == before


@pytest.mark.slow
def test_killed_between_the_halves_with_the_switch_the_old_record_is_dropped(stack: Stack) -> None:
    stack.declare(model("tiny", adopt=True))
    stack.up()
    before = rows(stack)
    # The promotion of a rule comes after the product's new half and before its old one.
    stack.declare(model("tiny", rules={"POST /v1/embeddings": {"delta": 2}}))
    stack.tenant.fault("latency", "POST", "/promote", seconds=20)
    replaced = ("up", "--replace", stack.urn("Product", "tiny"))
    stack.killed(lambda: stack.tenant.answered("POST", "/proxy/deploy.json") > 0, *replaced, with_providers=True)
    assert_both_halves_are_recovered(stack, before)


@pytest.mark.slow
def test_another_resource_name_without_an_alias_keeps_the_entities(stack: Stack) -> None:
    stack.declare(model("tiny", adopt=True))
    stack.converge()
    before = rows(stack)
    for name in ("little", "tiny"):
        stack.declare(model("tiny", called_without_alias=name))
        stack.converge()
        assert stack.urn("Product", name)
        assert rows(stack) == before


@pytest.mark.slow
def test_a_run_that_fails_between_the_halves_is_recovered_like_one_that_was_killed(stack: Stack) -> None:
    stack.declare(model("tiny", adopt=True))
    stack.up()
    before = rows(stack)
    stack.declare(model("tiny", rules={"POST /v1/embeddings": {"delta": 4}}))
    stack.tenant.fault("status", "POST", "/promote", status=422)
    stack.up("--replace", stack.urn("Product", "tiny"), fails=True)
    assert_both_halves_are_recovered(stack, before)
