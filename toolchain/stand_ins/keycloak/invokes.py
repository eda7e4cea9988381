"""The functions of the package: look-ups that read the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolchain.stand_ins.keycloak.resources.clients import Client, by_client_id, unmanaged
from toolchain.stand_ins.keycloak.resources.realms import Realm

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolchain.stand_ins.keycloak.api import AdminApi
    from toolchain.stand_ins.keycloak.values import Values

NOT_OF_A_LOOKED_UP_CLIENT = (
    "import",
    "resourceServerId",
    "authorization",
    "clientSecretWo",
    "clientSecretWoVersion",
    "clientSecretRegenerateWhenChanged",
    "excludeIssuerFromAuthResponse",
    "excludeSessionStateFromAuthResponse",
)
NOT_OF_A_LOOKED_UP_REALM = ("terraformDeletionProtection",)
REALM_BLOCKS = {
    "internationalization": "internationalizations",
    "securityDefenses": "securityDefenses",
    "smtpServer": "smtpServers",
}
"""Blocks that a look-up returns as lists, by the name they have there."""


def get_client(api: AdminApi, arguments: Values) -> Values:
    """A client by its client id, with every attribute that has no property of its own in `extraConfig`."""
    realm = arguments["realmId"]
    found = by_client_id(api, realm, arguments["clientId"])
    path = ("realms", realm, "clients", found["id"])
    body = {**found, "secret": api.get(*path, "client-secret").get("value", "")}
    result = Client().observed(api, path, body, unmanaged(body))
    overrides = result["authenticationFlowBindingOverrides"]
    result |= {
        "authenticationFlowBindingOverrides": [overrides] if overrides else [],
        "authorizations": [],
        "id": found["id"],
        "realmId": realm,
    }
    return {name: value for name, value in result.items() if name not in NOT_OF_A_LOOKED_UP_CLIENT}


def get_realm(api: AdminApi, arguments: Values) -> Values:
    """A realm by its name, every block of it."""
    body = api.get("realms", arguments["realm"])
    everything = {"headers": True, "bruteForceDetection": True}
    result = Realm().observed(body, {"attributes": body.get("attributes"), "securityDefenses": everything})
    for name, listed in REALM_BLOCKS.items():
        value = result.pop(name)
        result[listed] = [] if value is None else [value]
    result |= {"id": arguments["realm"], "realm": arguments["realm"]}
    return {name: value for name, value in result.items() if name not in NOT_OF_A_LOOKED_UP_REALM}


FUNCTIONS: dict[str, Callable[[AdminApi, Values], Values]] = {
    "keycloak:openid/getClient:getClient": get_client,
    "keycloak:index/getRealm:getRealm": get_realm,
}
