"""Hand edits: every kind is found by a read-only look, named precisely, and repaired by one `up --refresh`."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.dynamic_providers.engine.diff_text import Shown, operations, reversed_line, shown
from tests.dynamic_providers.engine.hand_edits import BY_HAND, EDITS, REMOVALS, HandEdit, Removal
from tests.dynamic_providers.engine.hands import Hands
from tests.dynamic_providers.engine.served import Served
from tests.dynamic_providers.engine.stack import LAYOUT, Stack
from tests.support.plugin_host import Json

pytestmark = pytest.mark.slow

MODELS: Json = {
    "models": {"small": {}, "mini": {}, "nano": {}, "last": {}},
    "accounts": {
        "dev": {
            "users": {"writer": {}, "third": {}},
            "subscriptions": {"nano": {}, "last": {}},
            "applications": {"second": {"model": "small"}, "third": {"model": "mini"}},
        }
    },
}
"""Kinds of edits that would hide each other in one model are made in different ones."""


@dataclass(frozen=True)
class Course:
    """What was printed and written, from the edits to the repair."""

    refreshed: list[Shown]
    """By `pulumi refresh --preview-only --diff`."""
    previewed: list[Shown]
    """By `pulumi preview --refresh --diff`."""
    looking_wrote: list[str]
    found: set[tuple[str, str]]
    """Operations that the refresh showed."""
    planned: set[tuple[str, str]]
    """Operations that the preview showed."""
    printed: str
    repaired: list[Shown]
    """By `pulumi refresh --preview-only --diff` after the repair."""
    again_wrote: list[str]
    """By a second `pulumi up --refresh`."""
    gained: Counter[str]
    """What the tenant holds in the end and did not hold before the edits."""
    lost: Counter[str]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    assert LAYOUT.manifest.exists()
    folder = tmp_path_factory.mktemp("drift")
    with Served(folder / "tenant") as tenant:
        stack = Stack.made(folder / "stack", tenant, MODELS)
        stack.up()
        hands, before = Hands(tenant), tenant.inventory()
        for do in [*(edit.do for edit in EDITS), *(removal.do for removal in REMOVALS)]:
            do(hands)
        tenant.forget_requests()
        refreshed = stack.run("refresh", "--preview-only", "--diff")
        previewed = stack.run("preview", "--refresh", "--diff")
        looking_wrote = tenant.writes()
        stack.up("--refresh")
        after = stack.run("refresh", "--preview-only", "--diff")
        stack.up("--refresh")
        yield Course(
            refreshed=shown(refreshed),
            previewed=shown(previewed),
            looking_wrote=looking_wrote,
            found=operations(refreshed),
            planned=operations(previewed),
            printed=refreshed + previewed,
            repaired=shown(after),
            again_wrote=tenant.writes(),
            gained=tenant.inventory() - before,
            lost=before - tenant.inventory(),
        )
        stack.end()


def test_looking_for_drift_writes_nothing(course: Course) -> None:
    assert course.looking_wrote == []


def test_a_secret_that_was_set_by_hand_is_not_shown(course: Course) -> None:
    assert BY_HAND not in course.printed


def test_after_the_repair_nothing_is_left_to_show_or_to_write(course: Course) -> None:
    assert (course.repaired, course.again_wrote) == ([], [])


def test_what_belongs_to_nobody_is_all_that_is_new_and_nothing_is_missing(course: Course) -> None:
    plans = ["plan small hand Hand", "plan small hand Hand"]  # one for accounts, one for applications
    assert (course.gained, course.lost) == (Counter(plans), Counter())


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.kind)
def test_a_hand_edit_is_named_by_refresh_and_by_preview(course: Course, edit: HandEdit) -> None:
    named = [one.line for one in course.refreshed if one.resource == edit.resource]
    assert [line for line in named if line.startswith(edit.shown)], named
    taken_back = [one.line for one in course.previewed if one.resource == edit.resource and one.operation == "update"]
    assert [line for line in taken_back if line.startswith(reversed_line(edit.shown))], taken_back
    assert [one.line for one in course.repaired if one.resource == edit.resource] == []


@pytest.mark.parametrize("removal", REMOVALS, ids=lambda removal: removal.kind)
def test_what_was_deleted_by_hand_is_named_and_made_again(course: Course, removal: Removal) -> None:
    assert ("delete", removal.resource) in course.found
    assert ("create", removal.resource) in course.planned
