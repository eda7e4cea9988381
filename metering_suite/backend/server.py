"""The calls of 3scale's service management API that a gateway makes, as far as metering needs them.

Facts: apisonator, lib/3scale/backend/listener.rb and errors.rb; APIcast, gateway/src/apicast/backend_client.lua.
Every credential is known and no limit is ever reached: what is metered here is the gateway, not a plan.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from metering_suite.backend.records import Records
from metering_suite.http.server import answer

if TYPE_CHECKING:
    from metering_suite.http.server import Connection, Received

PLAN = "Metering"
_XML = "application/vnd.3scale-v2.0+xml"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_AUTHORISATIONS = re.compile(r"^/transactions/(oauth_)?(authrep|authorize)\.xml$")
_USAGE = re.compile(r"^usage\[([^\]]+)\]$")
_TRANSACTION = re.compile(r"^transactions\[([^\]]*)\]\[(user_key|app_id|usage)\](?:\[([^\]]+)\])?$")
_VALUE = re.compile(r"#?\d+")
RECORDS = "/records"
"""Where the suite reads the records from another process."""


class _RefusedError(Exception):
    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.xml = f'{_HEAD}<error code="{code}">{escape(sentence)}</error>'


class RecordingBackend:
    """Answers a gateway and keeps the records."""

    def __init__(self) -> None:
        """Start with empty records."""
        self.records = Records()

    async def answer(self, request: Received, connection: Connection) -> bool:
        """Answer one request; true when its connection may serve another."""
        status, kind, body, headers = self._answered(request)
        await answer(connection, status, body.encode(), kind, headers)
        return request.keeps_alive

    def _answered(self, request: Received) -> tuple[int, str, str, list[tuple[str, str]]]:
        if request.path == RECORDS and request.method == "GET":
            return 200, "application/json", json.dumps(self.records.usage), []
        options = dict(parse_qsl(request.head.value("3scale-options")))
        try:
            if request.method == "GET" and _AUTHORISATIONS.match(request.path):
                body = self._authorised(request, record="authrep" in request.path)
                return 200, _XML, "" if options.get("no_body") == "1" else body, []
            if request.method == "POST" and request.path == "/transactions.xml":
                self._reported(request)
                return 202, _XML, "", []
        except _RefusedError as refused:
            return refused.status, _XML, refused.xml, []
        return 404, "text/plain", "", []

    def _authorised(self, request: Received, *, record: bool) -> str:
        query = dict(parse_qsl(urlsplit(request.target).query, keep_blank_values=True))
        _service(query)
        key = query.get("user_key") or query.get("app_id") or ""
        if not key:
            raise _RefusedError(403, "user_key_invalid", 'user key "" is invalid')
        usage = {match[1]: value for name, value in query.items() if (match := _USAGE.match(name))}
        _valid(usage)
        if record:
            self.records.report(key, usage)
        return f"{_HEAD}<status><authorized>true</authorized><plan>{PLAN}</plan></status>"

    def _reported(self, request: Received) -> None:
        # Rack merges both; APIcast writes the service into the query and the transactions into the form.
        form = parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
        _service(dict(parse_qsl(urlsplit(request.target).query)) | dict(form))
        keys: dict[str, str] = {}
        usages: dict[str, dict[str, str]] = {}
        for name, value in form:
            match = _TRANSACTION.match(name)
            if match and match[2] == "usage" and match[3]:
                usages.setdefault(match[1], {})[match[3]] = value
            elif match and not match[3]:
                keys[match[1]] = value
        for number, usage in usages.items():
            _valid(usage)
            self.records.report(keys.get(number, ""), usage)


def _service(given: dict[str, str]) -> None:
    """Refuse a call that does not say whose it is."""
    if not (given.get("service_token") or given.get("provider_key")):
        sentence = "provider_key or service_token is required"
        raise _RefusedError(403, "provider_key_or_service_token_required", sentence)
    if not given.get("service_id"):
        raise _RefusedError(422, "service_id_missing", "service ID is missing")


def _valid(usage: dict[str, str]) -> None:
    for metric, value in usage.items():
        if not _VALUE.fullmatch(value):
            sentence = f'usage value "{value}" for metric "{metric}" is invalid'
            raise _RefusedError(403, "usage_value_invalid", sentence)
