"""The provider's own inputs: checked, compared, and read with the environment's fallbacks."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from toolchain.stand_ins.keycloak.errors import KeycloakError
from toolchain.stand_ins.keycloak.values import UNKNOWN, Values

if TYPE_CHECKING:
    from collections.abc import Mapping

ENVIRONMENT = {
    "url": "KEYCLOAK_URL",
    "clientId": "KEYCLOAK_CLIENT_ID",
    "clientSecret": "KEYCLOAK_CLIENT_SECRET",
    "username": "KEYCLOAK_USER",
    "password": "KEYCLOAK_PASSWORD",
    "realm": "KEYCLOAK_REALM",
    "basePath": "KEYCLOAK_BASE_PATH",
    "adminUrl": "KEYCLOAK_ADMIN_URL",
    "accessToken": "KEYCLOAK_ACCESS_TOKEN",
    "clientTimeout": "KEYCLOAK_CLIENT_TIMEOUT",
}
"""The variable that stands in for each input."""

OTHERS = (
    "initialLogin",
    "rootCaCertificate",
    "tlsInsecureSkipVerify",
    "additionalHeaders",
    "keycloakVersion",
)
UNCOVERED = (
    "jwtSigningAlg",
    "jwtSigningKey",
    "jwtToken",
    "jwtTokenFile",
    "tlsClientCertificate",
    "tlsClientPrivateKey",
    "redHatSso",
)
"""Inputs of the real plugin that this one refuses."""

DEFAULT_TIMEOUT_SECONDS = 5
"""The real plugin's time-out of one request."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to reach and how to log in."""

    url: str
    """Base of the token endpoint, base path included."""
    admin_url: str
    """Base of the admin API, base path included."""
    realm: str
    """The realm in which the administrator logs in."""
    client_id: str
    client_secret: str = field(repr=False, default="")
    username: str = ""
    password: str = field(repr=False, default="")
    access_token: str = field(repr=False, default="")
    initial_login: bool = True
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    root_ca: str = ""
    """PEM text that replaces the system's certificates; "" keeps them."""
    verify: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)


def problems(inputs: Values, name: str = "kc") -> list[str]:
    """Why the inputs of the provider with this logical name are refused, as Check failures.

    Raises:
        KeycloakError: for a time-out that is no number, which the real plugin answers with an error.
    """
    known = {*ENVIRONMENT, *OTHERS, *UNCOVERED, "version", "pluginDownloadURL"}
    reasons = [
        f"could not validate provider configuration: Invalid or unknown key. Examine values at '{name}.{key}'."
        for key in sorted(set(inputs) - known)
    ]
    reasons += [
        f"Provider input {key}: not covered by the keycloak stand-in plugin; allowed are a password, a client secret "
        "or an access token. Use the official keycloak plugin for it."
        for key in UNCOVERED
        if inputs.get(key) not in (None, "", "false")
    ]
    if not _value(inputs, "url"):
        reasons.append("Missing required property 'url': The base URL of the Keycloak instance, before `/auth`.")
    _timeout(inputs)
    return reasons


def changed(olds: Values, news: Values) -> dict[str, str]:
    """How the provider's inputs differ: `ADD`, `UPDATE` or `DELETE` by name; an unknown value is no difference."""
    result = {}
    for name in sorted({*olds, *news}):
        before, after = olds.get(name), news.get(name)
        if before == after or UNKNOWN in (before, after):
            continue
        result[name] = "ADD" if before is None else "DELETE" if after is None else "UPDATE"
    return result


def settings(inputs: Values) -> Settings:
    """The settings of a provider instance.

    Raises:
        KeycloakError: when they are not enough to log in.
    """
    base = _value(inputs, "basePath")
    url = _value(inputs, "url")
    found = Settings(
        url=url + base,
        admin_url=(_value(inputs, "adminUrl") or url) + base,
        realm=_value(inputs, "realm") or "master",
        client_id=_value(inputs, "clientId"),
        client_secret=_value(inputs, "clientSecret"),
        username=_value(inputs, "username"),
        password=_value(inputs, "password"),
        access_token=_value(inputs, "accessToken"),
        initial_login=_flag(inputs.get("initialLogin"), otherwise=True),
        timeout_seconds=_timeout(inputs),
        root_ca=str(inputs.get("rootCaCertificate") or ""),
        verify=not _flag(inputs.get("tlsInsecureSkipVerify"), otherwise=False),
        headers=_headers(inputs.get("additionalHeaders")),
    )
    _refuse_incomplete(found)
    return found


def _refuse_incomplete(found: Settings) -> None:
    """Refuse settings without a way to log in."""
    if not found.url:
        raise KeycloakError("url is required: the base URL of the Keycloak server, without a trailing slash")
    if found.access_token:
        return
    if not found.client_id:
        raise KeycloakError(
            "client_id is required unless using a pre-signed jwt_token, jwt_token_file, or access_token"
        )
    if not (found.client_secret or (found.username and found.password)):
        raise KeycloakError(
            "must specify client id, username and password for password grant, either client id and client secret or "
            "JWT Signing Key for client credentials grant"
        )


def _value(inputs: Values, name: str) -> str:
    """An input, or its variable of the environment, or ""."""
    given = inputs.get(name)
    return str(os.environ.get(ENVIRONMENT[name], "") if given is None else given)


def _flag(value: object, *, otherwise: bool) -> bool:
    """A flag that arrives as text."""
    return otherwise if value in (None, "") else str(value).lower() in ("1", "t", "true")


def _timeout(inputs: Values) -> float:
    """The time-out of one request in seconds."""
    written = _value(inputs, "clientTimeout")
    if written in ("", UNKNOWN):
        return DEFAULT_TIMEOUT_SECONDS
    if not re.fullmatch(r"\d+", written):
        raise KeycloakError(f"clientTimeout: cannot read {written!r}; allowed is a whole number of seconds such as 60")
    return float(written)


def _headers(value: object) -> dict[str, str]:
    """Additional headers of each request; they arrive as JSON text."""
    found = json.loads(value) if isinstance(value, str) and value else value
    return {str(name): str(one) for name, one in found.items()} if isinstance(found, dict) else {}
