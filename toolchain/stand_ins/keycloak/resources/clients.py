"""`openid.Client`: a client of a realm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from toolchain.stand_ins.keycloak.errors import KeycloakError, ValidationError
from toolchain.stand_ins.keycloak.resources.resource import Resource, clashes, parts
from toolchain.stand_ins.keycloak.schema import Field, block, flag, mapping, number, parent, snake, table, text, texts
from toolchain.stand_ins.keycloak.wire import from_wire, to_wire

if TYPE_CHECKING:
    from toolchain.stand_ins.keycloak.api import AdminApi
    from toolchain.stand_ins.keycloak.values import Values

SECRETS = ("clientSecret", "clientSecretWo", "clientSecretRegenerateWhenChanged")
"""Three ways to a secret, of which one at most may be given."""

OVERRIDES = {"browserId": "browser", "directGrantId": "direct_grant"}


def attribute(key: str, **traits: object) -> Field:
    """A text among the client's attributes."""
    return text("attributes", key, **traits)


def lifetime(key: str) -> Field:
    """Seconds as text among the attributes; the server keeps its own when none is given."""
    return attribute(key, computed=True, omit_empty=True)


def switch(key: str, **traits: object) -> Field:
    """A flag among the attributes, where it is text."""
    return flag("attributes", key, codec="quoted", **traits)


