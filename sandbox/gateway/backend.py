"""The gateway's side of the authorisation calls, and what it remembers of them.

Facts: APIcast, gateway/src/apicast/backend_client.lua, proxy.lua (`post_action`), backend_cache_handler.lua.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import aiohttp

from sandbox.gateway.transport import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.gateway.service import Service
    from sandbox.gateway.transport import Transport

_LOG = logging.getLogger(__name__)
_OPTIONS = "rejection_reason_header=1&limit_headers=1&no_body=1"
_TIMEOUT = aiohttp.ClientTimeout(total=10)
_OK, _ACCEPTED = 200, 202
Key = tuple[int, tuple[tuple[str, str], ...], tuple[tuple[str, int], ...]]


@dataclass(frozen=True)
class Verdict:
    """What the backend said; status 0 = it could not be asked."""

    status: int
    reason: str = ""
    reset_seconds: str = ""

    @property
    def authorized(self) -> bool:
        """Whether the request may pass."""
        return self.status == _OK


class Backend:
    """Asks and reports; remembers authorised calls until one of them is refused."""

    def __init__(self, transport: Transport, override: str) -> None:
        self._transport = transport
        self._override = override.rstrip("/")
        self._authorized: set[Key] = set()
        self.failed_reports = 0

    def remembered(self, service: Service, credentials: Mapping[str, str], usage: Mapping[str, int]) -> bool:
        """Whether the very same call was authorised before."""
        return _key(service, credentials, usage) in self._authorized

    async def authrep(self, service: Service, credentials: Mapping[str, str], usage: Mapping[str, int]) -> Verdict:
        """Authorise and report in one call; the answer decides what is remembered."""
        parameters = {**self._identity(service), **credentials, **_usage("usage", usage)}
        url = f"{self._base(service)}/transactions/authrep.xml?{urlencode(parameters)}"
        key = _key(service, credentials, usage)
        try:
            headers = {"3scale-options": _OPTIONS}
            async with await self._transport.send("GET", url, headers=headers, timeout=_TIMEOUT) as response:
                reason = response.headers.get("3scale-rejection-reason", "")
                verdict = Verdict(response.status, reason, response.headers.get("3scale-limit-reset", ""))
        except (UnreachableError, aiohttp.ClientError, TimeoutError) as error:
            _LOG.warning("the authorisation backend could not be asked: %s", error)
            verdict = Verdict(0)
        if verdict.authorized:
            self._authorized.add(key)
        else:
            self._authorized.discard(key)
        return verdict

    async def report(self, service: Service, credentials: Mapping[str, str], usage: Mapping[str, int]) -> bool:
        """Report usage that is known only after the answer; false and a warning when it did not arrive."""
        named = {f"transactions[0][{name}]": value for name, value in credentials.items()}
        form = {**self._identity(service), **named, **_usage("transactions[0][usage]", usage)}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        url = f"{self._base(service)}/transactions.xml"
        body = urlencode(form).encode()
        try:
            async with await self._transport.send(
                "POST", url, headers=headers, body=body, timeout=_TIMEOUT
            ) as response:
                arrived = response.status == _ACCEPTED
                problem = str(response.status)
        except (UnreachableError, aiohttp.ClientError, TimeoutError) as error:
            arrived, problem = False, repr(error)
        if not arrived:
            self.failed_reports += 1
            _LOG.warning("usage of service %s was not taken: %s", service.id, problem)
        return arrived

    def _base(self, service: Service) -> str:
        return self._override or str(service.proxy["backend"]["endpoint"]).rstrip("/")

    @staticmethod
    def _identity(service: Service) -> dict[str, str]:
        kind = service.content["backend_authentication_type"]
        return {kind: service.content["backend_authentication_value"], "service_id": str(service.id)}


def _usage(prefix: str, usage: Mapping[str, int]) -> dict[str, str]:
    return {f"{prefix}[{metric}]": str(value) for metric, value in usage.items()}


def _key(service: Service, credentials: Mapping[str, str], usage: Mapping[str, int]) -> Key:
    return service.id, tuple(sorted(credentials.items())), tuple(sorted(usage.items()))
