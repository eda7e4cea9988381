"""Rows by kind, kept in memory and written through to SQLite in one transaction per request.

A row is a plain mapping with an integer `id`; ids grow per kind and are never used twice, as in porta's tables.
Rows handed out must not be changed in place: `update` makes a new row, so that a refused request can be undone.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sandbox.threescale.index import Index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Row = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS row (kind TEXT, id INTEGER, data TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sequence (kind TEXT PRIMARY KEY, last INTEGER) WITHOUT ROWID;
"""


class Store:
    """All rows of one tenant; `path` is the SQLite file, None keeps everything in memory."""

    def __init__(self, path: Path | None) -> None:
        self.connection = sqlite3.connect(path or ":memory:", isolation_level=None)
        # With a write-ahead log a committed transaction survives kill -9 of this process without an fsync.
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=NORMAL")
        self.connection.executescript(_SCHEMA)
        self._rows: dict[str, dict[int, Row]] = {}
        self._last: dict[str, int] = {}
        self._before: dict[tuple[str, int], Row | None] = {}
        self._index = Index()
        self._load()

    def _load(self) -> None:
        self._rows, self._last, self._index = {}, {}, Index()
        for kind, number, data in self.connection.execute("SELECT kind, id, data FROM row ORDER BY kind, id"):
            self._rows.setdefault(kind, {})[number] = row = json.loads(data)
            self._index.add(kind, row)
        self._last = dict(self.connection.execute("SELECT kind, last FROM sequence"))

    def rows(self, kind: str, /, **match: object) -> list[Row]:
        """Every row of the kind whose fields equal `match`, ordered by id."""
        rows = self._rows.get(kind, {})
        ids = self._index.ids(kind, match)
        found = rows.values() if ids is None else [rows[number] for number in ids]
        return [row for row in found if all(row.get(key) == value for key, value in match.items())]

    def first(self, kind: str, /, **match: object) -> Row | None:
        """The row with the lowest id that matches, or None."""
        return next(iter(self.rows(kind, **match)), None)

    def find(self, kind: str, number: object) -> Row | None:
        """The row with this id, or None."""
        return self._rows.get(kind, {}).get(number) if isinstance(number, int) else None

    def row(self, kind: str, number: int) -> Row:
        """The row with this id, which must exist."""
        return self._rows[kind][number]

    def insert(self, kind: str, /, **fields: object) -> Row:
        """A new row with the next id of its kind."""
        self._last[kind] = number = self._last.get(kind, 0) + 1
        self._before.setdefault((kind, number), None)
        row: Row = {"id": number, **fields}
        self._rows.setdefault(kind, {})[number] = row
        self._index.add(kind, row)
        return row

    def update(self, kind: str, number: int, /, **changes: object) -> Row:
        """The row with these fields changed."""
        old = self._rows[kind][number]
        self._before.setdefault((kind, number), old)
        self._rows[kind][number] = new = {**old, **changes}
        self._index.drop(kind, old)
        self._index.add(kind, new)
        return new

    def delete(self, kind: str, number: int) -> None:
        """Remove the row if it is there."""
        old = self._rows.get(kind, {}).pop(number, None)
        if old is not None:
            self._before.setdefault((kind, number), old)
            self._index.drop(kind, old)

    def start_ids_after(self, kind: str, last: int) -> None:
        """Let the next row of this kind get the id `last` + 1."""
        self._last[kind] = last

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes inside become durable together, or none of them when an exception leaves the block."""
        self._before.clear()
        sequences = dict(self._last)
        self.connection.execute("BEGIN")
        try:
            yield
            self._write()
            self.connection.execute("COMMIT")
        except BaseException:
            # SQLite ends the transaction itself on some errors, a full disk among them.
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            self._undo()
            self._last = sequences
            raise
        self._before.clear()

    def _write(self) -> None:
        changed = [(kind, number, self._rows.get(kind, {}).get(number)) for kind, number in self._before]
        gone = [(kind, number) for kind, number, row in changed if row is None]
        kept = [(kind, number, json.dumps(row)) for kind, number, row in changed if row is not None]
        self.connection.executemany("DELETE FROM row WHERE kind = ? AND id = ?", gone)
        self.connection.executemany("INSERT OR REPLACE INTO row VALUES (?, ?, ?)", kept)
        if changed:
            self.connection.executemany("INSERT OR REPLACE INTO sequence VALUES (?, ?)", self._last.items())

    def _undo(self) -> None:
        for (kind, number), old in self._before.items():
            now = self._rows[kind].get(number)
            if now is not None:
                self._index.drop(kind, now)
            if old is not None:
                self._index.add(kind, old)
            if old is None:
                self._rows[kind].pop(number, None)
            else:
                rows = self._rows[kind]
                rows[number] = old
                # A row that comes back must stand in its place again: lists are ordered by id.
                self._rows[kind] = dict(sorted(rows.items()))
        self._before.clear()

    def clear(self) -> None:
        """Forget everything, ids included."""
        self.connection.execute("DELETE FROM row")
        self.connection.execute("DELETE FROM sequence")
        self._load()

    def everything(self) -> dict[str, list[Row]]:
        """All rows: kind → rows ordered by id."""
        return {kind: list(rows.values()) for kind, rows in sorted(self._rows.items()) if rows}

    def close(self) -> None:
        """Close the file."""
        self.connection.close()
