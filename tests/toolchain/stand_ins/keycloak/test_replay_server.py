"""The real plugin's recorded creations, look-ups, reads and deletions, against a real server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.toolchain.stand_ins.keycloak.recordings import Replay, calls
from toolchain.stand_ins.keycloak.api import AdminApi
from toolchain.stand_ins.keycloak.settings import settings

if TYPE_CHECKING:
    from pulumi.runtime.proto import provider_pb2_grpc

    from tests.toolchain.stand_ins.keycloak.keycloak_server import Server

pytestmark = pytest.mark.slow


def by_hand(server: Server) -> None:
    """The changes that the recording `drift` was made after: changed and removed in the console."""
    api = AdminApi(settings(server.inputs()))
    realm = api.get("realms", "maas")
    api.put("realms", "maas", body={**realm, "displayName": "drift", "bruteForceProtected": False})
    events = api.get("realms", "maas", "events", "config")
    changed = {"adminEventsEnabled": False, "eventsExpiration": 0}
    api.put("realms", "maas", "events", "config", body={**events, **changed})
    api.delete("realms", "maas", "identity-provider", "instances", "google")
    client = api.get("realms", "maas", "clients", clientId="3scale")[0]["id"]
    models = ("realms", "maas", "clients", client, "protocol-mappers", "models")
    mapper = next(each["id"] for each in api.get(*models) if each["name"] == "org_name")
    api.delete(*models, mapper)


def identified(call: dict[str, Any], created: dict[str, str], replay: Replay) -> dict[str, Any]:
    """A recorded request of another run, with the ids of the objects of this one."""
    replay.own[call["request"]["id"]] = created[call["request"]["urn"]]
    return call


def test_a_whole_life_answers_as_recorded(online: provider_pb2_grpc.ResourceProviderStub, server: Server) -> None:
    replay = Replay(online)
    found: list[str] = []
    created: dict[str, str] = {}
    for call in calls("up", "Create", "Invoke"):
        found += [f"{call['request'].get('urn', 'invoke')}: {each}" for each in replay.differences(call)]
        if call["method"] == "Create":
            created[call["request"]["urn"]] = replay.translated(call["response"]["id"])
    for call in calls("refresh", "Read"):
        found += [f"refresh {call['request']['urn']}: {each}" for each in replay.differences(call)]
    by_hand(server)
    for call in calls("drift", "Read"):
        found += [f"drift {call['request']['urn']}: {each}" for each in replay.differences(call)]
    deletions = calls("destroy", "Delete")
    for call in deletions:
        identified(call, created, replay)
    gone = {urn for urn in created if urn.endswith("org-name")}
    for call in deletions:
        if call["request"]["urn"] not in gone:
            found += [f"destroy {call['request']['urn']}: {each}" for each in replay.differences(call)]
    assert found == []
