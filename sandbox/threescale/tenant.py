"""The state of one tenant and the rules that cross entities: names, times, delayed jobs, what touches what."""

from __future__ import annotations

import hashlib
import secrets
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.threescale.store import Row, Store

# The first tenant of an installation: account 1 is the master account (porta, db/seeds.rb).
PROVIDER = 2
ALL_SCOPES = ("account_management", "cms", "finance", "policy_registry", "stats")


@dataclass(frozen=True, kw_only=True)
class Options:
    """How the tenant is set up; the names follow the Secret `system-seed`."""

    name: str = "maas"
    domain: str = "apps.maas.test"
    release: str = "2.15"
    access_token: str = ""
    apicast_token: str = ""
    """Token the gateways use on the master endpoint; empty = the tenant's own token is good there too."""
    admin_user: str = "admin"
    admin_password: str = ""
    admin_email: str = "admin@maas.test"
    service_token_delay: float = 0.2
    """Seconds until a new product has its service token (porta: CreateServiceTokenWorker)."""
    sample_data_delay: float = 0.0
    """Seconds until a fresh tenant has its sample data (porta: SampleDataWorker, ImportSimpleLayoutWorker)."""
    sample_data_status: int = 0
    """What every call is answered until then (404, 409, 503 were seen); 0 = empty lists, as far as they are."""
    gateway_answers: bool = True
    """Whether the gateway tells its builtin policies when porta asks; if not, `GET /policies` answers null."""
    proxy: str = ""
    """`http://host:port` by which the portal reaches realms; empty = directly."""
    ca_file: str = ""
    """Authorities the portal trusts; empty = the system's."""
    purge_delay: float = 0.4
    """Seconds a deleted product or backend still holds its name (porta: DeleteObjectHierarchyWorker)."""


def digest(secret: str) -> str:
    """What is kept of a token: its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Tenant:
    """Rows, clock and options; entity modules work on this and nothing else."""

    def __init__(self, options: Options, store: Store, clock: Callable[[], float] = time.time) -> None:
        self.options = options
        self.store = store
        self.clock = clock
        self._skew = 0.0
        self._purge_delay = options.purge_delay

    @property
    def purge_delay(self) -> float:
        """Seconds a product or backend that is deleted now will still hold its name."""
        return self._purge_delay

    @contextmanager
    def under(self, *, skew: float, purge_delay: float | None) -> Iterator[None]:
        """For one answer: a clock that is `skew` seconds fast, and another delay of purges if one is given."""
        kept = self._skew, self._purge_delay
        self._skew = skew
        self._purge_delay = self._purge_delay if purge_delay is None else purge_delay
        try:
            yield
        finally:
            self._skew, self._purge_delay = kept

    @property
    def admin_domain(self) -> str:
        """Host of the Admin API."""
        return f"{self.options.name}-admin.{self.options.domain}"

    @property
    def portal_domain(self) -> str:
        """Host of the developer portal."""
        return f"{self.options.name}.{self.options.domain}"

    @property
    def backend_domain(self) -> str:
        """Host of the authorisation backend, as its Route has it."""
        return f"backend-{self.options.name}.{self.options.domain}"

    def at_least(self, release: str) -> bool:
        """Whether this tenant is of that release or newer."""
        return _version(self.options.release) >= _version(release)

    def now(self) -> str:
        """The time as the API prints it: UTC, whole seconds."""
        return datetime.fromtimestamp(self.clock() + self._skew, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def insert(self, kind: str, /, **fields: object) -> Row:
        """A new row with its time stamps."""
        now = self.now()
        return self.store.insert(kind, **fields, created_at=now, updated_at=now)

    def change(self, kind: str, row: Row, /, **changes: object) -> Row:
        """The row with these fields; its time stamp moves only when a value really differs (ActiveRecord)."""
        different = {key: value for key, value in changes.items() if row.get(key) != value}
        if not different:
            return row
        return self.store.update(kind, row["id"], **different, updated_at=self.now())

    def touch(self, kind: str, number: int) -> None:
        """Move the time stamp of a row."""
        self.store.update(kind, number, updated_at=self.now())

    def gateway_changed(self, product: int) -> None:
        """A rule, usage or setting that feeds the gateway changed: the proxy and its product are touched."""
        proxy = self.proxy(product)
        self.touch("proxy", proxy["id"])
        self.touch("service", product)

    def later(self, seconds: float, job: str, subject: int) -> None:
        """Run a job on a row after that time, or right away in the same request when there is no delay."""
        self.store.insert("job", due=self.clock() + seconds, job=job, subject=subject)

    def proxy(self, product: int) -> Row:
        """The proxy of a product."""
        found = self.store.first("proxy", service_id=product)
        assert found is not None  # noqa: S101  # every product is created together with its proxy
        return found

    def hits(self, owner_type: str, owner: int) -> Row:
        """The built-in metric of a product ("Service") or backend ("BackendApi")."""
        return next(
            metric
            for metric in self.store.rows("metric", owner_type=owner_type, owner_id=owner)
            if metric["system_name"].partition(".")[0] == "hits" and metric["parent_id"] is None
        )

    def usages(self, product: int) -> list[Row]:
        """The backend usages of a product."""
        return self.store.rows("backend_usage", service_id=product)

    def products(self) -> list[Row]:
        """The products that are not being deleted."""
        return [row for row in self.store.rows("service") if row["state"] != "deleted"]

    def access_token(self, user: int, **fields: object) -> tuple[Row, str]:
        """A new token of a user, and its value, which is shown only once and kept as a digest."""
        value = str(fields.pop("value", "") or secrets.token_hex(32))
        row = self.store.insert("access_token", user_id=user, digest=digest(value), **fields)
        return row, value


def _version(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split("."))
