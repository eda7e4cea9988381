"""Property paths as Pulumi writes them: `spec.list[2].key`, `metadata.labels["x.y/z"]` (sdk/v3)."""

from __future__ import annotations

import re
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Map keys and list positions from the root; `*` is the wildcard of `ignoreChanges`."""

_STEP = re.compile(r"""\.?([^.\["]+)|\[(\d+)\]|\.?\["((?:[^"\\]|\\.)*)"\]|\.?\[(\*)\]""")
_NEEDS_QUOTES = re.compile(r"[.\"\[\]]")


def written(path: Path) -> str:
    """The path's text."""
    result = ""
    for step in path:
        if isinstance(step, int):
            result += f"[{step}]"
        elif _NEEDS_QUOTES.search(step):
            result += '["' + step.replace('"', '\\"') + '"]'
        else:
            result += f".{step}" if result else step
    return result


def parsed(text: str) -> Path:
    """The path that the text writes.

    Raises:
        ValueError: The text is no property path.
    """
    steps: list[str | int] = []
    position = 0
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None:
            raise ValueError(
                f"reading the property path {text!r}: nothing is understood from character {position} on; "
                'allowed are keys, ["quoted keys"], [0] and [*]; write the path in that form'
            )
        plain, index, quoted, wildcard = match.groups()
        if index is not None:
            steps.append(int(index))
        else:
            steps.append(plain if plain is not None else wildcard or re.sub(r"\\(.)", r"\1", quoted))
        position = match.end()
    return tuple(steps)


def contains(outer: Path, inner: Path) -> bool:
    """Whether the inner path is the outer one or lies below it."""
    return len(outer) <= len(inner) and all(wanted in ("*", step) for wanted, step in zip(outer, inner, strict=False))
