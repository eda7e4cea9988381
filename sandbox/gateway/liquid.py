"""The little of Liquid that policy settings use: `{{ name.name }}` in a text, and the conditions built on it.

Facts: APIcast, gateway/src/apicast/template_string.lua, conditions/{condition,operation}.lua. Filters and tags are not
known; a template with them is refused when the policy is built.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_OUTPUT = re.compile(r"\{\{-?\s*([\w.\-]+)\s*-?\}\}")


def rendered(template: str, values: Mapping[str, Any]) -> str:
    """The text with every output replaced; an unknown name is empty.

    Raises:
        ValueError: the template uses more of Liquid than is known here.
    """
    checked(template)
    return _OUTPUT.sub(lambda match: _value(match[1], values), template)


def checked(template: str) -> str:
    """The template itself.

    Raises:
        ValueError: it uses more of Liquid than is known here.
    """
    rest = _OUTPUT.sub("", template)
    if "{{" in rest or "{%" in rest:
        raise ValueError(f"The template {template!r} uses filters or tags; only {{{{ name.name }}}} is simulated.")
    return template


def _value(path: str, values: Mapping[str, Any]) -> str:
    found: Any = values
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return "" if found is None else str(found)


def holds(condition: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether a condition is met: its operations combined by `and` (default) or `or`."""
    results = [_operation(operation, values) for operation in condition.get("operations") or ()]
    return any(results) if condition.get("combine_op") == "or" else all(results)


def _operation(operation: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    sides = []
    for side in ("left", "right"):
        text = str(operation.get(side, ""))
        sides.append(rendered(text, values) if operation.get(f"{side}_type") == "liquid" else text)
    left, right = sides
    results = {"==": left == right, "!=": left != right, "matches": re.search(right, left) is not None}
    return results[operation["op"]]