class Client(Resource):
    """An OpenID Connect client. Authorization services are not covered."""

    type_name = "openid/client:Client"
    deletes_first = True
    fields = table(
        {
            "realmId": parent(),
            "clientId": text("clientId", autonamed=True),
            "name": text("name", autonamed=True),
            "accessType": text(required=True, choices=("CONFIDENTIAL", "PUBLIC", "BEARER-ONLY")),
            "enabled": flag("enabled", default=True),
            "description": text("description"),
            "import": flag(replaces=True, default=False),
            "rootUrl": text("rootUrl", omit_empty=True),
            "adminUrl": text("adminUrl"),
            "baseUrl": text("baseUrl"),
            "clientAuthenticatorType": text("clientAuthenticatorType", default="client-secret"),
            "clientSecret": text(computed=True, secret=True),
            "clientSecretWo": text(secret=True),
            "clientSecretWoVersion": number(),
            "clientSecretRegenerateWhenChanged": mapping(),
            "standardFlowEnabled": flag("standardFlowEnabled", computed=True),
            "implicitFlowEnabled": flag("implicitFlowEnabled", computed=True),
            "directAccessGrantsEnabled": flag("directAccessGrantsEnabled", computed=True),
            "serviceAccountsEnabled": flag("serviceAccountsEnabled", computed=True),
            "frontchannelLogoutEnabled": flag("frontchannelLogout", computed=True),
            "fullScopeAllowed": flag("fullScopeAllowed", default=True),
            "consentRequired": flag("consentRequired", computed=True),
            "alwaysDisplayInConsole": flag("alwaysDisplayInConsole", default=False),
            "validRedirectUris": texts("redirectUris", computed=True),
            "webOrigins": texts("webOrigins", computed=True),
            "validPostLogoutRedirectUris": texts(
                "attributes", "post.logout.redirect.uris", codec="hashes", computed=True, omit_empty=True
            ),
            "authenticationFlowBindingOverrides": block({"browserId": text(), "directGrantId": text()}),
            "authorization": block({}),
            "extraConfig": mapping(),
            "loginTheme": attribute("login_theme"),
            "pkceCodeChallengeMethod": attribute("pkce.code.challenge.method", choices=("", "plain", "S256")),
            "requireDpopBoundTokens": switch("dpop.bound.access.tokens", computed=True),
            "excludeSessionStateFromAuthResponse": switch(
                "exclude.session.state.from.auth.response", computed=True, unread=True
            ),
            "excludeIssuerFromAuthResponse": switch("exclude.issuer.from.auth.response", computed=True, unread=True),
            "accessTokenLifespan": attribute("access.token.lifespan", computed=True),
            "clientOfflineSessionIdleTimeout": lifetime("client.offline.session.idle.timeout"),
            "clientOfflineSessionMaxLifespan": lifetime("client.offline.session.max.lifespan"),
            "clientSessionIdleTimeout": lifetime("client.session.idle.timeout"),
            "clientSessionMaxLifespan": lifetime("client.session.max.lifespan"),
            "useRefreshTokens": switch("use.refresh.tokens", default=True),
            "useRefreshTokensClientCredentials": switch("client_credentials.use_refresh_token", default=False),
            "standardTokenExchangeEnabled": switch("standard.token.exchange.enabled", default=False),
            "allowRefreshTokenInStandardTokenExchange": attribute(
                "standard.token.exchange.enableRefreshRequestedTokenType", omit_empty=True
            ),
            "oauth2DeviceAuthorizationGrantEnabled": switch("oauth2.device.authorization.grant.enabled", default=False),
            "oauth2DeviceCodeLifespan": attribute("oauth2.device.code.lifespan", omit_empty=True),
            "oauth2DevicePollingInterval": attribute("oauth2.device.polling.interval", omit_empty=True),
            "oauth2JwtAuthorizationGrantEnabled": switch("oauth2.jwt.authorization.grant.enabled", default=False),
            "oauth2JwtAuthorizationGrantIdp": attribute("oauth2.jwt.authorization.grant.idp", omit_empty=True),
            "displayOnConsentScreen": switch("display.on.consent.screen", computed=True),
            "consentScreenText": attribute("consent.screen.text"),
            "frontchannelLogoutUrl": attribute("frontchannel.logout.url"),
            "backchannelLogoutUrl": attribute("backchannel.logout.url"),
            "backchannelLogoutSessionRequired": switch("backchannel.logout.session.required", default=True),
            "backchannelLogoutRevokeOfflineSessions": switch("backchannel.logout.revoke.offline.tokens"),
            "resourceServerId": text(output=True, computed=True),
            "serviceAccountUserId": text(output=True, computed=True),
        }
    )

    def problems(self, inputs: Values) -> list[tuple[str, str]]:
        """Secrets given twice, keys of `extraConfig` that have an argument, and what is not covered."""
        found = clashes(self.fields, "attributes", inputs)
        first, *more = [name for name in SECRETS if inputs.get(name) is not None] or [""]
        found += [
            (first, f'Conflicting configuration arguments. "{snake(first)}": conflicts with {snake(other)}.')
            for other in more
        ]
        for name in ("authorization", "clientSecretWo"):
            if inputs.get(name) is not None:
                found.append((name, "Not covered by the keycloak stand-in plugin; use the official one."))
        return found

    def recomputed(self, changed: set[str]) -> set[str]:
        """A new generation makes a new secret; the service account comes and goes with its switch."""
        anew = set()
        if "clientSecretRegenerateWhenChanged" in changed:
            anew.add("clientSecret")
        if "serviceAccountsEnabled" in changed:
            anew.add("serviceAccountUserId")
        return anew

    def create(self, api: AdminApi, wanted: Values) -> tuple[str, Values]:
        """Create, or take over an existing client with `import`."""
        _refuse(api, wanted)
        clients = ("realms", wanted["realmId"], "clients")
        if wanted["import"]:
            id_ = by_client_id(api, wanted["realmId"], wanted["clientId"])["id"]
            api.put(*clients, id_, body={"id": id_, **self._body(wanted)})
        else:
            id_, _ = api.post(*clients, body=self._body(wanted))
        return id_, self.read(api, id_, wanted)

    def read(self, api: AdminApi, id_: str, state: Values) -> Values:
        """The client and its secret."""
        client = ("realms", state["realmId"], "clients", id_)
        body = api.get(*client)
        value = api.get(*client, "client-secret").get("value", "")
        return self.observed(api, client, {**body, "secret": value}, state.get("extraConfig") or {})

    def update(self, api: AdminApi, id_: str, state: Values, wanted: Values) -> Values:
        """Write; a changed generation makes a new secret first."""
        _refuse(api, wanted)
        client = ("realms", wanted["realmId"], "clients", id_)
        body = {"id": id_, **self._body(wanted)}
        body["secret"] = wanted["clientSecret"] or state.get("clientSecret")
        if state.get("rootUrl") and not wanted["rootUrl"]:
            # Sent only to remove it: with an empty root URL the server invents redirect URIs.
            body["rootUrl"] = ""
        before = state.get("clientSecretRegenerateWhenChanged") or {}
        if before != wanted["clientSecretRegenerateWhenChanged"]:
            body["secret"] = api.post(*client, "client-secret")[1]["value"]
        api.put(*client, body=body)
        return self.observed(api, client, body, wanted["extraConfig"])

    def delete(self, api: AdminApi, id_: str, state: Values) -> None:
        """Delete, unless the client was only taken over."""
        if not state.get("import"):
            api.delete("realms", state["realmId"], "clients", id_)

    def imported(self, _api: AdminApi, import_id: str) -> tuple[str, Values]:
        """`<realm>/{uuid}`."""
        realm, id_ = parts(import_id, "{{realmId}}/{{openidClientId}}")
        return id_, {"realmId": realm, "import": False}

    def _body(self, wanted: Values) -> Values:
        """Keycloak's JSON of a client."""
        overrides = wanted["authenticationFlowBindingOverrides"] or {}
        body = {
            "protocol": "openid-connect",
            "publicClient": wanted["accessType"] == "PUBLIC",
            "bearerOnly": wanted["accessType"] == "BEARER-ONLY",
            "authorizationServicesEnabled": False,
            "authenticationFlowBindingOverrides": {key: overrides.get(name, "") for name, key in OVERRIDES.items()},
            **to_wire(self.fields, wanted),
        }
        body["attributes"] |= wanted["extraConfig"]
        return body | ({"secret": wanted["clientSecret"]} if wanted["clientSecret"] else {})

    def observed(self, api: AdminApi, client: tuple[str, ...], body: Values, extra: Values) -> Values:
        """What a client's JSON says; of the extra config only the keys that the program manages."""
        account = api.get(*client, "service-account-user")["id"] if body.get("serviceAccountsEnabled") else ""
        access = "BEARER-ONLY" if body.get("bearerOnly") else "CONFIDENTIAL"
        flows = body.get("authenticationFlowBindingOverrides") or {}
        overrides = {name: flows.get(key, "") for name, key in OVERRIDES.items()}
        attributes = body.get("attributes") or {}
        return {
            **from_wire(self.fields, body),
            "accessType": "PUBLIC" if body.get("publicClient") else access,
            "authenticationFlowBindingOverrides": overrides if any(overrides.values()) else None,
            "clientSecret": body.get("secret"),
            "extraConfig": {key: attributes[key] for key in extra if key in attributes},
            "resourceServerId": client[-1] if body.get("authorizationServicesEnabled") else None,
            "serviceAccountUserId": account,
        }


