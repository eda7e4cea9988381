"""Usage counters: one value per application, metric, period and start of the period (UTC), in the tenant's file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.threescale.store import Store

PERIODS = ("eternity", "year", "month", "week", "day", "hour", "minute")
_TABLE = """
CREATE TABLE IF NOT EXISTS usage (
    service INTEGER, application INTEGER, metric INTEGER, period TEXT, start INTEGER, value INTEGER,
    PRIMARY KEY (application, metric, period, start)
) WITHOUT ROWID
"""
_ADD = """
INSERT INTO usage VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (application, metric, period, start) DO UPDATE SET value = value + excluded.value
"""
_SET = "INSERT OR REPLACE INTO usage VALUES (?, ?, ?, ?, ?, ?)"


def period_start(period: str, moment: datetime) -> datetime:
    """When the period around that moment began; weeks begin on Monday, eternity in 1970."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    starts = {
        "minute": moment.replace(second=0, microsecond=0),
        "hour": moment.replace(minute=0, second=0, microsecond=0),
        "day": day,
        "week": day - timedelta(days=day.weekday()),
        "month": day.replace(day=1),
        "year": day.replace(month=1, day=1),
        "eternity": datetime(1970, 1, 1, tzinfo=UTC),
    }
    return starts[period]


def period_end(period: str, start: datetime) -> datetime:
    """When the period that began then ends."""
    if period == "year":
        return start.replace(year=start.year + 1)
    if period == "month":
        return (start + timedelta(days=32)).replace(day=1)
    lengths = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
    return start + lengths.get(period, timedelta(days=7))


class Counters:
    """Reads and writes the counters of one store; writes belong inside the store's transaction."""

    def __init__(self, store: Store) -> None:
        self._connection = store.connection
        self._connection.execute(_TABLE)

    def add(self, service: int, application: int, metric: int, value: int, moment: datetime) -> None:
        """Count `value` more in every period around that moment."""
        self._write(_ADD, service, application, metric, value, moment)

    def replace(self, service: int, application: int, metric: int, value: int, moment: datetime) -> None:
        """Set the value of every period around that moment (`usage[m]=#n`)."""
        self._write(_SET, service, application, metric, value, moment)

    def _write(self, statement: str, service: int, application: int, metric: int, value: int, moment: datetime) -> None:  # noqa: PLR0913, PLR0917  # one row
        rows = [
            (service, application, metric, period, int(period_start(period, moment).timestamp()), value)
            for period in PERIODS
        ]
        self._connection.executemany(statement, rows)

    def value(self, application: int, metric: int, period: str, moment: datetime) -> int:
        """What the application used of the metric in the period around that moment."""
        start = int(period_start(period, moment).timestamp())
        row = self._connection.execute(
            "SELECT value FROM usage WHERE application = ? AND metric = ? AND period = ? AND start = ?",
            (application, metric, period, start),
        ).fetchone()
        return int(row[0]) if row else 0

    def series(self, scope: str, number: int, metrics: list[int], period: str, starts: list[datetime]) -> list[int]:
        """The sum over `metrics` at each start, of one "service" or "application", or of all (scope "")."""
        column = {"service": "service", "application": "application", "": "0"}[scope]
        marks = ", ".join("?" for _ in metrics)
        found = dict(
            self._connection.execute(
                f"SELECT start, SUM(value) FROM usage WHERE {column} = ? AND period = ? AND metric IN ({marks})"  # noqa: S608  # column from a fixed table
                " GROUP BY start",
                (number, period, *metrics),
            )
        )
        return [int(found.get(int(start.timestamp()), 0)) for start in starts]

    def everything(self) -> list[dict[str, int | str]]:
        """All counters of the longest period, for assertions: what was used in all."""
        rows = self._connection.execute("SELECT application, metric, value FROM usage WHERE period = 'eternity'")
        return [{"application": row[0], "metric": row[1], "value": row[2]} for row in rows]

    def clear(self) -> None:
        """Forget all counts."""
        self._connection.execute("DELETE FROM usage")
