"""Templates: porta, admin/api/cms/templates_controller.rb, app/services/admin/api/cms/template_service.rb.

Created and changed texts are drafts until they are published. Which fields a PUT takes follows from the type, and a
`type` in the request is read literally: `builtin_page` permits nothing there, so that request changes nothing and
answers 200. E-mail and legal templates have no API.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.threescale.entities.cms import rules, sections
from sandbox.threescale.entities.cms.requests import SCOPES, listing, only, wrapped
from sandbox.threescale.entities.cms.rules import KIND
from sandbox.threescale.operation import Call, Item, Json, Listing, Nothing, Operation, stamps
from sandbox.threescale.refusals import DeletionRefused, Said
from sandbox.threescale.values import boolean, integer, slug, text

if TYPE_CHECKING:
    from sandbox.threescale.params import Params
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

_PLACES = ("section_id", "section_name", "layout_id", "layout_name")
_PERMITTED = {
    "page": ("title", "path", "content_type", "system_name", "liquid_enabled", "handler", "draft", *_PLACES),
    "layout": ("system_name", "title", "draft", "liquid_enabled"),
    "partial": ("system_name", "draft"),
}
_OF_BUILTINS = {"builtin_page": ("draft", "layout_id"), "builtin_partial": ("draft",), "builtin_static_page": ()}
_FIELDS = ("type", *_PERMITTED["page"])
_SHOWN = {
    "page": ("title", "system_name", "layout_id", "section_id", "path", "content_type", "liquid_enabled", "handler"),
    "builtin_page": ("title", "system_name", "layout_id"),
    "builtin_static_page": ("system_name", "layout_id"),
    "layout": ("title", "system_name", "content_type", "liquid_enabled", "handler"),
    "partial": ("system_name",),
    "builtin_partial": ("system_name",),
}
_NULLS = ("system_name", "layout_id")
_COLUMNS = ("title", "system_name", "layout_id", "section_id", "path", "handler", "draft", "published")


def render(row: Row, *, content: bool = True) -> Json:
    """A template as the API shows it, with or without its texts; `hidden` is a page that was never published."""
    fields = {name: row[name] for name in _SHOWN[row["type"]] if row[name] is not None or name in _NULLS}
    if row["type"] == "page":
        fields["hidden"] = row["published"] is None
    if content and row["type"] != "builtin_static_page":
        fields |= {"draft": row["draft"], "published": row["published"]}
    return {"id": row["id"], "type": row["type"], **stamps(row), **fields}


def added(tenant: Tenant, kind: str, **fields: object) -> Row:
    """A new template, as it is."""
    defaults = {**dict.fromkeys(_COLUMNS), "content_type": "text/html", "liquid_enabled": False}
    return tenant.insert(KIND, type=kind, **{**defaults, **fields})


def _values(given: Params, permitted: tuple[str, ...]) -> Row:
    """The permitted values as they are stored; sections and layouts are looked up apart."""
    values: Row = {name: text(given[name]) for name in permitted if name in given and name not in _PLACES}
    if "liquid_enabled" in values:
        values["liquid_enabled"] = bool(boolean(given["liquid_enabled"]))
    if values.get("path"):
        path = re.sub(r"^/+", "/", str(values["path"]))
        values["path"] = re.sub(r"(?<=[^/])/+$", "", path)
    return values


def _section(tenant: Tenant, given: Params) -> int | None:
    """The section that is asked for, None when none is.

    Raises:
        Said: 422, there is no such section.
    """
    for name, match in (("section_id", {"id": integer(given.get("section_id"))}), ("section_name", None)):
        if given.get(name):
            found = tenant.store.first(sections.KIND, **(match or {"system_name": given[name]}))
            if found is None:
                raise Said(422, f"Couldn't find a section with {name} '{given[name]}'")
            return int(found["id"])
    return None


def _layout(tenant: Tenant, given: Params) -> int | None:
    """The layout that is asked for, None when none is.

    Raises:
        Said: 422, there is no such layout.
    """
    for name, match in (("layout_id", {"id": integer(given.get("layout_id"))}), ("layout_name", None)):
        if given.get(name):
            found = tenant.store.first(KIND, type="layout", **(match or {"system_name": given[name]}))
            if found is None:
                raise Said(422, f"Couldn't find a layout with {name} '{given[name]}'")
            return int(found["id"])
    return None


def index(call: Call) -> Listing:
    """Templates by id, of one type or in one section when asked; with their texts only for `content=true`."""
    only(call, "type", "section_id", "content")
    rows = call.tenant.store.rows(KIND)
    if kind := call.params.get("type"):
        rows = [row for row in rows if row["type"] == kind]
    if section := call.params.get("section_id"):
        rows = [row for row in rows if str(row["section_id"]) == section]
    content = bool(boolean(call.params.get("content")))
    return listing(call, rows, {row["id"]: render(row, content=content) for row in rows})


def show(call: Call) -> Item:
    """One template."""
    only(call)
    return Item("", render(call.row(KIND)))


def create(call: Call) -> Item:
    """A new page, layout or partial. Section and layout are read beside the wrapper only."""
    given, tenant = wrapped(call, "template", _FIELDS), call.tenant
    kind = str(given.get("type") or call.body.get("type") or "")
    if kind not in _PERMITTED:
        raise Said(422, f"Unknown template type '{kind}'")
    defaults = {**dict.fromkeys(_COLUMNS), "content_type": "text/html", "liquid_enabled": False}
    row: Row = {"type": kind, **defaults, **_values(given, _PERMITTED[kind])}
    if kind == "page":
        row["section_id"] = _section(tenant, call.body) or sections.root(tenant)["id"]
        row["layout_id"] = _layout(tenant, call.body)
        row["system_name"] = row["system_name"] or slug(row["title"] or "", "-") or None
    rules.check(tenant, row, None)
    return Item("", render(tenant.insert(KIND, **row)))


def update(call: Call) -> Item:
    """Change the draft and what else the type permits; an empty `layout_id` takes the layout away."""
    row, given = call.row(KIND), wrapped(call, "template", _FIELDS)
    kind = row["type"]
    own = _PERMITTED.get(kind, _OF_BUILTINS.get(kind, ()))
    asked = given.get("type", kind)
    permitted = own if asked == kind and "type" not in given else _PERMITTED.get(str(asked), ())
    permitted = tuple(name for name in permitted if name in own)
    values = _values(given, permitted)
    places = {name: value for name, value in given.items() if name in permitted and name in _PLACES}
    if section := _section(call.tenant, places):
        values["section_id"] = section
    layout = _layout(call.tenant, places)
    if layout or places.get("layout_id") == "":
        values["layout_id"] = layout
    rules.check(call.tenant, {**row, **values}, row["id"])
    return Item("", render(call.tenant.change(KIND, row, **values)))


def publish(call: Call) -> Item:
    """Make the draft what visitors see; without a draft nothing happens."""
    only(call)
    row = call.row(KIND)
    if row["draft"] is not None:
        row = call.tenant.change(KIND, row, published=row["draft"], draft=None)
    return Item("", render(row))


def delete(call: Call) -> Nothing:
    """Remove a template; built-ins and layouts in use stay."""
    only(call)
    row, store = call.row(KIND), call.tenant.store
    if row["type"].startswith("builtin"):
        raise Said(422, "Built-in resources can't be deleted")
    if row["type"] == "layout" and store.first(KIND, type="page", layout_id=row["id"]):
        # porta aborts without a text (app/models/cms/layout.rb, avoid_destruction).
        raise DeletionRefused({})
    store.delete(KIND, row["id"])
    for page in store.rows(KIND, layout_id=row["id"]):
        store.update(KIND, page["id"], layout_id=None)
    return Nothing()


_PATH = "/admin/api/cms/templates"
OPERATIONS = (
    Operation("GET", _PATH, index, json_only=True, scopes=SCOPES),
    Operation("POST", _PATH, create, fields=_FIELDS, json_only=True, scopes=SCOPES),
    Operation("GET", f"{_PATH}/{{id}}", show, json_only=True, scopes=SCOPES),
    Operation("PUT", f"{_PATH}/{{id}}", update, fields=_FIELDS, json_only=True, scopes=SCOPES),
    Operation("DELETE", f"{_PATH}/{{id}}", delete, json_only=True, scopes=SCOPES),
    Operation("PUT", f"{_PATH}/{{id}}/publish", publish, json_only=True, scopes=SCOPES),
)
