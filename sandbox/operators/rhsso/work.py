"""The legacy operator's hands: makes realms and clients in the real servers, over their Admin API.

Reconcile functions have no connection; this thread has one per server, and reports what came of each object.
"""

from __future__ import annotations

import base64
import logging
import threading
from typing import TYPE_CHECKING

from sandbox.operators.kinds import LEGACY_CLIENT, LEGACY_REALM, SECRET, STATEFUL_SET
from sandbox.operators.reconcile import Errand, deleted
from sandbox.operators.rhsso.admin_api import AdminApi, Unanswered, loopback
from sandbox.operators.rhsso.realm import CLIENT_SECRET, realms_of, servers_of
from sandbox.operators.rhsso.server import NAME, PATH, PORT, admin_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.operators.store import Manifest, Store

_LOG = logging.getLogger(__name__)


class RealmWork:
    """Looks each `interval` seconds for realms and clients whose present form is not in their server yet."""

    def __init__(
        self,
        store: Store,
        control_url: str,
        report: Callable[[Mapping[str, Errand]], None],
        interval: float = 1.0,
    ) -> None:
        self._store = store
        self._control_url = control_url
        self._report = report
        self._interval = interval
        self._errands: dict[str, Errand] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="realms", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(self._interval):
            self.look()

    def look(self) -> None:
        """One round over all objects; realms before their clients, and the other way round when they go."""
        objects = [*self._store.objects(LEGACY_REALM), *self._store.objects(LEGACY_CLIENT)]
        leaving = [one for one in reversed(objects) if deleted(one)]
        for resource in [*leaving, *(one for one in objects if not deleted(one))]:
            known = self._errands.get(Errand.key(resource))
            if known is None or known.error:
                self._errands[Errand.key(resource)] = self._worked(resource)
        present = {Errand.key(one) for one in objects}
        self._errands = {key: errand for key, errand in self._errands.items() if key in present and errand.begun}
        self._report(dict(self._errands))

    def _worked(self, resource: Manifest) -> Errand:
        found: dict[str, str] = {}
        begun = False
        try:
            for keycloak, realm in self._places(resource):
                api = self._api(keycloak)
                if api is not None:
                    begun = True
                    found |= _apply(api, resource, realm)
        except Unanswered as why:
            _LOG.info("%s: %s", resource["metadata"]["name"], why)
            return Errand(error=str(why), begun=True)
        return Errand(found=found, begun=begun)

    def _places(self, resource: Manifest) -> list[tuple[Manifest, str]]:
        """The servers that the resource belongs to, each with the realm in it."""
        realms = [resource] if resource["kind"] == LEGACY_REALM.kind else realms_of(self._store, resource)
        return [
            (keycloak, realm["spec"]["realm"]["realm"])
            for realm in realms
            for keycloak in servers_of(self._store, realm)
        ]

    def _api(self, keycloak: Manifest) -> AdminApi | None:
        """The server, signed in; nothing while it does not run."""
        namespace = keycloak["metadata"]["namespace"]
        running = self._store.get(STATEFUL_SET, namespace, NAME)
        secret = self._store.get(SECRET, namespace, admin_secret(keycloak))
        if not (running or {}).get("status", {}).get("readyReplicas") or secret is None:
            return None
        values = {key: base64.b64decode(value).decode() for key, value in secret["data"].items()}
        port = loopback(self._control_url, f"{NAME}.{namespace}.svc", PORT)
        return AdminApi(port, PATH, values["ADMIN_USERNAME"], values["ADMIN_PASSWORD"])


def _apply(api: AdminApi, resource: Manifest, realm: str) -> dict[str, str]:
    if resource["kind"] == LEGACY_REALM.kind:
        _apply_realm(api, resource, realm)
        return {}
    return _apply_client(api, resource, realm)


def _apply_realm(api: AdminApi, resource: Manifest, realm: str) -> None:
    there = api.get(f"realms/{realm}") is not None
    if deleted(resource) and there:
        api.send("DELETE", f"realms/{realm}")
    elif not deleted(resource) and not there:
        api.send("POST", "realms", resource["spec"]["realm"])


def _apply_client(api: AdminApi, resource: Manifest, realm: str) -> dict[str, str]:
    wanted = resource["spec"]["client"]
    listed = api.get(f"realms/{realm}/clients?clientId={wanted['clientId']}") or []
    known = next(iter(listed), None)
    if deleted(resource):
        if known is not None:
            api.send("DELETE", f"realms/{realm}/clients/{known['id']}")
        return {}
    if known is None:
        api.send("POST", f"realms/{realm}/clients", wanted)
        known = api.get(f"realms/{realm}/clients?clientId={wanted['clientId']}")[0]
    else:
        api.send("PUT", f"realms/{realm}/clients/{known['id']}", {**known, **wanted})
    secret = api.get(f"realms/{realm}/clients/{known['id']}/client-secret")
    return {CLIENT_SECRET: secret["value"]} if secret and secret.get("value") else {}
