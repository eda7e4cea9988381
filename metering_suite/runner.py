"""A run: every shape through the gateway, first with cold keys, then again; every call judged by the ledger."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from metering_suite import verdicts
from metering_suite.counts import JUDGED
from metering_suite.errors import SuiteError
from metering_suite.gateway import Gateway, Keys
from metering_suite.http.client import answers
from metering_suite.http.connection import bare
from metering_suite.meters.meter import Patience, settled
from metering_suite.report import Report, Result
from metering_suite.shapes import model as m
from metering_suite.shapes.catalogue import SHAPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from metering_suite.counts import Counts
    from metering_suite.engine.control import Control
    from metering_suite.engine.ledger import Entry
    from metering_suite.http.client import Answered
    from metering_suite.meters.meter import Meter, Reading
    from metering_suite.shapes.model import Mode, Shape

    Progress = Callable[[int, int, str], None]
    """Called after each call with its number, the number of all, and its name."""

_ENDED_SECONDS = 20.0
"""How long the engine may take to end a request whose answer the client has."""
_ENDED_POLL_SECONDS = 0.01
_UNENDED = "the gateway still reads the engine's answer: what is used of it meanwhile is not in the truth"


def silent(_done: int, _all: int, _name: str) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """All that a run needs."""

    gateway: Gateway
    engine_url: str
    """The engine itself, for the same call without the gateway."""
    control: Control
    meter: Meter
    keys: Keys
    shapes: Sequence[Shape] = SHAPES
    patience: Patience = field(default_factory=Patience)
    workers: int = 1
    """Calls at the same time, where the meter tells keys apart; more than one blurs the times."""
    progress: Progress = silent

    def __post_init__(self) -> None:
        """Refuse to run with nobody to make calls.

        Raises:
            SuiteError: there is no worker.
        """
        if self.workers < 1:
            raise SuiteError(
                asked="calls at a time",
                value=f"{self.workers} workers",
                allowed="1 or more",
                action="correct the number of workers",
            )


@dataclass(frozen=True)
class _Pair:
    """A shape in one mode, with its key."""

    number: int
    shape: Shape
    mode: Mode
    key: str
    cold: bool


@dataclass(frozen=True)
class _Made:
    """A call that was made."""

    call_id: str
    pair: _Pair
    temperature: str
    answers: list[Answered]
    entries: list[Entry]
    direct: _Direct
    seconds: float

    @property
    def expected(self) -> Counts:
        return verdicts.expected(self.pair.shape, verdicts.ledger_sum(self.entries))


@dataclass(frozen=True)
class _Direct:
    """The same call at the engine itself."""

    status: list[int]
    seconds: float
    first_byte_seconds: float


async def run(setting: Setting) -> Report:
    """The report on a gateway.

    Raises:
        SuiteError: gateway, engine or meter cannot be reached, or the gateway's upstream is another engine.
    """
    return await _Run(setting).report()


class _Run:
    """One run's state."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._id = secrets.token_hex(4)
        self._pairs = [(shape, mode) for shape in setting.shapes for mode in shape.modes]
        self._direct = Gateway(url=setting.engine_url, model=setting.gateway.model)
        self._done = 0

    async def report(self) -> Report:
        setting, begun = self._setting, time.monotonic()
        await _checked(setting)
        by_key = setting.meter.tells_keys and setting.keys.enough_for(len(self._pairs))
        pairs = [self._pair(number, *pair) for number, pair in enumerate(self._pairs)]
        results = await self._all_at_once(pairs) if by_key else await self._one_by_one(pairs)
        return Report(
            gateway=bare(setting.gateway.url),
            meter=setting.meter.name,
            seconds=time.monotonic() - begun,
            results=tuple(results),
        )

    def _pair(self, number: int, shape: Shape, mode: Mode) -> _Pair:
        key, cold = self._setting.keys.following()
        return _Pair(number, shape, mode, key, cold)

    async def _all_at_once(self, pairs: list[_Pair]) -> list[Result]:
        """Results where counts are told by key: all cold calls before one reading, all warm ones before the next."""
        by_temperature = list[list[Result]]()
        for temperature in ("cold", "warm"):
            before = await self._setting.meter.reading()
            turns = asyncio.Semaphore(self._setting.workers)
            made = await asyncio.gather(*(self._in_turn(turns, pair, temperature, 2 * len(pairs)) for pair in pairs))
            if temperature == "cold":
                self._refuse_another_engine(made)
            by_temperature.append(await self._judged(made, before))
            await self._setting.control.forget(self._id)
        return [one for both in zip(*by_temperature, strict=True) for one in both]

    async def _in_turn(self, turns: asyncio.Semaphore, pair: _Pair, temperature: str, count: int) -> _Made:
        async with turns:
            return await self._made(pair, temperature, count)

    async def _one_by_one(self, pairs: list[_Pair]) -> list[Result]:
        """Results where a reading has to be taken for each call."""
        plan = [(pair, warmth) for pair in pairs for warmth in (("cold", "warm") if pair.cold else ("warm",))]
        results: list[Result] = []
        reached, unanswered = False, list[_Made]()
        for pair, temperature in plan:
            before = await self._setting.meter.reading()
            made = await self._made(pair, temperature, len(plan))
            reached = reached or bool(made.entries)
            unanswered = [] if reached else [*unanswered, made]
            results += await self._judged([made], before)
            await self._setting.control.forget(self._id)
        self._refuse_another_engine(unanswered)
        return results

    async def _made(self, pair: _Pair, temperature: str, count: int) -> _Made:
        """Make a call at the engine, then at the gateway."""
        call_id = f"{self._id}-{pair.number:04}-{temperature}-"
        direct = await self._measured(pair, f"direct-{call_id}")
        gateway = self._setting.gateway
        begun = time.perf_counter()
        requests = gateway.requests(pair.shape, pair.mode, pair.key, call_id)
        found = await answers(gateway.address, requests, pair.shape.client, gateway.limit_seconds)
        seconds = time.perf_counter() - begun
        entries = await self._ended(call_id)
        self._done += 1
        self._setting.progress(self._done, count, f"{pair.shape.name} {pair.mode} {temperature}")
        return _Made(call_id, pair, temperature, found, entries, direct, seconds)

    async def _measured(self, pair: _Pair, call_id: str) -> _Direct:
        begun = time.perf_counter()
        requests = self._direct.requests(pair.shape, pair.mode, "", call_id)
        found = await answers(self._direct.address, requests, pair.shape.client, self._setting.gateway.limit_seconds)
        seconds = time.perf_counter() - begun
        await self._setting.control.forget(call_id)
        return _Direct([one.status for one in found], seconds, _first_byte(found))

    async def _ended(self, call_id: str) -> list[Entry]:
        """The ledger's entries of a call, once all of them are final; after a while, as they are."""
        limit = time.monotonic() + _ENDED_SECONDS
        while True:
            entries = await self._setting.control.of(call_id)
            if all(entry.ended for entry in entries) or time.monotonic() > limit:
                return entries
            await asyncio.sleep(_ENDED_POLL_SECONDS)

    async def _judged(self, made: Sequence[_Made], before: Reading) -> list[Result]:
        wanted = [(one.pair.key, one.expected) for one in made]

        def reached(reading: Reading) -> bool:
            return all(_covers(self._counted(before, reading, key), expected) for key, expected in wanted)

        after = await settled(self._setting.meter, reached, self._setting.patience)
        # What a gateway sends a second time may come after its answer.
        latest = await self._setting.control.of(self._id)
        for one in made:
            one.entries[:] = [entry for entry in latest if entry.request_id.startswith(one.call_id)]
        parameter = self._setting.gateway.key_parameter
        return [_result(one, self._counted(before, after, one.pair.key), parameter) for one in made]

    def _counted(self, before: Reading, after: Reading, key: str) -> Counts:
        """What was counted in between, for a key where they are told apart."""
        place = key if self._setting.meter.tells_keys else ""
        older, nothing = before.get(place, {}), dict.fromkeys(JUDGED, 0)
        return {name: value - older.get(name, 0) for name, value in after.get(place, nothing).items()}

    def _refuse_another_engine(self, made: Iterable[_Made]) -> None:
        asked = [one for one in made if not one.pair.shape.own_answer]
        if asked and not any(one.entries for one in asked):
            seen = sorted({f"{answer.status or answer.problem}" for one in asked for answer in one.answers})
            raise SuiteError(
                asked=f"the gateway {bare(self._setting.gateway.url)} in front of the suite's engine",
                value=f"no request reached the engine; the gateway answered {', '.join(seen[:5])}",
                allowed=f"a gateway whose upstream is {self._setting.engine_url}, that takes the given keys "
                f"and passes {m.HEADER_SHAPE} and {m.HEADER_REQUEST} on",
                action="point the gateway's upstream at the engine, check --host, --key and --key-in, "
                "and let those two headers through",
            )


