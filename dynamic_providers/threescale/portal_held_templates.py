"""Templates that the developer portal of a tenant holds, with their texts: two requests write one, draft and publish.

Nothing is sent where nothing differs. A PUT never sends `type`, which would silently drop the fields of a built-in.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.errors import BASE, Rejected
from dynamic_providers.threescale.portal_builtin import missing_builtin
from dynamic_providers.threescale.portal_held import Held, id_of, names
from dynamic_providers.threescale.portal_template import TAKES, is_published, seen, system_name

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi
    from dynamic_providers.threescale.portal_held_sections import HeldSections


class HeldTemplates(Held):
    """Kind and path or system name, as in `page /examples`, → template."""

    where = "cms/templates"
    query: ClassVar[Mapping[str, str]] = {"content": "true"}

    def __init__(self, api: "AdminApi", sections: "HeldSections") -> None:
        """Read the list; `sections` are those that pages may be in."""
        super().__init__(api)
        self._sections = sections

    @staticmethod
    def name(item: Json) -> str:
        """Return the kind, and the path of a page or the system name of another one."""
        return f"{item['type']} {item['path'] if item['type'] == 'page' else item['system_name']}"

    def shown(self, key: str, wanted: str = "") -> Json:
        """Return what the server tells of a template; a draft that is `wanted` but waits is no difference."""
        item = self[key]
        fields: Json = {name: item[name] for name in ("title", "content_type", "liquid_enabled") if name in item}
        if "layout_id" in item:
            fields["layout"] = names(self._layouts()).get(item["layout_id"], "")
        if "section_id" in item:
            fields["section"] = names(self._sections).get(item["section_id"])
        fields["content"] = seen(item, wanted)
        return {name: value for name, value in fields.items() if name in TAKES[item["type"]]}

    def put(self, key: str, wanted: Json, *, publish: bool = True) -> None:
        """Make a template, or change what differs, and publish it."""
        self[key] = item = self._changed(key, wanted) if key in self else self._made(key, wanted)
        if publish and not is_published(item, wanted["content"]):
            self[key] = self._api.item("PUT", f"{self.path(key)}/publish")

    def drop(self, name: str) -> None:
        """Delete a template; what is gone already is fine.

        Raises:
            Rejected: it is a layout, and pages have it. porta refuses for pages only, no built-ins
                (app/models/cms/layout.rb).
        """
        pages = [key for key, one in self.items() if one["type"] == "page" and self._has_layout(one, name)]
        if pages:
            asked = f"DELETE {self._api.admin_url}/admin/api/{self.path(name)}.json"
            raise Rejected(asked, {BASE: [f"{', '.join(pages)} of the developer portal still has this layout"]})
        super().drop(name)

    def _has_layout(self, page: Json, key: str) -> bool:
        return key.startswith("layout ") and key in self and bool(page.get("layout_id") == self[key]["id"])

    def _layouts(self) -> dict[str, Json]:
        return {item["system_name"]: item for item in self.values() if item["type"] == "layout"}

    def _changed(self, key: str, wanted: Json) -> Json:
        item, live = self[key], self.shown(key)
        changed = {
            name: value for name, value in wanted.items() if name != "content" and live.get(name, value) != value
        }
        body = self._body(key, changed)
        if not is_published(item, wanted["content"]) and item.get("draft") != wanted["content"]:
            body["draft"] = wanted["content"]
        return self._api.item("PUT", self.path(key), body) if body else item

    def _made(self, key: str, wanted: Json) -> Json:
        kind, _, name = key.partition(" ")
        if kind.startswith("builtin"):
            raise missing_builtin(key, (known.partition(" ")[2] for known in self if known.startswith(kind)))
        identity = {"path": name, "system_name": system_name(name)} if kind == "page" else {"system_name": name}
        body = {"type": kind, **identity, **self._body(key, wanted), "draft": wanted["content"]}
        return self._api.item("POST", self.where, body)

    def _body(self, key: str, fields: Json) -> Json:
        """Return fields as they are sent: section and layout by id, beside the rest, where a POST reads them."""
        body = {name: value for name, value in fields.items() if name not in ("content", "layout", "section")}
        if "section" in fields:
            body["section_id"] = id_of("section", self._sections, fields["section"], user=key)
        if "layout" in fields:
            layout = fields["layout"]
            body["layout_id"] = id_of("layout", self._layouts(), layout, user=key) if layout else ""
        return body
