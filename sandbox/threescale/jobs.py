"""Work that porta leaves to Sidekiq: run when it is due, before the next request is answered, even after a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.threescale import fixture
from sandbox.threescale.entities import backend_apis, services

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.threescale.tenant import Tenant

_JOBS: Mapping[str, Callable[[Tenant, int], None]] = {
    "service_token": services.add_service_token,
    "purge_service": services.purge,
    fixture.SAMPLE_DATA: fixture.add_sample_data,
    "purge_backend_api": backend_apis.purge,
}


def run_due(tenant: Tenant) -> None:
    """Run every job whose time has come, each in a transaction of its own."""
    now = tenant.clock()
    for job in tenant.store.rows("job"):
        if job["due"] <= now:
            with tenant.store.transaction():
                _JOBS[job["job"]](tenant, job["subject"])
                tenant.store.delete("job", job["id"])
