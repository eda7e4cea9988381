"""Groups: `Group`, `GroupRoles`, `DefaultGroups`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from toolchain.stand_ins.keycloak.errors import ApiError, KeycloakError
from toolchain.stand_ins.keycloak.resources.resource import Resource, parts
from toolchain.stand_ins.keycloak.schema import flag, mapping, parent, table, text, texts
from toolchain.stand_ins.keycloak.wire import divided, joined

if TYPE_CHECKING:
    from toolchain.stand_ins.keycloak.api import AdminApi
    from toolchain.stand_ins.keycloak.values import Values


class Group(Resource):
    """A group with attributes; organization groups are not covered."""

    type_name = "index/group:Group"
    deletes_first = True
    fields = table(
        {
            "realmId": parent(),
            "parentId": text(replaces=True),
            "organizationId": text(replaces=True),
            "name": text(autonamed=True),
            "description": text(),
            "attributes": mapping(),
            "path": text(output=True, computed=True),
        }
    )

    def problems(self, inputs: Values) -> list[tuple[str, str]]:
        """Refuse what this plugin does not cover."""
        if not inputs.get("organizationId"):
            return []
        return [("organizationId", "Not covered by the keycloak stand-in plugin; use the official one.")]

    def create(self, api: AdminApi, wanted: Values) -> tuple[str, Values]:
        """Create at the top or below another group."""
        below = (wanted["parentId"], "children") if wanted["parentId"] else ()
        id_, _ = api.post("realms", wanted["realmId"], "groups", *below, body=_body(wanted))
        return id_, self.read(api, id_, wanted)

    def read(self, api: AdminApi, id_: str, state: Values) -> Values:
        """The group."""
        group = api.get("realms", state["realmId"], "groups", id_)
        return {
            "name": group["name"],
            "description": group.get("description", ""),
            "attributes": joined(group.get("attributes")),
            "organizationId": "",
            "path": group["path"],
        }

    def update(self, api: AdminApi, id_: str, _state: Values, wanted: Values) -> Values:
        """Write; the path is lost until the next refresh, as with the real plugin."""
        api.put("realms", wanted["realmId"], "groups", id_, body={"id": id_, **_body(wanted)})
        given = {name: wanted[name] for name in ("name", "description", "attributes")}
        return {**given, "organizationId": "", "path": ""}

    def delete(self, api: AdminApi, id_: str, state: Values) -> None:
        """Delete."""
        api.delete("realms", state["realmId"], "groups", id_)

    def imported(self, api: AdminApi, import_id: str) -> tuple[str, Values]:
        """`<realm>/{uuid}`."""
        realm, id_ = parts(import_id, "{{realm}}/{{groupId}}")
        above = api.get("realms", realm, "groups", id_).get("parentId")
        return id_, {"realmId": realm, "parentId": above}


def _body(wanted: Values) -> Values:
    """Keycloak's JSON of a group."""
    attributes = divided(wanted["attributes"])
    return {"name": wanted["name"], "description": wanted["description"], "attributes": attributes}


