"""Diff: the state against the inputs, never against the server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from toolchain.stand_ins.keycloak import durations
from toolchain.stand_ins.keycloak.shapes import shaped
from toolchain.stand_ins.keycloak.values import DEFAULTS, Values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from toolchain.stand_ins.keycloak.resources.resource import Resource
    from toolchain.stand_ins.keycloak.schema import Field

Change = Literal["ADD", "UPDATE", "DELETE"]


@dataclass
class Difference:
    """What Diff answers."""

    changes: dict[str, Change] = field(default_factory=dict)
    """By property path, such as `attributes.tier` or `validRedirectUris[0]`."""
    replaces: list[str] = field(default_factory=list)
    """Names of the inputs whose change replaces the resource."""
    stables: list[str] = field(default_factory=list)
    """Names of those that did not change."""
    delete_first: bool = False

    @property
    def names(self) -> list[str]:
        """The properties that changed."""
        return sorted({root(path) for path in self.changes})


def root(path: str) -> str:
    """The property that a path starts with."""
    return path.split(".", 1)[0].split("[", 1)[0]


def keeping(news: Values, state: Values, ignored: Iterable[str]) -> Values:
    """The inputs with what the state has at the paths of `ignoreChanges`."""
    for path in ignored:
        news = _with_old(news, state, path.split("."))
    return news


def difference(resource: Resource, state: Values, news: Values, ignored: Iterable[str] = ()) -> Difference:
    """How the inputs `news` differ from the outputs in the state; `ignored` paths keep what the state has."""
    inputs = keeping(news, state, ignored)
    changes: dict[str, Change] = {}
    for name, one in resource.fields.items():
        if not one.output:
            changes |= _changes(one, name, state.get(name), inputs.get(name))
    for name in resource.recomputed({root(path) for path in changes}):
        changes.setdefault(name, "UPDATE")
    replacing = sorted(name for name, one in resource.fields.items() if one.replaces)
    changed = {root(path) for path in changes}
    replaces = [name for name in replacing if name in changed]
    generated = any(name in news.get(DEFAULTS, []) for name, one in resource.fields.items() if one.autonamed)
    return Difference(
        changes=dict(sorted(changes.items())),
        replaces=replaces,
        stables=[name for name in replacing if name not in changed],
        # A generated name cannot clash with the object that is replaced, so the new one may come first.
        delete_first=bool(replaces) and resource.deletes_first and not generated,
    )


def _with_old(news: Values, state: Values, path: list[str]) -> Values:
    """The inputs with what the state has at a path."""
    head, *rest = path
    if rest and isinstance(news.get(head), dict) and isinstance(state.get(head), dict):
        return {**news, head: _with_old(news[head], state[head], rest)}
    return {**news, head: state.get(head)}


def _changes(one: Field, path: str, before: Any, given: Any) -> dict[str, Change]:  # noqa: ANN401 - any JSON value
    """The changes of one field, nested ones by their own path."""
    if one.create_only or (one.computed and given in (None, [])):
        return {}
    after = shaped(one, one.default if given is None else given)
    if _equal(one, before, after):
        return {}
    if isinstance(before, dict) and isinstance(after, dict):
        return _members(one, path, before, after)
    if isinstance(before, list) and isinstance(after, list):
        return _items(path, before, after)
    if before in (None, "") and after is not None:
        return {path: "ADD" if before is None else "UPDATE"}
    return {path: "DELETE" if after is None else "UPDATE"}


def _equal(one: Field, before: Any, after: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether a value of the state and one of the inputs mean the same."""
    if after is None or before is None:
        # A state without `import` differs from its default false, and that replaces: seen with a client.
        strict = one.replaces and before is None and one.default is not None
        return before in EMPTY and after in EMPTY and not strict
    if one.codec == "seconds":
        return durations.same(before, after)
    if one.kind == "block":
        return not _members(one, "", before, after)
    return bool(shaped(one, before) == after)


EMPTY: tuple[object, ...] = (None, "", False, 0, [], {})


def _members(one: Field, path: str, before: Values, after: Values) -> dict[str, Change]:
    """The changes inside a mapping or a block."""
    if one.kind == "block":
        fields = one.fields.items()
        nested = [_changes(each, f"{path}.{name}", before.get(name), after.get(name)) for name, each in fields]
        return {here: change for found in nested for here, change in found.items()}
    changes: dict[str, Change] = {}
    for name in {*before, *after} - {DEFAULTS}:
        if name not in after:
            changes[f"{path}.{name}"] = "DELETE"
        elif name not in before:
            changes[f"{path}.{name}"] = "ADD"
        elif before[name] != after[name]:
            changes[f"{path}.{name}"] = "UPDATE"
    return changes


def _items(path: str, before: list[Any], after: list[Any]) -> dict[str, Change]:
    """The changes inside a set: a removed member at its old place, a new one at its new place."""
    changes: dict[str, Change] = {f"{path}[{at}]": "DELETE" for at, item in enumerate(before) if item not in after}
    for at, item in enumerate(after):
        if item not in before:
            here = f"{path}[{at}]"
            changes[here] = "UPDATE" if here in changes else "ADD"
    return changes
