"""A strict recording monitor: what a program registers, as plain data; an unexpected invoke fails the test."""

import asyncio
import contextvars
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pulumi
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime import mocks
from pulumi.runtime.config import set_all_config
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import configure, reset_options
from pulumi.runtime.stack import run_in_stack

Message = Any
"""A message of the protocol; protobuf ships no types."""

SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d"
"""Key by which a secret value is told apart on the wire (pulumi, sdk/go/common/resource)."""

STACK_TYPE = "pulumi:pulumi:Stack"


@dataclass(frozen=True)
class Registration:
    """One resource as the program registered it."""

    type: str
    name: str
    parent: str
    """URN of the parent; the stack's for a resource without one."""
    provider: str
    """`<urn>::<id>` of the provider instance, empty for components and default providers."""
    inputs: dict[str, Any]
    """Inputs as on the wire; secrets are objects with the secret signature."""
    dependencies: frozenset[str]
    """URNs."""
    sources: dict[str, frozenset[str]]
    """Input → URNs of the resources its value comes from."""
    deleted_with: str
    ignore_changes: tuple[str, ...]
    additional_secret_outputs: tuple[str, ...]
    aliases: int
    custom: bool
    protect: bool
    retain_on_delete: bool
    urn: str


@dataclass(frozen=True)
class Reading:
    """One object that the program reads; it manages none of them."""

    type: str
    name: str
    id: str
    dependencies: frozenset[str]
    """URNs."""


@dataclass
class Recording:
    """Everything one program registered."""

    resources: list[Registration] = field(default_factory=list)
    reads: list["Reading"] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    """The stack's outputs; secrets are objects with the secret signature."""

    def of(self, type_: str) -> list[Registration]:
        """All resources of a type, in the order of their names."""
        return sorted((one for one in self.resources if one.type == type_), key=lambda one: one.name)

    def one(self, type_: str, name: str | None = None) -> Registration:
        """The only resource of a type, or the one of that name."""
        found = [one for one in self.of(type_) if name is None or one.name == name]
        assert len(found) == 1, f"{len(found)} resources {type_} {name or ''}: {[one.name for one in self.of(type_)]}"
        return found[0]

    def urn(self, type_: str, name: str | None = None) -> str:
        """URN of `one`."""
        return self.one(type_, name).urn


class _NoMocks(mocks.Mocks):
    """The monitor answers by itself; nothing may be asked for."""

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        raise AssertionError(f"unexpected invoke of {args.token}")

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        raise AssertionError(f"unexpected use of the mocks for {args.name}")


