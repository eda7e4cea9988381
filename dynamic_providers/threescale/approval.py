"""Approval of a developer account: two decisions, one about its user and one about itself."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.errors import Rejected
from dynamic_providers.threescale.user_state import ACTIVE, activation

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

APPROVED = "approved"


def is_approved(account: Json) -> bool:
    """Tell whether both decisions about an account, which carries its `user`, are taken."""
    return (account["state"], account["user"].get("state")) == (APPROVED, ACTIVE)


def decided(api: "AdminApi", account: Json, again: Callable[[], Json], *, approved: bool) -> Json:
    """Return the account, as `again` reads it, after the events that `account` lacks to be approved, or not to be.

    Raises:
        Rejected: 3scale refused one, and the account is not as declared. A refusal alone says nothing: 3scale also
            refuses a decision that is taken already, as after a lost answer.
    """
    refused = None
    for event in _events(account, approved=approved):
        try:
            api.call("PUT", event)
        except Rejected as refusal:
            refused = refused or refusal
    account = again()
    if refused and is_approved(account) != approved:
        raise refused
    return account


def _events(account: Json, *, approved: bool) -> list[str]:
    path, user = f"accounts/{account['id']}", account["user"]
    if not approved:
        return [f"{path}/make_pending"] * (account["state"] == APPROVED)
    unlock = activation(user.get("state", ""), active=True)
    unlocking = [f"{path}/users/{user['id']}/{unlock}"] * bool(unlock)
    return unlocking + [f"{path}/approve"] * (account["state"] != APPROVED)
