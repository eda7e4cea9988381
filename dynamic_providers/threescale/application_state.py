"""The states of an application, and the events between them (porta, app/models/contract/states.rb).

`pending` waits for acceptance, `live` is let through by the gateway, `suspended` is refused there.
"""

from typing import TYPE_CHECKING

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.errors import Rejected

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

PENDING, SUSPENDED = "pending", "suspended"
MOST_STEPS = 2
"""From waiting to suspended: accept, suspend."""


def shown(state: str) -> Json:
    """Return the inputs that the state of an application tells.

    While it waits, that it is not accepted; afterwards there is no way back, so `accepted: false` is no difference in
    one that others, or no rule at all, let through. Whether it is suspended is told from then on.
    """
    return {"accepted": False} if state == PENDING else {"suspended": state == SUSPENDED}


def decided(api: "AdminApi", path: str, item: Json, wanted: Json) -> Json:
    """Return the application at `path` after the events that `item` lacks.

    Raises:
        Rejected: 3scale refused one, and the application still lacks it.
    """
    for _ in range(MOST_STEPS):
        if not (event := _next_event(item["state"], wanted)):
            break
        try:
            item = item | api.item("PUT", f"{path}/{event}")
        except Rejected:
            # A repeated request whose first answer was lost meets an application that is there already.
            item = api.item("GET", path)
            if _next_event(item["state"], wanted) == event:
                raise
    return item


def _next_event(state: str, wanted: Json) -> str:
    """Return the event that an application in this state lacks, empty when it is as declared."""
    if state == PENDING:
        return "accept" if wanted["accepted"] else ""
    if (state == SUSPENDED) == wanted["suspended"]:
        return ""
    return "suspend" if wanted["suspended"] else "resume"
