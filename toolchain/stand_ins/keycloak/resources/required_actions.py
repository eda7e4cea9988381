"""`RequiredAction`: what a user of a realm may be asked to do at login."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolchain.stand_ins.keycloak.errors import ValidationError
from toolchain.stand_ins.keycloak.resources.resource import Resource, parts
from toolchain.stand_ins.keycloak.schema import flag, mapping, number, table, text
from toolchain.stand_ins.keycloak.wire import from_wire, to_wire

if TYPE_CHECKING:
    from toolchain.stand_ins.keycloak.api import AdminApi
    from toolchain.stand_ins.keycloak.values import Values


class RequiredAction(Resource):
    """A required action. Nothing replaces it: a changed alias writes another object, as with the real plugin."""

    type_name = "index/requiredAction:RequiredAction"
    fields = table(
        {
            "realmId": text(required=True),
            "alias": text("alias", required=True),
            "name": text("name", autonamed=True),
            "enabled": flag("enabled"),
            "defaultAction": flag("defaultAction"),
            "priority": number("priority", computed=True),
            "config": mapping("config"),
        }
    )

    def create(self, api: AdminApi, wanted: Values) -> tuple[str, Values]:
        """Register the action if it is not, then write it."""
        authentication = ("realms", wanted["realmId"], "authentication")
        for action in api.get(*authentication, "unregistered-required-actions"):
            if action["providerId"] == wanted["alias"]:
                api.post(*authentication, "register-required-action", body=action)
        self._write(api, wanted)
        return f"{wanted['realmId']}/{wanted['alias']}", self.read(api, "", wanted)

    def read(self, api: AdminApi, _id: str, state: Values) -> Values:
        """The action."""
        return from_wire(self.fields, api.get(*_action(state)))

    def update(self, api: AdminApi, _id: str, _state: Values, wanted: Values) -> Values:
        """Write the action."""
        self._write(api, wanted)
        return {name: wanted[name] for name in ("alias", "name", "enabled", "defaultAction", "priority", "config")}

    def delete(self, api: AdminApi, _id: str, state: Values) -> None:
        """Unregister the action from the realm."""
        api.delete(*_action(state))

    def imported(self, _api: AdminApi, import_id: str) -> tuple[str, Values]:
        """`<realm>/<alias>`."""
        realm, alias = parts(import_id, "{{realmId}}/{{alias}}")
        return import_id, {"realmId": realm, "alias": alias}

    def _write(self, api: AdminApi, wanted: Values) -> None:
        """Write the action, which the server has to know."""
        known = api.server_info().get("providers", {}).get("required-action", {}).get("providers", {})
        if wanted["alias"] not in known:
            raise ValidationError(
                f'required action "{wanted["alias"]}" does not exist on the server, installed providers: '
                f"{', '.join(sorted(known))}"
            )
        api.put(*_action(wanted), body=to_wire(self.fields, wanted))


def _action(values: Values) -> tuple[str, ...]:
    """The path of an action."""
    return ("realms", values["realmId"], "authentication", "required-actions", values["alias"])
