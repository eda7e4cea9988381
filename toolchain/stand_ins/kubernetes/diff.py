"""Diff: which inputs changed against the recorded live object, and which of these changes need a new object."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulumi.runtime.proto.provider_pb2 import PropertyDiff

from toolchain.stand_ins.kubernetes import objects, propertypath, replacement, typed, values

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from toolchain.stand_ins.kubernetes.propertypath import Path
    from toolchain.stand_ins.kubernetes.replacement import Mutability
    from toolchain.stand_ins.kubernetes.values import Tree, Value

    Kind: TypeAlias = PropertyDiff.Kind.ValueType

_REPLACING: dict[Kind, Kind] = {
    PropertyDiff.ADD: PropertyDiff.ADD_REPLACE,
    PropertyDiff.DELETE: PropertyDiff.DELETE_REPLACE,
    PropertyDiff.UPDATE: PropertyDiff.UPDATE_REPLACE,
}
"""Kind of a change to its kind when it needs a new object."""


@dataclass(frozen=True)
class DiffRequest:
    """What Diff is asked, all values plain."""

    type_token: str
    live: Tree
    """The object recorded in the state, without the plugin's own `__` keys."""
    old_inputs: Tree
    new_inputs: Tree
    ignore_changes: Sequence[str] = ()


@dataclass(frozen=True)
class Difference:
    """The answer; nothing changed when `changes` is empty."""

    changes: dict[str, PropertyDiff] = field(default_factory=dict)
    """Property path to its change."""
    replaces: list[str] = field(default_factory=list)
    """The paths that need a new object, sorted."""
    delete_before_replace: bool = False


def difference(request: DiffRequest, mutability: Mutability, is_namespaced: Callable[[Tree], bool]) -> Difference:
    """What changed between the live object, as far as the old inputs name its fields, and the new inputs."""
    old_inputs, news = typed.normalized(request.old_inputs), typed.normalized(request.new_inputs)
    live = objects.prune(request.live, old_inputs)
    scope = is_namespaced(news)
    live, news = _with_scope(live, namespaced=scope), _with_scope(news, namespaced=scope)
    if typed.is_built_in(objects.text(news, "apiVersion")):
        news = _without_forgotten_zeros(news, old_inputs, live)
    ignored = [propertypath.parsed(path) for path in request.ignore_changes]
    changes = {
        path: change
        for path, change in _changes((), live, news)
        if not any(propertypath.contains(outer, path) for outer in ignored)
    }
    rules = replacement.rules(request.type_token, news, request.live, mutability)
    return _answer(changes, rules, live, news)


def _answer(changes: dict[Path, tuple[Kind, Value]], rules: Sequence[Path], live: Tree, news: Tree) -> Difference:
    detailed, replaces = {}, []
    for path, (kind, value) in changes.items():
        replacing = replacement.applies(rules, path, value)
        text = propertypath.written(path)
        detailed[text] = PropertyDiff(
            kind=_REPLACING[kind] if replacing else kind,
            inputDiff=kind == PropertyDiff.DELETE,
        )
        if replacing:
            replaces.append(text)
    return Difference(detailed, sorted(replaces), bool(replaces) and _keeps_its_name(live, news))


def _keeps_its_name(live: Tree, news: Tree) -> bool:
    """Whether the new object would take the old one's name and place, so that the old one must go first."""
    return (
        objects.annotation(news, objects.AUTONAMED) != "true"
        and objects.at(news, "metadata", "name") == objects.at(live, "metadata", "name")
        and objects.at(news, "metadata", "namespace") == objects.at(live, "metadata", "namespace")
    )


def _with_scope(obj: Tree, *, namespaced: bool) -> Tree:
    """The object with an explicit namespace where the kind has one, without any where it has none."""
    metadata = dict(obj.get("metadata") or {})
    if namespaced:
        metadata["namespace"] = metadata.get("namespace") or "default"
    else:
        metadata.pop("namespace", None)
    return {**obj, "metadata": metadata} if metadata else obj


def _without_forgotten_zeros(news: Tree, olds: Tree, live: Tree) -> Tree:
    """The new inputs without the false, 0 and "" that were sent before and that the server does not keep.

    They are plain values in Go, where a zero cannot be told from nothing; the official plugin drops them when it
    decodes the object.
    """
    result = {}
    for key, value in news.items():
        if key not in live and value in (False, 0, "") and key in olds and values.same(olds[key], value):
            continue
        result[key] = _without_zeros(value, olds.get(key), live.get(key))
    return result


def _without_zeros(value: Value, old: Value, live: Value) -> Value:
    if isinstance(value, dict) and isinstance(old, dict) and isinstance(live, dict):
        return _without_forgotten_zeros(value, old, live)
    if isinstance(value, list) and isinstance(old, list) and isinstance(live, list):
        pairs = min(len(old), len(live))
        done = [_without_zeros(*triple) for triple in zip(value, old, live, strict=False)]
        return done + value[pairs:]
    return value


def _changes(path: Path, old: Value, new: Value) -> list[tuple[Path, tuple[Kind, Value]]]:
    """Each change below the path: where, which kind, and the new value (`None` for a removed one)."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [change for key in sorted({*old, *new}) for change in _member((*path, key), old.get(key), new.get(key))]
    if isinstance(old, list) and isinstance(new, list):
        return [
            change
            for index in range(max(len(old), len(new)))
            for change in _member((*path, index), _item(old, index), _item(new, index))
        ]
    return [] if values.same(old, new) else [(path, (PropertyDiff.UPDATE, new))]


def _member(path: Path, old: Value, new: Value) -> list[tuple[Path, tuple[Kind, Value]]]:
    if old is None and new is None:
        return []
    if new is None:
        return [(path, (PropertyDiff.DELETE, None))]
    if old is None:
        return [(path, (PropertyDiff.ADD, new))]
    return _changes(path, old, new)


def _item(values_: list[Value], index: int) -> Value:
    return values_[index] if index < len(values_) else None
