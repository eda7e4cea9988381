"""The objects of the program become a realm and a client in a real server with the old path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from components.config.identity import Rhsso
from components.maas_realm.legacy_manifests import legacy_client, legacy_realm
from sandbox.operators.kinds import LEGACY_CLIENT, LEGACY_KEYCLOAK, LEGACY_REALM, SECRET, STATEFUL_SET
from sandbox.operators.reconcile import Errand
from sandbox.operators.rhsso.admin_api import AdminApi
from sandbox.operators.rhsso.work import RealmWork
from sandbox.operators.store import Store
from tests.components.config.test_identity import LEGACY
from tests.components.config.test_validation import settings
from tests.sandbox.operators.picture import named
from tests.sandbox.operators.test_rhsso import CREDENTIALS, encoded
from tests.support.http_fake import serving
from tests.toolchain.stand_ins.keycloak import keycloak_server

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.operators.kinds import Kind
    from sandbox.operators.store import Manifest

pytestmark = pytest.mark.slow

NAMESPACE = "keycloak"
BOOTSTRAP = {
    "KC_BOOTSTRAP_ADMIN_USERNAME": CREDENTIALS["ADMIN_USERNAME"],
    "KC_BOOTSTRAP_ADMIN_PASSWORD": CREDENTIALS["ADMIN_PASSWORD"],
}


def stored(kind: Kind, manifest: Manifest, **metadata: Any) -> Manifest:  # noqa: ANN401 - fields of the metadata
    found = manifest["metadata"]
    return named(
        kind, found["name"], NAMESPACE, spec=manifest["spec"], metadata={"labels": found["labels"], **metadata}
    )


def test_realm_and_client_are_taken_as_the_program_writes_them(tmp_path: Path) -> None:
    declared = settings(identity=LEGACY)
    assert isinstance(declared.identity, Rhsso)
    realm, client = legacy_realm(declared, declared.identity), legacy_client(declared, declared.identity)
    there = [
        named(LEGACY_KEYCLOAK, "rh-sso", NAMESPACE, spec={}, metadata={"labels": {"app": "rh-sso"}}),
        named(STATEFUL_SET, "keycloak", NAMESPACE, status={"readyReplicas": 1}),
        named(SECRET, "credential-rh-sso", NAMESPACE, data=encoded(CREDENTIALS)),
    ]
    with keycloak_server.running(tmp_path, "/auth", **BOOTSTRAP) as server:
        port = urlsplit(server.url).port or 0
        with serving(lambda *_: (200, {"address": "127.0.0.1", "port": port})) as control:
            reported: dict[str, Errand] = {}
            objects = [stored(LEGACY_REALM, realm), stored(LEGACY_CLIENT, client)]
            RealmWork(Store([*there, *objects]), control.url, reported.update).look()
            api = AdminApi(port, "/auth", CREDENTIALS["ADMIN_USERNAME"], CREDENTIALS["ADMIN_PASSWORD"])

            assert {errand.error for errand in reported.values()} == {""}
            assert reported[Errand.key(objects[1])].found["CLIENT_SECRET"]
            made = api.get("realms/maas")
            assert (made["bruteForceProtected"], made["failureFactor"], made["sslRequired"]) == (True, 5, "external")
            [found] = api.get("realms/maas/clients?clientId=3scale")
            assert found["redirectUris"] == ["https://maas.apps.maas.test/auth/keycloak/callback/*"]
            assert found["defaultClientScopes"] == ["email"]
            assert {one["name"] for one in found["protocolMappers"]} == {"email verified", "username", "org_name"}

            gone = [stored(LEGACY_REALM, realm, deletionTimestamp="now"), stored(LEGACY_CLIENT, client)]
            RealmWork(Store([*there, *gone]), control.url, reported.update).look()
            assert api.get("realms/maas") is None
