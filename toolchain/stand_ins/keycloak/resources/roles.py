"""`Role`: a role of a realm or of a client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from toolchain.stand_ins.keycloak.resources.resource import Resource, parts
from toolchain.stand_ins.keycloak.schema import flag, mapping, parent, table, text, texts
from toolchain.stand_ins.keycloak.wire import divided, joined

if TYPE_CHECKING:
    from toolchain.stand_ins.keycloak.api import AdminApi
    from toolchain.stand_ins.keycloak.values import Values


class Role(Resource):
    """A role, with attributes and the roles that it contains."""

    type_name = "index/role:Role"
    deletes_first = True
    fields = table(
        {
            "realmId": parent(),
            "clientId": text(replaces=True),
            "name": text(autonamed=True),
            "description": text(computed=True),
            "attributes": mapping(computed=True),
            "compositeRoles": texts(computed=True),
            "import": flag(replaces=True, default=False),
        }
    )

    def create(self, api: AdminApi, wanted: Values) -> tuple[str, Values]:
        """Create, or take over an existing role with `import`; attributes need a second write."""
        where = ("realms", wanted["realmId"], *_owner(wanted), "roles")
        if not wanted["import"]:
            api.post(*where, body=_body(wanted))
        role = api.get(*where, wanted["name"])
        self._write(api, role["id"], wanted)
        return role["id"], self.read(api, role["id"], wanted)

    def read(self, api: AdminApi, id_: str, state: Values) -> Values:
        """The role."""
        role = api.get("realms", state["realmId"], "roles-by-id", id_)
        contained = _contained(api, state["realmId"], id_) if role.get("composite") else []
        return {
            "name": role["name"],
            "description": role.get("description", ""),
            "attributes": joined(role.get("attributes")),
            "compositeRoles": sorted(each["id"] for each in contained),
            "clientId": role["containerId"] if role.get("clientRole") else "",
        }

    def update(self, api: AdminApi, id_: str, _state: Values, wanted: Values) -> Values:
        """Write the role, then what it contains."""
        self._write(api, id_, wanted)
        return self.read(api, id_, wanted)

    def delete(self, api: AdminApi, id_: str, state: Values) -> None:
        """Delete, unless the role was only taken over."""
        if not state.get("import"):
            api.delete("realms", state["realmId"], "roles-by-id", id_)

    def imported(self, _api: AdminApi, import_id: str) -> tuple[str, Values]:
        """`<realm>/{uuid}`."""
        realm, id_ = parts(import_id, "{{realm}}/{{roleId}}")
        return id_, {"realmId": realm, "import": False}

    def _write(self, api: AdminApi, id_: str, wanted: Values) -> None:
        """Write attributes, description and contained roles."""
        realm = wanted["realmId"]
        api.put("realms", realm, "roles-by-id", id_, body={"id": id_, **_body(wanted)})
        now = {each["id"]: each for each in _contained(api, realm, id_)}
        target = ("realms", realm, "roles-by-id", id_, "composites")
        if unwanted := [each for key, each in now.items() if key not in wanted["compositeRoles"]]:
            api.delete(*target, body=unwanted)
        if missing := [key for key in wanted["compositeRoles"] if key not in now]:
            api.post(*target, body=[api.get("realms", realm, "roles-by-id", key) for key in missing])


def _contained(api: AdminApi, realm: str, id_: str) -> list[Any]:
    """The roles that a role contains."""
    found: list[Any] = api.get("realms", realm, "roles-by-id", id_, "composites")
    return found


def _owner(wanted: Values) -> tuple[str, ...]:
    """The path of the client that has the role; nothing for a realm role."""
    return ("clients", wanted["clientId"]) if wanted["clientId"] else ()


def _body(wanted: Values) -> Values:
    """Keycloak's JSON of a role."""
    attributes = divided(wanted["attributes"])
    return {"name": wanted["name"], "description": wanted["description"], "attributes": attributes}
