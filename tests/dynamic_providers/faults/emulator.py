"""The emulator in a thread of this process: its state can be put back, and a fault aimed at one call of a course."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from aiohttp import web

from sandbox.request_log import RequestLog
from sandbox.threescale import jobs
from sandbox.threescale.app import Emulator
from sandbox.threescale.faults import Fault, Faults, Kind
from sandbox.threescale.fixture import seed
from sandbox.threescale.server import Server
from sandbox.threescale.store import Row, Store
from sandbox.threescale.tenant import Options, Tenant
from tests.dynamic_providers.threescale.tenant import CANARY

START = 1_760_000_000.0
TICK_SECONDS = 0.1
"""The tenant's clock moves by this with every request and never else, so a course asks the same every time."""

CONDITIONS = (Kind.CLOCK_SKEW, Kind.SLOW_PURGE)
"""Faults under which a request is answered; the others come before or after the answer."""
Saved = tuple[bytes, int]
T = TypeVar("T")


@dataclass(frozen=True)
class Call:
    """One request of a course: the `nth` (from 1) of this method and path."""

    method: str
    path: str
    nth: int

    def __str__(self) -> str:
        """As the table shows it."""
        again = f" ({self.nth})" if self.nth > 1 else ""
        return f"{self.method} {self.path.removeprefix('/admin/api/').removesuffix('.json')}{again}"


@dataclass(frozen=True)
class Aim:
    """A fault for one call and, with `lasting`, for every request after it."""

    call: Call
    fault: Callable[[], Fault | None]
    """What happens to the request; None when it is answered well."""
    lasting: bool = False


class Aimed(Faults):
    """The faults of the emulator, replaced by one aim and a record of all requests."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self.ticks = 0
        """Requests since the tenant was made; put back together with its state."""
        self.begin()

    def begin(self, aim: Aim | None = None) -> None:
        """Forget what was asked, and aim anew."""
        self.calls.clear()
        self._seen: Counter[tuple[str, str]] = Counter()
        self._aim, self.hit = aim, False
        self._condition: Fault | None = None
        """`hit`: whether the aim was met."""

    def take(self, method: str, path: str, operation: str = "") -> Fault | None:  # noqa: ARG002 - one call is aimed at
        """Record the request and return its fault."""
        self.ticks += 1
        self._condition = None
        self._seen[method, path] += 1
        call = Call(method, path, self._seen[method, path])
        self.calls.append(call)
        if self._aim is None or not (call == self._aim.call or (self.hit and self._aim.lasting)):
            return None
        self.hit = True
        fault = self._aim.fault()
        if fault is not None and fault.kind in CONDITIONS:
            self._condition, fault = fault, None
        return fault

    def condition(self, kind: Kind, method: str, path: str, operation: str) -> float | None:  # noqa: ARG002 - as above
        """Return the seconds of a condition under which the request just taken is answered."""
        held = self._condition
        return held.seconds if held is not None and held.kind is kind else None


class Running:
    """A tenant that is served on a port of its own, in a thread to which its database belongs."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - options of the tenant
        self._options = Options(access_token=CANARY, **options)
        self._up = threading.Event()
        self.aimed = Aimed()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        self._up.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def saved(self) -> Saved:
        """Return the whole state, ids and clock included."""
        return self._there(lambda store: (store.connection.serialize(), self.aimed.ticks))

    def put_back(self, saved: Saved) -> None:
        """Take an earlier state for the present one."""

        def back(store: Store) -> None:
            data, self.aimed.ticks = saved
            store.connection.deserialize(data)
            store._load()

        self._there(back)

    def rows(self) -> dict[str, list[Row]]:
        """Return everything that the tenant holds: kind → rows; delayed jobs are run to their end before."""

        def everything(store: Store) -> dict[str, list[Row]]:
            while store.rows("job"):
                self.aimed.ticks += 1
                jobs.run_due(self._tenant)
            return store.everything()

        return self._there(everything)

    def _there(self, work: Callable[[Store], T]) -> T:
        """Return what `work` on the database returns, done in the thread that it belongs to."""

        async def done() -> T:
            return work(self._tenant.store)

        return asyncio.run_coroutine_threadsafe(done(), self._loop).result(timeout=30)

    def _now(self) -> float:
        return START + self.aimed.ticks * TICK_SECONDS

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._tenant = Tenant(self._options, Store(None), self._now)
        seed(self._tenant)
        server = Server(Emulator(self._tenant), RequestLog(None, "threescale"))
        server.faults = self.aimed
        runner = web.AppRunner(server.application(), access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._up.set()
        await self._stop.wait()
        await runner.cleanup()
        self._tenant.store.close()
