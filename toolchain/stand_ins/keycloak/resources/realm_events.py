"""`RealmEvents`: which events a realm records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolchain.stand_ins.keycloak.resources.resource import Resource
from toolchain.stand_ins.keycloak.schema import flag, number, parent, table, texts
from toolchain.stand_ins.keycloak.wire import from_wire, to_wire

if TYPE_CHECKING:
    from toolchain.stand_ins.keycloak.api import AdminApi
    from toolchain.stand_ins.keycloak.values import Values

UNTOUCHED = {
    "eventsEnabled": False,
    "eventsExpiration": 0,
    "eventsListeners": ["jboss-logging"],
    "enabledEventTypes": [],
    "adminEventsEnabled": False,
    "adminEventsDetailsEnabled": False,
}
"""What a deletion leaves: the settings of a new realm."""


class RealmEvents(Resource):
    """A realm's event settings; they exist as long as the realm does."""

    type_name = "index/realmEvents:RealmEvents"
    fields = table(
        {
            "realmId": parent(),
            "adminEventsDetailsEnabled": flag("adminEventsDetailsEnabled"),
            "adminEventsEnabled": flag("adminEventsEnabled"),
            "enabledEventTypes": texts("enabledEventTypes"),
            "eventsEnabled": flag("eventsEnabled"),
            "eventsExpiration": number("eventsExpiration"),
            "eventsListeners": texts("eventsListeners"),
        }
    )

    def create(self, api: AdminApi, wanted: Values) -> tuple[str, Values]:
        """Write the settings."""
        return wanted["realmId"], self._written(api, wanted)

    def read(self, api: AdminApi, id_: str, state: Values) -> Values:
        """The settings; the list of event types only where the program manages it."""
        observed = from_wire(self.fields, api.get("realms", id_, "events", "config"))
        return observed if state.get("enabledEventTypes") else {**observed, "enabledEventTypes": None}

    def update(self, api: AdminApi, _id: str, _state: Values, wanted: Values) -> Values:
        """Write the settings."""
        return self._written(api, wanted)

    def delete(self, api: AdminApi, id_: str, _state: Values) -> None:
        """Go back to what a new realm has."""
        api.put("realms", id_, "events", "config", body=UNTOUCHED)

    def _written(self, api: AdminApi, wanted: Values) -> Values:
        """Write, then read."""
        api.put("realms", wanted["realmId"], "events", "config", body=to_wire(self.fields, wanted))
        return self.read(api, wanted["realmId"], wanted)
