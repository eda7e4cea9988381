"""The protocol mappers: one engine, one table each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolchain.stand_ins.keycloak.errors import ValidationError
from toolchain.stand_ins.keycloak.resources.resource import Resource, parts
from toolchain.stand_ins.keycloak.schema import Field, Fields, flag, parent, table, text
from toolchain.stand_ins.keycloak.wire import from_wire, to_wire

if TYPE_CHECKING:
    from toolchain.stand_ins.keycloak.api import AdminApi
    from toolchain.stand_ins.keycloak.values import Values

CLAIM_TYPES = ("JSON", "String", "long", "int", "boolean")


def switch(key: str, *, on: bool | None = None) -> Field:
    """A flag inside a mapper's config, where it is text."""
    return flag("config", key, codec="quoted", default=on)


TARGET: Fields = {
    "realmId": parent(),
    "clientId": text(replaces=True),
    "clientScopeId": text(replaces=True),
    "name": text("name", autonamed=True),
}
TOKENS: Fields = {
    "addToIdToken": switch("id.token.claim", on=True),
    "addToAccessToken": switch("access.token.claim", on=True),
}
USERINFO: Fields = {"addToUserinfo": switch("userinfo.token.claim", on=True)}
CLAIM: Fields = {"claimName": text("config", "claim.name", required=True)}
CLAIM_TYPE: Fields = {
    "claimValueType": text("config", "jsonType.label", default="String", choices=CLAIM_TYPES),
}


class Mapper(Resource):
    """A protocol mapper of a client or of a client scope."""

    deletes_first = True

    def __init__(self, type_name: str, kind: str, fields: Fields, taken: str = "this client or client scope") -> None:
        """`kind` is Keycloak's name of the mapper, `taken` ends the sentence that refuses a name in use."""
        self.type_name = type_name
        self.fields = table(TARGET, fields)
        self._kind = kind
        self._taken = taken

    def problems(self, inputs: Values) -> list[tuple[str, str]]:
        """Exactly one of client and client scope."""
        given = [name for name in ("clientId", "clientScopeId") if inputs.get(name)]
        if len(given) == 1:
            return []
        reason = '"client_id": one of `client_id,client_scope_id` must be specified.'
        return [("clientId", f"Invalid combination of arguments. {reason}")]

    def create(self, api: AdminApi, wanted: Values) -> tuple[str, Values]:
        """Refuse a name in use, then create."""
        self._refuse_taken(api, wanted, "")
        id_, _ = api.post(*_models(wanted), body=self._body(wanted))
        return id_, self.read(api, id_, wanted)

    def read(self, api: AdminApi, id_: str, state: Values) -> Values:
        """The mapper."""
        return from_wire(self.fields, api.get(*_models(state), id_))

    def update(self, api: AdminApi, id_: str, _state: Values, wanted: Values) -> Values:
        """Refuse a name in use, then write."""
        self._refuse_taken(api, wanted, id_)
        api.put(*_models(wanted), id_, body={"id": id_, **self._body(wanted)})
        return self.read(api, id_, wanted)

    def delete(self, api: AdminApi, id_: str, state: Values) -> None:
        """Delete."""
        api.delete(*_models(state), id_)

    def imported(self, _api: AdminApi, import_id: str) -> tuple[str, Values]:
        """`<realm>/client/{client}/{uuid}` or `<realm>/client-scope/{scope}/{uuid}`."""
        realm, kind, owner, id_ = parts(import_id, "{{realmId}}/{{client|client-scope}}/{{ownerId}}/{{mapperId}}")
        return id_, {"realmId": realm, "clientId" if kind == "client" else "clientScopeId": owner}

    def _body(self, wanted: Values) -> Values:
        """Keycloak's JSON of a mapper."""
        return {"protocol": "openid-connect", "protocolMapper": self._kind, **to_wire(self.fields, wanted)}

    def _refuse_taken(self, api: AdminApi, wanted: Values, own: str) -> None:
        """Refuse a name that another mapper of the same client has; the server would accept it."""
        for other in api.get(*_models(wanted)):
            if other["name"] == wanted["name"] and other["id"] != own:
                raise ValidationError(f"a protocol mapper with name {wanted['name']} already exists for {self._taken}")


def _models(values: Values) -> tuple[str, ...]:
    """The path of the mappers of a client or of a client scope."""
    if values.get("clientId"):
        return ("realms", values["realmId"], "clients", values["clientId"], "protocol-mappers", "models")
    return ("realms", values["realmId"], "client-scopes", values["clientScopeId"], "protocol-mappers", "models")


MAPPERS = (
    Mapper(
        "openid/userPropertyProtocolMapper:UserPropertyProtocolMapper",
        "oidc-usermodel-property-mapper",
        table(TOKENS, USERINFO, CLAIM, CLAIM_TYPE, {"userProperty": text("config", "user.attribute", required=True)}),
    ),
    Mapper(
        "openid/userAttributeProtocolMapper:UserAttributeProtocolMapper",
        "oidc-usermodel-attribute-mapper",
        table(
            TOKENS,
            USERINFO,
            CLAIM,
            CLAIM_TYPE,
            {
                "userAttribute": text("config", "user.attribute", required=True),
                "addToTokenIntrospection": switch("introspection.token.claim", on=True),
                "aggregateAttributes": switch("aggregate.attrs", on=False),
                "multivalued": switch("multivalued", on=False),
            },
        ),
    ),
    Mapper(
        "openid/audienceProtocolMapper:AudienceProtocolMapper",
        "oidc-audience-mapper",
        table(
            TOKENS,
            {
                "addToTokenIntrospection": switch("introspection.token.claim", on=True),
                "includedClientAudience": text("config", "included.client.audience", omit_empty=True, nullable=True),
                "includedCustomAudience": text("config", "included.custom.audience", omit_empty=True, nullable=True),
            },
        ),
        taken="this client",
    ),
    Mapper(
        "openid/groupMembershipProtocolMapper:GroupMembershipProtocolMapper",
        "oidc-group-membership-mapper",
        table(
            TOKENS,
            USERINFO,
            CLAIM,
            {
                "name": text("name", autonamed=True, replaces=True),
                "addToTokenIntrospection": switch("introspection.token.claim", on=False),
                "fullPath": switch("full.path", on=True),
            },
        ),
        taken="this client",
    ),
)
