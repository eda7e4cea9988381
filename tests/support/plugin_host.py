"""The real plugin process of dynamic providers, driven over gRPC as the engine drives it; no engine needed."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol, Self

import grpc
from google.protobuf import struct_pb2
from pulumi.dynamic import ResourceProvider
from pulumi.dynamic.dynamic import PROVIDER_KEY, serialize_provider
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

ROOT = Path(__file__).parents[2]
UNKNOWN = rpc.UNKNOWN
"""A value that is only known after `up`, as the engine writes it."""
Json = dict[str, Any]


class Process(Protocol):
    """What is needed of a running process."""

    @property
    def stdout(self) -> IO[bytes] | None: ...
    def kill(self) -> None: ...
    def wait(self) -> int: ...


class PluginError(Exception):
    """The text that the engine would show."""


@dataclass(frozen=True)
class Checked:
    inputs: Json
    failures: dict[str, str]
    """Property → reason."""


@dataclass(frozen=True)
class Diff:
    replaces: list[str]
    delete_before_replace: bool
    changed: frozenset[str]
    """Inputs that differ, as the engine finds them itself when a provider leaves that to it."""
    announced: bool = False
    """Whether the provider itself says that there is something to update."""


@dataclass(frozen=True)
class Held:
    """A resource as the state keeps it."""

    id: str
    inputs: Json
    outs: Json


@dataclass
class PluginHost:
    """One plugin process, which is one provider instance."""

    config: Mapping[str, str]
    """Inputs of the explicit provider instance."""
    environment: Mapping[str, str] = field(default_factory=dict)
    project: str = "maas"

    def __enter__(self) -> Self:
        self._process = self._started()
        self.killed = False
        """Whether the engine was killed, and this process with it."""
        assert self._process.stdout
        port = self._process.stdout.readline().decode().strip()
        os.set_blocking(self._process.stdout.fileno(), False)
        self._printed = b""
        self.transcript: list[str] = []
        """Everything the process answered."""
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self._stub.Configure(provider_pb2.ConfigureRequest(args=_struct(dict(self.config))), wait_for_ready=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()
        self._process.kill()
        self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()

    def kill(self, *, alone: bool = False) -> None:
        """End the process at once, in the middle of whatever it does; the engine too, unless it is to die `alone`."""
        self.killed = not alone
        self._process.kill()

    @property
    def lines(self) -> list[str]:
        """What the process printed, which the engine shows beside the resource; complete when a call has returned."""
        self._drain()
        return self._printed.decode().splitlines()

    def forget(self) -> None:
        """Forget what was printed and answered until now."""
        self._drain()
        self._printed = b""
        self.transcript.clear()

    def check(self, provider: type[ResourceProvider], news: Json, olds: Json | None = None) -> Checked:
        request = provider_pb2.CheckRequest(olds=_struct(olds or {}), news=self._props(provider, news))
        answer = self._call("Check", request)
        return Checked(_plain(answer.inputs), {one.property: one.reason for one in answer.failures})

    def diff(self, provider: type[ResourceProvider], held: Held, news: Json) -> Diff:
        """Compare as the engine does: with the provider's replaces, and its own comparison of inputs."""
        olds = self._props(provider, held.outs)
        answer = self._call("Diff", provider_pb2.DiffRequest(id=held.id, olds=olds, news=self._props(provider, news)))
        assert answer.changes in (provider_pb2.DiffResponse.DIFF_UNKNOWN, provider_pb2.DiffResponse.DIFF_SOME)
        old, new = _numbers(held.inputs), _numbers(news)
        changed = frozenset(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        announced = answer.changes == provider_pb2.DiffResponse.DIFF_SOME
        return Diff(list(answer.replaces), answer.deleteBeforeReplace, changed, announced)

    def create(self, provider: type[ResourceProvider], inputs: Json) -> Held:
        """Check and create, as `up` does."""
        checked = self.check(provider, inputs)
        assert not checked.failures, checked.failures
        request = provider_pb2.CreateRequest(properties=self._props(provider, checked.inputs))
        answer = self._call("Create", request)
        return Held(answer.id, checked.inputs, _plain(answer.properties))

    def read(self, provider: type[ResourceProvider], held: Held) -> Held:
        """Refresh: an empty id stands for gone, no inputs for those that the state has."""
        request = provider_pb2.ReadRequest(id=held.id, properties=self._props(provider, held.outs))
        answer = self._call("Read", request)
        return Held(answer.id, _plain(answer.inputs), _plain(answer.properties))

    def update(self, provider: type[ResourceProvider], held: Held, inputs: Json) -> Held:
        """Check and update, as `up` does."""
        checked = self.check(provider, inputs, held.inputs)
        assert not checked.failures, checked.failures
        olds, news = self._props(provider, held.outs), self._props(provider, checked.inputs)
        answer = self._call("Update", provider_pb2.UpdateRequest(id=held.id, olds=olds, news=news))
        return Held(held.id, checked.inputs, _plain(answer.properties))

    def delete(self, provider: type[ResourceProvider], held: Held) -> None:
        request = provider_pb2.DeleteRequest(id=held.id, properties=self._props(provider, held.outs))
        self._call("Delete", request)

    def _started(self) -> Process:
        environment = {"PATH": os.environ["PATH"], "PULUMI_PROJECT": self.project, **self.environment}
        command = [sys.executable, "-u", "-m", "pulumi.dynamic", "127.0.0.1:1"]
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0
        )

    def _call(self, verb: str, request: Any) -> Any:  # noqa: ANN401 - generated messages
        try:
            answer = getattr(self._stub, verb)(request)
        except grpc.RpcError as error:
            self.transcript.append(error.details())
            raise PluginError(error.details()) from None
        self.transcript.append(str(answer))
        return answer

    def _drain(self) -> None:
        assert self._process.stdout
        while printed := self._process.stdout.read(65536):
            self._printed += printed

    def _props(self, provider: type[ResourceProvider], props: Json) -> struct_pb2.Struct:
        return _struct({**props, PROVIDER_KEY: _code(provider)})


_codes: dict[type[ResourceProvider], str] = {}


def _code(provider: type[ResourceProvider]) -> str:
    """Return the provider as the program puts it beside the inputs; made once, because it is always the same."""
    if provider not in _codes:
        _codes[provider] = serialize_provider(provider())
    return _codes[provider]


def _struct(props: Json) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update({name: value for name, value in props.items() if value is not None})
    return struct


def _plain(properties: struct_pb2.Struct) -> Json:
    props: Json = rpc.deserialize_properties(properties, keep_unknowns=True) or {}
    return {name: value for name, value in props.items() if name != PROVIDER_KEY}


def _numbers(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return `value` with every number as the double that crosses the wire."""
    if isinstance(value, dict):
        return {name: _numbers(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
