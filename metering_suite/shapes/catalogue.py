"""All shapes, and choosing among them."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from metering_suite.errors import SuiteError
from metering_suite.shapes import (
    answers,
    bodies,
    calls,
    clients,
    failures,
    options,
    requests,
    sizes,
    streams,
    usage,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from metering_suite.shapes.model import Shape

GROUPS = {
    "calls": calls.SHAPES,
    "options": options.SHAPES,
    "bodies": bodies.SHAPES,
    "sizes": sizes.SHAPES,
    "streams": streams.SHAPES,
    "usage": usage.SHAPES,
    "answers": answers.SHAPES,
    "failures": failures.SHAPES,
    "clients": clients.SHAPES,
    "requests": requests.SHAPES,
}
"""Shapes by noun."""
SHAPES: tuple[Shape, ...] = tuple(shape for group in GROUPS.values() for shape in group)
BY_NAME = {shape.name: shape for shape in SHAPES}


def chosen(patterns: Iterable[str]) -> tuple[Shape, ...]:
    """Shapes whose name, or `group/name`, matches one of the patterns (`*`, `?`); all without any pattern.

    Raises:
        SuiteError: a pattern matches nothing.
    """
    wanted = list(patterns)
    names = {shape.name: f"{group}/{shape.name}" for group, shapes in GROUPS.items() for shape in shapes}
    for pattern in wanted:
        if not any(fnmatchcase(short, pattern) or fnmatchcase(long, pattern) for short, long in names.items()):
            raise SuiteError(
                asked="a choice of shapes",
                value=f"{pattern!r} matches none",
                allowed=f"a name, group/name or a pattern of them; groups are {', '.join(GROUPS)}",
                action="list the shapes with `python -m metering_suite list`",
            )
    return tuple(
        shape
        for shape in SHAPES
        if not wanted or any(fnmatchcase(shape.name, one) or fnmatchcase(names[shape.name], one) for one in wanted)
    )
