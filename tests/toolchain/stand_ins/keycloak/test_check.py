"""Check: defaults, generated names, refusals with the real plugin's texts."""

from __future__ import annotations

from typing import Any

import pytest

from toolchain.stand_ins.keycloak.check import checked
from toolchain.stand_ins.keycloak.resources import BY_TYPE
from toolchain.stand_ins.keycloak.values import DEFAULTS, UNKNOWN, secret

CLIENT = "keycloak:openid/client:Client"
REALM = "keycloak:index/realm:Realm"
ROLE = "keycloak:index/role:Role"
USER = "keycloak:index/user:User"
ATTRIBUTE_MAPPER = "keycloak:openid/userAttributeProtocolMapper:UserAttributeProtocolMapper"
OIDC = "keycloak:oidc/identityProvider:IdentityProvider"

MAPPER = {"realmId": "r", "claimName": "c", "userAttribute": "a", "clientId": "x", "name": "n"}


def check(type_: str, news: dict[str, Any], olds: dict[str, Any] | None = None) -> tuple[dict[str, Any], list[str]]:
    return checked(BY_TYPE[type_], "x", olds or {}, news, "x-1234567")


@pytest.mark.parametrize(
    ("type_", "news", "reason"),
    [
        (
            CLIENT,
            {"realmId": "r", "accessType": "confidential"},
            (
                'expected access_type to be one of ["CONFIDENTIAL" "PUBLIC" "BEARER-ONLY"], got confidential. '
                "Examine values at 'x.accessType'."
            ),
        ),
        (
            CLIENT,
            {"realmId": "r"},
            (
                'Missing required argument. The argument "access_type" is required, but no definition was found.. '
                "Examine values at 'x.accessType'."
            ),
        ),
        (ROLE, {"realmId": "r", "fooBar": 1}, "Invalid or unknown key. Examine values at 'x.fooBar'."),
        (
            REALM,
            {"enabled": "yes"},
            (
                "cannot parse '' as bool: strconv.ParseBool: parsing \"yes\": invalid syntax. "
                "Examine values at 'x.enabled'."
            ),
        ),
        (
            USER,
            {"realmId": "r", "username": "U1"},
            "expected username U1 to be all lowercase. Examine values at 'x.username'.",
        ),
        (
            ATTRIBUTE_MAPPER,
            {**MAPPER, "clientScopeId": "y"},
            (
                'Invalid combination of arguments. "client_id": one of `client_id,client_scope_id` must be specified. '
                "Examine values at 'x.clientId'."
            ),
        ),
        (
            ATTRIBUTE_MAPPER,
            {**MAPPER, "claimValueType": "bool"},
            (
                'expected claim_value_type to be one of ["JSON" "String" "long" "int" "boolean"], got bool. '
                "Examine values at 'x.claimValueType'."
            ),
        ),
        (
            CLIENT,
            {"realmId": "r", "accessType": "PUBLIC", "extraConfig": {"pkce.code.challenge.method": "S256"}},
            (
                'Invalid extra_config key. extra_config key "pkce.code.challenge.method" is not allowed, as it '
                "conflicts with a top-level schema attribute. Examine values at 'x.extraConfig'."
            ),
        ),
        (
            REALM,
            {"securityDefenses": {"bruteForceDetection": {"maxLogins": 5}}},
            "Invalid or unknown key. Examine values at 'x.securityDefenses.bruteForceDetection.maxLogins'.",
        ),
    ],
)
def test_what_the_real_plugin_refuses_is_refused_in_its_words(type_: str, news: dict[str, Any], reason: str) -> None:
    assert check(type_, news)[1] == [reason]


def test_an_output_is_no_input() -> None:
    _, reasons = check("keycloak:index/group:Group", {"realmId": "r", "path": "/x"})
    assert reasons == ["Invalid or unknown key. Examine values at 'x.path'."]


