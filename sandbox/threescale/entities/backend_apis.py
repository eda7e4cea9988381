"""Backends: porta, app/models/backend_api.rb, app/controllers/admin/api/backend_apis_controller.rb.

Comes with a metric `hits.<id>`. Refuses: a taken system name, an endpoint that is no URL or names this machine, and
the deletion of a backend that any product uses, one that is still being purged included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.threescale.entities import metrics
from sandbox.threescale.operation import Call, Item, Json, Listing, Nothing, Operation, links, shown, stamps
from sandbox.threescale.refusals import TAKEN, DeletionRefused, Errors
from sandbox.threescale.tenant import PROVIDER
from sandbox.threescale.values import check_system_name, is_localhost, is_url, system_name, text, with_port

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

_SCHEMES = ("http", "https", "ws", "wss")
_FORMAT = "the accepted format is 'scheme://address(:port)(/path)'. Accepted schemes are http, https, ws and wss"
_NAME_LENGTH = 511
_UPDATABLE = ("name", "description", "private_endpoint", "annotations")


def render(tenant: Tenant, row: Row) -> Json:
    """A backend as the API shows it (app/representers/backend_api_representer.rb)."""
    path = f"/admin/api/backend_apis/{row['id']}"
    names = ("id", "name", "system_name", "description", "private_endpoint")
    body = {
        **{name: row[name] for name in names},
        "account_id": PROVIDER,
        **({"annotations": row["annotations"]} if tenant.at_least("2.16") else {}),
        **stamps(row),
        "links": links(metrics=f"{path}/metrics", mapping_rules=f"{path}/mapping_rules"),
    }
    return shown(body)


def _values(call: Call) -> Row:
    values: Row = {name: text(call.fields[name]) for name in ("name", "description") if name in call.fields}
    if "private_endpoint" in call.fields:
        values["private_endpoint"] = with_port(text(call.fields["private_endpoint"]) or "")
    if "annotations" in call.fields:
        values["annotations"] = call.fields["annotations"] or {}
    return values


def _check(errors: Errors, values: Row) -> None:
    if "name" in values:
        errors.present("name", values["name"])
        errors.short("name", values["name"], _NAME_LENGTH)
    if "private_endpoint" in values:
        endpoint = values["private_endpoint"]
        errors.present("private_endpoint", endpoint)
        errors.short("private_endpoint", endpoint)
        errors.unless(is_url(endpoint, _SCHEMES, path=True), "private_endpoint", _FORMAT)
        errors.unless(not is_localhost(endpoint), "private_endpoint", "can't be localhost")


def create(call: Call) -> Item:
    """A new backend with its metric."""
    values = {"name": None, "description": None, "private_endpoint": "", "annotations": {}, **_values(call)}
    name = system_name(call.fields.get("system_name"), values["name"], "backend_api")
    errors = Errors()
    _check(errors, values)
    check_system_name(errors, name)
    errors.unless(call.tenant.store.first("backend_api", system_name=name) is None, "system_name", TAKEN)
    errors.refuse()
    return Item("backend_api", render(call.tenant, added(call.tenant, {**values, "system_name": name})))


def added(tenant: Tenant, values: Row) -> Row:
    """The backend's row and its metric."""
    row = tenant.insert("backend_api", state="published", **{"description": None, "annotations": {}, **values})
    metrics.add_hits(tenant, metrics.BACKEND, row["id"])
    return row


def index(call: Call) -> Listing:
    """All backends that are not being deleted, in pages, without metadata."""
    rows = [row for row in call.tenant.store.rows("backend_api") if row["state"] != "deleted"]
    shown_rows, _ = call.page(rows)
    return Listing("backend_apis", "backend_api", [render(call.tenant, row) for row in shown_rows])


def show(call: Call) -> Item:
    """One backend."""
    return Item("backend_api", render(call.tenant, call.row("backend_api")))


def update(call: Call) -> Item:
    """Change a backend; the system name stays. Its products get a new configuration on their next deploy."""
    row = call.row("backend_api")
    values = _values(call)
    errors = Errors()
    _check(errors, values)
    errors.refuse()
    return Item("backend_api", render(call.tenant, call.tenant.change("backend_api", row, **values)))


def delete(call: Call) -> Nothing:
    """Hide the backend at once and purge it later."""
    tenant, row = call.tenant, call.row("backend_api")
    if tenant.store.first("backend_usage", backend_api_id=row["id"]) is not None:
        raise DeletionRefused({"base": ["cannot be deleted because it is used by at least one Product"]})
    tenant.change("backend_api", row, state="deleted")
    tenant.later(tenant.purge_delay, "purge_backend_api", row["id"])
    return Nothing()


def purge(tenant: Tenant, backend: int) -> None:
    """Remove the backend's row, metrics and rules."""
    for metric in tenant.store.rows("metric", owner_type=metrics.BACKEND, owner_id=backend):
        metrics.purge(tenant, metric)
    for rule in tenant.store.rows("mapping_rule", owner_type=metrics.BACKEND, owner_id=backend):
        tenant.store.delete("mapping_rule", rule["id"])
    tenant.store.delete("backend_api", backend)


_PATH = "/admin/api/backend_apis"
_NAMES = ("system_name", *_UPDATABLE)
OPERATIONS = (
    Operation("GET", _PATH, index, json_only=True),
    Operation("POST", _PATH, create, "backend_api", _NAMES, json_only=True),
    Operation("GET", f"{_PATH}/{{id}}", show, json_only=True),
    Operation("PUT", f"{_PATH}/{{id}}", update, "backend_api", _UPDATABLE, ("system_name",), json_only=True),
    Operation("DELETE", f"{_PATH}/{{id}}", delete, json_only=True),
)
