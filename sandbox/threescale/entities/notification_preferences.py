"""Which e-mails the asking user wants: porta, app/models/notification_preferences.rb.

Unknown names are dropped. Refuses a value that is neither true nor false.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.threescale.operation import Call, Item, Operation
from sandbox.threescale.refusals import Forbidden, Invalid

if TYPE_CHECKING:
    from sandbox.threescale.store import Row

_OFF = ("daily_report", "weekly_report")
NAMES = (
    *("account_created", "account_deleted", "account_plan_change_requested", "application_created"),
    *("application_plan_change_requested", "cinstance_cancellation", "cinstance_expired_trial"),
    *("cinstance_plan_changed", "credit_card_unstore_failed", "csv_data_export", *_OFF[:1]),
    *("expired_credit_card_provider", "invoices_to_review", "limit_alert_reached_provider"),
    *("limit_violation_reached_provider", "message_received", "plan_downgraded", "service_contract_cancellation"),
    *("service_contract_created", "service_contract_plan_changed", "service_deleted", "service_plan_change_requested"),
    *("unsuccessfully_charged_invoice_final_provider", "unsuccessfully_charged_invoice_provider", *_OFF[1:]),
)
_WORDS = {"true": True, "1": True, "false": False, "0": False}


def _preferences(user: Row) -> dict[str, bool]:
    return {name: name not in _OFF for name in NAMES} | dict(user.get("notification_preferences") or {})


def _user(call: Call) -> Row:
    if call.user is None:
        raise Forbidden
    return call.user


def show(call: Call) -> Item:
    """All preferences of the asking user."""
    return Item("notification_preferences", _preferences(_user(call)))


def update(call: Call) -> Item:
    """Change the given preferences; the others stay."""
    user, values = _user(call), {}
    for name, value in call.fields.items():
        read = _WORDS.get(str(value).lower())
        if read is None:
            raise Invalid({"preferences": [f"invalid value for '{name}', must be either true or false"]})
        values[name] = read
    changed = {**_preferences(user), **values}
    call.tenant.change("user", user, notification_preferences=changed)
    return Item("notification_preferences", changed)


_PATH = "/admin/api/personal/notification_preferences"
OPERATIONS = (
    Operation("GET", _PATH, show, json_only=True),
    Operation("PATCH", _PATH, update, "notification_preferences", NAMES, json_only=True),
    Operation("PUT", _PATH, update, "notification_preferences", NAMES, json_only=True),
)
