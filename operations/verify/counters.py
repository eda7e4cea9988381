"""3scale's usage counters, which limits and invoices are made from."""

import time
from http import HTTPStatus

import requests

from dynamic_providers.threescale.client import AdminApi
from dynamic_providers.threescale.errors import ThreescaleError
from operations.answers import content
from operations.errors import OperationError

COUNT_SECONDS = 60.0
"""Counters are written by workers a moment after the call (apisonator)."""
METRIC = "total_tokens"
TIMEOUT_SECONDS = 30


class Counters:
    """3scale's usage counters of one product."""

    def __init__(self, admin_url: str, token: str, system_name: str) -> None:
        """Look the product up by system name, on as many pages as there are.

        Raises:
            OperationError: 3scale refuses, or has no such product.
        """
        try:
            ids = AdminApi(admin_url, token).index("services", "services", "system_name")
        except ThreescaleError as refusal:
            raise OperationError(str(refusal)) from None
        if system_name not in ids:
            raise OperationError(f"asked {admin_url} for product {system_name}: there is none; run `pulumi up` first")
        self._url, self._auth = f"{admin_url.rstrip('/')}/stats/services/{ids[system_name]}/usage.json", ("", token)

    def total(self) -> int:
        """Tokens counted today (UTC).

        Raises:
            OperationError: No answer, a refusal, or an answer without a number.
        """
        # The Analytics API is beside the Admin API, so its client does not reach it.
        asked = f"asked {self._url}"
        since = time.strftime("%Y-%m-%d 00:00:00", time.gmtime())
        query = {"metric_name": METRIC, "period": "day", "since": since, "timezone": "UTC"}
        try:
            answer = requests.get(self._url, params=query, auth=self._auth, timeout=TIMEOUT_SECONDS)
        except requests.RequestException as error:
            message = f"{asked}: no answer ({type(error).__name__}); 3scale must be reachable; check the proxy settings"
            raise OperationError(message) from None
        if answer.status_code != HTTPStatus.OK:
            message = f"{asked}: it answered {answer.status_code}, 200 was expected; check threescaleAccessToken"
            raise OperationError(message)
        total = content(answer, asked, "total")
        if not isinstance(total, int):
            raise OperationError(f"{asked}: the total is no whole number; see what serves this address")
        return total

    def risen(self, before: int, by: int) -> int:
        """The counter once it has risen `by` tokens; counting is asynchronous.

        Raises:
            OperationError: It has not risen, or by another number, within `COUNT_SECONDS`.
        """
        deadline = time.monotonic() + COUNT_SECONDS
        while (now := self.total()) != before + by:
            if now > before + by or time.monotonic() > deadline:
                message = (
                    f"{by} tokens were used, 3scale counted {now - before} (metric {METRIC}); look at the gateway's log"
                )
                raise OperationError(message)
            time.sleep(0.5)  # counters are written by workers: no event tells when
        return now
