"""Mappers of identity providers: what becomes of somebody who comes by one.

Written from terraform-provider-keycloak 5.9, which the official plugin wraps; nobody has recorded these types.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from toolchain.stand_ins.keycloak.errors import KeycloakError
from toolchain.stand_ins.keycloak.resources.resource import Resource, clashes, parts
from toolchain.stand_ins.keycloak.schema import Fields, mapping, parent, table, text
from toolchain.stand_ins.keycloak.wire import from_wire, to_wire

if TYPE_CHECKING:
    from toolchain.stand_ins.keycloak.api import AdminApi
    from toolchain.stand_ins.keycloak.values import Values

COMMON: Fields = {
    "realm": parent(),
    "name": text("name", autonamed=True, replaces=True),
    "identityProviderAlias": parent(),
    "extraConfig": mapping(),
}

SOCIAL = ("apple", "facebook", "google", "github", "microsoft")
"""Kinds whose attribute mapper reads a JSON profile."""


class IdentityProviderMapper(Resource):
    """One mapper of one provider."""

    deletes_first = True

    def problems(self, inputs: Values) -> list[tuple[str, str]]:
        """Keys of `extraConfig` that have an argument of their own."""
        return clashes(self.fields, "config", inputs)

    def create(self, api: AdminApi, wanted: Values) -> tuple[str, Values]:
        """Create."""
        id_, _ = api.post(*_mappers(wanted), body=self._body(api, wanted))
        return id_, self.read(api, id_, wanted)

    def read(self, api: AdminApi, id_: str, state: Values) -> Values:
        """The mapper; of the extra config only the keys that the program manages."""
        found = api.get(*_mappers(state), id_)
        config = found.get("config") or {}
        kept = {key: config[key] for key in state.get("extraConfig") or {} if key in config}
        return {
            **from_wire(self.fields, found),
            "identityProviderAlias": found["identityProviderAlias"],
            "extraConfig": kept,
        }

    def update(self, api: AdminApi, id_: str, _state: Values, wanted: Values) -> Values:
        """Write."""
        api.put(*_mappers(wanted), id_, body={"id": id_, **self._body(api, wanted)})
        return self.read(api, id_, wanted)

    def delete(self, api: AdminApi, id_: str, state: Values) -> None:
        """Delete."""
        api.delete(*_mappers(state), id_)

    def imported(self, _api: AdminApi, import_id: str) -> tuple[str, Values]:
        """`<realm>/<alias>/{uuid}`."""
        realm, alias, id_ = parts(import_id, "{{realm}}/{{identityProviderAlias}}/{{identityProviderMapperId}}")
        return id_, {"realm": realm, "identityProviderAlias": alias}

    def _body(self, api: AdminApi, wanted: Values) -> Values:
        """Keycloak's JSON of a mapper."""
        kind, config = self._kind(api, wanted)
        body = to_wire(self.fields, wanted)
        return {
            "name": wanted["name"],
            "identityProviderAlias": wanted["identityProviderAlias"],
            "identityProviderMapper": kind,
            "config": {**wanted["extraConfig"], **body.get("config", {}), **config},
        }

    @abstractmethod
    def _kind(self, api: AdminApi, wanted: Values) -> tuple[str, Values]:
        """Keycloak's name of the mapper, and what its config says beyond the fields."""


class HardcodedGroup(IdentityProviderMapper):
    """Puts everybody into one group."""

    type_name = "index/hardcodedGroupIdentityProviderMapper:HardcodedGroupIdentityProviderMapper"
    fields = table(COMMON, {"group": text("config", "group", omit_empty=True)})

    def _kind(self, _api: AdminApi, _wanted: Values) -> tuple[str, Values]:
        """One mapper for every kind of provider (keycloak, HardcodedGroupMapper)."""
        return "oidc-hardcoded-group-idp-mapper", {}


class AttributeImporter(IdentityProviderMapper):
    """Takes an attribute of the user out of an assertion or a token."""

    type_name = "index/attributeImporterIdentityProviderMapper:AttributeImporterIdentityProviderMapper"
    fields = table(
        COMMON,
        {
            "userAttribute": text("config", "user.attribute", required=True),
            "attributeName": text("config", "attribute.name", omit_empty=True),
            "attributeFriendlyName": text("config", "attribute.friendly.name", omit_empty=True),
            "claimName": text("config", "claim", omit_empty=True),
        },
    )

    def _kind(self, api: AdminApi, wanted: Values) -> tuple[str, Values]:
        """The mapper of the provider's own kind.

        Raises:
            KeycloakError: in the words of the real plugin, where its kind has none or what it reads is missing.
        """
        path = ("realms", wanted["realm"], "identity-provider", "instances", wanted["identityProviderAlias"])
        kind = str(api.get(*path)["providerId"])
        where = f"provider.keycloak: keycloak_attribute_importer_identity_provider_mapper: {wanted['name']}:"
        if kind == "saml" and not (wanted["attributeName"] or wanted["attributeFriendlyName"]):
            either = 'either "attribute_name" or "attribute_friendly_name" should be set for saml identity provider'
            raise KeycloakError(f"{where} {either}")
        if kind == "oidc" and not wanted["claimName"]:
            raise KeycloakError(f'{where} "claim_name": should be set for oidc identity provider')
        if kind in SOCIAL:
            json = {"jsonField": wanted["claimName"], "userAttribute": wanted["userAttribute"]}
            return f"{kind}-user-attribute-mapper", json
        if kind not in ("saml", "oidc"):
            raise KeycloakError(f'{where} "{kind}" identity provider is not supported yet')
        return f"{kind}-user-attribute-idp-mapper", {}


def _mappers(values: Values) -> tuple[str, ...]:
    """The path of the mappers of a provider."""
    realm, alias = values["realm"], values["identityProviderAlias"]
    return ("realms", realm, "identity-provider", "instances", alias, "mappers")
