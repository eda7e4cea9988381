"""State and role of a developer user: decisions that 3scale takes one by one (porta, app/models/user/states.rb).

A new user is `pending` and a member. One who changed the address may be `email_unverified` and has to follow a mail;
the event that is sent then is refused, which says so.
"""

from typing import TYPE_CHECKING

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.errors import Rejected

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

ACTIVE = "active"
UNLOCK = {"pending": "activate", "email_unverified": "activate", "suspended": "unsuspend"}
"""State of a user → the event that makes it active, which is also the last part of its path."""


def activation(state: str, *, active: bool) -> str:
    """Return the event that lets a user in this state sign in, or keeps it from it; empty when none is needed."""
    if active:
        return UNLOCK.get(state, "")
    return "suspend" if state == ACTIVE else ""


def decided(api: "AdminApi", path: str, user: Json, wanted: Json) -> Json:
    """Return the user at `path` after the decisions that `user` lacks.

    Raises:
        Rejected: 3scale refused one, and the user still lacks it.
    """
    for decision in _lacking(user, wanted):
        try:
            user = user | api.item("PUT", f"{path}/{decision}")
        except Rejected:
            # A repeated request whose first answer was lost meets a decision that is taken already.
            user = api.item("GET", path)
            if decision in _lacking(user, wanted):
                raise
    return user


def _lacking(user: Json, wanted: Json) -> list[str]:
    event = activation(user["state"], active=wanted["active"])
    role = wanted["role"] if user["role"] != wanted["role"] else ""
    return [decision for decision in (event, role) if decision]
