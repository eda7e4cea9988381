"""ActiveDocs: porta, app/models/api_docs/service.rb, admin/api/api_docs_services_controller.rb.

The document is JSON text in a string. Refuses: a taken system name, a body that is no JSON or no known version of the
specification (3.1 only from 2.16 on, nothing of it checked with `skip_swagger_validations`), a relative or loopback
server address, an unknown product.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sandbox.threescale.operation import Call, Item, Json, Listing, Nothing, Operation, shown, stamps
from sandbox.threescale.refusals import INVALID, TAKEN, Errors, Said
from sandbox.threescale.values import boolean, check_system_name, integer, is_localhost, system_name, text

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

_FIELDS = ("name", "service_id", "body", "description", "published", "skip_swagger_validations")
_FLAGS = ("published", "skip_swagger_validations")


def render(row: Row) -> Json:
    """A document as the API shows it; the body verbatim."""
    names = ("id", "system_name", "name", "description", *_FLAGS, "body", "service_id")
    return shown({**{name: row[name] for name in names}, **stamps(row)})


def _values(call: Call) -> Row:
    values: dict[str, Any] = {}
    for name, value in call.fields.items():
        if name in _FLAGS:
            values[name] = bool(boolean(value))
        elif name == "service_id":
            values[name] = _product(call.tenant, value)
        elif name != "system_name":
            values[name] = text(value)
    return values


def _product(tenant: Tenant, given: object) -> int | None:
    if given in (None, ""):
        return None
    row = tenant.store.find("service", integer(given))
    if row is None or row["state"] == "deleted":
        raise Said(422, "Service not found")
    return int(row["id"])


def _check(errors: Errors, tenant: Tenant, row: Row) -> None:
    errors.present("name", row["name"])
    errors.short("name", row["name"])
    errors.present("body", row["body"])
    if row["body"]:
        _check_body(errors, tenant, row["body"], skip=row["skip_swagger_validations"])


def _check_body(errors: Errors, tenant: Tenant, body: str, *, skip: bool) -> None:
    try:
        document = json.loads(body)
    except ValueError:
        errors.add("body", "Invalid JSON")
        return
    document = document if isinstance(document, dict) else {}
    version = str(document.get("swaggerVersion") or document.get("swagger") or document.get("openapi") or "")
    known = version.startswith(("1.", "2.0", "3.0")) or (version.startswith("3.1") and tenant.at_least("2.16"))
    errors.unless(skip or known, "body", "Invalid Swagger version")
    servers = document.get("servers")
    if isinstance(servers, list) and servers and isinstance(servers[0], dict):
        url = str(servers[0].get("url", ""))
        if not urlsplit(url).netloc:
            errors.add("base_path", INVALID)
            errors.add("body", "Server URL in the specification is invalid")
        elif is_localhost(url):
            errors.add("base_path", "can't be localhost")


def index(call: Call) -> Listing:
    """All documents of the tenant, always whole."""
    return Listing("api_docs", "api_doc", [render(row) for row in call.tenant.store.rows("active_doc")])


def show(call: Call) -> Item:
    """One document."""
    return Item("api_doc", render(call.row("active_doc")))


def create(call: Call) -> Item:
    """A new document."""
    tenant = call.tenant
    row: Row = {**dict.fromkeys(_FIELDS), **dict.fromkeys(_FLAGS, False), **_values(call)}
    row["system_name"] = system_name(call.fields.get("system_name"), row["name"], "api_docs_service")
    errors = Errors()
    _check(errors, tenant, row)
    check_system_name(errors, row["system_name"])
    taken = tenant.store.first("active_doc", system_name=row["system_name"])
    errors.unless(taken is None, "system_name", TAKEN)
    errors.refuse()
    return Item("api_doc", render(tenant.insert("active_doc", **row)))


def update(call: Call) -> Item:
    """Change a document; the system name stays."""
    row, values = call.row("active_doc"), _values(call)
    errors = Errors()
    _check(errors, call.tenant, {**row, **values})
    errors.refuse()
    return Item("api_doc", render(call.tenant.change("active_doc", row, **values)))


def delete(call: Call) -> Nothing:
    """Remove a document."""
    call.tenant.store.delete("active_doc", call.row("active_doc")["id"])
    return Nothing()


_PATH = "/admin/api/active_docs"
_WRAPPER = "api_docs_service"
OPERATIONS = (
    Operation("GET", _PATH, index),
    Operation("POST", _PATH, create, _WRAPPER, ("system_name", *_FIELDS)),
    Operation("GET", f"{_PATH}/{{id}}", show),
    Operation("PUT", f"{_PATH}/{{id}}", update, _WRAPPER, _FIELDS, ("system_name",)),
    Operation("DELETE", f"{_PATH}/{{id}}", delete),
)
