"""`UserGroups`: which groups a user is in (terraform-provider-keycloak 5.9; nobody has recorded it)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolchain.stand_ins.keycloak.resources.resource import Resource, parts
from toolchain.stand_ins.keycloak.schema import flag, parent, table, texts

if TYPE_CHECKING:
    from toolchain.stand_ins.keycloak.api import AdminApi
    from toolchain.stand_ins.keycloak.values import Values


class UserGroups(Resource):
    """Memberships of one user; others stay unless it is `exhaustive`."""

    type_name = "index/userGroups:UserGroups"
    deletes_first = True
    fields = table(
        {
            "realmId": parent(),
            "userId": parent(),
            "groupIds": texts(required=True),
            "exhaustive": flag(default=True),
        }
    )

    def create(self, api: AdminApi, wanted: Values) -> tuple[str, Values]:
        """Add the missing ones and, where it is exhaustive, remove all others."""
        self._reconcile(api, wanted)
        return f"{wanted['realmId']}/{wanted['userId']}", self._observed(api, wanted)

    def read(self, api: AdminApi, _id: str, state: Values) -> Values:
        """The memberships that the program manages."""
        return self._observed(api, state)

    def update(self, api: AdminApi, _id: str, state: Values, wanted: Values) -> Values:
        """Remove what is listed no more, then as at creation."""
        for group in set(state.get("groupIds") or []) - set(wanted["groupIds"]):
            api.delete(*_groups(wanted), group)
        self._reconcile(api, wanted)
        return self._observed(api, wanted)

    def delete(self, api: AdminApi, _id: str, state: Values) -> None:
        """Leave the listed groups."""
        for group in state["groupIds"]:
            api.delete(*_groups(state), group)

    def imported(self, _api: AdminApi, import_id: str) -> tuple[str, Values]:
        """`<realm>/{user}`."""
        realm, user = parts(import_id, "{{realm}}/{{userId}}")
        return import_id, {"realmId": realm, "userId": user, "exhaustive": True, "groupIds": []}

    def _reconcile(self, api: AdminApi, wanted: Values) -> None:
        now = set(_present(api, wanted))
        for group in sorted(set(wanted["groupIds"]) - now):
            api.put(*_groups(wanted), group, body={})
        for group in sorted(now - set(wanted["groupIds"])) if wanted["exhaustive"] else ():
            api.delete(*_groups(wanted), group)

    def _observed(self, api: AdminApi, known: Values) -> Values:
        managed = set(known.get("groupIds") or [])
        listed = _present(api, known)
        return {"groupIds": sorted(one for one in listed if known.get("exhaustive", True) or one in managed)}


def _present(api: AdminApi, values: Values) -> list[str]:
    return [str(group["id"]) for group in api.get(*_groups(values))]


def _groups(values: Values) -> tuple[str, ...]:
    """The path of a user's groups."""
    return ("realms", values["realmId"], "users", values["userId"], "groups")
