"""Faults a test can order: which request they hit, how often, and what then goes wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What goes wrong."""

    STATUS = "status"
    """Nothing is done, this status is answered, with Retry-After if given."""
    HTML = "html"
    """Nothing is done, an HTML error page is answered."""
    RESET_BEFORE = "reset_before"
    """The connection is cut before anything is done."""
    RESET_AFTER = "reset_after"
    """It is done, then the connection is cut."""
    TRUNCATED = "truncated"
    """It is done, half of the answer arrives."""
    LATENCY = "latency"
    """It is done after a wait."""
    NOTHING = "nothing"
    """Nothing is done and nothing is ever answered."""


@dataclass
class Fault:
    """One order; `count` requests are hit, then it is spent. 0 hits every request until the orders are cleared."""

    kind: Kind
    method: str = ""
    path: str = ""
    pattern: str = ""
    status: int = 500
    retry_after: int | None = None
    seconds: float = 1.0
    count: int = 1

    def hits(self, method: str, path: str) -> bool:
        """Whether the request is meant: every given condition must hold."""
        if self.method and self.method != method:
            return False
        if self.path and self.path != path:
            return False
        return not self.pattern or re.search(self.pattern, path) is not None


_FIELDS = {"kind", "method", "path", "pattern", "status", "retry_after", "seconds", "count"}


def parsed(data: Any) -> Fault:  # noqa: ANN401  # JSON of the control port
    """The fault that a JSON object describes.

    Raises:
        ValueError: an unknown key or kind, with what is allowed.
    """
    if not isinstance(data, dict):
        raise ValueError("A fault is a JSON object.")  # noqa: TRY004  # one kind of refusal for the caller
    unknown = sorted(set(data) - _FIELDS)
    if unknown:
        raise ValueError(f"A fault was asked for with {unknown}; allowed are {sorted(_FIELDS)}.")
    kinds = [kind.value for kind in Kind]
    if data.get("kind") not in kinds:
        raise ValueError(f"A fault of kind {data.get('kind')!r} was asked for; allowed are {kinds}.")
    return Fault(**{**data, "kind": Kind(data["kind"])})


class Faults:
    """The orders that are not yet spent, oldest first."""

    def __init__(self) -> None:
        self._orders: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Take an order."""
        self._orders.append(fault)

    def clear(self) -> None:
        """Drop all orders."""
        self._orders.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this request, counted down; None when it should go well. A count of 0 stays until cleared."""
        fault = next((order for order in self._orders if order.hits(method, path)), None)
        if fault is not None and fault.count > 0:
            fault.count -= 1
            if fault.count == 0:
                self._orders.remove(fault)
        return fault