_ATTRIBUTES = {field.wire[1] for field in Client.fields.values() if field.wire[:1] == ("attributes",)}


def unmanaged(body: Values) -> Values:
    """The attributes of a client that have no argument of their own."""
    return {key: value for key, value in (body.get("attributes") or {}).items() if key not in _ATTRIBUTES}


def by_client_id(api: AdminApi, realm: str, client_id: str) -> Any:  # noqa: ANN401 - Keycloak's JSON
    """The client with a client id.

    Raises:
        KeycloakError: when there is none.
    """
    found = api.get("realms", realm, "clients", clientId=client_id)
    if not found:
        raise KeycloakError(f"openid client with name {client_id} does not exist")
    return found[0]


def _refuse(api: AdminApi, wanted: Values) -> None:
    """Refuse combinations that the server would take but that make no client."""
    browser = wanted["standardFlowEnabled"] or wanted["implicitFlowEnabled"]
    public, bearer = wanted["accessType"] == "PUBLIC", wanted["accessType"] == "BEARER-ONLY"
    if not browser and wanted["validRedirectUris"]:
        raise KeycloakError("valid_redirect_uris cannot be set when standard or implicit flow is not enabled")
    if not (browser or wanted["directAccessGrantsEnabled"]) and wanted["webOrigins"]:
        raise KeycloakError("web_origins cannot be set when standard or implicit flow is not enabled")
    if bearer and (browser or wanted["directAccessGrantsEnabled"] or wanted["serviceAccountsEnabled"]):
        raise ValidationError(
            "Keycloak cannot issue tokens for bearer-only clients; no oauth2 flows can be enabled for this client"
        )
    if browser and not wanted["validRedirectUris"]:
        raise ValidationError(
            "standard (authorization code) and implicit flows require at least one valid redirect uri"
        )
    if public and wanted["serviceAccountsEnabled"]:
        raise ValidationError("service accounts (client credentials flow) cannot be enabled on public clients")
    if public and wanted["standardTokenExchangeEnabled"]:
        raise ValidationError("standard token exchange cannot be enabled on public clients")
    themes = [theme["name"] for theme in api.server_info().get("themes", {}).get("login", [])]
    if wanted["loginTheme"] and wanted["loginTheme"] not in themes:
        raise ValidationError(f'theme "{wanted["loginTheme"]}" does not exist on the server')
