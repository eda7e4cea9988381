"""`User`: an account of a realm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from toolchain.stand_ins.keycloak.errors import KeycloakError
from toolchain.stand_ins.keycloak.resources.resource import Resource, parts
from toolchain.stand_ins.keycloak.schema import Field, block, flag, mapping, parent, table, text, texts
from toolchain.stand_ins.keycloak.wire import divided, from_wire, joined, to_wire

if TYPE_CHECKING:
    from toolchain.stand_ins.keycloak.api import AdminApi
    from toolchain.stand_ins.keycloak.values import Values

IDENTITY = {
    "identityProvider": text(required=True),
    "userId": text(required=True),
    "userName": text(required=True),
}


class User(Resource):
    """An account; its first password is written once and never read."""

    type_name = "index/user:User"
    fields = table(
        {
            "realmId": parent(),
            "username": text("username", required=True, replaces=True, lower=True),
            "email": text("email"),
            "emailVerified": flag("emailVerified", default=False),
            "enabled": flag("enabled", default=True),
            "firstName": text("firstName"),
            "lastName": text("lastName"),
            "attributes": mapping(),
            "requiredActions": texts("requiredActions"),
            "federatedIdentities": Field(kind="blocks", fields=IDENTITY),
            "import": flag(replaces=True, default=False),
            "initialPassword": block(
                {"value": text(required=True, secret=True), "temporary": flag(default=False)}, create_only=True
            ),
        }
    )

    def create(self, api: AdminApi, wanted: Values) -> tuple[str, Values]:
        """Create and set the first password; a refused password leaves the account behind, as the real plugin does."""
        if wanted["import"]:
            id_ = _by_name(api, wanted["realmId"], wanted["username"])
            api.put("realms", wanted["realmId"], "users", id_, body=self._body(wanted))
            return id_, self.read(api, id_, wanted)
        id_, _ = api.post("realms", wanted["realmId"], "users", body=self._body(wanted))
        user = ("realms", wanted["realmId"], "users", id_)
        for identity in wanted["federatedIdentities"]:
            api.post(*user, "federated-identity", identity["identityProvider"], body=identity)
        if password := wanted["initialPassword"]:
            api.put(*user, "reset-password", body={"type": "password", **password})
        return id_, self.read(api, id_, wanted)

    def read(self, api: AdminApi, id_: str, state: Values) -> Values:
        """The account."""
        user = api.get("realms", state["realmId"], "users", id_)
        identities = user.get("federatedIdentities") or []
        return {
            **from_wire(self.fields, user),
            "attributes": joined(user.get("attributes")),
            "federatedIdentities": [{name: each.get(name, "") for name in IDENTITY} for each in identities],
        }

    def update(self, api: AdminApi, id_: str, _state: Values, wanted: Values) -> Values:
        """Write the account and its links to identity providers."""
        user = ("realms", wanted["realmId"], "users", id_)
        api.put(*user, body={"id": id_, **self._body(wanted)})
        now = {each["identityProvider"]: each for each in api.get(*user, "federated-identity")}
        listed = {each["identityProvider"]: each for each in wanted["federatedIdentities"]}
        for name in now.keys() - listed.keys():
            api.delete(*user, "federated-identity", name)
        for name in listed.keys() - now.keys():
            api.post(*user, "federated-identity", name, body=listed[name])
        given = ("username", "email", "emailVerified", "enabled", "firstName", "lastName", "attributes")
        return {name: wanted[name] for name in (*given, "requiredActions", "federatedIdentities")}

    def delete(self, api: AdminApi, id_: str, state: Values) -> None:
        """Delete, unless the account was only taken over."""
        if not state.get("import"):
            api.delete("realms", state["realmId"], "users", id_)

    def imported(self, _api: AdminApi, import_id: str) -> tuple[str, Values]:
        """`<realm>/{uuid}`."""
        realm, id_ = parts(import_id, "{{realmId}}/{{userId}}")
        return id_, {"realmId": realm, "import": False}

    def _body(self, wanted: Values) -> Values:
        """Keycloak's JSON of an account."""
        return {**to_wire(self.fields, wanted), "attributes": divided(wanted["attributes"])}


def _by_name(api: AdminApi, realm: str, username: str) -> str:
    """The id of the account with a name.

    Raises:
        KeycloakError: when there is none.
    """
    found: list[Any] = api.get("realms", realm, "users", username=username, exact="true")
    if not found:
        raise KeycloakError(f"no user found for username {username}")
    return str(found[0]["id"])