class RecordingMonitor(mocks.MockMonitor):
    """Records registrations; computed outputs come from `outputs`, by resource type."""

    def __init__(self, outputs: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__(_NoMocks())
        self.recording = Recording()
        self._outputs = outputs

    def RegisterResource(self, request: Message) -> Message:  # noqa: N802 - the name of the RPC
        """Records the request and answers its inputs, plus the outputs given for the type."""
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == STACK_TYPE:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        assert all(one.urn != urn for one in self.recording.resources), f"two resources have the URN {urn}"
        inputs = json_format.MessageToDict(request.object)
        self.recording.resources.append(
            Registration(
                type=request.type,
                name=request.name,
                parent=request.parent,
                provider=request.provider,
                inputs=inputs,
                dependencies=frozenset(request.dependencies),
                sources={name: frozenset(one.urns) for name, one in request.propertyDependencies.items()},
                deleted_with=request.deletedWith,
                ignore_changes=tuple(request.ignoreChanges),
                additional_secret_outputs=tuple(request.additionalSecretOutputs),
                aliases=len(request.aliases),
                custom=request.custom,
                protect=request.protect,
                retain_on_delete=request.retainOnDelete,
                urn=urn,
            )
        )
        answer = struct_pb2.Struct()
        json_format.ParseDict({**inputs, **self._outputs.get(request.type, {})}, answer)
        id_ = f"{request.name}-id" if request.custom else ""
        return resource_pb2.RegisterResourceResponse(urn=urn, id=id_, object=answer)

    def RegisterResourceOutputs(self, request: Message) -> Message:  # noqa: N802 - the name of the RPC
        """Records the stack's outputs."""
        if request.urn.split("::")[2] == STACK_TYPE:
            self.recording.outputs = json_format.MessageToDict(request.outputs)
        return empty_pb2.Empty()

    def ReadResource(self, request: Message) -> Message:  # noqa: N802 - the name of the RPC
        """Records the request and answers what `READ` has for the type."""
        if request.type not in READ:
            raise AssertionError(f"unexpected read of {request.type} {request.name}")
        dependencies = frozenset(request.dependencies)
        self.recording.reads.append(Reading(request.type, request.name, request.id, dependencies))
        answer = struct_pb2.Struct()
        json_format.ParseDict(READ[request.type], answer)
        urn = self.make_urn(request.parent, request.type, request.name)
        return resource_pb2.ReadResourceResponse(urn=urn, properties=answer)


def secret(value: object) -> dict[str, Any]:
    """A secret as on the wire."""
    return {SECRET_SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "value": value}


DYNAMIC = "pulumi-python:dynamic/"

COMPUTED: Mapping[str, Mapping[str, Any]] = {
    f"{DYNAMIC}threescale:Application": {"user_key": secret("canary-user-key")},
    f"{DYNAMIC}threescale:AccessToken": {"value": secret("canary-automation-token")},
    f"{DYNAMIC}threescale:ServicePlan": {"plan_id": "171"},
    f"{DYNAMIC}threescale:ProxyPromotion": {"staging_version": "3", "production_version": "2"},
    # The Secret of a client that an operator makes: canary-legacy-secret.
    f"{DYNAMIC}cluster:ConditionGate": {"values": {"secret": "Y2FuYXJ5LWxlZ2FjeS1zZWNyZXQ="}},
    "keycloak:openid/client:Client": {"clientSecret": secret("canary-client-secret")},
}
"""Outputs that only a server would make, by resource type."""

READ: Mapping[str, Mapping[str, Any]] = {
    "kubernetes:core/v1:Secret": {
        "data": secret({"AWS_ACCESS_KEY_ID": "Y2FuYXJ5LWlk", "AWS_SECRET_ACCESS_KEY": "Y2FuYXJ5LWJ1Y2tldC1rZXk="})
    },
    "kubernetes:core/v1:ConfigMap": {
        "data": {"BUCKET_HOST": "s3.openshift-storage.svc", "BUCKET_PORT": "443", "BUCKET_NAME": "models"}
    },
}
"""What reading an object answers, by its type: what a bucket claim's operator makes (canary-id, canary-bucket-key)."""


def recorded(
    program: Callable[[], object],
    *,
    config: Mapping[str, str] | None = None,
    secrets: Mapping[str, str] | None = None,
    preview: bool = True,
) -> Recording:
    """What `program` registers, run to its end with every Output awaited.

    `config` and `secrets` are the stack's keys without the project's prefix. Pulumi keeps its state in context
    variables, so a copy of the context leaves nothing behind for other tests.
    """
    recording, refusal = attempted(program, config=config, secrets=secrets, preview=preview)
    if refusal is not None:
        raise refusal
    return recording


def attempted(
    program: Callable[[], object],
    *,
    config: Mapping[str, str] | None = None,
    secrets: Mapping[str, str] | None = None,
    preview: bool = True,
) -> tuple[Recording, pulumi.RunError | None]:
    """The same with the sentence that stopped the program: what it registered before that is recorded too."""
    monitor = RecordingMonitor(COMPUTED)
    try:
        # The SDK writes down the stack at each resource: that of a thread is short, that of a test three times as deep.
        with ThreadPoolExecutor(1) as apart:
            apart.submit(
                contextvars.copy_context().run,
                _run,
                program,
                monitor,
                {**(config or {}), **(secrets or {})},
                secrets or {},
                preview,
            ).result()
    except pulumi.RunError as refusal:
        return monitor.recording, refusal
    return monitor.recording, None


def _run(
    program: Callable[[], object],
    monitor: RecordingMonitor,
    config: Mapping[str, str],
    secrets: Mapping[str, str],
    preview: bool,  # noqa: FBT001 - `Context.run` takes positions
) -> None:
    reset_options(project="maas", stack="dev", preview=preview)
    features = set(monitor.GetDeploymentInfo(None).supportedFeatures)  # type: ignore[no-untyped-call]  # as the SDK
    configure(
        mocks.MockSettings(  # type: ignore[no-untyped-call]  # as the SDK
            monitor=monitor,
            monitor_features=features,
            engine=mocks.MockEngine(logging.getLogger("pulumi.recorder")),
            project="maas",
            stack="dev",
            dry_run=preview,
            organization="organization",
        )
    )
    set_all_config({f"maas:{key}": value for key, value in config.items()}, [f"maas:{key}" for key in secrets])
    asyncio.run(run_in_stack(lambda: _discarded(program)))


def _discarded(program: Callable[[], object]) -> None:
    program()
