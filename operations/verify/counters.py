"""3scale's usage counters, which limits and invoices are made from."""

import time
from typing import Any

import requests

from operations.errors import OperationError

COUNT_SECONDS = 60.0
"""Counters are written by workers a moment after the call (apisonator)."""
METRIC = "total_tokens"


class Counters:
    """3scale's usage counters of one product."""

    def __init__(self, admin_url: str, token: str, system_name: str) -> None:
        """Look the product up by system name.

        Raises:
            OperationError: 3scale refuses, or has no such product.
        """
        self._admin_url, self._auth = admin_url.rstrip("/"), ("", token)
        services = self._get("/admin/api/services.json")["services"]
        ids = [s["service"]["id"] for s in services if s["service"]["system_name"] == system_name]
        if not ids:
            raise OperationError(f"asked {admin_url} for product {system_name}: there is none; run `pulumi up` first")
        self._path = f"/stats/services/{ids[0]}/usage.json"

    def _get(self, path: str, **query: str) -> Any:  # noqa: ANN401 (JSON)
        """One read.

        Raises:
            OperationError: No answer, or a refusal.
        """
        try:
            answer = requests.get(f"{self._admin_url}{path}", params=query, auth=self._auth, timeout=30)
        except requests.RequestException as error:
            raise OperationError(f"asked {self._admin_url}{path}: no answer ({type(error).__name__})") from None
        if answer.status_code != requests.codes.ok:
            message = f"asked {self._admin_url}{path}: it answered {answer.status_code}; check threescaleAccessToken"
            raise OperationError(message)
        return answer.json()

    def total(self) -> int:
        """Tokens counted today (UTC)."""
        since = time.strftime("%Y-%m-%d 00:00:00", time.gmtime())
        return int(self._get(self._path, metric_name=METRIC, period="day", since=since, timezone="UTC")["total"])

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
