"""What the engine received, what it sent, and the tokens each request used: the truth of a run."""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass, field
from typing import Any

from metering_suite.counts import Tokens


@dataclass(kw_only=True)
class Entry:
    """One request at the engine."""

    request_id: str
    shape: str
    key: str
    method: str
    target: str
    headers: dict[str, str]
    """Those that matter to metering, by lower-case name."""
    body: bytes
    status: int = 0
    tokens: Tokens = field(default_factory=Tokens)
    """Used so far; it grows while a stream runs."""
    complete: bool = False
    """Whether the whole answer was handed to the connection."""
    reported: bool = False
    """Whether a usage was among what was sent."""
    tellable: bool = True
    """Whether its shape tells usage to those who ask."""
    ended: bool = False
    """Whether this entry is final."""
    sent_bytes: int = 0
    sent_type: str = ""
    """The answer's media type with its parameters."""
    sent_digest: str = ""
    """Of the answer's body, without its codings."""
    lean_digest: str = ""
    """Likewise, without the events that tell nothing but usage."""

    def as_json(self) -> dict[str, Any]:
        """For the control endpoint."""
        return {**asdict(self), "body": base64.b64encode(self.body).decode()}


def entry(data: dict[str, Any]) -> Entry:
    """An entry read from the control endpoint."""
    return Entry(**{**data, "body": base64.b64decode(data["body"]), "tokens": Tokens(**data["tokens"])})


class Ledger:
    """All entries, in the order of arrival."""

    def __init__(self) -> None:
        """Start empty."""
        self._entries: list[Entry] = []

    def open(self, entry: Entry) -> None:
        """Write a request down before it is answered."""
        self._entries.append(entry)

    def of(self, prefix: str) -> list[Entry]:
        """Entries whose request id begins so."""
        return [entry for entry in self._entries if entry.request_id.startswith(prefix)]

    def forget(self, prefix: str) -> None:
        """Drop them; large bodies would fill the memory otherwise."""
        self._entries = [entry for entry in self._entries if not entry.request_id.startswith(prefix)]
