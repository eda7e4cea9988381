"""A real server's Admin API, on loopback; no library that reads proxy variables."""

from __future__ import annotations

import http.client
import json
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

_SECONDS = 30.0


class Unanswered(Exception):  # noqa: N818 - what happened: no answer, or a refusal
    """The server could not be asked, or refused; the text holds no secret."""


def loopback(control_url: str, host: str, port: int) -> int:
    """The loopback port behind a Service.

    Raises:
        Unanswered: nothing listens there.
    """
    control = urlsplit(control_url)
    query = urlencode({"host": host, "port": port})
    status, body = _exchange(control.port or 0, "GET", f"{control.path}/resolve?{query}")
    if status != HTTPStatus.OK:
        raise Unanswered(f"dial tcp: lookup {host}: nothing listens at port {port}")
    return int(body["port"])


class AdminApi:
    """One server, signed in as its administrator at the first request."""

    def __init__(self, port: int, path: str, user: str, password: str) -> None:
        self._port = port
        self._path = path
        self._form = {"grant_type": "password", "client_id": "admin-cli", "username": user, "password": password}
        self._token = ""

    def get(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        """What is at a path below `/admin`, or None."""
        status, body = self._ask("GET", path, None)
        if status == HTTPStatus.NOT_FOUND:
            return None
        return self._accepted("GET", path, status, body)

    def send(self, method: str, path: str, value: object = None) -> None:
        """Write or delete; what is gone already is fine.

        Raises:
            Unanswered: refused.
        """
        status, body = self._ask(method, path, value)
        if not (method == "DELETE" and status == HTTPStatus.NOT_FOUND):
            self._accepted(method, path, status, body)

    def _ask(self, method: str, path: str, value: object) -> tuple[int, Any]:
        if not self._token:
            form = urlencode(self._form)
            where = f"{self._path}/realms/master/protocol/openid-connect/token"
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            status, answer = _exchange(self._port, "POST", where, form, headers)
            if status != HTTPStatus.OK:
                raise Unanswered(f"authentication failed: {status}")
            self._token = answer["access_token"]
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        body = None if value is None else json.dumps(value)
        return _exchange(self._port, method, f"{self._path}/admin/{path}", body, headers)

    @staticmethod
    def _accepted(method: str, path: str, status: int, body: Any) -> Any:  # noqa: ANN401 - any JSON
        if status >= HTTPStatus.BAD_REQUEST:
            told = body if isinstance(body, dict) else {}
            sentence = told.get("errorMessage") or told.get("error") or ""
            raise Unanswered(f"failed to {method} {path.partition('?')[0]}: {status} {sentence}".rstrip())
        return body


def _exchange(
    port: int, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    try:
        connection.request(method, path, body, {"Accept": "application/json", **(headers or {})})
        answer = connection.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if content else None
    except (OSError, http.client.HTTPException, ValueError) as problem:
        raise Unanswered(f"{method} {path.partition('?')[0]}: {type(problem).__name__}") from problem
    finally:
        connection.close()
