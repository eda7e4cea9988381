"""Walks the configuration's models: which section or type stands at a path, and how it is described."""

import types
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from components.config.section import Section

Step = str | int
"""One step of a path: a key as written, or a position in a list."""


def plain(annotation: object) -> object:
    """The annotation without `Annotated` and without `| None`."""
    if get_origin(annotation) is Annotated:
        return plain(get_args(annotation)[0])
    if get_origin(annotation) in {Union, types.UnionType}:
        members = [member for member in get_args(annotation) if member is not type(None)]
        return plain(members[0]) if len(members) == 1 else annotation
    return annotation


def element(annotation: object) -> object | None:
    """The type of a mapping's values or a list's members, or nothing for any other type."""
    bare = plain(annotation)
    if get_origin(bare) is dict:
        return plain(get_args(bare)[1])
    if get_origin(bare) is tuple:
        return plain(get_args(bare)[0])
    return None


def section_of(annotation: object) -> type[Section] | None:
    """The section an annotation stands for, or nothing."""
    bare = plain(annotation)
    return bare if isinstance(bare, type) and issubclass(bare, Section) else None


def alternatives(annotation: object) -> dict[str, type[Section]]:
    """The sections of which one stands there, by the value of their first key, which chooses; else nothing."""
    bare = plain(annotation)
    if get_origin(bare) not in {Union, types.UnionType}:
        return {}
    found: dict[str, type[Section]] = {}
    for member in get_args(bare):
        section = section_of(member)
        if section is not None:
            choosing = next(iter(section.model_fields.values()))
            found |= dict.fromkeys(get_args(plain(choosing.annotation)), section)
    return found


def keys(section: type[Section]) -> dict[str, FieldInfo]:
    """A section's fields by their keys as written in YAML."""
    return {info.alias or name: info for name, info in section.model_fields.items()}


def untagged(section: type[Section], path: Sequence[Step]) -> list[Step]:
    """The path as written: pydantic names the alternative that was chosen, between a key and those below it."""
    here: object = section
    written: list[Step] = []
    for step in path:
        choices = alternatives(here)
        if str(step) in choices:
            here = choices[str(step)]
            continue
        written.append(step)
        here = _below(here, step)
    return written


def field_at(section: type[Section], path: Sequence[Step]) -> FieldInfo | None:
    """The field that describes `path` best: the last named one on the way, or nothing."""
    found: FieldInfo | None = None
    here: object = section
    for step in path:
        inner, choices = section_of(here), alternatives(here)
        if str(step) in choices:
            here = choices[str(step)]
            continue
        if inner is not None:
            found = keys(inner).get(str(step))
        here = _below(here, step)
        if here is None:
            break
    return found


def section_at(section: type[Section], path: Sequence[Step]) -> type[Section] | None:
    """The section that stands at `path`, or nothing."""
    return section_of(_at(section, path))


def alternatives_at(section: type[Section], path: Sequence[Step]) -> dict[str, type[Section]]:
    """The sections of which one stands at `path`, by the value that chooses each; else nothing."""
    return alternatives(_at(section, path))


def walk(section: type[Section], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every field below `section` with its path; `<name>` stands for a key of a mapping.

    A key that only some of several alternatives have is followed by their names in brackets.
    """
    for key, info in keys(section).items():
        path = f"{prefix}{key}"
        yield path, info
        member = element(info.annotation)
        if member is None:
            yield from _walk_into(info.annotation, f"{path}.")
        else:
            named = get_origin(plain(info.annotation)) is dict
            yield from _walk_into(member, f"{path}.<name>." if named else f"{path}[].")


def type_name(annotation: Any) -> str:  # noqa: ANN401 - an annotation can be any object
    """The type of a field in words for people who write YAML."""
    bare = plain(annotation)
    if get_origin(bare) is Literal:
        return "one of " + ", ".join(f"`{choice}`" for choice in get_args(bare))
    if get_origin(bare) is dict:
        return "mapping"
    if get_origin(bare) is tuple:
        return f"list of {type_name(get_args(bare)[0])}"
    if section_of(bare) is not None or alternatives(bare):
        return "object"
    names: dict[object, str] = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`"}
    return names[bare]


def _at(section: type[Section], path: Sequence[Step]) -> object | None:
    here: object | None = section
    for step in path:
        choices = alternatives(here)
        here = choices[str(step)] if str(step) in choices else _below(here, step)
    return here


def _below(here: object, step: Step) -> object | None:
    """What stands at `step` of the section, mapping or list `here`, or nothing."""
    inner = section_of(here)
    if inner is None:
        return element(here)
    info = keys(inner).get(str(step))
    return None if info is None else info.annotation


def _walk_into(annotation: object, prefix: str) -> Iterator[tuple[str, FieldInfo]]:
    inner, choices = section_of(annotation), alternatives(annotation)
    if inner is not None:
        yield from walk(inner, prefix)
    elif choices:
        yield from _walk_choices(choices, prefix)


def _walk_choices(choices: dict[str, type[Section]], prefix: str) -> Iterator[tuple[str, FieldInfo]]:
    """The key that chooses first, then each key once per meaning."""
    key = next(iter(keys(next(iter(choices.values())))))
    texts = [keys(section)[key].description or "" for section in dict.fromkeys(choices.values())]
    tags: Any = Literal[tuple(choices)]
    yield f"{prefix}{key}", FieldInfo(annotation=tags, description=" ".join(texts))
    meanings: dict[tuple[str, str], tuple[FieldInfo, list[str]]] = {}
    for tag, section in choices.items():
        for path, info in walk(section, prefix):
            if path != f"{prefix}{key}":
                meanings.setdefault((path, repr(info)), (info, []))[1].append(tag)
    for (path, _), (info, having) in meanings.items():
        yield (path if len(having) == len(choices) else f"{path} ({', '.join(having)})"), info
