"""Check: the inputs as the program wrote them become the inputs that are stored, compared and sent."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolchain.stand_ins.kubernetes import objects, typed
from toolchain.stand_ins.kubernetes.errors import CallError
from toolchain.stand_ins.kubernetes.values import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolchain.stand_ins.kubernetes.values import Tree

MANAGED_BY = "app.kubernetes.io/managed-by"


@dataclass(frozen=True)
class CheckRequest:
    """What Check is asked, all values plain."""

    type_token: str
    logical_name: str
    olds: Tree
    """The inputs stored last; empty for a new resource."""
    news: Tree
    seed: bytes
    """The engine's random bytes for this resource; the same bytes give the same name."""
    proposed_name: str = ""
    """A name that the engine's autonaming configuration wants."""
    autonaming_off: bool = False
    """The engine's autonaming configuration forbids generated names."""


def checked(
    request: CheckRequest, *, server_side: bool, default_namespace: str, is_namespaced: Callable[[Tree], bool]
) -> Tree:
    """The inputs to store.

    `is_namespaced` is asked only for objects without a namespace.

    Raises:
        CallError: A name is missing where one is needed, or generated names are asked of the API server.
    """
    inputs = typed.normalized(request.news)
    _refuse_impossible_names(request, inputs, server_side=server_side)
    inputs = _named(request, inputs)
    if not server_side and (not request.olds or objects.text(request.olds, "metadata", "labels", MANAGED_BY)):
        inputs = _with_metadata_entry(inputs, "labels", MANAGED_BY, "pulumi")
    if not _has(inputs, "namespace") and is_namespaced(inputs):
        metadata = {**(inputs.get("metadata") or {}), "namespace": default_namespace}
        inputs = {**inputs, "metadata": metadata}
    return inputs


def _refuse_impossible_names(request: CheckRequest, inputs: Tree, *, server_side: bool) -> None:
    is_patch = objects.is_patch(request.type_token, inputs)
    if is_patch and not server_side:
        raise CallError(
            "patch resources require Server-side Apply mode, which is enabled using the "
            "`enableServerSideApply` Provider config"
        )
    if is_patch and not _has(inputs, "name"):
        raise CallError("patch resources require the .metadata.name field to be set")
    if server_side and _has(inputs, "generateName"):
        raise CallError("the .metadata.generateName field is not supported in Server-Side Apply mode")


def _has(inputs: Tree, field: str) -> bool:
    """Whether the field of `metadata` has a value, known or not."""
    value = objects.at(inputs, "metadata", field)
    return value is UNKNOWN or bool(value)


def _named(request: CheckRequest, inputs: Tree) -> Tree:
    """The inputs with a name: their own, the old generated one, the engine's proposal, or a new generated one."""
    if _has(inputs, "name") or _has(inputs, "generateName"):
        return inputs
    if objects.annotation(request.olds, objects.AUTONAMED) == "true":
        new_name = objects.name(request.olds)
    elif request.olds:
        return inputs
    elif request.autonaming_off:
        raise CallError(
            f"naming {request.logical_name!r}: .metadata.name is missing and autonaming is disabled; "
            "set .metadata.name or allow autonaming in the stack's `pulumi:autonaming` configuration"
        )
    else:
        new_name = request.proposed_name or generated_name(request.logical_name, request.seed)
    named = {**inputs, "metadata": {**(inputs.get("metadata") or {}), "name": new_name}}
    return _with_metadata_entry(named, "annotations", objects.AUTONAMED, "true")


def generated_name(logical_name: str, seed: bytes) -> str:
    """The logical name with 8 hexadecimal digits that depend on the seed alone.

    The official plugin draws the digits with another generator; no one may rely on them.
    """
    return f"{logical_name}-{hashlib.sha256(seed).hexdigest()[:8]}"


def _with_metadata_entry(inputs: Tree, field: str, key: str, value: str) -> Tree:
    metadata = inputs.get("metadata") or {}
    entries = {**(metadata.get(field) or {}), key: value}
    return {**inputs, "metadata": {**metadata, field: entries}}
