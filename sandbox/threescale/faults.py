"""Faults a test can order: which request they hit, how often, and what then goes wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import formatdate
from enum import StrEnum
from typing import Any

from sandbox.threescale.described import plain
from sandbox.threescale.operations import OPERATIONS
from sandbox.threescale.transactions import CALLS


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
    CLOCK_SKEW = "clock_skew"
    """It is done by a clock that is `seconds` fast: the time stamps and the Date of the answer (negative = slow)."""
    SLOW_PURGE = "slow_purge"
    """What is deleted holds its name for `seconds`."""


_CONDITIONS = (Kind.CLOCK_SKEW, Kind.SLOW_PURGE)
_PURGING = ("DELETE /admin/api/services/{id}", "DELETE /admin/api/backend_apis/{id}")
_OPERATIONS = {plain(name) for name in (*(operation.name for operation in OPERATIONS), *CALLS)}


@dataclass
class Fault:
    """One order; `count` requests are hit, then it is spent. 0 hits every request until the orders are cleared."""

    kind: Kind
    method: str = ""
    path: str = ""
    pattern: str = ""
    operation: str = ""
    """`POST /admin/api/services`, `PUT /admin/api/services/{id}`: whatever the segments in braces are."""
    status: int = 500
    retry_after: int | None = None
    """Seconds."""
    retry_after_date: bool = False
    """Whether Retry-After is said as a date and not as a number."""
    seconds: float = 1.0
    count: int = 1

    def hits(self, method: str, path: str, operation: str) -> bool:
        """Whether the request is meant: every given condition must hold."""
        if self.kind is Kind.SLOW_PURGE and operation not in _PURGING:
            return False
        if (self.method and self.method != method) or (self.path and self.path != path):
            return False
        if self.operation and plain(self.operation) != plain(operation):
            return False
        return not self.pattern or re.search(self.pattern, path) is not None

    def retry_header(self, now: float) -> dict[str, str]:
        """The header Retry-After, if one was ordered; `now` is in seconds since 1970."""
        if self.retry_after is None:
            return {}
        date = formatdate(now + self.retry_after, usegmt=True)
        return {"Retry-After": date if self.retry_after_date else str(self.retry_after)}


_FIELDS = {
    *("kind", "method", "path", "pattern", "operation", "status", "retry_after", "retry_after_date"),
    *("seconds", "count"),
}


def parsed(data: Any) -> Fault:  # noqa: ANN401  # JSON of the control port
    """The fault that a JSON object describes.

    Raises:
        ValueError: an unknown key, kind or operation, with what is allowed.
    """
    if not isinstance(data, dict):
        raise ValueError("A fault is a JSON object.")  # noqa: TRY004  # one kind of refusal for the caller
    unknown = sorted(set(data) - _FIELDS)
    if unknown:
        raise ValueError(f"A fault was asked for with {unknown}; allowed are {sorted(_FIELDS)}.")
    kinds = [kind.value for kind in Kind]
    if data.get("kind") not in kinds:
        raise ValueError(f"A fault of kind {data.get('kind')!r} was asked for; allowed are {kinds}.")
    if data.get("operation") and plain(str(data["operation"])) not in _OPERATIONS:
        allowed = "allowed are those that `python -m sandbox threescale coverage` calls implemented"
        raise ValueError(f"A fault for the operation {data['operation']!r} was asked for; {allowed}.")
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

    @property
    def ordered(self) -> bool:
        """Whether any order stands."""
        return bool(self._orders)

    def take(self, method: str, path: str, operation: str = "") -> Fault | None:
        """The fault for this request, counted down; None when it should go well. A count of 0 stays until cleared."""
        meant = (order for order in self._orders if order.kind not in _CONDITIONS)
        fault = next((order for order in meant if order.hits(method, path, operation)), None)
        if fault is not None:
            self._count_down(fault)
        return fault

    def condition(self, kind: Kind, method: str, path: str, operation: str) -> float | None:
        """The seconds of the first order of this kind for a request that is answered now, counted down."""
        meant = (order for order in self._orders if order.kind is kind)
        fault = next((order for order in meant if order.hits(method, path, operation)), None)
        if fault is None:
            return None
        self._count_down(fault)
        return fault.seconds

    def _count_down(self, fault: Fault) -> None:
        if fault.count > 0:
            fault.count -= 1
            if fault.count == 0:
                self._orders.remove(fault)
