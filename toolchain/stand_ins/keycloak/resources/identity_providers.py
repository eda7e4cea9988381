"""Identity providers: any OpenID Connect server, Google, GitHub, OpenShift."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from toolchain.stand_ins.keycloak.resources.resource import Resource, clashes, parts
from toolchain.stand_ins.keycloak.schema import Field, Fields, flag, mapping, parent, table, text
from toolchain.stand_ins.keycloak.wire import from_wire, to_wire

if TYPE_CHECKING:
    from toolchain.stand_ins.keycloak.api import AdminApi
    from toolchain.stand_ins.keycloak.values import Values


def own(key: str, **traits: object) -> Field:
    """A text in the provider's config; not sent when empty."""
    return text("config", key, omit_empty=True, **traits)


def switch(key: str) -> Field:
    """A flag in the provider's config, off when left out."""
    return flag("config", key, codec="quoted", default=False)


COMMON: Fields = {
    "realm": parent(),
    "internalId": text("internalId", output=True, computed=True, omit_empty=True),
    "displayName": text("displayName", computed=True),
    "enabled": flag("enabled", default=True),
    "storeToken": flag("storeToken", default=True),
    "addReadTokenRoleOnCreate": flag("addReadTokenRoleOnCreate", default=False, replaces=True),
    "authenticateByDefault": flag("authenticateByDefault", default=False),
    "linkOnly": flag("linkOnly", default=False),
    "trustEmail": flag("trustEmail", default=False),
    "hideOnLoginPage": flag("hideOnLogin", default=False),
    "firstBrokerLoginFlowAlias": text("firstBrokerLoginFlowAlias", default="first broker login"),
    "postBrokerLoginFlowAlias": text("postBrokerLoginFlowAlias"),
    "organizationId": text("organizationId", omit_empty=True),
    "guiOrder": own("guiOrder"),
    "syncMode": own("syncMode", default="LEGACY", choices=("IMPORT", "FORCE", "LEGACY")),
    "orgDomain": own("kc.org.domain"),
    "orgRedirectModeEmailMatches": switch("kc.org.broker.redirect.mode.email-matches"),
    "extraConfig": mapping(),
    "clientId": own("clientId", required=True),
}


class IdentityProvider(Resource):
    """One identity provider of a realm."""

    constants: ClassVar[dict[str, str]] = {}
    """What the config always says."""

    def problems(self, inputs: Values) -> list[tuple[str, str]]:
        """Keys of `extraConfig` that have an argument of their own; organizations are not covered."""
        found = clashes(self.fields, "config", inputs)
        if inputs.get("organizationId"):
            found.append(("organizationId", "Not covered by the keycloak stand-in plugin; use the official one."))
        return found

    def create(self, api: AdminApi, wanted: Values) -> tuple[str, Values]:
        """Create."""
        alias = self._alias(wanted)
        api.post(*_instances(wanted), body=self._body(wanted))
        return alias, self.read(api, alias, wanted)

    def read(self, api: AdminApi, id_: str, state: Values) -> Values:
        """The provider; its secret is masked by the server and stays what it was."""
        return self._observed(api.get(*_instances(state), id_), state)

    def update(self, api: AdminApi, id_: str, _state: Values, wanted: Values) -> Values:
        """Write; a secret that is not given stays."""
        now = api.get(*_instances(wanted), id_)
        body = self._body(wanted)
        body["internalId"] = now.get("internalId")
        if not wanted.get("clientSecret") and now["config"].get("clientSecret"):
            body["config"]["clientSecret"] = now["config"]["clientSecret"]
        api.put(*_instances(wanted), id_, body=body)
        return self._observed(body, wanted)

    def delete(self, api: AdminApi, id_: str, state: Values) -> None:
        """Delete."""
        api.delete(*_instances(state), id_)

    def imported(self, _api: AdminApi, import_id: str) -> tuple[str, Values]:
        """`<realm>/<alias>`."""
        realm, alias = parts(import_id, "{{realm}}/{{identityProviderAlias}}")
        return alias, {"realm": realm, "alias": alias}

    def _alias(self, wanted: Values) -> str:
        """The provider's alias."""
        return str(wanted["alias"])

    def _body(self, wanted: Values) -> Values:
        """Keycloak's JSON of a provider."""
        body = to_wire(self.fields, wanted)
        body["alias"] = self._alias(wanted)
        body["config"] = {**wanted["extraConfig"], **self.constants, **body["config"]}
        return body

    def _observed(self, body: Values, state: Values) -> Values:
        """What a provider's JSON says; of the extra config only the keys that the program manages."""
        extra = state.get("extraConfig") or {}
        config = body.get("config", {})
        kept = {key: config[key] for key in extra if key in config}
        return {**from_wire(self.fields, body), "alias": body["alias"], "extraConfig": kept}


