"""The order in which the developer portal is changed: what others refer to first, and the other way round back."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.portal_memory import Memory, without
from dynamic_providers.threescale.portal_section import lineage, nested
from dynamic_providers.threescale.portal_template import TAKES

if TYPE_CHECKING:
    from dynamic_providers.threescale.portal_holdings import Holdings

_ORDER = ("section", *TAKES, "file")


def keys(declared: Json) -> list[str]:
    """Return the keys of all declared objects: `section css`, `page /examples`, `file /images/logo.png`."""
    sections = [f"section {name}" for name in declared["sections"]]
    return [*sections, *declared["templates"], *(f"file {path}" for path in declared["files"])]


def converged(held: "Holdings", memory: Memory, wanted: Json) -> Memory:
    """Bring the portal to `wanted`; return what is remembered then.

    What is changed or made for the first time is noted in the tenant before, what is given back is struck out after.
    """
    declared = keys(wanted)
    new = {key: held.journal.objects.get(key, _former(held, key)) for key in declared if key not in memory.objects}
    held.journal.keep(held.journal.objects | new)
    memory = Memory(memory.objects | new)
    _write(held, wanted)
    left(held, memory, [key for key in memory.objects if key not in declared], restore=True)
    if wanted["foreign"] == "remove":
        pages, files = foreign(held, wanted, memory)
        for key in (*pages, *(f"file {path}" for path in files)):
            held.drop(key)
    return Memory(without(memory.objects, set(memory.objects) - set(declared)))


def foreign(held: "Holdings", declared: Json, memory: Memory) -> tuple[list[str], list[str]]:
    """Return keys of pages and paths of files that nobody declared, in sections that were made here."""
    ours = {name for name in declared["sections"] if f"section {name}" in memory.made}
    ids = {held.sections[name]["id"] for name in ours if name in held.sections}
    pages = [key for key, item in held.templates.items() if item["type"] == "page" and item.get("section_id") in ids]
    files = [path for path, item in held.files.items() if item.get("section_id") in ids]
    return (
        [key for key in pages if key not in declared["templates"]],
        [path for path in files if path not in declared["files"]],
    )


def left(held: "Holdings", memory: Memory, gone: Iterable[str], *, restore: bool) -> list[str]:
    """Delete what was made here of `gone` and put back the rest; return the keys of what stays changed."""
    gone, stays = list(gone), []
    for key in sorted(gone, key=lambda key: _rank(key, held), reverse=True):
        former = memory.objects[key]
        if former is None:
            held.drop(key)
        elif former and restore:
            _put_back(held, key, former)
        else:
            stays.append(key)
    held.journal.keep(without(held.journal.objects, gone))
    return sorted(stays)


def _write(held: "Holdings", wanted: Json) -> None:
    sections = wanted["sections"]
    for name in nested(sections):
        held.sections.put(name, sections[name], "/" + "/".join(lineage(name, sections)))
    for key in sorted(wanted["templates"], key=lambda key: (_ORDER.index(key.partition(" ")[0]), key)):
        held.templates.put(key, wanted["templates"][key])
    for path, file in sorted(wanted["files"].items()):
        held.files.put(path, file)


def _former(held: "Holdings", key: str) -> Json | None:
    """Return what is put back one day: None when there is nothing yet, empty when nothing can be."""
    if not held.has(key):
        return None
    kind, _, name = key.partition(" ")
    if kind == "file":
        return {}
    if kind == "section":
        return held.sections.shown(name)
    item = held.templates[key]
    return held.templates.shown(key) | {"published": item.get("published"), "draft": item.get("draft")}


def _put_back(held: "Holdings", key: str, former: Json) -> None:
    kind, _, name = key.partition(" ")
    if kind == "section":
        held.sections.put(name, former, f"/{name}")
        return
    if kind.startswith("builtin") and not held.has(key):
        return
    fields = {field: former[field] for field in TAKES[kind] if former.get(field) is not None}
    published, draft = former["published"], former["draft"]
    if published is None and not kind.startswith("builtin"):
        held.drop(key)  # what was never published cannot be withdrawn, only made again
    if published is not None:
        held.templates.put(key, fields | {"content": published})
    if draft is not None:
        held.templates.put(key, fields | {"content": draft}, publish=False)


def _rank(key: str, held: "Holdings") -> tuple[int, int, str]:
    kind, _, name = key.partition(" ")
    depth = 0
    if kind == "section":
        parents = {one["id"]: one.get("parent_id") for one in held.sections.values()}
        above = held.sections.get(name, {}).get("parent_id")
        while above is not None:
            depth, above = depth + 1, parents.get(above)
    return (_ORDER.index(kind), depth, key)
