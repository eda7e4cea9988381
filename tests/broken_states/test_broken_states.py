"""What is broken is named by `pulumi up` itself: which object, in which state, and why; within the wait's own limit."""

import pytest

from tests.broken_states.broken_state import LONG, BrokenState
from tests.broken_states.table import STATES
from tests.broken_states.world import World

pytestmark = pytest.mark.timeout(900)

ERROR = "error: "
EARLY = 5
AT_LEAST = 20


def marked(state: BrokenState) -> object:
    return pytest.param(state, id=state.name, marks=pytest.mark.e2e if state.early else pytest.mark.slow)


def said(world: World, state: BrokenState) -> str:
    """What `pulumi up` says about it."""
    if state.prepared is not None:
        world.configure(state.prepared)
        world.up(state.prepared_targets)
    state.spoil(world)
    world.configure(state.settings, {"waits": {state.waits: state.limit}} if state.waits else {})
    return world.up(state.targets, fails=True)


def mended(world: World, state: BrokenState) -> str:
    """The remedy, and what the next run says."""
    world.overrides.clear()
    state.mend(world)
    world.configure(state.settings, {"waits": {state.waits: LONG}} if state.waits else {}, state.mended)
    return world.up(state.targets)


def missing(told: str, state: BrokenState) -> str:
    """The first part of the message that is not there, or not after those before it; "" when all of them are."""
    at = max(told.rfind(ERROR, 0, told.find(state.reads[0])), 0)
    for part in state.reads:
        if (found := told.find(part, at)) < 0:
            return part
        at = found + len(part)
    return ""


def test_twenty_states_are_told_and_five_of_them_in_every_run_of_the_tests() -> None:
    names = [state.name for state in STATES]
    assert len(set(names)) == len(names) >= AT_LEAST
    assert sum(state.early for state in STATES) == EARLY


@pytest.mark.parametrize("state", [marked(state) for state in STATES])
def test_what_is_broken_is_named_and_mended_by_the_remedy(world: World, state: BrokenState) -> None:
    try:
        told = said(world, state)
        assert not missing(told, state), f"{missing(told, state)!r} is not in\n{told}"
        # A limit of its own ended it, or nothing had to be waited for: never the limit of this test.
        assert (f"Allowed were {state.limit} s." in told) is bool(state.waits), told
        assert [value for value in world.secrets if value in told] == []
        if state.heals:
            mended(world, state)
    finally:
        try:
            state.mend(world)
        finally:
            world.reset()
