"""`Realm`: the settings of a realm."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from toolchain.stand_ins.keycloak.errors import ApiError, KeycloakError, ValidationError
from toolchain.stand_ins.keycloak.resources.realm_blocks import (
    BRUTE_FORCE,
    HEADERS,
    INTERNATIONALIZATION,
    OTP,
    PASSWORDLESS,
    SMTP,
    WEB_AUTHN,
    mail_of,
    mail_to,
)
from toolchain.stand_ins.keycloak.resources.resource import Resource
from toolchain.stand_ins.keycloak.schema import block, duration, flag, mapping, number, table, text, texts
from toolchain.stand_ins.keycloak.shapes import complete
from toolchain.stand_ins.keycloak.wire import from_wire, to_wire

if TYPE_CHECKING:
    from toolchain.stand_ins.keycloak.api import AdminApi
    from toolchain.stand_ins.keycloak.schema import Field
    from toolchain.stand_ins.keycloak.values import Values

THEMES = {"loginTheme": "login", "accountTheme": "account", "adminTheme": "admin", "emailTheme": "email"}
SSL = ("none", "external", "all")


def own(key: str) -> Field:
    """A flag that the plugin writes as false when it is left out, whatever Keycloak's console would choose."""
    return flag(key, computed=True)


def flow(key: str) -> Field:
    """The alias of an authentication flow; the server has one for each."""
    return text(key, computed=True, omit_empty=True)


