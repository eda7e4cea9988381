"""From which pages an application may be used: porta, app/models/referrer_filter.rb.

The answer to a creation is the application. Refuses: a missing, malformed or taken value, and a sixth filter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.threescale.entities import applications
from sandbox.threescale.operation import Call, Item, Json, Listing, Nothing, Operation, links, stamps
from sandbox.threescale.refusals import INVALID, TAKEN, Errors
from sandbox.threescale.values import text

if TYPE_CHECKING:
    from sandbox.threescale.store import Row

_MOST = 5


def _application(call: Call) -> Row:
    return call.row("application", "application_id", account_id=call.row("account", "account_id")["id"])


def render(call: Call, application: Row, row: Row) -> Json:
    """A filter as the API shows it."""
    base = f"https://{call.tenant.admin_domain}/admin/api/accounts/{application['account_id']}"
    address = f"{base}/applications/{application['id']}"
    return {"id": row["id"], "value": row["value"], **stamps(row), "links": links(application=address)}


def index(call: Call) -> Listing:
    """The filters of one application, always whole."""
    application = _application(call)
    rows = call.tenant.store.rows("referrer_filter", application_id=application["id"])
    return Listing("referrer_filters", "referrer_filter", [render(call, application, row) for row in rows])


def create(call: Call) -> Item:
    """A further filter."""
    application, value = _application(call), text(call.fields.get("referrer_filter"))
    own = call.tenant.store.rows("referrer_filter", application_id=application["id"])
    errors = Errors()
    errors.present("value", value)
    errors.unless(value not in {row["value"] for row in own}, "value", TAKEN)
    errors.unless(re.fullmatch(r"[a-zA-Z0-9*.-]+", value or ""), "value", INVALID)
    errors.short("value", value)
    errors.unless(len(own) < _MOST, "base", "Limit reached")
    errors.refuse()
    call.tenant.insert("referrer_filter", application_id=application["id"], value=value)
    return Item("application", applications.render(call.tenant, application))


def delete(call: Call) -> Nothing:
    """Remove a filter."""
    row = call.row("referrer_filter", application_id=_application(call)["id"])
    call.tenant.store.delete("referrer_filter", row["id"])
    return Nothing()


_PATH = "/admin/api/accounts/{account_id}/applications/{application_id}/referrer_filters"
OPERATIONS = (
    Operation("GET", _PATH, index),
    Operation("POST", _PATH, create, fields=("referrer_filter",)),
    Operation("DELETE", f"{_PATH}/{{id}}", delete),
)
