"""The meter that reads 3scale's statistics. Facts: 3scale, Analytics API, `/stats/services/{id}/usage.json`."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from metering_suite.http.fetch import fetched_json
from metering_suite.meters.meter import METRIC_NAMES, Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN_VARIABLE = "THREESCALE_ACCESS_TOKEN"  # noqa: S105  # a variable's name
"""Where the command takes the access token from: arguments are seen by everybody on the machine."""


class StatsMeter:
    """Reads the totals of a product, or of applications by their key."""

    name = "threescale-stats"

    def __init__(  # noqa: PLR0913  # what a tenant is asked with
        self,
        admin_url: str,
        token: str,
        service: int,
        *,
        applications: Mapping[str, int] | None = None,
        names: Mapping[str, str] = METRIC_NAMES,
        ca_file: str = "",
    ) -> None:
        """Take the Admin URL, a token with scope `stats`, the product's id; application ids by key where known."""
        self._admin = admin_url.rstrip("/")
        self._token = base64.b64encode(f":{token}".encode()).decode()
        self._paths = {"": f"/stats/services/{service}/usage.json"}
        if applications:
            self._paths = {key: f"/stats/applications/{number}/usage.json" for key, number in applications.items()}
        self._names = names
        self._ca_file = ca_file

    @property
    def tells_keys(self) -> bool:
        """Whether applications are known by their key."""
        return "" not in self._paths

    async def reading(self) -> Reading:
        """The totals of the last twelve months: they do not fall at midnight."""
        return {
            key: {metric: await self._total(path, name) for metric, name in self._names.items()}
            for key, path in self._paths.items()
        }

    async def _total(self, path: str, metric: str) -> int:
        query = urlencode({"metric_name": metric, "period": "year", "skip_change": "true"})
        return await fetched_json(
            f"{self._admin}{path}?{query}",
            f"3scale's statistics of metric {metric}",
            lambda found: int(found["total"]),
            headers=[("Authorization", f"Basic {self._token}")],
            ca_file=self._ca_file,
        )
