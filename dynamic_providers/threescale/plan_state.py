"""Publication of plans: an event is accepted only from the state it belongs to (porta, app/models/plan.rb)."""

from collections.abc import Callable

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.errors import Rejected

PUBLISHED = "published"


def is_published(plan: Json) -> bool:
    """Tell whether a plan of the server is offered."""
    return bool(plan["state"] == PUBLISHED)


def at_creation(*, published: bool) -> Json:
    """Return what is sent with the fields of a new plan, which is hidden otherwise."""
    return {"state_event": "publish"} if published else {}


def changed(put: Callable[[Json], Json], plan: Json, fields: Json, *, published: bool) -> Json:
    """Return `plan` after `fields`, and the event that it lacks to be `published` or not, were sent with `put`."""
    event = {} if is_published(plan) == published else {"state_event": "publish" if published else "hide"}
    try:
        return put(fields | event)
    except Rejected as refusal:
        # A repeated request whose first answer was lost meets a plan that is published or hidden already.
        if not refusal.reasons.get("state_event"):
            raise
        plan = put(fields)
        if is_published(plan) != published:
            raise
        return plan
