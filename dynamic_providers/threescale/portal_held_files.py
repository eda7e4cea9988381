"""Files that the developer portal of a tenant holds: one request uploads one, or moves it to another section."""

from typing import TYPE_CHECKING

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.portal_file import content, stored_name
from dynamic_providers.threescale.portal_held import Held, id_of, names

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi
    from dynamic_providers.threescale.portal_held_sections import HeldSections


class HeldFiles(Held):
    """Path → file."""

    where = "cms/files"

    def __init__(self, api: "AdminApi", sections: "HeldSections") -> None:
        """Read the list; `sections` are those that files may be in."""
        super().__init__(api)
        self._sections = sections

    @staticmethod
    def name(item: Json) -> str:
        """Return the path."""
        return str(item["path"])

    def shown(self, path: str, known: Json) -> Json:
        """Return what the server tells of a file; the checksum is `known` as long as the upload has its name."""
        item = self[path]
        ours = item.get("title") == stored_name(path, known["sha256"])
        told = {"content_type": item.get("content_type"), "section": names(self._sections).get(item["section_id"])}
        return known | told | ({} if ours else {"sha256": f"unknown, the upload is named {item.get('title')}"})

    def put(self, path: str, wanted: Json) -> None:
        """Upload a file, or only move it to another section."""
        live = self.shown(path, wanted) if path in self else {}
        if live == wanted:
            return
        section = id_of("section", self._sections, wanted["section"], user=f"file {path}")
        moved = path in self and live | {"section": wanted["section"]} == wanted
        name = stored_name(path, wanted["sha256"])
        attachment = None if moved else (name, content(path, wanted), wanted["content_type"])
        body = {"section_id": section} if moved else {"path": path, "section_id": section}
        method, where = ("PUT", self.path(path)) if path in self else ("POST", self.where)
        self[path] = self._api.call(method, where, body, attachment=attachment)
