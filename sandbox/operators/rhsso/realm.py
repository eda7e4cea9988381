"""KeycloakRealm and KeycloakClient: what came of the work in the server, in the words of the real operator.

Phases, finalizers and the client's Secret: keycloak-operator 19, pkg/controller/keycloakrealm and keycloakclient.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from sandbox.operators.kinds import LEGACY_KEYCLOAK, LEGACY_REALM
from sandbox.operators.reconcile import Outcome, deleted, finalized, owner, released

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest, Store

REALM_FINALIZER, CLIENT_FINALIZER = "realm.cleanup", "client.cleanup"
CLIENT_ID, CLIENT_SECRET = "CLIENT_ID", "CLIENT_SECRET"  # names of entries


def reconcile_realm(realm: Manifest, view: View) -> Outcome:
    """Ready once the realm is in its server; it is made once, and a later change has no effect."""
    outcome = _told(realm, view, REALM_FINALIZER, servers_of(view.store, realm))
    if outcome.status is None:
        return outcome
    # The field is required, and the real operator leaves it empty.
    return Outcome(patch=outcome.patch, status={**outcome.status, "loginURL": ""})


def reconcile_client(client: Manifest, view: View) -> Outcome:
    """Ready once the client is in every realm that it selects; its secret becomes a Secret."""
    realms = realms_of(view.store, client)
    outcome = _told(client, view, CLIENT_FINALIZER, [one for realm in realms for one in servers_of(view.store, realm)])
    errand = view.errand(client)
    if errand is None or CLIENT_SECRET not in errand.found or deleted(client):
        return outcome
    secret = _secret(client, errand.found)
    listed = {"secondaryResources": {"Secret": [secret["metadata"]["name"]]}}
    return Outcome(apply=(secret,), patch=outcome.patch, status={**(outcome.status or {}), **listed})


def servers_of(store: Store, realm: Manifest) -> list[Manifest]:
    """The Keycloaks that a realm selects."""
    return _selected(store.objects(LEGACY_KEYCLOAK, _namespace(realm)), realm["spec"].get("instanceSelector"))


def realms_of(store: Store, client: Manifest) -> list[Manifest]:
    """The realms that a client selects."""
    return _selected(store.objects(LEGACY_REALM, _namespace(client)), client["spec"].get("realmSelector"))


def _told(resource: Manifest, view: View, finalizer: str, servers: list[Manifest]) -> Outcome:
    errand = view.errand(resource)
    if deleted(resource):
        # Without a server there is nothing to clean up; with one, its answer is waited for.
        gone = not servers or (errand is not None and not errand.error)
        return Outcome(patch=released(resource, finalizer)) if gone else Outcome()
    if not servers:
        # The real one finds nothing to do for no server, and calls that ready.
        return Outcome(patch=finalized(resource, finalizer), status=_status("reconciling"))
    if errand is None:
        return Outcome()
    if errand.error:
        return Outcome(status=_status("failing", errand.error))
    return Outcome(patch=finalized(resource, finalizer), status=_status("reconciling"))


def _status(phase: str, message: str = "") -> Manifest:
    return {"phase": phase, "ready": phase == "reconciling", "message": message}


def _secret(client: Manifest, found: Mapping[str, str]) -> Manifest:
    name = f"keycloak-client-secret-{client['spec']['client']['clientId']}"
    values = {CLIENT_ID: client["spec"]["client"]["clientId"], CLIENT_SECRET: found[CLIENT_SECRET]}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": name,
            "namespace": _namespace(client),
            "labels": {"app": "keycloak"},
            "ownerReferences": [owner(client)],
        },
        "type": "Opaque",
        "data": {key: base64.b64encode(value.encode()).decode() for key, value in values.items()},
    }


def _selected(candidates: list[Manifest], selector: Manifest | None) -> list[Manifest]:
    """Those with the selector's labels; none without a selector."""
    wanted = (selector or {}).get("matchLabels") or {}
    return [
        one
        for one in candidates
        if wanted and wanted.items() <= (one["metadata"].get("labels") or {}).items() and not deleted(one)
    ]


def _namespace(resource: Manifest) -> str:
    return str(resource["metadata"]["namespace"])
