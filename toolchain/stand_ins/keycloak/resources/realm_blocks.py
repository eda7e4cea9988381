"""The blocks of a realm: security headers, brute-force detection, languages, mail, one-time passwords, WebAuthn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolchain.stand_ins.keycloak.schema import Fields, block, flag, number, table, text, texts
from toolchain.stand_ins.keycloak.wire import from_wire, to_wire

if TYPE_CHECKING:
    from toolchain.stand_ins.keycloak.values import Values

UNSPECIFIED = "not specified"


def _header(key: str, default: str | None = None) -> Fields:
    """One of the browser security headers; the server's own default when left out."""
    return {key.replace("XSS", "Xss"): text("browserSecurityHeaders", key, default=default)}


HEADERS: Fields = table(
    _header("xFrameOptions", "SAMEORIGIN"),
    _header("contentSecurityPolicy", "frame-src 'self'; frame-ancestors 'self'; object-src 'none';"),
    _header("contentSecurityPolicyReportOnly", ""),
    _header("xContentTypeOptions", "nosniff"),
    _header("xRobotsTag", "none"),
    _header("referrerPolicy", "no-referrer"),
    _header("xXSSProtection", "1; mode=block"),
    _header("strictTransportSecurity", "max-age=31536000; includeSubDomains"),
)

BRUTE_FORCE: Fields = {
    "bruteForceStrategy": text("bruteForceStrategy", default="MULTIPLE", choices=("LINEAR", "MULTIPLE")),
    "permanentLockout": flag("permanentLockout", default=False),
    "maxTemporaryLockouts": number("maxTemporaryLockouts", default=0),
    "maxLoginFailures": number("failureFactor", default=30),
    "waitIncrementSeconds": number("waitIncrementSeconds", default=60),
    "quickLoginCheckMilliSeconds": number("quickLoginCheckMilliSeconds", default=1000),
    "minimumQuickLoginWaitSeconds": number("minimumQuickLoginWaitSeconds", default=60),
    "maxFailureWaitSeconds": number("maxFailureWaitSeconds", default=900),
    "failureResetTimeSeconds": number("maxDeltaTimeSeconds", default=43200),
}

INTERNATIONALIZATION: Fields = {
    "supportedLocales": texts("supportedLocales", required=True),
    "defaultLocale": text("defaultLocale", required=True),
}

OTP: Fields = {
    "type": text("otpPolicyType", default="totp", choices=("totp", "hotp")),
    "algorithm": text("otpPolicyAlgorithm", default="HmacSHA1", choices=("HmacSHA1", "HmacSHA256", "HmacSHA512")),
    "digits": number("otpPolicyDigits", default=6),
    "initialCounter": number("otpPolicyInitialCounter", default=2),
    "lookAheadWindow": number("otpPolicyLookAheadWindow", default=1),
    "period": number("otpPolicyPeriod", default=30),
    "codeReusable": flag("otpPolicyCodeReusable", default=False),
}


def _web_authn(prefix: str) -> Fields:
    """The fields of one of the two WebAuthn policies; `prefix` starts their names in Keycloak's JSON."""
    attestation = (UNSPECIFIED, "none", "indirect", "direct", "enterprise")
    verification = (UNSPECIFIED, "required", "preferred", "discouraged")
    return {
        "acceptableAaguids": texts(f"{prefix}AcceptableAaguids"),
        "extraOrigins": texts(f"{prefix}ExtraOrigins"),
        "attestationConveyancePreference": text(
            f"{prefix}AttestationConveyancePreference", default=UNSPECIFIED, choices=attestation
        ),
        "authenticatorAttachment": text(
            f"{prefix}AuthenticatorAttachment",
            default=UNSPECIFIED,
            choices=(UNSPECIFIED, "platform", "cross-platform"),
        ),
        "avoidSameAuthenticatorRegister": flag(f"{prefix}AvoidSameAuthenticatorRegister", default=False),
        "createTimeout": number(f"{prefix}CreateTimeout", default=0),
        "discoverableCredential": text(
            f"{prefix}DiscoverableCredential", default=UNSPECIFIED, absent=UNSPECIFIED, omit_empty=True
        ),
        "requireResidentKey": text(
            f"{prefix}RequireResidentKey", default=UNSPECIFIED, choices=(UNSPECIFIED, "Yes", "No")
        ),
        "relyingPartyEntityName": text(f"{prefix}RpEntityName", default="keycloak"),
        "relyingPartyId": text(f"{prefix}RpId"),
        "signatureAlgorithms": texts(f"{prefix}SignatureAlgorithms", computed=True),
        "userVerificationRequirement": text(
            f"{prefix}UserVerificationRequirement", default=UNSPECIFIED, choices=verification
        ),
    }


WEB_AUTHN: Fields = _web_authn("webAuthnPolicy")
PASSWORDLESS: Fields = table(
    _web_authn("webAuthnPolicyPasswordless"),
    {"passwordlessPasskeysEnabled": flag("webAuthnPolicyPasswordlessPasskeysEnabled", default=False)},
)

SMTP: Fields = {
    "host": text("host", required=True),
    "from": text("from", required=True),
    "port": text("port", omit_empty=True),
    "replyTo": text("replyTo", omit_empty=True),
    "replyToDisplayName": text("replyToDisplayName", omit_empty=True),
    "fromDisplayName": text("fromDisplayName", omit_empty=True),
    "envelopeFrom": text("envelopeFrom", omit_empty=True),
    "starttls": flag("starttls", codec="quoted"),
    "ssl": flag("ssl", codec="quoted"),
    "allowUtf8": flag("allowutf8", codec="quoted"),
    "auth": block({"username": text(required=True), "password": text(required=True, secret=True)}),
    "tokenAuth": block(
        {
            "username": text(required=True),
            "url": text(required=True),
            "clientId": text(required=True),
            "clientSecret": text(required=True, secret=True),
            "scope": text(required=True),
        }
    ),
}
"""Its paths start at the mail settings, not at the realm."""

TOKEN_KEYS = {
    "username": "user",
    "url": "authTokenUrl",
    "clientId": "authTokenClientId",
    "clientSecret": "authTokenClientSecret",
    "scope": "authTokenScope",
}


def mail_to(wanted: Values | None) -> Values:
    """Keycloak's mail settings of completed inputs; {} switches mail off."""
    if wanted is None:
        return {}
    body = to_wire({name: field for name, field in SMTP.items() if field.kind != "block"}, wanted)
    if basic := wanted["auth"]:
        return body | {"auth": "true", "authType": "basic", "user": basic["username"], "password": basic["password"]}
    if by_token := wanted["tokenAuth"]:
        return body | {"auth": "true", "authType": "token", **{key: by_token[name] for name, key in TOKEN_KEYS.items()}}
    return body | {"auth": "false"}


def mail_of(body: Values, managed: Values | None) -> Values | None:
    """The mail settings in Keycloak's JSON; passwords are masked there and stay what they were."""
    if not body.get("host"):
        return None
    found: Values = {**from_wire(SMTP, body), "auth": None, "tokenAuth": None}
    kept = managed or {}
    if body.get("auth") == "true" and body.get("authType") == "token":
        secret = (kept.get("tokenAuth") or {}).get("clientSecret")
        found["tokenAuth"] = {name: body.get(key, "") for name, key in TOKEN_KEYS.items()} | {"clientSecret": secret}
    elif body.get("auth") == "true":
        found["auth"] = {"username": body.get("user", ""), "password": (kept.get("auth") or {}).get("password")}
    return found
