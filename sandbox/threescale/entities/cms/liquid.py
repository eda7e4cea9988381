"""A small part of Liquid: whether a template is well formed, and pages put together from layout and partials.

Well formed means: every `{{` and `{%` is closed, blocks are closed in the order they were opened, and no end stands
alone. Which tags exist, their arguments, drops and filters are not judged; porta does judge tags. Rendering resolves
`{% content %}`, `{% include 'name' %}` and `{% comment %}`; everything else stays as it is written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_BLOCKS = frozenset(
    ("capture", "case", "comment", "content_for", "for", "form", "if", "ifchanged", "raw", "tablerow", "unless")
)
_UNREAD = ("comment", "raw")
_OPENING = re.compile(r"\{\{|\{%")
_COMMENT = re.compile(r"\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}", re.DOTALL)
_INCLUDE = re.compile(r"\{%-?\s*include\s+['\"]([^'\"]+)['\"][^%]*%\}")
CONTENT = re.compile(r"\{%-?\s*content\s*-?%\}")
_DEEPEST = 10
"""Partials that include each other end here."""


def problem(source: str) -> str:
    """What is wrong with a template, in the words of the Liquid library; empty when it is well formed."""
    opened: list[str] = []
    place = 0
    while found := _OPENING.search(source, place):
        closing = "}}" if found.group() == "{{" else "%}"
        end = source.find(closing, found.end())
        what = "Variable" if closing == "}}" else "Tag"
        if end < 0:
            return (
                f"Liquid syntax error: {what} '{found.group()}' was not properly terminated with regexp: /\\{closing}/"
            )
        place = end + len(closing)
        if closing == "%}":
            name = (re.match(r"\w+", source[found.end() : end].strip(" \t\r\n-")) or [""])[0]
            wrong, place = _after_tag(source, name, opened, place)
            if wrong:
                return wrong
    return f"Liquid syntax error: '{opened[-1]}' tag was never closed" if opened else ""


def _after_tag(source: str, name: str, opened: list[str], place: int) -> tuple[str, int]:
    """What a tag makes wrong, and where reading goes on; `opened` is kept up to date."""
    if name in _UNREAD:
        end = re.compile(rf"\{{%-?\s*end{name}\s*-?%\}}").search(source, place)
        return ("", end.end()) if end else (f"Liquid syntax error: '{name}' tag was never closed", place)
    if name in _BLOCKS:
        opened.append(name)
    elif name.startswith("end"):
        if not opened:
            return f"Liquid syntax error: Unknown tag '{name}'", place
        if name != f"end{opened[-1]}":
            block = opened[-1]
            return f"Liquid syntax error: '{name}' is not a valid delimiter for {block} tags. use end{block}", place
        opened.pop()
    return "", place


def joined(source: str, partial: Callable[[str], str], depth: int = 0) -> str:
    """A template with comments removed and partials in place; `partial` is name → text."""
    plain = _COMMENT.sub("", source)
    if depth == _DEEPEST:
        return plain
    return _INCLUDE.sub(lambda found: joined(partial(found[1]), partial, depth + 1), plain)
