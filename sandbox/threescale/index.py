"""Which rows have a value in a field, for the fields that lists are asked by; without it every list is a scan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FIELDS = frozenset(
    {
        *("account_id", "application_id", "backend_api_id", "digest", "feature_id", "friendly_name", "issuer_id"),
        *("metric_id", "original_id", "owner_id", "parent_id", "plan_id", "proxy_id", "service_id", "system_name"),
        *("user_id", "user_key", "username"),
    }
)


class Index:
    """The ids of the rows by kind, field and value."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str, str, Any], set[int]] = {}
        self._fields: dict[str, set[str]] = {}

    def add(self, kind: str, row: Mapping[str, Any]) -> None:
        """Take note of a row."""
        known = self._fields.setdefault(kind, set())
        for field in _FIELDS & row.keys():
            known.add(field)
            self._ids.setdefault((kind, field, row[field]), set()).add(row["id"])

    def drop(self, kind: str, row: Mapping[str, Any]) -> None:
        """Forget a row."""
        for field in _FIELDS & row.keys():
            ids = self._ids[kind, field, row[field]]
            ids.discard(row["id"])
            if not ids:
                del self._ids[kind, field, row[field]]

    def ids(self, kind: str, match: Mapping[str, object]) -> Iterable[int] | None:
        """The ids, in order, among which the matching rows are; None when no field of `match` helps."""
        fields = self._fields.get(kind, set()) & match.keys()
        # A row without the field would match None: only values that a row really has are looked up.
        found: list[set[int]] = [
            self._ids.get((kind, field, match[field]), set()) for field in fields if match[field] is not None
        ]
        smallest = min(found, key=len) if found else None
        return None if smallest is None else sorted(smallest)
