"""Messages of the tenant to a developer account: porta, messages_controller.rb. They are kept, not delivered."""

from __future__ import annotations

from sandbox.threescale.operation import Call, Item, Operation, shown, stamps
from sandbox.threescale.values import text

_FIELDS = ("body", "subject")


def create(call: Call) -> Item:
    """Send a message to an account."""
    account = call.row("account", "account_id")
    values = {name: text(call.fields.get(name)) for name in _FIELDS}
    row = call.tenant.insert("message", account_id=account["id"], **values, state="sent")
    names = ("id", *_FIELDS, "state")
    return Item("message", shown({**{name: row[name] for name in names}, **stamps(row)}))


OPERATIONS = (Operation("POST", "/admin/api/accounts/{account_id}/messages", create, "message", _FIELDS),)
