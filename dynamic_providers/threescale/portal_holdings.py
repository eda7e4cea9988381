"""What the developer portal of a tenant holds, by the keys of the declaration, and how single objects are written.

Reads: one list of sections, one of templates with their texts, one of files, each in pages of 100 (porta,
admin/api/cms/base_controller.rb). Writes: a template two requests (draft, publish), a section or file one; nothing
where nothing differs. A PUT never sends `type`, which would silently drop the fields of a built-in.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from dynamic_providers.json_object import Json
from dynamic_providers.threescale import portal_file
from dynamic_providers.threescale.errors import BASE, NotFound, Rejected, ThreescaleError
from dynamic_providers.threescale.portal_builtin import missing_builtin
from dynamic_providers.threescale.portal_memory import JOURNAL, journal_objects, journal_text
from dynamic_providers.threescale.portal_template import TAKES, is_published, seen, system_name

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

PAGE = 100
"""Largest page of the CMS API, which cuts larger ones to this."""


def template_key(item: Json) -> str:
    """Return the key of a template as the server tells it."""
    return f"{item['type']} {item['path'] if item['type'] == 'page' else item['system_name']}"


class Holdings:
    """Sections by system name, templates by key, files by path; kept up to date by what is written here."""

    def __init__(self, api: "AdminApi") -> None:
        """Read everything."""
        self._api = api
        self.sections = {item["system_name"]: item for item in self._listed("sections")}
        self.templates = {template_key(item): item for item in self._listed("templates", {"content": "true"})}
        self.files = {item["path"]: item for item in self._listed("files")}
        self._journal = self.templates.pop(f"partial {JOURNAL}", None)
        self.remembered = (
            journal_objects(self._journal["draft"] or self._journal["published"] or "") if self._journal else {}
        )

    def names(self, kind: str) -> dict[int, str]:
        """Return id → system name of sections or of layouts."""
        items = self.sections if kind == "section" else self._layouts()
        return {item["id"]: name for name, item in items.items()}

    def has(self, key: str) -> bool:
        """Tell whether the object of a key of `Memory` is there."""
        held, name = self._place(key)
        return name in held

    # What the server tells, in the shape of the declaration.

    def section(self, name: str) -> Json:
        """Return a section."""
        item = self.sections[name]
        return {"title": item.get("title"), "parent": self.names("section").get(item["parent_id"])}

    def template(self, key: str, wanted: str = "") -> Json:
        """Return what the server tells of a template; a draft that is `wanted` but waits is no difference."""
        item = self.templates[key]
        fields: Json = {name: item[name] for name in ("title", "content_type", "liquid_enabled") if name in item}
        if "layout_id" in item:
            fields["layout"] = self.names("layout").get(item["layout_id"], "")
        if "section_id" in item:
            fields["section"] = self.names("section").get(item["section_id"])
        fields["content"] = seen(item, wanted)
        return {name: value for name, value in fields.items() if name in TAKES[item["type"]]}

    def file(self, path: str, known: Json) -> Json:
        """Return a file; the checksum is `known` as long as the upload has its name."""
        item = self.files[path]
        ours = item.get("title") == portal_file.stored_name(path, known["sha256"])
        told = {"content_type": item.get("content_type"), "section": self.names("section").get(item["section_id"])}
        return known | told | ({} if ours else {"sha256": f"unknown, the upload is named {item.get('title')}"})

    # Writes.

    def put_section(self, name: str, wanted: Json, path: str) -> None:
        """Make a section, or change one; `path` is where it is below the portal's address when it is made."""
        if name in self.sections and self.section(name) == wanted:
            return
        body = {"title": wanted["title"], "parent_id": self._id("section", wanted["parent"], f"section {name}")}
        if name in self.sections:
            item = self._api.item("PUT", f"cms/sections/{self.sections[name]['id']}", body)
        else:
            more = {"system_name": name, "public": True, "partial_path": path}
            item = self._api.item("POST", "cms/sections", body | more)
        self.sections[name] = item

    def put_template(self, key: str, wanted: Json, *, publish: bool = True) -> None:
        """Make a template, or change what differs, and publish it."""
        item = self.templates.get(key)
        if item is None:
            item = self._made(key, wanted)
        else:
            live = self.template(key)
            changed = {
                name: value for name, value in wanted.items() if name != "content" and live.get(name, value) != value
            }
            body = self._body(key, changed)
            if not is_published(item, wanted["content"]) and item.get("draft") != wanted["content"]:
                body["draft"] = wanted["content"]
            if body:
                item = self._api.item("PUT", f"cms/templates/{item['id']}", body)
        self.templates[key] = item
        if publish and not is_published(item, wanted["content"]):
            self.templates[key] = self._api.item("PUT", f"cms/templates/{item['id']}/publish")

    def put_file(self, path: str, wanted: Json) -> None:
        """Upload a file, or only move it to another section."""
        item = self.files.get(path)
        live = self.file(path, wanted) if item else {}
        if live == wanted:
            return
        section = self._id("section", wanted["section"], f"file {path}")
        moved = item is not None and live | {"section": wanted["section"]} == wanted
        name = portal_file.stored_name(path, wanted["sha256"])
        attachment = None if moved else (name, portal_file.content(path, wanted), wanted["content_type"])
        body = {"section_id": section} if moved else {"path": path, "section_id": section}
        method, where = ("PUT", f"cms/files/{item['id']}") if item else ("POST", "cms/files")
        self.files[path] = self._api.call(method, where, body, attachment=attachment)

    def drop(self, key: str) -> None:
        """Delete the object of a key of `Memory`; what is gone already is fine."""
        held, name = self._place(key)
        item = held.get(name)
        if item is None:
            return
        where = "sections" if held is self.sections else "files" if held is self.files else "templates"
        path = f"cms/{where}/{item['id']}"
        users = [page for page, one in self.templates.items() if key.startswith("layout ") and self._uses(one, item)]
        if users:
            asked = f"DELETE {self._api.admin_url}/admin/api/{path}.json"
            raise Rejected(asked, {BASE: [f"{', '.join(users)} of the developer portal still has this layout"]})
        with suppress(NotFound):
            self._api.call("DELETE", path)
        del held[name]

    def remember(self, objects: Mapping[str, Json | None]) -> None:
        """Keep `objects` in the tenant, in place of what was kept there; with nothing to keep, no trace stays."""
        if objects == self.remembered:
            return
        where = f"cms/templates/{self._journal['id']}" if self._journal else "cms/templates"
        if not objects:
            self._api.call("DELETE", where)
            self._journal = None
        elif self._journal:
            self._api.call("PUT", where, {"draft": journal_text(objects)})
        else:
            body = {"type": "partial", "system_name": JOURNAL, "draft": journal_text(objects)}
            self._journal = self._api.item("POST", where, body)
        self.remembered = dict(objects)

    def _place(self, key: str) -> tuple[dict[str, Json], str]:
        """Return where the object of a key of `Memory` is held, and its name there."""
        kind, _, name = key.partition(" ")
        if kind == "section":
            return self.sections, name
        return (self.files, name) if kind == "file" else (self.templates, key)

    def _uses(self, page: Json, layout: Json) -> bool:
        # porta counts pages only, no built-ins (app/models/cms/layout.rb).
        return bool(page["type"] == "page" and page.get("layout_id") == layout["id"])

    def _made(self, key: str, wanted: Json) -> Json:
        kind, _, name = key.partition(" ")
        if kind.startswith("builtin"):
            raise missing_builtin(key, (known.partition(" ")[2] for known in self.templates if known.startswith(kind)))
        identity = {"path": name, "system_name": system_name(name)} if kind == "page" else {"system_name": name}
        body = {"type": kind, **identity, **self._body(key, wanted), "draft": wanted["content"]}
        return self._api.item("POST", "cms/templates", body)

    def _body(self, key: str, fields: Json) -> Json:
        """Return fields as they are sent: section and layout by id, beside the rest, where a POST reads them."""
        body = {name: value for name, value in fields.items() if name not in ("content", "layout", "section")}
        if "section" in fields:
            body["section_id"] = self._id("section", fields["section"], key)
        if "layout" in fields:
            body["layout_id"] = self._id("layout", fields["layout"], key) if fields["layout"] else ""
        return body

    def _id(self, kind: str, name: str, user: str) -> int:
        held = self.sections if kind == "section" else self._layouts()
        if name in held:
            return int(held[name]["id"])
        raise ThreescaleError(
            f"write {user} of the developer portal",
            f"its {kind} `{name}` does not exist",
            f"The portal has {', '.join(sorted(held))}",
            f"Declare the {kind} too, or name one of these",
        )

    def _layouts(self) -> dict[str, Json]:
        return {item["system_name"]: item for item in self.templates.values() if item["type"] == "layout"}

    def _listed(self, what: str, query: Mapping[str, str] | None = None) -> list[Json]:
        return list(self._api.pages(f"cms/{what}", "collection", query, size=PAGE))
