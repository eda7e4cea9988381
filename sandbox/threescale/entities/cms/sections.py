"""Sections, the folders of the portal: porta, app/models/cms/section.rb, admin/api/cms/sections_controller.rb.

Read, changed and deleted by id or by system name. Refuses: a taken system name, a title taken below the same parent,
becoming one's own ancestor, deleting the root or a built-in section. What a deleted section held moves to its parent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.threescale.entities.cms.requests import FORMAT, SCOPES, listing, only, wrapped
from sandbox.threescale.operation import Call, Item, Json, Listing, Nothing, Operation, stamps
from sandbox.threescale.refusals import TAKEN, Errors, NotFound, Said
from sandbox.threescale.values import SYSTEM_NAME, boolean, integer, slug, text

if TYPE_CHECKING:
    from sandbox.threescale.params import Params
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

KIND = "cms_section"
ROOT = "root"
_FIELDS = ("parent_id", "title", "system_name", "public", "partial_path")
_HOLDS = (("cms_template", "section_id"), ("cms_file", "section_id"), (KIND, "parent_id"))


def render(row: Row) -> Json:
    """A section as the API shows it; null is not left out."""
    names = ("title", "system_name", "public", "parent_id", "partial_path")
    return {"id": row["id"], **stamps(row), **{name: row[name] for name in names}}


def root(tenant: Tenant) -> Row:
    """The section that every other one is below."""
    found = tenant.store.first(KIND, system_name=ROOT)
    assert found is not None  # noqa: S101  # made with the tenant, undeletable
    return found


def is_public(tenant: Tenant, section: int) -> bool:
    """Whether a visitor who is not signed in may see what is in the section: all of its ancestors are public."""
    row: Row | None = tenant.store.row(KIND, section)
    while row is not None:
        if not row["public"]:
            return False
        row = tenant.store.find(KIND, row["parent_id"])
    return True


def added(tenant: Tenant, *, builtin: bool = False, **fields: object) -> Row:
    """A new section, as it is."""
    return tenant.insert(KIND, builtin=builtin, **{"public": True, "parent_id": None, **fields})


def _one(call: Call) -> Row:
    wanted = call.path["id"]
    for row in call.tenant.store.rows(KIND):
        if wanted in (str(row["id"]), row["system_name"]):
            return row
    raise NotFound


def _values(given: Params) -> Row:
    values: Row = {
        name: text(value) for name, value in given.items() if name in ("title", "system_name", "partial_path")
    }
    if "public" in given:
        values["public"] = boolean(given["public"])
    return values


def _check(tenant: Tenant, row: Row, own: int | None) -> None:
    errors = Errors()
    errors.present("system_name", row["system_name"])
    if row["system_name"]:
        errors.unless(SYSTEM_NAME.fullmatch(row["system_name"]), "system_name", FORMAT)
    others = [other for other in tenant.store.rows(KIND) if other["id"] != own]
    taken = [other for other in others if other["system_name"] == row["system_name"]]
    errors.unless(not taken, "system_name", TAKEN)
    beside = [other for other in others if other["parent_id"] == row["parent_id"] and other["title"] == row["title"]]
    errors.unless(not beside, "title", TAKEN)
    for name in ("title", "system_name", "partial_path"):
        errors.short(name, row[name])
    errors.unless(not re.search(r"[\s<>\"{}|\\^`]", row["partial_path"] or ""), "partial_path", "is not a valid URI")
    errors.unless(own is None or not _below(tenant, row["parent_id"], own), "base", "cannot be it's own ancestor")
    errors.refuse()


def _below(tenant: Tenant, section: int | None, ancestor: int) -> bool:
    while section is not None and section != ancestor:
        found = tenant.store.find(KIND, section)
        section = found["parent_id"] if found else None
    return section is not None


def index(call: Call) -> Listing:
    """All sections."""
    only(call)
    rows = call.tenant.store.rows(KIND)
    return listing(call, rows, {row["id"]: render(row) for row in rows})


def show(call: Call) -> Item:
    """One section, by id or system name."""
    only(call)
    return Item("", render(_one(call)))


def create(call: Call) -> Item:
    """A new section; the parent is read beside the wrapper only, and an unknown one is the root, silently."""
    given, tenant = wrapped(call, "section", _FIELDS), call.tenant
    row: Row = {**dict.fromkeys(_FIELDS), "public": True, **_values(given)}
    name = slug(row["title"] or "", "-")
    row["system_name"] = row["system_name"] or name or None
    row["partial_path"] = row["partial_path"] or name or None
    parent = tenant.store.find(KIND, integer(call.params.get("parent_id")))
    row["parent_id"] = (parent or root(tenant))["id"]
    _check(tenant, row, None)
    return Item("", render(added(tenant, **row)))


def update(call: Call) -> Item:
    """Change a section."""
    row, given = _one(call), wrapped(call, "section", _FIELDS)
    values = _values(given)
    if "parent_id" in given and row["system_name"] != ROOT:
        parent = call.tenant.store.find(KIND, integer(given["parent_id"]))
        values["parent_id"] = (parent or root(call.tenant))["id"]
    _check(call.tenant, {**row, **values}, row["id"])
    return Item("", render(call.tenant.change(KIND, row, **values)))


def delete(call: Call) -> Nothing:
    """Remove a section that somebody made; its contents move one up."""
    only(call)
    row, tenant = _one(call), call.tenant
    if row["builtin"]:
        raise Said(422, "Built-in resources can't be deleted")
    for kind, field in _HOLDS:
        for held in tenant.store.rows(kind, **{field: row["id"]}):
            tenant.change(kind, held, **{field: row["parent_id"]})
    tenant.store.delete(KIND, row["id"])
    return Nothing()


_PATH = "/admin/api/cms/sections"
OPERATIONS = (
    Operation("GET", _PATH, index, json_only=True, scopes=SCOPES),
    Operation("POST", _PATH, create, fields=_FIELDS, json_only=True, scopes=SCOPES),
    Operation("GET", f"{_PATH}/{{id}}", show, json_only=True, scopes=SCOPES),
    Operation("PUT", f"{_PATH}/{{id}}", update, fields=_FIELDS, json_only=True, scopes=SCOPES),
    Operation("DELETE", f"{_PATH}/{{id}}", delete, json_only=True, scopes=SCOPES),
)
