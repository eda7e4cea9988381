"""The meter of a run without a gateway: it counts what a gateway that does everything right would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metering_suite.counts import summed

if TYPE_CHECKING:
    from metering_suite.engine.ledger import Ledger
    from metering_suite.meters.meter import Reading


class LedgerMeter:
    """Reads the ledger, as a gateway that counts right would."""

    name = "the engine's own ledger"
    tells_keys = True

    def __init__(self, ledger: Ledger) -> None:
        """Take the ledger."""
        self._ledger = ledger

    async def reading(self) -> Reading:
        """Tokens of complete answers to requests that could be made to tell them, by key."""
        found: Reading = {}
        for entry in self._ledger.of(""):
            if entry.key and entry.tellable and entry.complete:
                found[entry.key] = summed([found.get(entry.key, {}), entry.tokens.as_counts()])
        return found