class GroupRoles(Resource):
    """The roles of a group: exactly the listed ones, or at least them (`exhaustive` false)."""

    type_name = "index/groupRoles:GroupRoles"
    fields = table(
        {
            "realmId": parent(),
            "groupId": parent(),
            "roleIds": texts(required=True),
            "exhaustive": flag(default=True),
        }
    )

    def create(self, api: AdminApi, wanted: Values) -> tuple[str, Values]:
        """Map the roles."""
        return f"{wanted['realmId']}/{wanted['groupId']}", self._reconciled(api, wanted, [])

    def read(self, api: AdminApi, _id: str, state: Values) -> Values:
        """The mapped roles; of a list that is not exhaustive only the listed ones."""
        group = ("realms", state["realmId"], "groups", state["groupId"])
        api.get(*group)
        mapped = _mapped(api, group)
        exhaustive = state.get("exhaustive", True)
        return {"roleIds": sorted(id_ for id_ in mapped if exhaustive or id_ in state.get("roleIds", []))}

    def update(self, api: AdminApi, _id: str, state: Values, wanted: Values) -> Values:
        """Map what is new, unmap what is no longer listed."""
        return self._reconciled(api, wanted, state.get("roleIds", []))

    def delete(self, api: AdminApi, _id: str, state: Values) -> None:
        """Unmap the listed roles; a group or role that is gone has no mapping."""
        group = ("realms", state["realmId"], "groups", state["groupId"])
        try:
            mapped = _mapped(api, group)
            _each_kind(api.delete, group, [mapped[id_] for id_ in state["roleIds"] if id_ in mapped])
        except ApiError as error:
            if not error.gone:
                raise

    def imported(self, _api: AdminApi, import_id: str) -> tuple[str, Values]:
        """`<realm>/{group}`."""
        realm, group = parts(import_id, "{{realm}}/{{groupId}}")
        return import_id, {"realmId": realm, "groupId": group, "exhaustive": True}

    def _reconciled(self, api: AdminApi, wanted: Values, formerly: list[str]) -> Values:
        """The group's roles after it has been brought to the wanted ones."""
        group = ("realms", wanted["realmId"], "groups", wanted["groupId"])
        listed = wanted["roleIds"]
        mapped = _mapped(api, group)
        missing = [id_ for id_ in listed if id_ not in mapped]
        unwanted = [id_ for id_ in mapped if id_ not in listed and (wanted["exhaustive"] or id_ in formerly)]
        _each_kind(api.post, group, [api.get("realms", wanted["realmId"], "roles-by-id", id_) for id_ in missing])
        _each_kind(api.delete, group, [mapped[id_] for id_ in unwanted])
        return self.read(api, "", wanted)


def _mapped(api: AdminApi, group: tuple[str, ...]) -> dict[str, Any]:
    """The roles of a group by their id: realm roles and roles of clients."""
    found = api.get(*group, "role-mappings")
    roles = [*found.get("realmMappings", [])]
    for client in found.get("clientMappings", {}).values():
        roles += client["mappings"]
    return {role["id"]: role for role in roles}


def _each_kind(call: Any, group: tuple[str, ...], roles: list[Any]) -> None:  # noqa: ANN401 - post or delete
    """Send roles to the mappings of the realm and of each client."""
    kinds: dict[tuple[str, ...], list[Any]] = {}
    for role in roles:
        kind: tuple[str, ...] = ("clients", role["containerId"]) if role.get("clientRole") else ("realm",)
        kinds.setdefault(kind, []).append(role)
    for kind, members in kinds.items():
        call(*group, "role-mappings", *kind, body=members)


class DefaultGroups(Resource):
    """The groups that every new user of a realm joins."""

    type_name = "index/defaultGroups:DefaultGroups"
    fields = table({"realmId": parent(), "groupIds": texts(required=True)})

    def create(self, api: AdminApi, wanted: Values) -> tuple[str, Values]:
        """Add each group."""
        for id_ in wanted["groupIds"]:
            api.put("realms", wanted["realmId"], "default-groups", id_)
        return f"{wanted['realmId']}/default-groups", {"groupIds": wanted["groupIds"]}

    def read(self, api: AdminApi, _id: str, state: Values) -> Values:
        """The default groups.

        Raises:
            KeycloakError: also when the realm is gone, which a refresh then cannot pass.
        """
        try:
            found = api.get("realms", state["realmId"], "default-groups")
        except ApiError as error:
            # The real plugin does not take a missing realm for missing default groups.
            raise KeycloakError(str(error)) from None
        return {"groupIds": sorted(group["id"] for group in found)}

    def update(self, api: AdminApi, _id: str, state: Values, wanted: Values) -> Values:
        """Add what is new, remove what is no longer listed."""
        for id_ in set(state.get("groupIds", [])) - set(wanted["groupIds"]):
            api.delete("realms", wanted["realmId"], "default-groups", id_)
        return self.create(api, wanted)[1]

    def delete(self, api: AdminApi, _id: str, state: Values) -> None:
        """Remove each group; the realm has to exist."""
        for id_ in state["groupIds"]:
            try:
                api.delete("realms", state["realmId"], "default-groups", id_)
            except ApiError as error:
                if not error.gone or "Realm not found" in str(error):
                    raise

    def imported(self, _api: AdminApi, import_id: str) -> tuple[str, Values]:
        """`<realm>`."""
        return f"{import_id}/default-groups", {"realmId": import_id}
