"""Pure look-ups in Kubernetes objects held as trees."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toolchain.stand_ins.kubernetes.values import Tree, Value

SKIP_AWAIT = "pulumi.com/skipAwait"
WAIT_FOR = "pulumi.com/waitFor"
TIMEOUT_SECONDS = "pulumi.com/timeoutSeconds"
PATCH_FORCE = "pulumi.com/patchForce"
PATCH_FIELD_MANAGER = "pulumi.com/patchFieldManager"
DELETION_POLICY = "pulumi.com/deletionPropagationPolicy"
REPLACE_UNREADY = "pulumi.com/replaceUnready"
AUTONAMED = "pulumi.com/autonamed"

READ_ONLY_METADATA = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "uid",
)
"""Fields of `metadata` that only the API server writes; they are never inputs."""


def at(values: Value, *path: str) -> Value:
    """What stands at the path of map keys, `None` when any step is missing."""
    for key in path:
        if not isinstance(values, dict) or key not in values:
            return None
        values = values[key]
    return values


def text(values: Value, *path: str) -> str:
    """The text at the path, "" when there is none."""
    found = at(values, *path)
    return found if isinstance(found, str) else ""


def items(values: Value, *path: str) -> list[Tree]:
    """The list of maps at the path, empty when there is none."""
    found = at(values, *path)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def number(values: Value, *path: str) -> int:
    """The whole number at the path, 0 when there is none."""
    found = at(values, *path)
    return int(found) if isinstance(found, int | float) and not isinstance(found, bool) else 0


def name(obj: Tree) -> str:
    """`metadata.name`, "" when missing or unknown."""
    return text(obj, "metadata", "name")


def namespace(obj: Tree) -> str:
    """`metadata.namespace`, "" when missing or unknown."""
    return text(obj, "metadata", "namespace")


def identity(obj: Tree) -> str:
    """The resource id: `namespace/name`, or the name alone for cluster-scoped objects."""
    return f"{namespace(obj)}/{name(obj)}" if namespace(obj) else name(obj)


def annotation(obj: Tree, key: str) -> str:
    """The annotation's text, "" when missing."""
    return text(obj, "metadata", "annotations", key)


def is_kind(obj: Tree, api_version: str, kind: str) -> bool:
    """Whether the object is of exactly this kind."""
    return obj.get("apiVersion") == api_version and obj.get("kind") == kind


def condition(obj: Tree, wanted: str) -> Tree | None:
    """The entry of `status.conditions` of the wanted type."""
    return next((entry for entry in items(obj, "status", "conditions") if entry.get("type") == wanted), None)


def is_owned_by(obj: Tree, owner: Tree) -> bool:
    """Whether the owner is among the object's owner references (by uid)."""
    uid = text(owner, "metadata", "uid")
    return any(entry.get("uid") == uid for entry in items(obj, "metadata", "ownerReferences"))


def is_patch(type_token: str, obj: Tree) -> bool:
    """Whether a resource of this Pulumi type is a `*Patch` resource: the type's last part is the kind and "Patch"."""
    return type_token.rpartition(":")[2] == f"{text(obj, 'kind')}Patch"


def kind_of_type(type_token: str) -> Tree:
    """`apiVersion` and `kind` that a Pulumi type token stands for, the `Patch` suffix kept off."""
    module, _, kind = type_token.partition(":")[2].rpartition(":")
    return {"apiVersion": module.removeprefix("core/"), "kind": kind.removesuffix("Patch")}


def prune(source: Tree, target: Tree) -> Tree:
    """A copy of the source with only the fields that the target has too, at every depth.

    Where the two have different types the source's value is kept whole; list items are compared by position and
    items beyond the target's length are dropped.
    """
    return {key: _pruned(value, target[key]) for key, value in source.items() if key in target}


def _pruned(value: Value, target: Value) -> Value:
    if isinstance(value, dict) and isinstance(target, dict):
        return prune(value, target)
    if isinstance(value, list) and isinstance(target, list):
        if value and target and type(value[0]) is not type(target[0]):
            return list(value)
        return [_pruned(item, wanted) for item, wanted in zip(value, target, strict=False)]
    return value


def without_read_only_metadata(obj: Tree) -> Tree:
    """The object without the fields of `metadata` that only the API server writes."""
    metadata = obj.get("metadata")
    if not isinstance(metadata, dict):
        return obj
    kept = {key: value for key, value in metadata.items() if key not in READ_ONLY_METADATA}
    return {**obj, "metadata": kept}
