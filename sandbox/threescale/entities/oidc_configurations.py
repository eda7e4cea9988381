"""Which OAuth flows a product allows: porta, app/models/oidc_configuration.rb.

Shown without an id until it was written once. Refuses nothing but a body without any flow (400).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.threescale.operation import Call, Item, Json, Operation, shown
from sandbox.threescale.values import boolean

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

FLOWS = (
    "standard_flow_enabled",
    "implicit_flow_enabled",
    "service_accounts_enabled",
    "direct_access_grants_enabled",
)
_DEFAULT: Row = {"id": None, **dict.fromkeys(FLOWS, False), "standard_flow_enabled": True}


def _row(call: Call) -> Row:
    product = call.product()["id"]
    return call.tenant.store.first("oidc_configuration", service_id=product) or {**_DEFAULT, "service_id": product}


def render(row: Row) -> Json:
    """The flows as the API shows them."""
    return shown({name: row[name] for name in ("id", *FLOWS)})


def of(tenant: Tenant, product: int) -> Json:
    """The flows as an application of the product shows them."""
    return render(tenant.store.first("oidc_configuration", service_id=product) or _DEFAULT)


def show(call: Call) -> Item:
    """The flows of one product."""
    return Item("oidc_configuration", render(_row(call)))


def update(call: Call) -> Item:
    """Change the given flows; the others stay."""
    row = {**_row(call), **{name: bool(boolean(value)) for name, value in call.fields.items()}}
    if row["id"] is None:
        row = call.tenant.insert("oidc_configuration", **{name: row[name] for name in ("service_id", *FLOWS)})
    else:
        row = call.tenant.change("oidc_configuration", call.tenant.store.row("oidc_configuration", row["id"]), **row)
    return Item("oidc_configuration", render(row))


_PATH = "/admin/api/services/{service_id}/proxy/oidc_configuration"
OPERATIONS = (
    Operation("GET", _PATH, show, json_only=True),
    Operation("PATCH", _PATH, update, "oidc_configuration", FLOWS, json_only=True),
    Operation("PUT", _PATH, update, "oidc_configuration", FLOWS, json_only=True),
)
