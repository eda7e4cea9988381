"""Files of the portal: porta, app/models/cms/file.rb, admin/api/cms/files_controller.rb.

Uploaded as multipart, never wrapped. The answer has neither size nor checksum. Refuses: no path, no attachment, a path
that another file has; a page of the same path is no obstacle.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

from sandbox.threescale.entities.cms import sections
from sandbox.threescale.entities.cms.requests import SCOPES, listing, only
from sandbox.threescale.operation import Call, Item, Json, Listing, Nothing, Operation, shown, stamps
from sandbox.threescale.params import Upload
from sandbox.threescale.refusals import BLANK, TAKEN, Errors, NotFound
from sandbox.threescale.values import boolean, integer, text

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

KIND = "cms_file"
_FIELDS = ("path", "attachment", "section_id", "downloadable")


def render(tenant: Tenant, row: Row) -> Json:
    """A file as the API shows it; `url` is where the storage serves it."""
    url = f"https://{tenant.portal_domain}/system/{tenant.options.name}/{row['id']}/{row['title']}"
    names = ("section_id", "path", "downloadable", "title", "content_type")
    return shown({"id": row["id"], **stamps(row), **{name: row[name] for name in names}, "url": url})


def added(tenant: Tenant, path: str, section: int, upload: Upload) -> Row:
    """A new file, as it is."""
    return tenant.insert(KIND, path=path, section_id=section, downloadable=False, **_stored(upload))


def content(row: Row) -> bytes:
    """What was uploaded."""
    return base64.b64decode(row["data"])


def _stored(upload: Upload) -> Row:
    # Paperclip replaces these characters of a file's name.
    title = re.sub(r"[&$+,/:;=?@<>\[\]{}|\\^~%# ]", "_", upload.name)
    return {
        "title": title,
        "content_type": upload.content_type,
        "data": base64.b64encode(upload.data).decode(),
    }


def _values(call: Call) -> Row:
    values: Row = {}
    if path := text(call.params.get("path")):
        values["path"] = path if path.startswith("/") else f"/{path}"
    if "downloadable" in call.params:
        values["downloadable"] = bool(boolean(call.params["downloadable"]))
    if isinstance(upload := call.params.get("attachment"), Upload):
        values |= _stored(upload)
    return values


def _check(tenant: Tenant, row: Row, own: int | None) -> None:
    errors = Errors()
    errors.present("path", row.get("path"))
    errors.short("path", row.get("path"))
    errors.unless("data" in row, "attachment", BLANK)
    errors.unless(not re.search(r"[\s<>\"{}|\\^`]", row.get("path") or ""), "path", "is not a valid URI")
    same = [other for other in tenant.store.rows(KIND, path=row.get("path")) if other["id"] != own]
    errors.unless(not same, "path", TAKEN)
    errors.refuse()


def index(call: Call) -> Listing:
    """All files, or those of one section."""
    only(call, "section_id")
    tenant, rows = call.tenant, call.tenant.store.rows(KIND)
    if wanted := call.params.get("section_id"):
        held = [row for row in tenant.store.rows(sections.KIND) if wanted in (str(row["id"]), row["system_name"])]
        if not held:
            raise NotFound
        rows = [row for row in rows if row["section_id"] == held[0]["id"]]
    return listing(call, rows, {row["id"]: render(tenant, row) for row in rows})


def show(call: Call) -> Item:
    """One file."""
    only(call)
    return Item("", render(call.tenant, call.row(KIND)))


def create(call: Call) -> Item:
    """A new file; an unknown section is the root, silently."""
    only(call, *_FIELDS)
    tenant = call.tenant
    section = tenant.store.find(sections.KIND, integer(call.params.get("section_id"))) or sections.root(tenant)
    row: Row = {"downloadable": False, **_values(call), "section_id": section["id"]}
    _check(tenant, row, None)
    return Item("", render(tenant, tenant.insert(KIND, **row)))


def update(call: Call) -> Item:
    """Change a file."""
    only(call, *_FIELDS)
    row, tenant, values = call.row(KIND), call.tenant, _values(call)
    section = tenant.store.find(sections.KIND, integer(call.params.get("section_id")))
    if section is not None:
        values["section_id"] = section["id"]
    _check(tenant, {**row, **values}, row["id"])
    return Item("", render(tenant, tenant.change(KIND, row, **values)))


def delete(call: Call) -> Nothing:
    """Remove a file."""
    only(call)
    call.tenant.store.delete(KIND, call.row(KIND)["id"])
    return Nothing()


_PATH = "/admin/api/cms/files"
OPERATIONS = (
    Operation("GET", _PATH, index, json_only=True, scopes=SCOPES),
    Operation("POST", _PATH, create, fields=_FIELDS, json_only=True, scopes=SCOPES),
    Operation("GET", f"{_PATH}/{{id}}", show, json_only=True, scopes=SCOPES),
    Operation("PUT", f"{_PATH}/{{id}}", update, fields=_FIELDS, json_only=True, scopes=SCOPES),
    Operation("DELETE", f"{_PATH}/{{id}}", delete, json_only=True, scopes=SCOPES),
)
