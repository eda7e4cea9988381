"""The request log every part of the sandbox writes: what was asked, how it was answered, how long it took.

A part makes one `RequestLog` and either records entries itself or puts `RequestLog.middleware` into its aiohttp
application. Entries travel to the supervisor's control API in batches, from a thread of their own, so that a part
never waits for the log. Paths are recorded without their query: queries can hold keys.
"""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import urlsplit

from aiohttp import web

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler, Middleware

_DELIVERY_SECONDS = 5.0
_KEPT_ENTRIES = 10_000
_SERVER_ERROR = 500
# `DELETE …/applications/2/keys/<key>.json`: the key itself. To the end: a decoded key can hold a slash.
_KEY = re.compile(r"(/keys/).+", re.DOTALL)


class Entry(TypedDict):
    """One request as the log shows it; `time` is seconds since the epoch, `duration` is seconds."""

    time: float
    part: str
    method: str
    path: str
    status: int
    duration: float


def shown_path(path: str) -> str:
    """A path as a log may show it: without its query, and without the application key that follows `/keys/`."""
    return _KEY.sub(r"\1***", path.partition("?")[0])


class RequestLog:
    """Sends what one part answered to the control API; does nothing when there is no control API."""

    def __init__(self, control_url: str | None, part: str) -> None:
        self._part = part
        self._address = urlsplit(control_url) if control_url else None
        self._waiting: deque[Entry] = deque(maxlen=_KEPT_ENTRIES)
        self._changed = threading.Condition()
        self._busy = False
        self._closed = False
        self._thread: threading.Thread | None = None

    def record(self, method: str, path: str, status: int, duration: float) -> None:
        """Add one request. A query in the path is cut off, an application key masked; `duration` is in seconds."""
        if self._address is None:
            return
        entry = Entry(
            time=time.time() - duration,
            part=self._part,
            method=method,
            path=shown_path(path),
            status=status,
            duration=round(duration, 6),
        )
        with self._changed:
            self._waiting.append(entry)
            if self._thread is None:
                self._thread = threading.Thread(target=self._deliver, name=f"request-log-{self._part}", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    @property
    def middleware(self) -> Middleware:
        """An aiohttp middleware that records every request of the application."""

        @web.middleware
        async def recorded(request: web.Request, handler: Handler) -> web.StreamResponse:
            started = time.monotonic()
            status = _SERVER_ERROR
            try:
                response = await handler(request)
                status = response.status
            except web.HTTPException as answer:
                status = answer.status
                raise
            else:
                return response
            finally:
                self.record(request.method, request.path, status, time.monotonic() - started)

        return recorded

    def flush(self, seconds: float = _DELIVERY_SECONDS) -> bool:
        """Wait until everything recorded so far is delivered or given up; false when the time was not enough."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._busy, timeout=seconds)

    def close(self) -> None:
        """Deliver what is waiting and end the thread."""
        self.flush()
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(_DELIVERY_SECONDS)

    def _deliver(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                batch = list(self._waiting)
                self._waiting.clear()
                self._busy = True
            self._post(batch)
            with self._changed:
                self._busy = False
                self._changed.notify_all()

    def _post(self, batch: list[Entry]) -> bool:
        """Post one batch; false when the control API is away: entries are then lost, the part goes on."""
        if self._address is None or self._address.hostname is None:
            return False
        # A connection per batch: an idle one would be closed by the other side between two batches.
        connection = http.client.HTTPConnection(self._address.hostname, self._address.port, timeout=_DELIVERY_SECONDS)
        try:
            body = json.dumps(batch).encode()
            connection.request("POST", "/requests", body, {"Content-Type": "application/json"})
            return connection.getresponse().status < http.HTTPStatus.BAD_REQUEST
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
