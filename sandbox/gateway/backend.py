"""The gateway's side of the authorisation calls, and what it remembers of them.

Facts: APIcast, gateway/src/apicast/backend_client.lua, proxy.lua (`handle_backend_response`),
backend/cache_handler.lua, policy/caching/caching.lua.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp

from sandbox.gateway.transport import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.apicast.runtime import Runtime
    from sandbox.gateway.service import Service
    from sandbox.gateway.transport import Transport

_LOG = logging.getLogger(__name__)
_OPTIONS = "rejection_reason_header=1&limit_headers=1&no_body=1"
_TIMEOUT = aiohttp.ClientTimeout(total=10)
_OK, _CLIENT_LEFT, _SERVER_ERROR = 200, 499, 500
REMEMBERED = 10_000
"""How many answers are remembered. APIcast's memory has a bound too and drops what was longest unused (`lua_shared_dict
api_keys 30m`); this one is some megabytes, and more keys than a sandbox has applications."""


@dataclass(frozen=True)
class Verdict:
    """What the backend said; status 0 = it could not be asked."""

    status: int
    reason: str = ""
    reset_seconds: str = ""
    limit: int | None = None
    """Maximum of the tightest limit."""

    @property
    def unavailable(self) -> bool:
        """Whether that is no answer to the question."""
        return self.status == 0 or self.status >= _CLIENT_LEFT


class Backend:
    """Asks, and remembers by key what was answered."""

    def __init__(self, transport: Transport, runtime: Runtime, environment: Mapping[str, str]) -> None:
        self._transport = transport
        self._override = environment.get("BACKEND_ENDPOINT_OVERRIDE", "").rstrip("/")
        self._response_codes = environment.get("APICAST_RESPONSE_CODES") in ("1", "true")
        self._counted: Any = runtime.module("apicast.metrics.3scale_backend_calls")[b"report"]
        self._known: OrderedDict[str, int] = OrderedDict()

    def remembered(self, key: str) -> int | None:
        """The status that is remembered for a call."""
        if key in self._known:
            self._known.move_to_end(key)
        return self._known.get(key)

    def remember(self, caching: str, key: str, verdict: Verdict) -> None:
        """Remember an answer, or forget what was known, as the caching type has it."""
        valid = 0 < verdict.status < _SERVER_ERROR
        if caching in ("resilient", "allow"):
            if valid:
                self._known[key] = verdict.status
            elif caching == "allow":
                self._known.setdefault(key, _OK)
        elif caching in ("default", "strict"):
            if verdict.status == _OK:
                self._known[key] = _OK
            else:
                self._known.pop(key, None)
        if key in self._known:
            self._known.move_to_end(key)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    async def authrep(
        self, service: Service, credentials: Mapping[str, str], usage: Mapping[str, int], code: int | None = None
    ) -> Verdict:
        """Authorise and report in one call. `code` is the status that the client got."""
        kind = service.content["backend_authentication_type"]
        parameters = {kind: service.content["backend_authentication_value"], "service_id": str(service.id)}
        parameters |= {**credentials, **{f"usage[{metric}]": str(delta) for metric, delta in usage.items()}}
        if code is not None and self._response_codes:
            parameters["log[code]"] = str(code)
        base = self._override or str(service.proxy["backend"]["endpoint"]).rstrip("/")
        verdict = await self._asked(f"{base}/transactions/authrep.xml?{urlencode(parameters)}")
        self._counted(b"authrep", verdict.status)
        return verdict

    async def _asked(self, url: str) -> Verdict:
        try:
            async with await self._transport.send(
                "GET", url, headers={"3scale-options": _OPTIONS}, timeout=_TIMEOUT
            ) as response:
                said = response.headers
                limit = said.get("3scale-limit-max-value", "")
                return Verdict(
                    response.status,
                    said.get("3scale-rejection-reason", ""),
                    said.get("3scale-limit-reset", ""),
                    int(limit) if limit.isdigit() else None,
                )
        except (UnreachableError, aiohttp.ClientError, TimeoutError) as error:
            _LOG.warning("the authorisation backend could not be asked: %s", error)
            return Verdict(0)
