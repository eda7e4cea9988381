"""A gateway of the tests on a port, and the suite's report on it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from metering_suite import Gateway, Patience, chosen, parts
from metering_suite.http.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterable

    from metering_suite import Report
    from tests.metering_suite.reference_gateway import ReferenceGateway

IMPATIENT = Patience(quiet_seconds=0.03, lost_seconds=0.08, poll_seconds=0.01)
"""For gateways that are expected to lose: what comes later than that would be called lost."""
PATIENT = Patience(quiet_seconds=0.1, lost_seconds=5, poll_seconds=0.02)


def failing(report: Report) -> list[str]:
    """One line per call that failed."""
    return [
        f"{one.shape} {one.mode} {one.temperature}: {', '.join(one.verdicts)}; {'; '.join(one.notes)}"
        for one in report.results
        if one.failing
    ]


def report_on(
    gateway: type[ReferenceGateway], shapes: Iterable[str] = (), *, patience: Patience = IMPATIENT, workers: int = 8
) -> Report:
    """The report on one gateway."""

    async def measured() -> Report:
        async with parts() as here, Server(gateway(here.engine_url, here.backend_url).answer) as served:
            return await here.run(Gateway(url=served.url), shapes=chosen(shapes), patience=patience, workers=workers)

    return asyncio.run(measured())
