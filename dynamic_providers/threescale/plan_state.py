"""Publication of plans: an event is accepted only from the state it belongs to (porta, app/models/plan.rb)."""

from collections.abc import Callable

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.errors import Rejected

PUBLISHED = "published"


def event(*, published: bool) -> Json:
    """Return what is sent so that a plan of the other state becomes published or hidden."""
    return {"state_event": "publish" if published else "hide"}


def changed(put: Callable[[Json], Json], fields: Json, *, published: bool) -> Json:
    """Return the plan after `fields` were sent with `put`; `published` is what it is to be."""
    try:
        return put(fields)
    except Rejected as refusal:
        # A repeated request whose first answer was lost meets a plan that is published or hidden already.
        if not refusal.reasons.get("state_event"):
            raise
        plan = put({name: value for name, value in fields.items() if name != "state_event"})
        if (plan["state"] == PUBLISHED) != published:
            raise
        return plan
