"""Fields a tenant defines for accounts, users and applications: porta, app/models/fields_definition.rb, app/lib/fields.

A defined field appears as a further key of the object and is taken flat with the others. Sign-up and the creation of
users and applications refuse a missing required one. Refuses: a missing, malformed or taken name, a missing label, an
unknown target, a required field that is hidden or read-only; what every object needs cannot be removed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.threescale.operation import Call, Item, Json, Listing, Nothing, Operation, stamps
from sandbox.threescale.refusals import BLANK, TAKEN, DeletionRefused, Errors
from sandbox.threescale.values import boolean, integer, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

ACCOUNT, USER, APPLICATION = "Account", "User", "Cinstance"
REQUIRED = {
    ACCOUNT: {"org_name": "Organization/Group Name"},
    USER: {"username": "Username", "email": "Email"},
    APPLICATION: {"name": "Name", "description": "Description"},
}
"""Target → what it always has; a fresh tenant has these definitions (FieldsDefinition.create_defaults!)."""
_FLAGS = ("required", "hidden", "read_only")
_FORMAT = "Name should start with letters, and can contain numbers, - and _"
_FIELDS = ("target", "label", "choices", *_FLAGS, "position")
# Columns of the three tables: a field may not be called like one of them.
_FORBIDDEN = frozenset({"id", "state", "created_at", "updated_at", "role", "plan_id", "user_key", "type", "tenant_id"})


def seed(tenant: Tenant) -> None:
    """The definitions of a fresh tenant."""
    for target, fields in REQUIRED.items():
        for position, (name, label) in enumerate(fields.items(), start=1):
            flags = {"required": True, "hidden": False, "read_only": False}
            tenant.insert(
                "fields_definition", target=target, name=name, label=label, **flags, choices=[], position=position
            )


def _extra(tenant: Tenant, target: str) -> list[Row]:
    rows = tenant.store.rows("fields_definition", target=target)
    return [row for row in rows if row["name"] not in REQUIRED[target]]


def given(tenant: Tenant, target: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The values of defined fields among the parameters."""
    return {row["name"]: params[row["name"]] for row in _extra(tenant, target) if row["name"] in params}


def check(errors: Errors, tenant: Tenant, target: str, values: Mapping[str, Any]) -> None:
    """Refuse a required field without a value, or with one that is not among its choices."""
    for row in _extra(tenant, target):
        if not row["required"]:
            continue
        value = values.get(row["name"])
        if value in (None, "", []):
            errors.add(row["name"], BLANK)
        elif row["choices"] and value not in row["choices"]:
            errors.add(row["name"], "illegal value")


def render(row: Row) -> Json:
    """A definition as the API shows it."""
    names = ("id", "target", "name", "label", *_FLAGS, "choices", "position")
    return {**{name: row[name] for name in names}, **stamps(row)}


def _values(call: Call) -> Row:
    fields = call.fields
    values: Row = {}
    for name in ("target", "name", "label"):
        if name in fields:
            values[name] = text(fields[name])
    if values.get("target") not in REQUIRED:
        # An unknown target is dropped, not refused (FieldsDefinition#target=); a new definition then has none.
        values.pop("target", None)
    values |= {name: bool(boolean(fields[name])) for name in _FLAGS if name in fields}
    if "choices" in fields:
        choices = fields["choices"] or []
        values["choices"] = [str(choice) for choice in (choices if isinstance(choices, list) else [choices])]
    if fields.get("position") not in (None, ""):
        values["position"] = integer(fields["position"])
    return values


def _check(call: Call, row: Row, own: int | None) -> None:
    errors = Errors()
    for name in ("label", "target", "name"):
        errors.present(name, row[name])
        errors.short(name, row[name])
    errors.unless(re.fullmatch(r"[A-Za-z][A-Za-z\d_-]*", row["name"] or ""), "name", _FORMAT)
    same = call.tenant.store.rows("fields_definition", target=row["target"], name=row["name"])
    errors.unless(not [other for other in same if other["id"] != own], "name", TAKEN)
    errors.unless(row["name"] not in _FORBIDDEN, "name", "Field name is not allowed")
    clash = row["required"] and (row["hidden"] or row["read_only"])
    errors.unless(not clash, "required", "Fields cannot be required AND hidden/read_only")
    errors.refuse()


def _settled(row: Row) -> Row:
    """What an object needs is required, shown and writable whatever was asked."""
    if row["name"] in REQUIRED.get(str(row["target"]), {}):
        return {**row, "required": True, "hidden": False, "read_only": False}
    return row


def index(call: Call) -> Listing:
    """All definitions by position, always whole."""
    rows = sorted(call.tenant.store.rows("fields_definition"), key=lambda row: (row["position"], row["id"]))
    return Listing("fields_definitions", "fields_definition", [render(row) for row in rows])


def show(call: Call) -> Item:
    """One definition."""
    return Item("fields_definition", render(call.row("fields_definition")))


def create(call: Call) -> Item:
    """A new definition, last of its target."""
    defaults: Row = {"target": None, "name": None, "label": None, **dict.fromkeys(_FLAGS, False), "choices": []}
    row = _settled({**defaults, **_values(call)})
    others = call.tenant.store.rows("fields_definition", target=row["target"])
    row["position"] = max((other["position"] for other in others), default=0) + 1
    _check(call, row, None)
    return Item("fields_definition", render(call.tenant.insert("fields_definition", **row)))


def update(call: Call) -> Item:
    """Change a definition; target and name stay."""
    row, values = call.row("fields_definition"), _values(call)
    values.pop("target", None)
    changed = _settled({**row, **values})
    _check(call, changed, row["id"])
    return Item("fields_definition", render(call.tenant.change("fields_definition", row, **changed)))


def delete(call: Call) -> Nothing:
    """Remove a definition."""
    row = call.row("fields_definition")
    if row["name"] in REQUIRED[row["target"]]:
        raise DeletionRefused({})
    call.tenant.store.delete("fields_definition", row["id"])
    return Nothing()


_PATH = "/admin/api/fields_definitions"
_WRAPPER = "fields_definition"
OPERATIONS = (
    Operation("GET", _PATH, index),
    Operation("POST", _PATH, create, _WRAPPER, ("name", *_FIELDS)),
    Operation("GET", f"{_PATH}/{{id}}", show),
    Operation("PUT", f"{_PATH}/{{id}}", update, _WRAPPER, _FIELDS, ("name",)),
    Operation("DELETE", f"{_PATH}/{{id}}", delete),
)
