"""What the model server really processed: one entry per request that reached a model, the truth metering is held to."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import asdict, dataclass


@dataclass
class Entry:
    """One request; tokens are filled in as they are produced, `completed` when the last one was handed over."""

    request_id: str
    path: str
    model: str
    stream: bool
    time: float
    prompt_tokens: int
    completion_tokens: int = 0
    completed: bool = False

    @property
    def total_tokens(self) -> int:
        """Prompt and completion together."""
        return self.prompt_tokens + self.completion_tokens


class Ledger:
    """All entries since the start or the last `clear`."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.failures: Counter[int] = Counter()
        """Refused requests by status; they used no token."""

    def open(self, request_id: str, path: str, model: str, prompt_tokens: int, *, stream: bool) -> Entry:
        """A new entry."""
        entry = Entry(request_id, path, model, stream, time.time(), prompt_tokens)
        self.entries.append(entry)
        return entry

    def clear(self) -> None:
        """Forget everything."""
        self.entries.clear()
        self.failures.clear()

    def rendered(self) -> dict[str, object]:
        """Entries in order of arrival, and the sums of the completed ones."""
        done = [entry for entry in self.entries if entry.completed]
        return {
            "requests": [{**asdict(entry), "total_tokens": entry.total_tokens} for entry in self.entries],
            "totals": {
                "requests": len(done),
                "prompt_tokens": sum(entry.prompt_tokens for entry in done),
                "completion_tokens": sum(entry.completion_tokens for entry in done),
                "total_tokens": sum(entry.total_tokens for entry in done),
            },
            "failures": {str(status): count for status, count in self.failures.items()},
        }
