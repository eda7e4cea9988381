"""What the stack tells of its identity server; no value of a secret, only where it is."""

from typing import Any

from components.config import Settings, hosts, identity_names
from components.config.identity import Identity, MaintainedRealm, Rhbk, Rhsso

_OF_AN_IDENTITY_SERVER = (
    "identity_issuer_url",
    "identity_admin_console_url",
    "identity_admin_credentials_ref",
    "identity_broker_redirect_uris",
    "portal_client_id",
    "portal_client_secret",
)
"""Outputs that a stack without one does not have."""


def identity_outputs(settings: Settings) -> dict[str, Any]:
    """The outputs that begin with `identity_`, the portal's client, and where people for tests find their passwords."""
    identity = settings.identity
    if identity is None:
        return {**dict.fromkeys(_OF_AN_IDENTITY_SERVER), "developer_credentials": {}}
    return {
        "identity_issuer_url": hosts.issuer_url(settings, identity),
        "identity_admin_console_url": hosts.admin_console_url(settings, identity),
        "identity_admin_credentials_ref": _administrator(settings, identity),
        "identity_broker_redirect_uris": hosts.broker_redirect_uris(settings, identity),
        "portal_client_id": identity.client_id,
        "portal_client_secret": _client(settings, identity),
        "developer_credentials": _people(settings, identity),
    }


def _administrator(settings: Settings, identity: Identity) -> dict[str, Any] | None:
    where = {"namespace": settings.namespaces.identity}
    if isinstance(identity, Rhbk):
        permanent = identity.permanent_client_id is not None
        name = identity_names.PERMANENT_SECRET if permanent else identity_names.AUTOMATION_SECRET
        return {**where, "name": name, "keys": list(identity_names.CLIENT_ENTRIES)}
    if isinstance(identity, Rhsso):
        return {**where, "name": identity_names.LEGACY_ADMIN_SECRET, "keys": list(identity_names.LEGACY_ADMIN_ENTRIES)}
    return None


def _client(settings: Settings, identity: Identity) -> dict[str, str] | None:
    if not isinstance(identity, MaintainedRealm) or not identity.copy_client_secret:
        return None
    name, key = identity_names.PORTAL_CLIENT_SECRET, identity_names.PORTAL_CLIENT_ENTRY
    return {"namespace": settings.namespaces.threescale, "name": name, "key": key}


def _people(settings: Settings, identity: Identity) -> dict[str, dict[str, str]]:
    users = identity.test_users if isinstance(identity, MaintainedRealm) else {}
    namespace, key = settings.namespaces.consumers, identity_names.PASSWORD_ENTRY
    return {name: {"namespace": namespace, "name": identity_names.test_user_secret(name), "key": key} for name in users}
