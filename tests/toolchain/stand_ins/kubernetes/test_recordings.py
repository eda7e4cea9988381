"""The recorded requests to the official plugin get the recorded answers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import pytest
from google.protobuf import json_format
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from tests.toolchain.stand_ins.kubernetes.control_plane import API_MANAGER_CRD, ROOT
from toolchain.stand_ins.kubernetes import values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.toolchain.stand_ins.kubernetes.control_plane import ControlPlane
    from tests.toolchain.stand_ins.kubernetes.plugin_client import PluginClient
    from toolchain.stand_ins.kubernetes.values import Tree, Value

SHARED = ROOT.parent / "shared"
RECORDINGS = SHARED / "recordings" / "kubernetes"

REQUESTS = {
    "Handshake": provider_pb2.ProviderHandshakeRequest,
    "CheckConfig": provider_pb2.CheckRequest,
    "DiffConfig": provider_pb2.DiffRequest,
    "Configure": provider_pb2.ConfigureRequest,
    "Check": provider_pb2.CheckRequest,
    "Diff": provider_pb2.DiffRequest,
    "Create": provider_pb2.CreateRequest,
    "Read": provider_pb2.ReadRequest,
    "Update": provider_pb2.UpdateRequest,
    "Delete": provider_pb2.DeleteRequest,
}
DIFFERENT_EACH_TIME = {"resourceVersion", "uid", "creationTimestamp", "time"}
NAMESPACE = "h2-a"


def comparable(value: Value) -> Value:
    """The value without what the recordings' README says is different each time."""
    if isinstance(value, dict):
        return {key: comparable(item) for key, item in value.items() if key not in DIFFERENT_EACH_TIME}
    if isinstance(value, list):
        return [comparable(item) for item in value]
    if isinstance(value, str) and value.startswith("-----BEGIN"):
        return "<pem>"
    return re.sub(r"(-[0-9a-f]{8})\b", "-*", value) if isinstance(value, str) else value


def answered(stub: provider_pb2_grpc.ResourceProviderStub, method: str, request: Tree) -> Tree:
    """The answer as the recordings write it."""
    message = json_format.ParseDict(request, REQUESTS[method]()) if method in REQUESTS else Empty()
    try:
        return {"response": json_format.MessageToDict(getattr(stub, method)(message))}
    except grpc.RpcError as error:
        code = "".join(part.capitalize() for part in error.code().name.split("_"))
        return {"errors": [f"rpc error: code = {code} desc = {error.details()}"]}


def replayed(client: PluginClient, name: str, contents: str) -> Iterator[tuple[Tree, Tree, Tree]]:
    """(call, recorded answer, answer now) of each call of one file."""
    for line in (RECORDINGS / f"{name}.jsonl").read_text().splitlines():
        call = json.loads(line.replace('"<kubeconfig contents>"', json.dumps(contents)))
        recorded = {key: call[key] for key in ("response", "errors") if key in call}
        now = answered(client.stub, call["method"], call["request"])
        yield call, comparable(recorded), comparable(now)


def manager(name: str, inputs: Tree) -> Tree:
    """The state that an object created by the plugin has, with a field manager of its own."""
    return {"__fieldManager": name, "__initialApiVersion": inputs["apiVersion"], "__inputs": inputs}


def api_manager(tenant: str) -> Tree:
    return {
        "apiVersion": "apps.3scale.net/v1alpha1",
        "kind": "APIManager",
        "metadata": {"name": "am", "namespace": NAMESPACE},
        "spec": {"tenantName": tenant, "wildcardDomain": "apps.x.test"},
    }


def as_after_first_up(client: PluginClient, _plane: ControlPlane) -> None:
    """Bring the objects that `change-and-replace` finds."""
    client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    meta = {"name": "cmf", "namespace": NAMESPACE}
    client.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"a": "1"}})
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": NAMESPACE}}
    client.create({**secret, "data": values.Secret({"A": "Y2FuYXJ5LTE="})})
    client.create(api_manager("maas1"))


def as_before_patch(client: PluginClient, plane: ControlPlane) -> None:
    """Bring the APIManager to its fourth generation, owned by its own manager alone, as `patch-and-get` finds it."""
    state = manager("pulumi-kubernetes-335b3d84", api_manager("maas1"))
    state = client.update(f"{NAMESPACE}/am", state, api_manager("maas2"))
    plane.merge_patch(api_manager("x"), {"spec": {"tenantName": "drift"}})
    client.update(f"{NAMESPACE}/am", state, api_manager("maas3"))


def test_recorded_requests_get_the_recorded_answers(
    start_plugin: Callable[..., PluginClient], plane: ControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not RECORDINGS.is_dir() or not API_MANAGER_CRD.is_file():
        pytest.skip(f"no recordings of the official plugin at {SHARED}")
    monkeypatch.setenv("KUBECONFIG", str(plane.kubeconfig))
    contents = Path(plane.kubeconfig).read_text()
    between = {"change-and-replace": as_after_first_up, "patch-and-get": as_before_patch}
    different, compared = [], 0
    for name in ("first-up", "change-and-replace", "move-provider", "patch-and-get", "destroy"):
        if name in between:
            preparing = start_plugin()
            preparing.configure()
            between[name](preparing, plane)
        for call, recorded, now in replayed(start_plugin(), name, contents):
            compared += 1
            if recorded != now:
                different.append({"file": name, "call": call["method"], "recorded": recorded, "now": now})
    assert compared == 86
    assert not different, json.dumps(different, indent=1)
    assert plane.get("v1", "Namespace", NAMESPACE) is None
