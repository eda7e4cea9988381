"""Keys of applications: porta, app/models/application_key.rb, admin/api/buyer_application_keys_controller.rb.

The answer to a creation is the application. Refuses: a malformed key, one the application has already (in whatever
case), and a sixth one.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from urllib.parse import unquote

from sandbox.threescale.entities.applications import APP_KEY, render
from sandbox.threescale.operation import Call, Item, Listing, Nothing, Operation, links, stamps
from sandbox.threescale.refusals import INVALID, TAKEN, Errors, NotFound
from sandbox.threescale.values import text

if TYPE_CHECKING:
    from sandbox.threescale.store import Row

_MOST = 5


def _application(call: Call) -> Row:
    return call.row("application", "application_id", account_id=call.row("account", "account_id")["id"])


def index(call: Call) -> Listing:
    """The application's keys."""
    application = _application(call)
    rows = call.tenant.store.rows("application_key", application_id=application["id"])
    base = f"https://{call.tenant.admin_domain}/admin/api/accounts/{application['account_id']}"
    address = links(application=f"{base}/applications/{application['id']}")
    return Listing("keys", "key", [{"value": row["value"], **stamps(row), "links": address} for row in rows])


def create(call: Call) -> Item:
    """A further key; the answer is the application."""
    tenant, row = call.tenant, _application(call)
    value = text(call.fields.get("key")) or secrets.token_hex(16)
    own = tenant.store.rows("application_key", application_id=row["id"])
    errors = Errors()
    errors.unless(APP_KEY.fullmatch(value), "value", INVALID)
    errors.unless(value.lower() not in {key["value"].lower() for key in own}, "value", TAKEN)
    errors.unless(len(own) < _MOST, "base", "Limit reached")
    errors.refuse()
    tenant.insert("application_key", application_id=row["id"], value=value)
    return Item("application", render(tenant, row))


def delete(call: Call) -> Nothing:
    """Remove a key."""
    row = _application(call)
    key = call.tenant.store.first("application_key", application_id=row["id"], value=unquote(call.path["key"]))
    if key is None:
        raise NotFound
    call.tenant.store.delete("application_key", key["id"])
    return Nothing()


_PATH = "/admin/api/accounts/{account_id}/applications/{application_id}/keys"
OPERATIONS = (
    Operation("GET", _PATH, index),
    Operation("POST", _PATH, create, fields=("key",)),
    Operation("DELETE", f"{_PATH}/{{key}}", delete),
)