class Realm(Resource):
    """A realm."""

    type_name = "index/realm:Realm"
    deletes_first = True
    fields = table(
        {
            "realm": text("realm", replaces=True, autonamed=True),
            "internalId": text("id", computed=True, replaces=True, omit_empty=True),
            "enabled": flag("enabled", default=True),
            "displayName": text("displayName"),
            "displayNameHtml": text("displayNameHtml"),
            "userManagedAccess": flag("userManagedAccessAllowed", default=False),
            "organizationsEnabled": flag("organizationsEnabled", default=False),
            "adminPermissionsEnabled": flag("adminPermissionsEnabled"),
            "terraformDeletionProtection": flag(default=False),
            "registrationAllowed": own("registrationAllowed"),
            "registrationEmailAsUsername": own("registrationEmailAsUsername"),
            "editUsernameAllowed": own("editUsernameAllowed"),
            "resetPasswordAllowed": own("resetPasswordAllowed"),
            "rememberMe": own("rememberMe"),
            "verifyEmail": own("verifyEmail"),
            "loginWithEmailAllowed": own("loginWithEmailAllowed"),
            "duplicateEmailsAllowed": own("duplicateEmailsAllowed"),
            "sslRequired": text("sslRequired", default="external"),
            "loginTheme": text("loginTheme", omit_empty=True),
            "accountTheme": text("accountTheme", omit_empty=True),
            "adminTheme": text("adminTheme", omit_empty=True),
            "emailTheme": text("emailTheme", omit_empty=True),
            "defaultSignatureAlgorithm": text("defaultSignatureAlgorithm"),
            "revokeRefreshToken": flag("revokeRefreshToken", default=False),
            "refreshTokenMaxReuse": number("refreshTokenMaxReuse", default=0),
            "ssoSessionIdleTimeout": duration("ssoSessionIdleTimeout"),
            "ssoSessionIdleTimeoutRememberMe": duration("ssoSessionIdleTimeoutRememberMe"),
            "ssoSessionMaxLifespan": duration("ssoSessionMaxLifespan"),
            "ssoSessionMaxLifespanRememberMe": duration("ssoSessionMaxLifespanRememberMe"),
            "offlineSessionIdleTimeout": duration("offlineSessionIdleTimeout"),
            "offlineSessionMaxLifespan": duration("offlineSessionMaxLifespan"),
            "offlineSessionMaxLifespanEnabled": flag("offlineSessionMaxLifespanEnabled", default=False),
            "clientSessionIdleTimeout": duration("clientSessionIdleTimeout"),
            "clientSessionMaxLifespan": duration("clientSessionMaxLifespan"),
            "accessTokenLifespan": duration("accessTokenLifespan"),
            "accessTokenLifespanForImplicitFlow": duration("accessTokenLifespanForImplicitFlow"),
            "accessCodeLifespan": duration("accessCodeLifespan"),
            "accessCodeLifespanLogin": duration("accessCodeLifespanLogin"),
            "accessCodeLifespanUserAction": duration("accessCodeLifespanUserAction"),
            "actionTokenGeneratedByUserLifespan": duration("actionTokenGeneratedByUserLifespan"),
            "actionTokenGeneratedByAdminLifespan": duration("actionTokenGeneratedByAdminLifespan"),
            "oauth2DeviceCodeLifespan": duration("oauth2DeviceCodeLifespan"),
            "oauth2DevicePollingInterval": number("oauth2DevicePollingInterval", computed=True, omit_empty=True),
            "passwordPolicy": text("passwordPolicy"),
            "browserFlow": flow("browserFlow"),
            "registrationFlow": flow("registrationFlow"),
            "directGrantFlow": flow("directGrantFlow"),
            "resetCredentialsFlow": flow("resetCredentialsFlow"),
            "clientAuthenticationFlow": flow("clientAuthenticationFlow"),
            "dockerAuthenticationFlow": flow("dockerAuthenticationFlow"),
            "firstBrokerLoginFlow": flow("firstBrokerLoginFlow"),
            "attributes": mapping(),
            "defaultDefaultClientScopes": texts(),
            "defaultOptionalClientScopes": texts(),
            "internationalization": block(INTERNATIONALIZATION),
            "securityDefenses": block({"headers": block(HEADERS), "bruteForceDetection": block(BRUTE_FORCE)}),
            "smtpServer": block(SMTP),
            "otpPolicy": block(OTP, computed=True),
            "webAuthnPolicy": block(WEB_AUTHN, computed=True),
            "webAuthnPasswordlessPolicy": block(PASSWORDLESS, computed=True),
        }
    )

    def create(self, api: AdminApi, wanted: Values) -> tuple[str, Values]:
        """Create; the next token carries the creator's rights on the new realm."""
        _refuse(api, wanted)
        name = wanted["realm"]
        api.post("realms", body={"id": name, **self._body(wanted)})
        api.renew()
        return name, self.read(api, name, wanted)

    def read(self, api: AdminApi, id_: str, state: Values) -> Values:
        """The realm's settings."""
        return self.observed(api.get("realms", id_), state)

    def update(self, api: AdminApi, id_: str, _state: Values, wanted: Values) -> Values:
        """Write every setting; blocks that are left out go back to Keycloak's defaults."""
        _refuse(api, wanted)
        body = self._body(wanted)
        api.put("realms", id_, body=body)
        return self.read(api, id_, wanted)

    def delete(self, api: AdminApi, id_: str, state: Values) -> None:
        """Delete, unless the state protects the realm."""
        if state.get("terraformDeletionProtection"):
            raise KeycloakError(
                f"Deletion protection is enabled for keycloak_realm resource with realm {state['realm']} (ID: {id_}). "
                "To delete this resource, first set terraform_deletion_protection to false and apply the changes"
            )
        try:
            api.delete("realms", id_)
        except ApiError as error:
            # A busy server sometimes fails in the middle of it; the official plugin asks a second time as well.
            if error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            api.delete("realms", id_)

    def imported(self, _api: AdminApi, import_id: str) -> tuple[str, Values]:
        """`<realm>`."""
        return import_id, {"realm": import_id}

    def _body(self, wanted: Values) -> Values:
        """Keycloak's JSON of a realm."""
        defenses = wanted["securityDefenses"] or {}
        locales = wanted["internationalization"]
        simple = {name: value for name, value in wanted.items() if name not in ("securityDefenses", "smtpServer")}
        return {
            "internationalizationEnabled": locales is not None,
            "supportedLocales": [],
            "defaultLocale": "",
            **to_wire(self.fields, simple),
            **to_wire(HEADERS, defenses.get("headers") or complete(HEADERS, {})),
            "bruteForceProtected": bool(defenses.get("bruteForceDetection")),
            **to_wire(BRUTE_FORCE, defenses.get("bruteForceDetection") or complete(BRUTE_FORCE, {})),
            "smtpServer": mail_to(wanted["smtpServer"]),
            "attributes": wanted["attributes"],
            **{
                name: wanted[name]
                for name in ("defaultDefaultClientScopes", "defaultOptionalClientScopes")
                if wanted[name]
            },
        }

    def observed(self, body: Values, state: Values) -> Values:
        """What a realm's JSON says; optional blocks and lists only where the program manages them."""
        attributes = body.get("attributes") or {}
        return {
            **from_wire(self.fields, body),
            "attributes": {key: attributes[key] for key in state.get("attributes") or {} if key in attributes},
            **{
                name: sorted(body.get(name) or []) if state.get(name) else []
                for name in ("defaultDefaultClientScopes", "defaultOptionalClientScopes")
            },
            "internationalization": _locales(body),
            "securityDefenses": _defenses(body, state.get("securityDefenses")),
            "smtpServer": mail_of(body.get("smtpServer") or {}, state.get("smtpServer")),
            "otpPolicy": from_wire(OTP, body),
            "webAuthnPolicy": from_wire(WEB_AUTHN, body),
            "webAuthnPasswordlessPolicy": from_wire(PASSWORDLESS, body),
        }


