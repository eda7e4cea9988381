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


def keys(section: type[Section]) -> dict[str, FieldInfo]:
    """A section's fields by their keys as written in YAML."""
    return {info.alias or name: info for name, info in section.model_fields.items()}


def field_at(section: type[Section], path: Sequence[Step]) -> FieldInfo | None:
    """The field that describes `path` best: the last named one on the way, or nothing."""
    found: FieldInfo | None = None
    here: object = section
    for step in path:
        inner = section_of(here)
        if inner is not None:
            found = keys(inner).get(str(step))
            here = found.annotation if found is not None else None
        else:
            here = element(here)
        if here is None:
            break
    return found


def section_at(section: type[Section], path: Sequence[Step]) -> type[Section] | None:
    """The section that stands at `path`, or nothing."""
    here: object = section
    for step in path:
        inner = section_of(here)
        if inner is not None:
            info = keys(inner).get(str(step))
            here = info.annotation if info is not None else None
        else:
            here = element(here)
    return section_of(here)


def walk(section: type[Section], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every field below `section` with its path; `<name>` stands for a key of a mapping."""
    for key, info in keys(section).items():
        path = f"{prefix}{key}"
        yield path, info
        inner = section_of(info.annotation)
        member = element(info.annotation)
        if inner is not None:
            yield from walk(inner, f"{path}.")
        elif (nested := section_of(member)) is not None:
            yield from walk(nested, f"{path}.<name>." if get_origin(plain(info.annotation)) is dict else f"{path}[].")


def type_name(annotation: Any) -> str:  # noqa: ANN401 - an annotation can be any object
    """The type of a field in words for people who write YAML."""
    bare = plain(annotation)
    if get_origin(bare) is Literal:
        return "one of " + ", ".join(f"`{choice}`" for choice in get_args(bare))
    if get_origin(bare) is dict:
        return "mapping"
    if get_origin(bare) is tuple:
        return f"list of {type_name(get_args(bare)[0])}"
    if section_of(bare) is not None:
        return "object"
    names: dict[object, str] = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`"}
    return names[bare]
