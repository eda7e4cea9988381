"""The engine's part in the life of a resource, over the plugin's own calls."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from google.protobuf import json_format
from pulumi.runtime.proto import provider_pb2

from toolchain.stand_ins.keycloak.values import from_struct, to_struct

if TYPE_CHECKING:
    from pulumi.runtime.proto import provider_pb2_grpc

Values = dict[str, Any]


@dataclass(frozen=True)
class Made:
    """A resource in the state."""

    urn: str
    id: str
    inputs: Values
    state: Values


@dataclass(frozen=True)
class Driver:
    """Drives one plugin."""

    stub: provider_pb2_grpc.ResourceProviderStub

    def check(self, urn: str, news: Values, olds: Values | None = None) -> Values:
        """The checked inputs; fails when they are refused."""
        request = provider_pb2.CheckRequest(
            urn=urn, news=to_struct(news), olds=to_struct(olds or {}), randomSeed=urn.encode()
        )
        answer = self.stub.Check(request)
        assert [failure.reason for failure in answer.failures] == []
        return from_struct(answer.inputs)

    def create(self, type_: str, name: str, /, **news: Any) -> Made:  # noqa: ANN401 - any JSON value
        """A new resource."""
        urn = f"urn:pulumi:dev::p::keycloak:{type_}::{name}"
        inputs = self.check(urn, news)
        answer = self.stub.Create(provider_pb2.CreateRequest(urn=urn, properties=to_struct(inputs)))
        return Made(urn, answer.id, inputs, from_struct(answer.properties))

    def diff(self, made: Made, news: Values | None = None) -> Values:
        """What Diff answers; without `news` the resource's own inputs are compared."""
        inputs = made.inputs if news is None else self.check(made.urn, news, made.inputs)
        request = provider_pb2.DiffRequest(id=made.id, urn=made.urn, olds=to_struct(made.state), news=to_struct(inputs))
        answer: Values = json_format.MessageToDict(self.stub.Diff(request))
        return answer

    def read(self, made: Made) -> Made | None:
        """The resource as the server has it, None when it is gone."""
        request = provider_pb2.ReadRequest(
            id=made.id, urn=made.urn, properties=to_struct(made.state), inputs=to_struct(made.inputs)
        )
        answer = self.stub.Read(request)
        if not answer.id:
            return None
        return replace(made, state=from_struct(answer.properties), inputs=from_struct(answer.inputs))

    def imported(self, type_: str, name: str, import_id: str) -> Made | None:
        """An existing object, None when it cannot be imported."""
        urn = f"urn:pulumi:dev::p::keycloak:{type_}::{name}"
        answer = self.stub.Read(provider_pb2.ReadRequest(id=import_id, urn=urn))
        if not answer.id:
            return None
        return Made(urn, answer.id, from_struct(answer.inputs), from_struct(answer.properties))

    def update(self, made: Made, /, **changes: Any) -> Made:  # noqa: ANN401 - any JSON value
        """The resource with some inputs changed."""
        news = {name: value for name, value in made.inputs.items() if name != "__defaults"} | changes
        inputs = self.check(made.urn, news, made.inputs)
        request = provider_pb2.UpdateRequest(
            id=made.id, urn=made.urn, olds=to_struct(made.state), news=to_struct(inputs)
        )
        answer = self.stub.Update(request)
        return replace(made, inputs=inputs, state=from_struct(answer.properties))

    def delete(self, made: Made) -> None:
        """Remove the resource."""
        request = provider_pb2.DeleteRequest(id=made.id, urn=made.urn, properties=to_struct(made.state))
        self.stub.Delete(request)

    def invoke(self, token: str, /, **arguments: Any) -> Values:  # noqa: ANN401 - any JSON value
        """The answer of a look-up."""
        answer = self.stub.Invoke(provider_pb2.InvokeRequest(tok=token, args=to_struct(arguments)))
        return from_struct(getattr(answer, "return"))
