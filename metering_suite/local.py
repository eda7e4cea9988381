"""Engine, control endpoint and recording backend in this process, and runs against them."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metering_suite.backend.server import RecordingBackend
from metering_suite.engine.control import ControlEndpoint, LocalControl
from metering_suite.engine.server import Engine
from metering_suite.gateway import Gateway, Keys
from metering_suite.http.server import Server
from metering_suite.meters.backend import BackendMeter
from metering_suite.meters.ledger import LedgerMeter
from metering_suite.meters.meter import METRIC_NAMES, Patience
from metering_suite.runner import Setting, run, silent
from metering_suite.shapes.catalogue import BY_NAME, SHAPES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from metering_suite.meters.meter import Meter
    from metering_suite.report import Report
    from metering_suite.runner import Progress
    from metering_suite.shapes.model import Shape


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The suite's servers while they run."""

    engine: Engine
    engine_url: str
    control_url: str
    backend: RecordingBackend
    backend_url: str

    def backend_meter(self, names: Mapping[str, str] = METRIC_NAMES) -> BackendMeter:
        """A meter that reads the backend; metrics' names at the gateway by name here."""
        return BackendMeter(self.backend.records, names)

    async def run(  # noqa: PLR0913  # all but the gateway have a default
        self,
        gateway: Gateway,
        *,
        meter: Meter | None = None,
        keys: Keys | None = None,
        shapes: Sequence[Shape] = SHAPES,
        patience: Patience | None = None,
        workers: int = 1,
        progress: Progress = silent,
    ) -> Report:
        """The report on a gateway whose upstream is this engine; by default its backend is this one, any key known.

        Raises:
            SuiteError: gateway or meter cannot be reached, or no request came to the engine.
        """
        return await run(
            Setting(
                gateway=gateway,
                engine_url=self.engine_url,
                control=LocalControl(self.engine.ledger),
                meter=meter or self.backend_meter(),
                keys=keys or Keys(prefix="metering"),
                shapes=shapes,
                patience=patience or Patience(),
                workers=workers,
                progress=progress,
            )
        )

    async def run_direct(
        self,
        *,
        shapes: Sequence[Shape] = SHAPES,
        workers: int = 1,
        progress: Progress = silent,
    ) -> Report:
        """The report on no gateway at all: whether the suite by itself raises a false alarm."""
        return await self.run(
            Gateway(url=self.engine_url),
            meter=LedgerMeter(self.engine.ledger),
            shapes=shapes,
            patience=Patience(quiet_seconds=0.05, lost_seconds=0.5),
            workers=workers,
            progress=progress,
        )


@asynccontextmanager
async def parts(
    *, engine_port: int = 0, backend_port: int = 0, shapes: Mapping[str, Shape] = BY_NAME
) -> AsyncIterator[Parts]:
    """The suite's servers on loopback, on these ports or on free ones, until the block ends.

    Raises:
        SuiteError: a port is taken.
    """
    engine, backend = Engine(shapes), RecordingBackend()
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(Server(engine.answer, engine_port, engine.continues))
        endpoint = ControlEndpoint(engine.ledger, served.url)
        control = await stack.enter_async_context(Server(endpoint.answer))
        recording = await stack.enter_async_context(Server(backend.answer, backend_port))
        yield Parts(
            engine=engine,
            engine_url=served.url,
            control_url=control.url,
            backend=backend,
            backend_url=recording.url,
        )


@asynccontextmanager
async def engine_alone(port: int = 0, control_port: int = 0) -> AsyncIterator[tuple[str, str]]:
    """An engine; its address and that of its control endpoint.

    Raises:
        SuiteError: a port is taken.
    """
    engine = Engine(BY_NAME)
    async with Server(engine.answer, port, engine.continues) as served:
        endpoint = ControlEndpoint(engine.ledger, served.url)
        async with Server(endpoint.answer, control_port) as control:
            yield served.url, control.url


@asynccontextmanager
async def backend_alone(port: int = 0) -> AsyncIterator[str]:
    """A recording backend; its address.

    Raises:
        SuiteError: the port is taken.
    """
    async with Server(RecordingBackend().answer, port) as served:
        yield served.url
