"""State events of products and plans (porta, app/models/service.rb, app/models/plan.rb, config/locales/en.yml)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.threescale.refusals import Errors

_SERVICE: Mapping[str, tuple[tuple[str, ...], str]] = {
    "publish": (("incomplete", "hidden", "offline", "published"), "published"),
    "hide": (("incomplete", "published"), "hidden"),
    "take_offline": (("published",), "offline"),
    "deprecate": (("published", "hidden", "offline", "incomplete"), "deprecated"),
}
_PLAN: Mapping[str, tuple[tuple[str, ...], str]] = {
    "publish": (("hidden",), "published"),
    "hide": (("published",), "hidden"),
}


def service_transition(errors: Errors, state: str, event: object) -> str:
    """The product's state after the event; an impossible one is collected as an error."""
    return _transition(_SERVICE, errors, state, event)


def plan_transition(errors: Errors, state: str, event: object) -> str:
    """The plan's state after the event; an impossible one is collected as an error."""
    return _transition(_PLAN, errors, state, event)


def _transition(events: Mapping[str, tuple[tuple[str, ...], str]], errors: Errors, state: str, event: object) -> str:
    if event is None or event == "":
        return state
    if str(event) not in events:
        errors.add("state_event", "invalid")
        return state
    sources, target = events[str(event)]
    if state not in sources:
        errors.add("state_event", f"cannot transition when {state}")
        return state
    return target
