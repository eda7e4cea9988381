"""The emulated tenant as these tests watch it: what it holds by name, what it was asked, and when it is silent."""

import contextlib
import re
import signal
from collections import Counter
from collections.abc import Iterator, Mapping

import requests

from tests.dynamic_providers.threescale.tenant import Tenant
from tests.support.plugin_host import Json

UNNAMED = frozenset({"job", "proxy", "proxy_config", "service_token", "usage", "provider", "settings"})
"""Kinds that come and go with others, or that there is one of."""
NAMES = ("org_name", "username", "system_name", "name", "title", "http_method", "pattern", "path", "period", "min")
"""Columns that a person tells rows apart by."""
OWNERS = {
    "service_id": "service",
    "account_id": "account",
    "plan_id": "plan",
    "metric_id": "metric",
    "backend_api_id": "backend_api",
    "feature_id": "feature",
    "section_id": "cms_section",
}
"""Columns that point at a row of another kind; a name says the same whatever the id."""
PURGED = frozenset({"service", "backend_api"})
"""Kinds whose rows stay for a while after their deletion."""
RELATIVE = ("parent_id", "owner_id", "issuer_id")
"""Columns that point at a row of the same kind, of the kind in `owner_type`, and at a product or the tenant."""
BY_TYPE = {"Service": "service", "Proxy": "service", "BackendApi": "backend_api"}
"""`owner_type` of metrics and rules → the kind of their owner; a proxy has the name of its product."""


class Served(Tenant):
    """A tenant whose state, log and process are looked at."""

    def forget_requests(self) -> None:
        """Empty the log; ordered faults stay."""
        requests.delete(f"{self._control}/requests", timeout=5).raise_for_status()

    def clear_faults(self) -> None:
        """Forget faults that did not happen; the log stays."""
        requests.delete(f"{self._control}/faults", timeout=5).raise_for_status()

    def answered(self, method: str, part: str) -> int:
        """Return how often a request was answered since the log was emptied; `part` is in its path."""
        log = requests.get(f"{self._control}/requests", timeout=5).json()
        return sum(one["method"] == method and part in one["path"] for one in log)

    def rows(self) -> dict[str, list[Json]]:
        """Return kind → rows, as the emulator keeps them."""
        found: dict[str, list[Json]] = requests.get(f"{self._control}/state", timeout=5).json()
        return found

    def inventory(self) -> Counter[str]:
        """Return what there is, each by kind and names, counted; two of a kind that look the same are two."""
        rows = self.rows()
        return Counter(
            f"{kind} {_named(kind, row, rows)}" for kind, held in rows.items() if kind not in UNNAMED for row in held
        )

    def content(self, product: str, environment: str = "production") -> Json:
        """Return the newest configuration of a product that a gateway would load."""
        rows = self.rows()
        (id_,) = [one["id"] for one in rows["service"] if one["system_name"] == product and one["state"] != "deleted"]
        found = [one for one in rows["proxy_config"] if (one["service_id"], one["environment"]) == (id_, environment)]
        newest: Json = max(found, key=lambda one: int(one["version"]))
        return newest

    def id_of(self, kind: str, **match: object) -> int:
        """Return the id of the one row that matches."""
        (found,) = [row["id"] for row in self.rows()[kind] if match.items() <= row.items()]
        return int(found)

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        """The emulator answers nothing: its process stands still."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)


def _named(kind: str, row: Json, rows: Mapping[str, list[Json]]) -> str:
    """Return the names of the row's owners, then its own; a backend's metrics carry its id, which says nothing."""
    words = [_owner(kind, row, column, rows) for column in (*OWNERS, *RELATIVE) if row.get(column)]
    words += [re.sub(r"\.\d+$", ".id", str(row[name])) for name in NAMES if row.get(name) not in {None, ""}]
    return " ".join([*words, *["deleted"] * (kind in PURGED and row.get("state") == "deleted")])


def _owner(own: str, row: Json, column: str, rows: Mapping[str, list[Json]]) -> str:
    if row.get("type") == "account_plan":
        return "tenant"
    relative = {"parent_id": own, "owner_id": BY_TYPE.get(row.get("owner_type", ""), ""), "issuer_id": "service"}
    kind = OWNERS.get(column) or relative[column]
    found = next((one for one in rows.get(kind, []) if one["id"] == row[column]), None)
    if found is None:
        return f"?{row[column]}"
    # A plan has the name of its product before its own, unless the row names the product itself.
    issuer = [_owner(kind, found, "issuer_id", rows)] if kind == "plan" and "service_id" not in row else []
    return " ".join([*issuer, next(str(found[name]) for name in NAMES if found.get(name))])
