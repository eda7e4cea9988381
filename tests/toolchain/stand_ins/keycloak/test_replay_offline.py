"""The real plugin's recorded answers that need no server: Check, Diff, previews, provider configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.toolchain.stand_ins.keycloak.recordings import Replay, calls

if TYPE_CHECKING:
    from pulumi.runtime.proto import provider_pb2_grpc

FILES = ("preview", "up", "noop", "refresh", "drift", "unknown-url")
METHODS = ("CheckConfig", "DiffConfig", "Configure", "Check", "Diff")


@pytest.mark.parametrize("name", FILES)
def test_answers_without_a_server_are_the_real_ones(name: str, offline: provider_pb2_grpc.ResourceProviderStub) -> None:
    replay = Replay(offline)
    recorded = calls(name, *METHODS)
    assert recorded
    assert [each for call in recorded for each in replay.differences(call)] == []


@pytest.mark.parametrize("name", ["preview", "unknown-url"])
def test_previews_of_creations_are_the_real_ones(name: str, offline: provider_pb2_grpc.ResourceProviderStub) -> None:
    replay = Replay(offline)
    recorded = calls(name, "Create")
    assert recorded
    assert all(call["request"]["preview"] for call in recorded)
    assert [each for call in recorded for each in replay.differences(call)] == []
