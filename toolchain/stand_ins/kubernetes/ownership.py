"""Who owns which field: managed fields are read, taken over and given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolchain.stand_ins.kubernetes import objects
from toolchain.stand_ins.kubernetes.errors import ApiError

if TYPE_CHECKING:
    from toolchain.stand_ins.kubernetes.cluster import Cluster, Place
    from toolchain.stand_ins.kubernetes.settings import Settings
    from toolchain.stand_ins.kubernetes.values import Tree

_TAKEN_OVER = (
    ("kubectl", "Apply"),
    ("kubectl", "Update"),
    ("before-first-apply", "Update"),
    ("pulumi-kubernetes", "Update"),
    ("pulumi-resource-kubernetes", "Update"),
)
"""(beginning of the manager's name, operation) whose fields an update takes over (pulumi-kubernetes, await.go)."""

_CREATORS = ("pulumi-kubernetes", "pulumi-kubernetes.exe", "pulumi-resource-kubernetes")
"""Managers of plain creates: an object that still has one was never updated by apply."""

_TRIES = 3
"""How often the takeover is tried when the object changes between reading and writing."""


def _is_taken_over(entry: Tree) -> bool:
    manager, operation = objects.text(entry, "manager"), objects.text(entry, "operation")
    return not entry.get("subresource") and any(
        manager.startswith(beginning) and operation == wanted for beginning, wanted in _TAKEN_OVER
    )


def taken_over(live: Tree, manager: str) -> list[Tree] | None:
    """The managed fields with those of kubectl and of the create moved to the manager; `None` when nothing moves."""
    entries = objects.items(live, "metadata", "managedFields")
    moved = [entry for entry in entries if _is_taken_over(entry)]
    if not moved:
        return None
    own = [entry for entry in entries if _is_own(entry, manager)]
    fields: Tree = {}
    for entry in own + moved:
        fields = _union(fields, entry.get("fieldsV1") or {})
    merged = {
        "apiVersion": live.get("apiVersion"),
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
        "manager": manager,
        "operation": "Apply",
        "time": objects.text((own or moved)[-1], "time") or None,
    }
    rest = [entry for entry in entries if entry not in own and entry not in moved]
    return [*rest, {key: value for key, value in merged.items() if value is not None}]


def _is_own(entry: Tree, manager: str) -> bool:
    return entry.get("manager") == manager and entry.get("operation") == "Apply" and not entry.get("subresource")


def _union(left: Tree, right: Tree) -> Tree:
    """All field paths of both sets; a set is a tree of `f:<name>` keys whose leaves are empty."""
    return {**left, **{key: _union(left.get(key) or {}, value or {}) for key, value in right.items()}}


def take_over(cluster: Cluster, place: Place, live: Tree, manager: str) -> Tree:
    """The live object after the takeover; unchanged when there is nothing to take over."""
    for left in reversed(range(_TRIES)):
        entries = taken_over(live, manager)
        if entries is None:
            break
        version = objects.text(live, "metadata", "resourceVersion")
        steps: list[Tree] = [
            {"op": "replace", "path": "/metadata/managedFields", "value": entries},
            {"op": "replace", "path": "/metadata/resourceVersion", "value": version},
        ]
        try:
            return cluster.json_patch(place, steps)
        except ApiError as error:
            if not error.is_conflict or not left:
                raise
            live = cluster.get(place)
    return live


def give_up(cluster: Cluster, place: Place, obj: Tree, manager: str) -> None:
    """Let the manager own nothing any more; fields that only it owned vanish, the object stays."""
    live = cluster.poll(place)
    if live is None:
        return
    metadata = {key: objects.at(live, "metadata", key) for key in ("name", "namespace", "uid")}
    nothing = {
        "apiVersion": obj.get("apiVersion"),
        "kind": obj.get("kind"),
        "metadata": {key: value for key, value in metadata.items() if value},
    }
    cluster.apply(nothing, manager, force=True, dry_run=False)


def force(settings: Settings, inputs: Tree, live: Tree | None, *, preview: bool) -> bool:
    """Whether an apply overrides the fields of other managers.

    A preview does while nobody has applied the object yet: the real update takes the create's fields over first.
    """
    if objects.annotation(inputs, objects.PATCH_FORCE) == "true" or settings.patch_force:
        return True
    if not preview:
        return False
    entries = objects.items(live, "metadata", "managedFields")
    return live is None or any(
        entry.get("operation") == "Update" and entry.get("manager") in _CREATORS for entry in entries
    )


def owns(live: Tree, path: tuple[str, ...], *, manager: str, others: bool) -> bool:
    """Whether the manager, or with `others` any other one, owns the field at the path of map keys."""
    return any(
        _has(entry.get("fieldsV1") or {}, path)
        for entry in objects.items(live, "metadata", "managedFields")
        if (entry.get("manager") == manager) is not others
    )


def _has(fields: Tree, path: tuple[str, ...]) -> bool:
    for key in path:
        if f"f:{key}" not in fields:
            return False
        fields = fields[f"f:{key}"]
    return True