async def _checked(setting: Setting) -> None:
    """Refuse to begin where something cannot be reached."""
    await setting.control.of("none")
    await setting.meter.reading()
    for what, gateway in (("the gateway", setting.gateway), ("the engine", Gateway(url=setting.engine_url))):
        try:
            _, writer = await gateway.address.open()
        except OSError as error:
            raise SuiteError(
                asked=f"a connection to {what} at {bare(gateway.url)}",
                value=str(error),
                allowed="an address where it listens",
                action="start it, or correct the address",
            ) from error
        writer.close()


def _covers(counted: Counts, expected: Counts) -> bool:
    return all(counted.get(name, 0) >= value for name, value in expected.items())


def _first_byte(found: list[Answered]) -> float:
    return sum(one.first_byte_seconds for one in found) / max(1, len(found))


def _result(made: _Made, counted: Counts, key_parameter: str) -> Result:
    pair = made.pair
    evidence = verdicts.Evidence(
        shape=pair.shape,
        answers=made.answers,
        entries=made.entries,
        expected_status=made.direct.status,
        counted=counted,
        key_parameter=key_parameter,
    )
    judged = verdicts.judgement(evidence)
    return Result(
        shape=pair.shape.name,
        mode=pair.mode,
        temperature=made.temperature,
        verdicts=judged.verdicts,
        truth=judged.truth,
        counted=counted,
        notes=(*judged.notes, *([_UNENDED] if any(not entry.ended for entry in made.entries) else [])),
        requests=len(made.answers),
        seconds_added=made.seconds - made.direct.seconds,
        first_byte_seconds_added=_first_byte(made.answers) - made.direct.first_byte_seconds,
    )
