"""The registry of custom policies: porta, app/models/policy.rb, admin/api/registry/policies_controller.rb.

Descriptive for hosted products: the gateway's code comes from elsewhere. Refuses: a version that differs from the
schema's, `builtin`, a taken name and version, an incomplete manifest, changes to a policy that a chain uses.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sandbox.threescale.operation import Call, Item, Json, Listing, Nothing, Operation, stamps
from sandbox.threescale.refusals import (
    BLANK,
    INVALID,
    TAKEN,
    DeletionRefused,
    Errors,
    Invalid,
    MissingParameter,
    NotFound,
)

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

_USED = "This policy is currently being used in one of your APIs and cannot be modified."
_REQUIRED = ("name", "version", "summary", "configuration")
_SUMMARY = 75


def render(row: Row) -> Json:
    """A policy as the API shows it."""
    return {**{name: row[name] for name in ("id", "name", "version", "schema")}, **stamps(row)}


def _schema(given: object) -> Any:  # noqa: ANN401  # any JSON value
    if isinstance(given, str):
        try:
            return json.loads(given)
        except ValueError:
            return None
    return given


def _check(errors: Errors, tenant: Tenant, row: Row, own: int | None) -> None:
    errors.present("name", row["name"])
    errors.present("version", row["version"])
    schema = row["schema"]
    if not isinstance(schema, dict):
        errors.add("schema", BLANK if schema is None else "Invalid JSON schema")
        return
    missing = [name for name in _REQUIRED if name not in schema]
    shaped = re.fullmatch(r"\d+\.\d+(\.\d+)?(-\w+)?", str(schema.get("version", "")))
    good = not missing and shaped and len(str(schema.get("summary", ""))) <= _SUMMARY
    errors.unless(good, "schema", INVALID)
    errors.unless(row["version"] == schema.get("version"), "version", "differs from the schema version")
    errors.unless(row["version"] != "builtin", "version", "cannot be 'builtin'")
    others = tenant.store.rows("policy", name=row["name"], version=row["version"])
    errors.unless(not [other for other in others if other["id"] != own], "version", TAKEN)


def _used(tenant: Tenant, row: Row) -> bool:
    return any(
        (item.get("name"), item.get("version")) == (row["name"], row["version"])
        for product in tenant.products()
        for item in tenant.proxy(product["id"])["policies_config"]
    )


def _one(call: Call) -> Row:
    wanted = call.path["id"]
    for row in call.tenant.store.rows("policy"):
        if wanted in (str(row["id"]), f"{row['name']}-{row['version']}"):
            return row
    raise NotFound


def index(call: Call) -> Listing:
    """All registered policies."""
    return Listing("policies", "policy", [render(row) for row in call.tenant.store.rows("policy")])


def show(call: Call) -> Item:
    """One policy, by id or by `<name>-<version>`."""
    return Item("policy", render(_one(call)))


def create(call: Call) -> Item:
    """A new policy."""
    row: Row = {"name": call.fields.get("name"), "version": call.fields.get("version")}
    row["schema"] = _schema(call.fields.get("schema"))
    errors = Errors()
    _check(errors, call.tenant, row, None)
    errors.refuse()
    return Item("policy", render(call.tenant.insert("policy", **row)))


def update(call: Call) -> Item:
    """Change a policy that no chain uses; the schema has to be in the request."""
    row = _one(call)
    if "schema" not in call.fields:
        raise MissingParameter("schema")
    values = {**call.fields, "schema": _schema(call.fields["schema"])}
    if _used(call.tenant, row) and any(row[name] != value for name, value in values.items()):
        raise Invalid({"base": [_USED]})
    errors = Errors()
    _check(errors, call.tenant, {**row, **values}, row["id"])
    errors.refuse()
    return Item("policy", render(call.tenant.change("policy", row, **values)))


def delete(call: Call) -> Nothing:
    """Remove a policy that no chain uses."""
    row = _one(call)
    if _used(call.tenant, row):
        raise DeletionRefused({"base": [_USED]})
    call.tenant.store.delete("policy", row["id"])
    return Nothing()


_PATH = "/admin/api/registry/policies"
_FIELDS = ("name", "version", "schema")
_SCOPES = ("policy_registry",)
OPERATIONS = (
    Operation("GET", _PATH, index, json_only=True, scopes=_SCOPES),
    Operation("POST", _PATH, create, "policy", _FIELDS, json_only=True, scopes=_SCOPES),
    Operation("GET", f"{_PATH}/{{id}}", show, json_only=True, scopes=_SCOPES),
    Operation("PUT", f"{_PATH}/{{id}}", update, "policy", _FIELDS, json_only=True, scopes=_SCOPES),
    Operation("DELETE", f"{_PATH}/{{id}}", delete, json_only=True, scopes=_SCOPES),
)
