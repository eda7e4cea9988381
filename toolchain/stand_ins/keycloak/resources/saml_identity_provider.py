"""`saml.IdentityProvider`: a SAML 2.0 identity provider.

Written from terraform-provider-keycloak 5.9 (provider/resource_keycloak_saml_identity_provider.go), which the official
plugin wraps; nobody has recorded this type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolchain.stand_ins.keycloak.resources.identity_providers import COMMON, IdentityProvider, own, switch
from toolchain.stand_ins.keycloak.schema import flag, parent, table, text, texts

if TYPE_CHECKING:
    from toolchain.stand_ins.keycloak.schema import Fields
    from toolchain.stand_ins.keycloak.values import Values

FORMATS = {
    "Windows Domain Qualified Name": "urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName",
    "Persistent": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    "Email": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    "Kerberos": "urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos",
    "X.509 Subject Name": "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName",
    "Unspecified": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
    "Transient": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
}
"""Names of the formats and what Keycloak calls them (OASIS, SAML 2.0 core, section 8.3)."""

ALGORITHMS = ("RSA_SHA1", "RSA_SHA256", "RSA_SHA256_MGF1", "RSA_SHA512", "RSA_SHA512_MGF1", "DSA_SHA1")
TRANSFORMERS = ("NONE", "KEY_ID", "CERT_SUBJECT")
PRINCIPALS = ("SUBJECT", "ATTRIBUTE", "FRIENDLY_ATTRIBUTE")
COMPARISONS = ("exact", "minimum", "maximum", "better")


def _without_client() -> Fields:
    """What all providers have; there is no client."""
    return {name: field for name, field in COMMON.items() if name != "clientId"}


class Saml(IdentityProvider):
    """A SAML 2.0 identity provider."""

    type_name = "saml/identityProvider:IdentityProvider"
    fields = table(
        _without_client(),
        {
            "alias": parent(),
            "providerId": text("providerId", default="saml", unread=True),
            "hideOnLoginPage": flag("hideOnLogin"),
            "backchannelSupported": switch("backchannelSupported"),
            "validateSignature": switch("validateSignature"),
            "nameIdPolicyFormat": text(choices=tuple(FORMATS)),
            "entityId": own("entityId", required=True),
            "singleSignOnServiceUrl": own("singleSignOnServiceUrl", required=True),
            "singleLogoutServiceUrl": own("singleLogoutServiceUrl"),
            "signingCertificate": own("signingCertificate"),
            "signatureAlgorithm": own("signatureAlgorithm", choices=ALGORITHMS),
            "xmlSignKeyInfoKeyNameTransformer": own("xmlSigKeyInfoKeyNameTransformer", choices=TRANSFORMERS),
            "postBindingAuthnRequest": switch("postBindingAuthnRequest"),
            "postBindingResponse": switch("postBindingResponse"),
            "postBindingLogout": switch("postBindingLogout"),
            "forceAuthn": switch("forceAuthn"),
            "loginHint": own("loginHint"),
            "wantAssertionsSigned": switch("wantAssertionsSigned"),
            "wantAssertionsEncrypted": switch("wantAssertionsEncrypted"),
            "wantAuthnRequestsSigned": switch("wantAuthnRequestsSigned"),
            "principalType": own("principalType", choices=PRINCIPALS),
            "principalAttribute": own("principalAttribute"),
            "authnContextClassRefs": texts(),
            "authnContextDeclRefs": texts(),
            "authnContextComparisonType": own("authnContextComparisonType", choices=COMPARISONS),
        },
    )

    def problems(self, inputs: Values) -> list[tuple[str, str]]:
        """Besides the common ones: lists that this plugin does not cover."""
        found = super().problems(inputs)
        for name in ("authnContextClassRefs", "authnContextDeclRefs"):
            if inputs.get(name):
                found.append((name, "Not covered by the keycloak stand-in plugin; use the official one."))
        return found

    def _body(self, wanted: Values) -> Values:
        """Besides the common part: the format by its long name; requests are signed where an algorithm is named."""
        body = super()._body(wanted)
        if wanted["nameIdPolicyFormat"]:
            body["config"]["nameIDPolicyFormat"] = FORMATS[wanted["nameIdPolicyFormat"]]
        if wanted["signatureAlgorithm"]:
            body["config"]["wantAuthnRequestsSigned"] = "true"
        return body

    def _observed(self, body: Values, state: Values) -> Values:
        """Besides the common part: the format by its short name."""
        long = body.get("config", {}).get("nameIDPolicyFormat", "")
        short = next((name for name, value in FORMATS.items() if value == long), "")
        return {**super()._observed(body, state), "nameIdPolicyFormat": short}