def _instances(values: Values) -> tuple[str, ...]:
    """The path of a realm's identity providers."""
    return ("realms", values["realm"], "identity-provider", "instances")


class Oidc(IdentityProvider):
    """Any OpenID Connect server."""

    type_name = "oidc/identityProvider:IdentityProvider"
    fields = table(
        COMMON,
        {
            "alias": parent(),
            "providerId": text("providerId", default="oidc", unread=True),
            "clientSecret": own("clientSecret", secret=True, masked=True),
            "clientSecretWo": text(secret=True),
            "clientSecretWoVersion": text(),
            "authorizationUrl": own("authorizationUrl", required=True),
            "tokenUrl": own("tokenUrl", required=True),
            "userInfoUrl": own("userInfoUrl"),
            "logoutUrl": own("logoutUrl"),
            "jwksUrl": own("jwksUrl"),
            "issuer": own("issuer"),
            "loginHint": own("loginHint"),
            "defaultScopes": own("defaultScope", default="openid", unread=True),
            "backchannelSupported": flag("config", "backchannelSupported", codec="quoted", default=True),
            "validateSignature": switch("validateSignature"),
            "uiLocales": switch("uiLocales"),
            "acceptsPromptNoneForwardFromClient": switch("acceptsPromptNoneForwardFromClient"),
            "disableUserInfo": switch("disableUserInfo"),
            "disableTypeClaimCheck": switch("disableTypeClaimCheck"),
        },
    )

    def problems(self, inputs: Values) -> list[tuple[str, str]]:
        """Besides the common ones: a secret, and none that is only written."""
        found = super().problems(inputs)
        if inputs.get("clientSecretWo"):
            found.append(("clientSecretWo", "Not covered by the keycloak stand-in plugin; give clientSecret instead."))
        elif inputs.get("clientSecret") is None:
            reason = '"client_secret": one of `client_secret,client_secret_wo` must be specified'
            found.append(("clientSecret", f"Missing required argument. {reason}."))
        return found

    def _body(self, wanted: Values) -> Values:
        """Besides the common part: keys are fetched where an address for them is given."""
        body = super()._body(wanted)
        body["config"]["useJwksUrl"] = "true" if wanted["jwksUrl"] else "false"
        return body


class Social(IdentityProvider):
    """A provider with an alias that the plugin chooses."""

    deletes_first = True
    name: ClassVar[str]

    def _alias(self, _wanted: Values) -> str:
        """The only alias of this kind of provider."""
        return self.name


SOCIAL: Fields = table(
    COMMON,
    {
        "alias": text(output=True, computed=True),
        "clientSecret": own("clientSecret", required=True, secret=True, masked=True),
    },
)


class Google(Social):
    """Google accounts."""

    type_name = "oidc/googleIdentityProvider:GoogleIdentityProvider"
    name = "google"
    constants: ClassVar[dict[str, str]] = {"useJwksUrl": "true"}
    fields = table(
        SOCIAL,
        {
            "clientId": own("clientId", required=True, autonamed=True),
            "providerId": text("providerId", default="google"),
            "defaultScopes": own("defaultScope", default="openid profile email"),
            "hostedDomain": own("hostedDomain"),
            "useUserIpParam": switch("userIp"),
            "requestRefreshToken": switch("offlineAccess"),
            "acceptsPromptNoneForwardFromClient": switch("acceptsPromptNoneForwardFromClient"),
            "disableUserInfo": switch("disableUserInfo"),
            "loginHint": own("loginHint"),
        },
    )


class Github(Social):
    """GitHub accounts."""

    type_name = "oidc/githubIdentityProvider:GithubIdentityProvider"
    name = "github"
    fields = table(
        SOCIAL,
        {
            "providerId": text("providerId", default="github"),
            "defaultScopes": own("defaultScope", default="user:email"),
            "baseUrl": own("baseUrl", default="https://github.com"),
            "apiUrl": own("apiUrl", default="https://api.github.com"),
            "githubJsonFormat": switch("githubJsonFormat"),
        },
    )


class OpenshiftV4(IdentityProvider):
    """Users of an OpenShift cluster, under any alias (terraform-provider-keycloak 5.9; nobody has recorded it)."""

    type_name = "oidc/openshiftV4IdentityProvider:OpenshiftV4IdentityProvider"
    fields = table(
        COMMON,
        {
            "alias": text(computed=True),
            "providerId": text("providerId", default="openshift-v4"),
            "clientSecret": own("clientSecret", required=True, secret=True, masked=True),
            "baseUrl": own("baseUrl", required=True),
            "defaultScopes": own("defaultScope", default="user:full"),
        },
    )

    def _alias(self, wanted: Values) -> str:
        """The chosen alias, else the kind's own."""
        return str(wanted["alias"] or "openshift-v4")
