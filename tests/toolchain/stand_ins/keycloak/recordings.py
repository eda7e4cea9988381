"""Recorded requests of the real plugin, sent to the stand-in, and the two answers compared."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from google.protobuf import json_format
from pulumi.runtime.proto import provider_pb2

from tests.toolchain.stand_ins.keycloak.keycloak_server import ROOT

if TYPE_CHECKING:
    from pulumi.runtime.proto import provider_pb2_grpc

FOLDER = ROOT.parent / "shared" / "recordings" / "keycloak"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
PRIVATE = ("__meta", "__pulumi_raw_state_delta")
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

MESSAGES = {
    "CheckConfig": provider_pb2.CheckRequest,
    "DiffConfig": provider_pb2.DiffRequest,
    "Check": provider_pb2.CheckRequest,
    "Diff": provider_pb2.DiffRequest,
    "Create": provider_pb2.CreateRequest,
    "Read": provider_pb2.ReadRequest,
    "Update": provider_pb2.UpdateRequest,
    "Delete": provider_pb2.DeleteRequest,
    "Invoke": provider_pb2.InvokeRequest,
    "Configure": provider_pb2.ConfigureRequest,
}


def calls(name: str, *methods: str) -> list[dict[str, Any]]:
    """The recorded calls of one file with these methods; skips the test when there are no recordings."""
    path = FOLDER / f"{name}.jsonl"
    if not path.is_file():
        pytest.skip(f"no recordings of the real plugin at {FOLDER}")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [line for line in lines if line["method"] in methods]


@dataclass
class Replay:
    """A conversation with the stand-in; ids and secrets of the recording are translated into its own."""

    stub: provider_pb2_grpc.ResourceProviderStub
    own: dict[str, str] = field(default_factory=dict)
    """What stands in the recording, and what it is here."""

    def answer(self, call: dict[str, Any]) -> dict[str, Any]:
        """The stand-in's answer to a recorded request."""
        request = json_format.ParseDict(self.translated(call["request"]), MESSAGES[call["method"]]())
        answer: dict[str, Any] = json_format.MessageToDict(getattr(self.stub, call["method"])(request))
        return answer

    def differences(self, call: dict[str, Any]) -> list[str]:
        """Where the stand-in's answer differs from the recorded one, beyond ids, secrets and private keys."""
        return self.compared(call["response"], self.answer(call), call["method"])

    def translated(self, value: Any) -> Any:  # noqa: ANN401 - any JSON value
        """The value with this conversation's ids and secrets."""
        if isinstance(value, dict):
            return {name: self.translated(item) for name, item in value.items() if name not in PRIVATE}
        if isinstance(value, list):
            return [self.translated(item) for item in value]
        if isinstance(value, str):
            return self.own.get(value) or UUID.sub(lambda found: self.own.get(found[0], found[0]), value)
        return value

    def compared(self, recorded: Any, actual: Any, path: str) -> list[str]:  # noqa: ANN401 - any JSON value
        """The differences of two JSON values; learns which id and which secret stand for each other."""
        if isinstance(recorded, dict) and isinstance(actual, dict):
            names = sorted({*recorded, *actual} - {*PRIVATE})
            alone = [f"{path}.{name}: only in one answer" for name in names if (name in recorded) != (name in actual)]
            both = [name for name in names if name in recorded and name in actual]
            return alone + [
                each for name in both for each in self.compared(recorded[name], actual[name], f"{path}.{name}")
            ]
        if isinstance(recorded, list) and isinstance(actual, list) and len(recorded) == len(actual):
            pairs = zip(sorted(self.translated(recorded), key=str), sorted(actual, key=str), strict=True)
            return [each for one, other in pairs for each in self.compared(one, other, f"{path}[]")]
        if isinstance(recorded, str) and isinstance(actual, str) and self._corresponds(recorded, actual, path):
            return []
        return [] if recorded == actual else [f"{path}: recorded {recorded!r}, answered {actual!r}"]

    def _corresponds(self, recorded: str, actual: str, path: str) -> bool:
        """Whether two texts mean the same here; an id or a generated secret seen for the first time is learnt."""
        known = self.translated(recorded)
        if known == actual:
            return True
        if path.endswith("clientSecret.value") and UNKNOWN not in (recorded, actual):
            return self.own.setdefault(recorded, actual) == actual
        if UNKNOWN in (recorded, actual) or UUID.split(known) != UUID.split(actual):
            return False
        learnt = zip(UUID.findall(recorded), UUID.findall(actual), strict=True)
        return all(self.own.setdefault(one, other) == other for one, other in learnt)