def _locales(body: Values) -> Values | None:
    """The languages of a realm; None when they are switched off."""
    return from_wire(INTERNATIONALIZATION, body) if body.get("internationalizationEnabled") else None


def _defenses(body: Values, managed: Values | None) -> Values | None:
    """Headers and brute-force detection, each where the program manages it and the server has it."""
    if not managed:
        return None
    wanted_headers, wanted_guard = managed.get("headers"), managed.get("bruteForceDetection")
    headers = from_wire(HEADERS, body) if wanted_headers else None
    guard = from_wire(BRUTE_FORCE, body) if wanted_guard and body.get("bruteForceProtected") else None
    return {"headers": headers, "bruteForceDetection": guard} if headers or guard else None


def _refuse(api: AdminApi, wanted: Values) -> None:
    """Refuse combinations, themes and password policies that the server does not know.

    Raises:
        ValidationError: with the real plugin's words.
    """
    if wanted["duplicateEmailsAllowed"] and wanted["registrationEmailAsUsername"]:
        raise ValidationError("DuplicateEmailsAllowed cannot be true if RegistrationEmailAsUsername is true")
    if wanted["duplicateEmailsAllowed"] and wanted["loginWithEmailAllowed"]:
        raise ValidationError("DuplicateEmailsAllowed cannot be true if LoginWithEmailAllowed is true")
    if wanted["sslRequired"] not in SSL:
        raise ValidationError("SslRequired should be 'none', 'external' or 'all'")
    info: Any = api.server_info()
    for name, kind in THEMES.items():
        if wanted[name] and wanted[name] not in [theme["name"] for theme in info.get("themes", {}).get(kind, [])]:
            raise ValidationError(f'theme "{wanted[name]}" does not exist on the server')
    locales = wanted["internationalization"]
    if locales and locales["defaultLocale"] not in locales["supportedLocales"]:
        raise ValidationError("DefaultLocale should be in the SupportLocales")
    known = info.get("providers", {}).get("password-policy", {}).get("providers", {})
    for policy in wanted["passwordPolicy"].split(" and ") if wanted["passwordPolicy"] else []:
        name = policy.split("(")[0]
        if name not in known:
            raise ValidationError(
                f'password-policy "{name}" does not exist on the server, installed providers: {sorted(known)}'
            )
