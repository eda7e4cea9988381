"""The bytes of one file, and the digest of what passes by."""

from __future__ import annotations

import hashlib
import http.client
import os
import time

from .hub import CHUNK, Hub, HubFile
from .telling import PassingError

TRIES = 5
"""Connections in a row that may break without a byte."""

PAUSE_SECONDS = float(os.environ.get("IMPORT_PAUSE_SECONDS") or 2)
"""Rest after the first failure; it grows with their number."""


class Checksum:
    """The digest of what passes by, in the form in which the hub gives it."""

    def __init__(self, file: HubFile) -> None:
        self._kind = file.digest.partition(":")[0]
        # A small file's name in Git: SHA-1 of a header and the contents (git, Documentation/gitformat-pack).
        self._hash = hashlib.sha256() if self._kind == "sha256" else hashlib.sha1(b"blob %d\0" % file.size)  # noqa: S324 - see above

    def update(self, data: bytes) -> None:
        """Take in the next bytes."""
        self._hash.update(data)

    def __str__(self) -> str:
        """The digest so far."""
        return f"{self._kind}:{self._hash.hexdigest()}"


class Reader:
    """A file of the hub, read from `offset` on; a connection that breaks is opened again where it broke."""

    def __init__(self, hub: Hub, commit: str, file: HubFile, offset: int) -> None:
        self._hub, self._commit, self._file, self._at = hub, commit, file, offset
        self._answer: http.client.HTTPResponse | None = None

    def read(self, count: int) -> bytes:
        """The next `count` bytes, fewer only at the end of the file."""
        wanted = min(count, self._file.size - self._at)
        parts: list[bytes] = []
        failures = 0
        while wanted:
            data = self._some(wanted)
            failures = 0 if data else failures + 1
            if failures >= TRIES:
                raise PassingError(f"{self._file.name}: the connection broke {TRIES} times at byte {self._at}")
            if not data:
                time.sleep(PAUSE_SECONDS * failures)
            parts.append(data)
            wanted -= len(data)
            self._at += len(data)
        return b"".join(parts)

    def _some(self, wanted: int) -> bytes:
        try:
            if self._answer is None:
                self._answer = self._hub.stream(self._commit, self._file.name, self._at)
            data = self._answer.read(min(wanted, CHUNK))
        except (OSError, http.client.HTTPException, PassingError):
            data = b""
        if not data:
            self._answer = None
        return data
