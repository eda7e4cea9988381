"""The note of what the developer portal was like before, in the tenant itself: see `portal_memory`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.portal_memory import JOURNAL, journal_objects, journal_text

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi


class Journal:
    """A partial of the tenant, where there is anything to remember."""

    def __init__(self, api: "AdminApi", item: Json | None) -> None:
        """Read `item`, the partial as the server tells it; None where there is none."""
        self._api = api
        self._item = item
        self.objects = journal_objects(item["draft"] or item["published"] or "") if item else {}

    def keep(self, objects: Mapping[str, Json | None]) -> None:
        """Keep `objects` in the tenant, in place of what was kept there; with nothing to keep, no trace stays."""
        if objects == self.objects:
            return
        where = f"cms/templates/{self._item['id']}" if self._item else "cms/templates"
        if not objects:
            self._api.call("DELETE", where)
            self._item = None
        elif self._item:
            self._api.call("PUT", where, {"draft": journal_text(objects)})
        else:
            body = {"type": "partial", "system_name": JOURNAL, "draft": journal_text(objects)}
            self._item = self._api.item("POST", where, body)
        self.objects = dict(objects)
