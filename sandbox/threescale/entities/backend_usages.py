"""Which backend serves which path of a product: porta, app/models/backend_api_config.rb.

Refuses: a backend or a path used twice in one product, a malformed path; an unknown or deleted backend is 404.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.threescale.operation import Call, Item, Json, Listing, Nothing, Operation, links
from sandbox.threescale.refusals import TAKEN, Errors, NotFound
from sandbox.threescale.values import integer, text

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

_PATH_TAKEN = "This path is already taken. Specify a different path."
_PATH_FORMAT = 'must be a path separated by "/". E.g. "" or "my/path"'
_LONGEST = 255


def render(tenant: Tenant, row: Row) -> Json:
    """A usage as the API shows it; the backend is called `backend_id` here."""
    base = f"https://{tenant.admin_domain}/admin/api"
    product, backend = row["service_id"], row["backend_api_id"]
    addresses = {
        "self": f"{base}/services/{product}/backend_usages/{row['id']}",
        "service": f"{base}/services/{product}",
        "backend_api": f"{base}/backend_apis/{backend}",
    }
    return {
        "id": row["id"],
        "path": row["path"],
        "service_id": product,
        "backend_id": backend,
        "links": links(**addresses),
    }


def normalized(path: object) -> str:
    """One leading slash and none at the end."""
    return f"/{(text(path) or '').strip('/')}"


def _check_path(errors: Errors, tenant: Tenant, product: int, path: str, own: int | None) -> None:
    errors.unless(re.fullmatch(r"/|(?:/[\w\-.~%!$&'()*+,;=:@]+)+", path, re.ASCII), "path", _PATH_FORMAT)
    errors.short("path", path, _LONGEST)
    others = [usage for usage in tenant.usages(product) if usage["id"] != own]
    errors.unless(path.lower() not in {usage["path"].lower() for usage in others}, "path", _PATH_TAKEN)


def index(call: Call) -> Listing:
    """A bare array."""
    rows, _ = call.page(call.tenant.usages(call.product()["id"]))
    return Listing("", "backend_usage", [render(call.tenant, row) for row in rows])


def create(call: Call) -> Item:
    """Attach a backend."""
    tenant, product = call.tenant, call.product()
    backend = tenant.store.find("backend_api", integer(call.fields.get("backend_api_id")))
    if backend is None or backend["state"] == "deleted":
        raise NotFound
    path = normalized(call.fields.get("path"))
    errors = Errors()
    used = tenant.store.first("backend_usage", service_id=product["id"], backend_api_id=backend["id"])
    errors.unless(used is None, "backend_api_id", TAKEN)
    _check_path(errors, tenant, product["id"], path, None)
    errors.refuse()
    return Item("backend_usage", render(tenant, added(tenant, product["id"], backend["id"], path)))


def added(tenant: Tenant, product: int, backend: int, path: str) -> Row:
    """The usage's row; the product's gateway configuration changes by it."""
    row = tenant.insert("backend_usage", service_id=product, backend_api_id=backend, path=path)
    tenant.gateway_changed(product)
    return row


def _one(call: Call) -> Row:
    return call.row("backend_usage", service_id=call.product()["id"])


def show(call: Call) -> Item:
    """One usage."""
    return Item("backend_usage", render(call.tenant, _one(call)))


def update(call: Call) -> Item:
    """Move the usage to another path; the backend cannot be exchanged."""
    tenant, row = call.tenant, _one(call)
    if "path" in call.fields:
        path = normalized(call.fields["path"])
        errors = Errors()
        _check_path(errors, tenant, row["service_id"], path, row["id"])
        errors.refuse()
        if path != row["path"]:
            row = tenant.change("backend_usage", row, path=path)
            tenant.gateway_changed(row["service_id"])
    return Item("backend_usage", render(tenant, row))


def delete(call: Call) -> Nothing:
    """Detach the backend; the product's plans lose their limits on its metrics."""
    tenant, row = call.tenant, _one(call)
    store = tenant.store
    metrics = {metric["id"] for metric in store.rows("metric", owner_type="BackendApi", owner_id=row["backend_api_id"])}
    plans = {plan["id"] for plan in store.rows("plan", type="application_plan", issuer_id=row["service_id"])}
    for limit in store.rows("limit"):
        if limit["metric_id"] in metrics and limit["plan_id"] in plans:
            store.delete("limit", limit["id"])
    store.delete("backend_usage", row["id"])
    tenant.gateway_changed(row["service_id"])
    return Nothing()


_PATH = "/admin/api/services/{service_id}/backend_usages"
_WRAPPER = "backend_api_config"
OPERATIONS = (
    Operation("GET", _PATH, index, json_only=True),
    Operation("POST", _PATH, create, _WRAPPER, ("backend_api_id", "path"), ("service_id",), json_only=True),
    Operation("GET", f"{_PATH}/{{id}}", show, json_only=True),
    Operation("PUT", f"{_PATH}/{{id}}", update, _WRAPPER, ("path",), ("backend_api_id", "service_id"), json_only=True),
    Operation("DELETE", f"{_PATH}/{{id}}", delete, json_only=True),
)
