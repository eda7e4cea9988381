"""The engine's side of the protocol, for tests: plain trees in, plain trees out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from toolchain.stand_ins.kubernetes import values

if TYPE_CHECKING:
    from toolchain.stand_ins.kubernetes.session import Session
    from toolchain.stand_ins.kubernetes.values import Tree, Value


@dataclass
class Refused(Exception):  # noqa: N818 - what the test sees
    """A call that failed: status code, message and, for objects that were kept, the detail."""

    code: str
    message: str
    detail: Value = None

    def __str__(self) -> str:
        return self.message


def type_of(obj: Tree) -> str:
    version = obj["apiVersion"]
    return f"kubernetes:{version if '/' in version else 'core/' + version}:{obj['kind']}"


class PluginClient:
    """Calls one running plugin."""

    def __init__(self, channel: grpc.Channel, session: Session) -> None:
        self.stub = provider_pb2_grpc.ResourceProviderStub(channel)
        self.session = session

    def configure(self, **options: str) -> Value:
        variables = {f"kubernetes:config:{key}": value for key, value in options.items()}
        return self._call("Configure", provider_pb2.ConfigureRequest(variables=variables, acceptSecrets=True))

    def check(self, news: Tree, olds: Tree | None = None, name: str = "r", **more: Value) -> Tree:
        request = provider_pb2.CheckRequest(
            olds=values.struct(olds or {}), news=values.struct(news), **self._resource(news, name, more), **more
        )
        request.randomSeed = request.randomSeed or b"seed"
        return values.tree(self._call("Check", request).inputs)

    def diff(self, state: Tree, news: Tree, olds: Tree | None = None, **more: Value) -> Value:
        request = provider_pb2.DiffRequest(
            id="id",
            olds=values.struct(state),
            news=values.struct(news),
            old_inputs=values.struct(olds if olds is not None else state.get("__inputs", {})),
            **self._resource(news, "r", more),
            **more,
        )
        return self._call("Diff", request)

    def create(self, inputs: Tree, **more: Value) -> tuple[str, Tree]:
        request = provider_pb2.CreateRequest(
            properties=values.struct(inputs), **self._resource(inputs, "r", more), **more
        )
        answer = self._call("Create", request)
        return answer.id, values.tree(answer.properties)

    def read(self, resource_id: str, type_token: str, state: Tree | None = None, inputs: Tree | None = None) -> Value:
        request = provider_pb2.ReadRequest(
            id=resource_id,
            urn=f"urn:pulumi:dev::p::{type_token}::r",
            properties=values.struct(state or {}),
            inputs=values.struct(inputs or {}),
            type=type_token,
            name="r",
        )
        return self._call("Read", request)

    def update(self, resource_id: str, state: Tree, news: Tree, **more: Value) -> Tree:
        request = provider_pb2.UpdateRequest(
            id=resource_id,
            olds=values.struct(state),
            news=values.struct(news),
            old_inputs=values.struct(state.get("__inputs", {})),
            **self._resource(news, "r", more),
            **more,
        )
        return values.tree(self._call("Update", request).properties)

    def delete(self, resource_id: str, state: Tree, **more: Value) -> None:
        request = provider_pb2.DeleteRequest(
            id=resource_id,
            properties=values.struct(state),
            old_inputs=values.struct(state.get("__inputs", {})),
            **self._resource(state, "r", more),
            **more,
        )
        self._call("Delete", request)

    def cancel(self) -> None:
        self._call("Cancel", Empty())

    def _resource(self, obj: Tree, name: str, more: Tree) -> Tree:
        token = more.pop("type_token", None) or type_of(obj)
        return {"urn": f"urn:pulumi:dev::p::{token}::{name}", "name": name, "type": token}

    def _call(self, method: str, request: Value) -> Value:
        try:
            return getattr(self.stub, method)(request)
        except grpc.RpcError as error:
            raise refused(error) from None


def refused(error: Value) -> Refused:
    """The failure with its detail unpacked."""
    detail = None
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            detail = provider_pb2.ErrorResourceInitFailed()
            status_pb2.Status.FromString(value).details[0].Unpack(detail)
    return Refused(error.code().name, error.details(), detail)
