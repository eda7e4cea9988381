"""Sections that the developer portal of a tenant holds: one request writes one."""

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.portal_held import Held, id_of, names


class HeldSections(Held):
    """System name → section."""

    where = "cms/sections"

    @staticmethod
    def name(item: Json) -> str:
        """Return the system name."""
        return str(item["system_name"])

    def shown(self, name: str) -> Json:
        """Return what the server tells of a section, in the shape of the declaration."""
        item = self[name]
        return {"title": item.get("title"), "parent": names(self).get(item["parent_id"])}

    def put(self, name: str, wanted: Json, path: str) -> None:
        """Make a section, or change one; `path` is where it is below the portal's address when it is made."""
        if name in self and self.shown(name) == wanted:
            return
        parent = id_of("section", self, wanted["parent"], user=f"section {name}")
        body = {"title": wanted["title"], "parent_id": parent}
        if name in self:
            self[name] = self._api.item("PUT", self.path(name), body)
        else:
            more = {"system_name": name, "public": True, "partial_path": path}
            self[name] = self._api.item("POST", self.where, body | more)
