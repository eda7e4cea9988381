"""The request log of the whole sandbox: entries the parts posted, and the API server's own audit log."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections import deque
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from sandbox.request_log import shown_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_log = logging.getLogger(__name__)
_KEPT = 100_000
_KEYS = ("time", "part", "method", "path", "status", "duration")
_METHODS = {"list": "GET", "watch": "GET", "get": "GET", "create": "POST", "update": "PUT", "patch": "PATCH"}
_DELETES = ("delete", "deletecollection")


class RequestStore:
    """Entries as JSON objects with time, part, method, path, status and duration; some parts add keys of their own."""

    def __init__(self, audit: Path) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self._audit = audit
        self._offset = audit.stat().st_size if audit.exists() else 0

    def add(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Keep entries.

        Raises:
            ValueError: one lacks a key.
        """
        for entry in entries:
            missing = [key for key in _KEYS if key not in entry]
            if missing:
                raise ValueError(f"a request log entry lacks {', '.join(missing)}")
            self._entries.append(dict(entry) | {"path": shown_path(str(entry["path"]))})

    def shown(self, part: str = "") -> list[dict[str, Any]]:
        """Every entry since the last clearing, oldest first; of one part where it is named."""
        self._read_audit()
        found = [entry for entry in self._entries if part in {"", entry["part"]}]
        return sorted(found, key=lambda entry: float(entry["time"]))

    def clear(self) -> None:
        """Forget everything."""
        self._read_audit()
        self._entries.clear()

    def _read_audit(self) -> None:
        if not self._audit.exists():
            return
        if self._audit.stat().st_size < self._offset:  # the API server started a new file
            self._offset = 0
        with self._audit.open("rb") as stream:
            stream.seek(self._offset)
            for line in stream:
                if not line.endswith(b"\n"):  # the server is still writing it
                    break
                self._offset += len(line)
                try:
                    event = json.loads(line)
                except ValueError:
                    # A killed API server leaves half a line, and the next one's first event is glued to it.
                    _log.warning("left out a broken line of %s", self._audit)
                    continue
                self._entries.append(audit_entry(event))


def audit_entry(event: Mapping[str, Any]) -> dict[str, Any]:
    """The entry for an event of the API server's audit log; `dry_run` marks a write that wrote nothing."""
    started = _seconds(event["requestReceivedTimestamp"])
    address = urlsplit(event["requestURI"])
    verb = event["verb"]
    return {
        "time": started,
        "part": "kubernetes",
        "method": "DELETE" if verb in _DELETES else _METHODS.get(verb, verb.upper()),
        "path": address.path,
        "status": int((event.get("responseStatus") or {}).get("code", 0)),
        "duration": round(_seconds(event["stageTimestamp"]) - started, 6),
        "user": event.get("user", {}).get("username", ""),
        "dry_run": "dryRun" in parse_qs(address.query),
    }


def _seconds(text: str) -> float:
    return dt.datetime.fromisoformat(text).timestamp()
