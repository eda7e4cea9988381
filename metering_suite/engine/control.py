"""The ledger read from here or from another process; one interface for both."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlencode

from metering_suite.engine.ledger import Entry, entry
from metering_suite.http.fetch import fetched, fetched_json
from metering_suite.http.server import answer

if TYPE_CHECKING:
    from metering_suite.engine.ledger import Ledger
    from metering_suite.http.server import Connection, Received

_PATH = "/ledger"
_ENGINE = "/engine"
_WHAT = "the engine's control endpoint"


class Control(Protocol):
    """What a run asks of an engine."""

    async def of(self, prefix: str) -> list[Entry]:
        """Entries whose request id begins so."""
        ...

    async def forget(self, prefix: str) -> None:
        """Drop them."""
        ...


class LocalControl:
    """The ledger of an engine in this process."""

    def __init__(self, ledger: Ledger) -> None:
        """Take the ledger."""
        self._ledger = ledger

    async def of(self, prefix: str) -> list[Entry]:
        """Entries whose request id begins so."""
        return self._ledger.of(prefix)

    async def forget(self, prefix: str) -> None:
        """Drop them."""
        self._ledger.forget(prefix)


class RemoteControl:
    """The ledger of an engine in another process, by its control endpoint."""

    def __init__(self, url: str) -> None:
        """Take the address of `python -m metering_suite engine --control-port`."""
        self._url = url.rstrip("/")

    async def of(self, prefix: str) -> list[Entry]:
        """Entries whose request id begins so."""
        address = f"{self._url}{_PATH}?{urlencode({'prefix': prefix})}"
        return await fetched_json(address, _WHAT, lambda found: [entry(one) for one in found])

    async def forget(self, prefix: str) -> None:
        """Drop them."""
        address = f"{self._url}{_PATH}?{urlencode({'prefix': prefix})}"
        await fetched(address, _WHAT, method="DELETE")

    async def engine_url(self) -> str:
        """Where the engine listens.

        Raises:
            SuiteError: nothing answers, or something else.
        """
        return await fetched_json(f"{self._url}{_ENGINE}", _WHAT, lambda found: str(found["url"]))


class ControlEndpoint:
    """Answers `RemoteControl`."""

    def __init__(self, ledger: Ledger, engine_url: str) -> None:
        """Take the ledger, and where its engine listens."""
        self._ledger = ledger
        self._engine_url = engine_url

    async def answer(self, request: Received, connection: Connection) -> bool:
        """Answer one request."""
        prefix = request.query.get("prefix", "")
        if request.path == _ENGINE and request.method == "GET":
            await answer(connection, 200, json.dumps({"url": self._engine_url}).encode())
            return True
        if request.path != _PATH or request.method not in ("GET", "DELETE"):
            await answer(connection, 404, b'{"error":"GET /engine, GET or DELETE /ledger?prefix="}')
            return True
        found = self._ledger.of(prefix) if request.method == "GET" else []
        if request.method == "DELETE":
            self._ledger.forget(prefix)
        await answer(connection, 200, json.dumps([one.as_json() for one in found]).encode())
        return True
