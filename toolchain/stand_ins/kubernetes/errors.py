"""What can go wrong in a call, and how it is told to the engine.

    Exception
    ├── CallError            the call fails; the text is what the user reads
    │   └── InitFailed       it fails, but the object exists and must be kept in the state
    ├── ApiError             the API server refused a request
    └── NoMatch              the API server does not know the kind

`ApiError` and `NoMatch` stay inside the plugin: each call says in its own words what they mean.
The engine gets status UNKNOWN for every failure, as from the official plugin.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, NoReturn

import grpc
from pulumi.runtime.proto import provider_pb2, status_pb2

from toolchain.stand_ins.kubernetes import values

if TYPE_CHECKING:
    from toolchain.stand_ins.kubernetes.values import Tree

CONFLICT_HELP = (
    "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/"
    "#handle-field-conflicts-on-existing-resources"
)


class CallError(Exception):
    """The call fails with this text."""


class InitFailed(CallError):  # noqa: N818 - the protocol calls it so
    """The object exists, but the operation on it did not end well; the engine keeps it with these reasons."""

    def __init__(
        self, message: str, *, resource_id: str, properties: Tree, reasons: list[str], inputs: Tree | None = None
    ) -> None:
        super().__init__(message)
        self.resource_id = resource_id
        self.properties = properties
        self.reasons = reasons
        self.inputs = inputs

    def detail(self) -> provider_pb2.ErrorResourceInitFailed:
        """The message that the engine looks for in the status details."""
        inputs = None if self.inputs is None else values.struct(self.inputs)
        return provider_pb2.ErrorResourceInitFailed(
            id=self.resource_id, properties=values.struct(self.properties), reasons=self.reasons, inputs=inputs
        )


class ApiError(Exception):
    """The API server's answer was a refusal."""

    def __init__(self, status: int, message: str, reason: str = "", kind: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        """The machine-readable reason of the API server's Status object, like `AlreadyExists`."""
        self.kind = kind
        """The resource kind that the refusal is about, like `namespaces`."""

    @property
    def is_not_found(self) -> bool:
        """Whether the object, its namespace or its kind does not exist."""
        return self.status == HTTPStatus.NOT_FOUND

    @property
    def is_missing_namespace(self) -> bool:
        """Whether the namespace does not exist."""
        return self.is_not_found and self.kind == "namespaces"

    @property
    def is_existing(self) -> bool:
        """Whether an object of this name exists already."""
        return self.reason == "AlreadyExists"

    @property
    def is_conflict(self) -> bool:
        """Whether another manager owns a field, or the object changed meanwhile."""
        return self.reason == "Conflict"

    @property
    def is_forbidden(self) -> bool:
        """Whether the user lacks the permission."""
        return self.status == HTTPStatus.FORBIDDEN


class NoMatch(Exception):  # noqa: N818 - the API machinery's own word
    """The API server does not serve this kind."""

    def __init__(self, api_version: str, kind: str) -> None:
        super().__init__(f'no matches for kind "{kind}" in version "{api_version}"')


def explained(error: ApiError, manager: str) -> str:
    """The refusal's text; for an apply conflict with the manager's name and where help is found."""
    if not error.is_conflict:
        return str(error)
    return (
        f"server-side apply field conflict detected, see {CONFLICT_HELP} for troubleshooting help\n"
        f'The resource managed by field manager "{manager}" had an apply conflict: {error}'
    )


def abort(context: grpc.ServicerContext, error: CallError) -> NoReturn:
    """End the call with the error, the kept object in the trailer `grpc-status-details-bin`."""
    if isinstance(error, InitFailed):
        status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error))
        status.details.add().Pack(error.detail())
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, str(error))
    raise AssertionError("abort returned")  # pragma: no cover - abort always raises
