"""`ClientDefaultScopes`: exactly these default scopes on a client. Not atomic, like the real plugin's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from toolchain.stand_ins.keycloak.errors import ApiError, ValidationError
from toolchain.stand_ins.keycloak.resources.resource import Resource
from toolchain.stand_ins.keycloak.schema import parent, table, texts

if TYPE_CHECKING:
    from toolchain.stand_ins.keycloak.api import AdminApi
    from toolchain.stand_ins.keycloak.values import Values

DEFAULT = "default-client-scopes"
OPTIONAL = "optional-client-scopes"


class ClientDefaultScopes(Resource):
    """The default scopes of one client; scopes that are not listed are detached."""

    type_name = "openid/clientDefaultScopes:ClientDefaultScopes"
    fields = table(
        {
            "realmId": parent(),
            "clientId": parent(),
            "defaultScopes": texts(required=True),
        }
    )

    def create(self, api: AdminApi, wanted: Values) -> tuple[str, Values]:
        """Detach what is not wanted, then attach what is missing."""
        return f"{wanted['realmId']}/{wanted['clientId']}", self._reconciled(api, wanted)

    def read(self, api: AdminApi, _id: str, state: Values) -> Values:
        """The attached scopes."""
        return {"defaultScopes": sorted(scope["name"] for scope in attached(api, state, DEFAULT))}

    def update(self, api: AdminApi, _id: str, _state: Values, wanted: Values) -> Values:
        """As a creation."""
        return self._reconciled(api, wanted)

    def delete(self, api: AdminApi, _id: str, state: Values) -> None:
        """Detach the listed scopes; a client that is gone has none."""
        try:
            for scope in attached(api, state, DEFAULT):
                if scope["name"] in state["defaultScopes"]:
                    api.delete(*_scopes(state, DEFAULT), scope["id"])
        except ApiError as error:
            if not error.gone:
                raise

    def _reconciled(self, api: AdminApi, wanted: Values) -> Values:
        """The attached scopes after the client has been brought to the wanted ones."""
        client = ("realms", wanted["realmId"], "clients", wanted["clientId"])
        now = attached(api, wanted, DEFAULT)
        for scope in now:
            if scope["name"] not in wanted["defaultScopes"]:
                api.delete(*_scopes(wanted, DEFAULT), scope["id"])
        if api.get(*client)["bearerOnly"]:
            raise ValidationError(
                f"client with id {wanted['clientId']} uses access type BEARER-ONLY which does not use scopes"
            )
        for scope in _missing(api, wanted, now):
            api.put(*_scopes(wanted, DEFAULT), scope["id"])
        return self.read(api, "", wanted)


def _missing(api: AdminApi, wanted: Values, now: list[Values]) -> list[Values]:
    """The scopes that have to be attached.

    Raises:
        ValidationError: for a scope that does not exist, or that is an optional one of the client.
    """
    known = {scope["name"]: scope for scope in api.get("realms", wanted["realmId"], "client-scopes")}
    optional = {scope["name"] for scope in attached(api, wanted, OPTIONAL)}
    for name in wanted["defaultScopes"]:
        if name not in known:
            raise ValidationError(f"scope {name} does not exist")
        if name in optional:
            raise ValidationError(f"scope {name} is already attached to client as an optional scope")
    present = {scope["name"] for scope in now}
    return [known[name] for name in wanted["defaultScopes"] if name not in present]


def attached(api: AdminApi, values: Values, which: str) -> list[Any]:
    """The scopes of a client that are attached as default or as optional ones."""
    found: list[Any] = api.get(*_scopes(values, which))
    return found


def _scopes(values: Values, which: str) -> tuple[str, ...]:
    """The path of a client's scopes."""
    return ("realms", values["realmId"], "clients", values["clientId"], which)
