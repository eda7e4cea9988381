"""Roles of a client's service account: realm roles, and roles of another client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from toolchain.stand_ins.keycloak.errors import ApiError
from toolchain.stand_ins.keycloak.resources.resource import Resource, parts
from toolchain.stand_ins.keycloak.schema import parent, table

if TYPE_CHECKING:
    from toolchain.stand_ins.keycloak.api import AdminApi
    from toolchain.stand_ins.keycloak.values import Values


class _RoleOfServiceAccount(Resource):
    """One role mapped to one service account's user; nothing of it can change."""

    def create(self, api: AdminApi, wanted: Values) -> tuple[str, Values]:
        """Map the role."""
        role = self._role(api, wanted)
        api.post(*self._mappings(wanted), body=[role])
        return f"{wanted['serviceAccountUserId']}/{role['id']}", {}

    def read(self, api: AdminApi, _id: str, state: Values) -> Values | None:
        """Nothing but the fact that the role is mapped."""
        role = self._role(api, state)
        mapped = any(each["id"] == role["id"] for each in api.get(*self._mappings(state)))
        return {} if mapped else None

    def update(self, _api: AdminApi, _id: str, _state: Values, _wanted: Values) -> Values:
        """Never asked for: every input replaces."""
        return {}

    def delete(self, api: AdminApi, _id: str, state: Values) -> None:
        """Remove the mapping; one that is gone already is no failure."""
        try:
            role = self._role(api, state)
            api.delete(*self._mappings(state), body=[role])
        except ApiError as error:
            if not error.gone:
                raise

    def _role(self, api: AdminApi, values: Values) -> Any:  # noqa: ANN401 - Keycloak's JSON
        """The role by its name."""
        return api.get("realms", values["realmId"], *self._owner(values), "roles", values["role"])

    def _mappings(self, values: Values) -> tuple[str, ...]:
        """The path of the user's role mappings."""
        kind = self._owner(values) or ("realm",)
        return ("realms", values["realmId"], "users", values["serviceAccountUserId"], "role-mappings", *kind)

    def _owner(self, _values: Values) -> tuple[str, ...]:
        """The path of what has the role: nothing for the realm itself."""
        return ()


class ClientServiceAccountRealmRole(_RoleOfServiceAccount):
    """A realm role of a service account."""

    type_name = "openid/clientServiceAccountRealmRole:ClientServiceAccountRealmRole"
    fields = table({"realmId": parent(), "role": parent(), "serviceAccountUserId": parent()})

    def imported(self, api: AdminApi, import_id: str) -> tuple[str, Values]:
        """`<realm>/{user}/{role}`."""
        realm, user, role_id = parts(import_id, "{{realmId}}/{{serviceAccountUserId}}/{{roleId}}")
        role = api.get("realms", realm, "roles-by-id", role_id)
        return f"{user}/{role_id}", {"realmId": realm, "serviceAccountUserId": user, "role": role["name"]}


class ClientServiceAccountRole(_RoleOfServiceAccount):
    """A role of a client, given to a service account."""

    type_name = "openid/clientServiceAccountRole:ClientServiceAccountRole"
    fields = table(
        {
            "realmId": parent(),
            "clientId": parent(),
            "role": parent(),
            "serviceAccountUserId": parent(),
        }
    )

    def imported(self, api: AdminApi, import_id: str) -> tuple[str, Values]:
        """`<realm>/{user}/{client}/{role}`."""
        realm, user, client, role_id = parts(import_id, "{{realmId}}/{{serviceAccountUserId}}/{{clientId}}/{{roleId}}")
        role = api.get("realms", realm, "roles-by-id", role_id)
        state = {"realmId": realm, "serviceAccountUserId": user, "clientId": client, "role": role["name"]}
        return f"{user}/{role_id}", state

    def _owner(self, values: Values) -> tuple[str, ...]:
        """The client that has the role."""
        return ("clients", values["clientId"])
