"""A model's operations as methods and mapping rules of 3scale; pure."""

from collections.abc import Iterable
from typing import Any

from components.config.operations import OPERATIONS, Operation

_GAP = 10
"""Distance of two rules' positions, so that a rule between two others moves none of them."""


def methods(operations: Iterable[Operation]) -> dict[str, dict[str, str]]:
    """System name of each method to what it is called; every method counts as a hit too."""
    return {
        operation.system_name: {
            "friendly_name": operation.friendly_name,
            "description": f"{operation.verb} {operation.pattern}",
        }
        for operation in operations
    }


def mapping_rules(operations: Iterable[Operation], *, keep_default: bool) -> dict[str, dict[str, Any]]:
    """`<verb> <pattern>` of each rule to the method it counts and its position.

    3scale's own rule `GET /` lets every GET path pass and counts it; it stays only with `keep_default`.
    """
    rules = {
        f"{operation.verb} {operation.pattern}": {
            "metric": operation.system_name,
            "delta": 1,
            "position": (1 + OPERATIONS.index(operation)) * _GAP,
            "last": False,
        }
        for operation in operations
    }
    default = {"GET /": {"metric": "hits", "delta": 1, "position": 1, "last": False}}
    return {**default, **rules} if keep_default else rules
