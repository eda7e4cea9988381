"""The meter that reads the suite's recording backend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metering_suite.backend.server import RECORDS
from metering_suite.http.fetch import fetched_json
from metering_suite.meters.meter import METRIC_NAMES, Reading, renamed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metering_suite.backend.records import Records
    from metering_suite.counts import Counts


class BackendMeter:
    """Reads records in this process."""

    name = "backend"
    tells_keys = True

    def __init__(self, records: Records, names: Mapping[str, str] = METRIC_NAMES) -> None:
        """Take the records, and the metrics' names at the gateway by name here."""
        self._records = records
        self._names = names

    async def reading(self) -> Reading:
        """What was reported so far, by key."""
        return _by_key(self._records.usage, self._names)


class RemoteBackendMeter:
    """Reads the records of a backend in another process."""

    name = "backend"
    tells_keys = True

    def __init__(self, url: str, names: Mapping[str, str] = METRIC_NAMES) -> None:
        """Take the address of `python -m metering_suite backend`."""
        self._url = url.rstrip("/") + RECORDS
        self._names = names

    async def reading(self) -> Reading:
        """What was reported so far, by key."""
        return _by_key(await fetched_json(self._url, "the recording backend", _usage), self._names)


def _usage(found: Mapping[str, Mapping[str, int]]) -> dict[str, Counts]:
    """The records as the backend wrote them; anything else raises one of the errors of a wrong page."""
    return {key: {metric: int(value) for metric, value in counts.items()} for key, counts in found.items()}


def _by_key(usage: Mapping[str, Counts], names: Mapping[str, str]) -> Reading:
    return {key: renamed(counts, names) for key, counts in usage.items()}