@pytest.mark.parametrize("name", ["authorization", "clientSecretWo"])
def test_what_is_not_covered_is_refused_by_name(name: str) -> None:
    news = {"realmId": "r", "accessType": "CONFIDENTIAL", name: {} if name == "authorization" else "s"}
    assert any(name in reason and "stand-in" in reason for reason in check(CLIENT, news)[1])


def test_a_client_has_one_way_to_its_secret() -> None:
    news = {"realmId": "r", "accessType": "CONFIDENTIAL", "clientSecret": "s"}
    _, reasons = check(CLIENT, {**news, "clientSecretRegenerateWhenChanged": {"generation": "1"}})
    assert any("conflicts with client_secret_regenerate_when_changed" in reason for reason in reasons)


def test_a_missing_name_is_generated() -> None:
    inputs, reasons = check(ROLE, {"realmId": "r"})
    assert reasons == []
    assert inputs["name"] == "x-1234567"
    assert inputs[DEFAULTS] == ["name"]


def test_a_generated_name_stays() -> None:
    olds = {"realmId": "r", "name": "x-0123456", DEFAULTS: ["name"]}
    assert check(ROLE, {"realmId": "r"}, olds)[0]["name"] == "x-0123456"


def test_a_client_gets_both_of_its_names() -> None:
    inputs, _ = check(CLIENT, {"realmId": "r", "accessType": "PUBLIC"})
    assert inputs["clientId"] == inputs["name"]
    assert {"clientId", "name"} <= set(inputs[DEFAULTS])


def test_an_empty_brute_force_block_gets_the_servers_defaults() -> None:
    inputs, _ = check(REALM, {"realm": "r", "securityDefenses": {"bruteForceDetection": {}}})
    assert inputs["securityDefenses"]["bruteForceDetection"] == {
        DEFAULTS: [
            "bruteForceStrategy",
            "failureResetTimeSeconds",
            "maxFailureWaitSeconds",
            "maxLoginFailures",
            "minimumQuickLoginWaitSeconds",
            "quickLoginCheckMilliSeconds",
            "waitIncrementSeconds",
        ],
        "bruteForceStrategy": "MULTIPLE",
        "failureResetTimeSeconds": 43200,
        "maxFailureWaitSeconds": 900,
        "maxLoginFailures": 30,
        "minimumQuickLoginWaitSeconds": 60,
        "quickLoginCheckMilliSeconds": 1000,
        "waitIncrementSeconds": 60,
    }


def test_an_empty_headers_block_gets_the_servers_defaults() -> None:
    inputs, _ = check(REALM, {"realm": "r", "securityDefenses": {"headers": {}}})
    headers = inputs["securityDefenses"]["headers"]
    assert headers["xFrameOptions"] == "SAMEORIGIN"
    assert headers["xXssProtection"] == "1; mode=block"
    assert "contentSecurityPolicyReportOnly" not in headers


def test_secrets_come_back_marked() -> None:
    inputs, _ = check(USER, {"realmId": "r", "username": "u", "initialPassword": {"value": "canary"}})
    assert inputs["initialPassword"]["value"] == secret("canary")
    inputs, _ = check(OIDC, {"clientSecret": "canary"})
    assert inputs["clientSecret"] == secret("canary")


def test_unknown_values_pass() -> None:
    news = {"realmId": UNKNOWN, "accessType": UNKNOWN, "enabled": UNKNOWN, "validRedirectUris": [UNKNOWN]}
    assert check(CLIENT, news)[1] == []
    assert check(CLIENT, {**news, "validRedirectUris": UNKNOWN})[1] == []


def test_every_default_of_the_protocol_table_is_filled_in() -> None:
    inputs, _ = check(ATTRIBUTE_MAPPER, MAPPER)
    assert inputs[DEFAULTS] == [
        "addToAccessToken",
        "addToIdToken",
        "addToTokenIntrospection",
        "addToUserinfo",
        "claimValueType",
    ]
    google, _ = check("keycloak:oidc/googleIdentityProvider:GoogleIdentityProvider", {"realm": "r"})
    assert google["clientId"] == "x-1234567"
    assert google["syncMode"] == "LEGACY"
    assert google["storeToken"] is True
