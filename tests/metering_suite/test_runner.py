"""A run as a whole: without a gateway, through a right one, with every way to read counts, and what ends it early."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from metering_suite import (
    SHAPES,
    Gateway,
    Keys,
    Patience,
    PrometheusMeter,
    Setting,
    SuiteError,
    Verdict,
    chosen,
    parts,
    run,
)
from metering_suite.counts import summed
from metering_suite.engine.control import RemoteControl
from metering_suite.http.server import Connection, Received, Server, answer
from metering_suite.meters.backend import RemoteBackendMeter
from metering_suite.shapes.model import Truth
from tests.metering_suite.measured import IMPATIENT, PATIENT, report_on
from tests.metering_suite.reference_gateway import Call, Reader, ReferenceGateway

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from metering_suite import Report
    from metering_suite.http.wire import Head
    from tests.metering_suite.usage_reader import Usage

_COSTLY = ("answer-10m", "embeddings-10m", "split-bytes", "slow-*", "many-events*", "keep-alives", "parallel-16-slow")
"""Shapes whose size or duration is their point; the fast tier has them once each."""


def _names(*but: str) -> list[str]:
    costly = {shape.name for shape in chosen(but)}
    return [shape.name for shape in SHAPES if shape.name not in costly]


def _direct(names: list[str]) -> Report:
    async def measured() -> Report:
        async with parts() as here:
            return await here.run_direct(shapes=chosen(names), workers=8)

    return asyncio.run(measured())


def _failing(report: Report) -> list[object]:
    return [result for result in report.results if result.failing]


def test_the_suite_by_itself_raises_no_false_alarm() -> None:
    assert _failing(_direct(_names(*_COSTLY))) == []


@pytest.mark.slow
def test_the_suite_by_itself_raises_no_false_alarm_with_any_shape() -> None:
    assert _failing(_direct([])) == []


def _passes(names: list[str]) -> None:
    """The right gateway passes these shapes, and each has the verdict that it is there for."""
    report, shapes = report_on(ReferenceGateway, names, patience=PATIENT, workers=16), chosen(names)
    assert _failing(report) == []
    assert report.passed
    assert report.cold == len(report.results) / 2 == sum(len(shape.modes) for shape in shapes)
    unreported = {shape.name for shape in shapes if shape.truth in (Truth.UNREPORTED, Truth.UNREADABLE)}
    assert {one.shape for one in report.results if Verdict.NO_USAGE in one.verdicts} == unreported
    aborted = {shape.name for shape in shapes if shape.truth is Truth.ABORTED}
    assert {one.shape for one in report.results if Verdict.ABORTED in one.verdicts} == aborted


def test_a_gateway_that_counts_right_passes() -> None:
    _passes(_names("*-10m"))


@pytest.mark.slow
def test_a_gateway_that_counts_right_passes_the_whole_suite() -> None:
    _passes([])


def test_every_call_that_completes_uses_tokens_unless_it_is_meant_not_to() -> None:
    for result in _direct(["calls/*", "options/include-*"]).results:
        assert (result.truth["total"] > 0) != (result.shape == "transcription-seconds"), result.shape


class TakesUsageOutAgain(ReferenceGateway):
    """Right too: a client that did not ask for usage does not get what the gateway asked for."""

    def body(self, request: Received) -> bytes:
        body = super().body(request)
        self._unasked = body != request.body
        return body

    def piece(self, piece: bytes) -> bytes:
        return re.sub(rb'data: [^\n]*"choices":\[\],"usage"[^\n]*\n\n', b"", piece) if self._unasked else piece


def test_a_gateway_may_take_out_the_usage_that_it_asked_for_itself() -> None:
    shapes = ("options-empty", "include-false", "include-true")
    assert _failing(report_on(TakesUsageOutAgain, shapes, patience=PATIENT, workers=1)) == []


class HoldsStreamsBack(ReferenceGateway):
    """Changes nothing, but hands streams on when they are over."""

    async def _forwarded(self, call: Call, head: Head, pieces: AsyncIterator[bytes], usage: Reader | None) -> bool:
        held = [piece async for piece in pieces]

        async def again() -> AsyncIterator[bytes]:
            yield b"".join(held)

        return await super()._forwarded(call, head, again(), usage)


def test_a_gateway_that_holds_streams_back_is_seen_by_the_time_to_the_first_byte() -> None:
    held = report_on(HoldsStreamsBack, ("slow-stream",), patience=PATIENT)
    assert held.passed
    assert all(one.first_byte_seconds_added > 0.1 for one in held.results)


class CountsOnAPage(ReferenceGateway):
    """Counts into a page of counters in place of a backend."""

    def __init__(self, engine_url: str, backend_url: str) -> None:
        super().__init__(engine_url, backend_url)
        self.counted: Usage = {}

    async def reported(self, call: Call, usage: Usage) -> None:
        assert call.key
        self.counted = summed([self.counted, usage])

    async def page(self, _request: Received, connection: Connection) -> bool:
        text = "".join(f"{name} {value}\n" for name, value in self.counted.items())
        await answer(connection, 200, text.encode(), "text/plain")
        return False


@asynccontextmanager
async def _counting_on_a_page() -> AsyncIterator[Setting]:
    async with parts() as here:
        counting = CountsOnAPage(here.engine_url, here.backend_url)
        async with Server(counting.answer) as gateway, Server(counting.page) as page:
            names = {"prompt": "prompt_tokens", "completion": "completion_tokens", "total": "total_tokens"}
            setting = Setting(
                gateway=Gateway(url=gateway.url),
                engine_url=here.engine_url,
                control=RemoteControl(here.control_url),
                meter=PrometheusMeter(page.url, names),
                keys=Keys(listed=["only", "second"]),
                shapes=chosen(["chat", "usage-none", "parallel-16"]),
                patience=IMPATIENT,
            )
            yield setting


def test_counts_without_keys_are_read_call_by_call_and_cold_calls_end_with_the_keys() -> None:
    async def measured() -> Report:
        async with _counting_on_a_page() as setting:
            return await run(setting)

    report = asyncio.run(measured())
    assert _failing(report) == []
    assert [(one.shape, one.mode, one.temperature) for one in report.results][:4] == [
        ("chat", "plain", "cold"),
        ("chat", "plain", "warm"),
        ("chat", "stream", "cold"),
        ("chat", "stream", "warm"),
    ]
    assert report.cold == 2
    assert len(report.results) == 8


def test_progress_is_told_after_every_call() -> None:
    told: list[tuple[int, int, str]] = []

    async def measured() -> None:
        async with parts() as here:
            await here.run_direct(shapes=chosen(["models", "chat"]), progress=lambda *one: told.append(one))

    asyncio.run(measured())
    assert [done for done, _, _ in told] == [1, 2, 3, 4, 5, 6]
    assert {count for _, count, _ in told} == {6}
    assert told[0][2] == "chat plain cold"


def test_a_gateway_in_front_of_another_engine_is_refused() -> None:
    async def measured() -> None:
        async def elsewhere(_request: Received, connection: Connection) -> bool:
            await answer(connection, 403, b"Authentication failed", "text/plain")
            return False

        async with parts() as here, Server(elsewhere) as gateway:
            await here.run(Gateway(url=gateway.url), shapes=chosen(["chat"]), patience=IMPATIENT)

    with pytest.raises(SuiteError, match=r"no request reached the engine; the gateway answered 403") as caught:
        asyncio.run(measured())
    assert "X-Metering-Shape and X-Metering-Request" in str(caught.value)


def test_nobody_to_make_calls_is_refused() -> None:
    async def measured() -> None:
        async with parts() as here:
            await here.run_direct(shapes=chosen(["chat"]), workers=0)

    with pytest.raises(SuiteError, match="0 workers"):
        asyncio.run(measured())


def test_a_control_endpoint_that_answers_something_else_is_told() -> None:
    async def measured() -> None:
        async def other(_request: Received, connection: Connection) -> bool:
            await answer(connection, 200, b"<html>")
            return False

        async with Server(other) as server:
            await RemoteControl(server.url).of("x")

    with pytest.raises(SuiteError, match="the engine's control endpoint at http"):
        asyncio.run(measured())


def test_a_key_in_the_address_is_no_change_of_the_address() -> None:
    async def measured() -> Report:
        async with parts() as here:
            gateway = Gateway(url=here.engine_url, key_in="query:user_key")
            return await here.run(gateway, shapes=chosen(["query"]), patience=IMPATIENT)

    report = asyncio.run(measured())
    assert {verdict for one in report.results for verdict in one.verdicts} == {Verdict.LOST}


def test_a_gateway_that_is_not_there_is_refused_before_anything_is_asked() -> None:
    async def measured() -> None:
        async with parts() as here:
            await here.run(Gateway(url="http://127.0.0.1:1"), shapes=chosen(["chat"]))

    with pytest.raises(SuiteError, match=r"a connection to the gateway at http://127\.0\.0\.1:1"):
        asyncio.run(measured())


def test_engine_and_backend_may_be_processes_of_their_own() -> None:
    words = [sys.executable, "-m", "metering_suite"]
    with (
        subprocess.Popen([*words, "engine"], stdout=subprocess.PIPE, text=True) as engine,
        subprocess.Popen([*words, "backend"], stdout=subprocess.PIPE, text=True) as backend,
    ):
        try:
            assert engine.stdout is not None
            assert backend.stdout is not None
            urls = dict(line.strip().split(": ") for line in (engine.stdout.readline(), engine.stdout.readline()))
            urls |= dict([backend.stdout.readline().strip().split(": ")])
            report = asyncio.run(_with_processes(urls))
        finally:
            engine.terminate()
            backend.terminate()
    assert _failing(report) == []
    assert report.cold == 5


async def _with_processes(urls: dict[str, str]) -> Report:
    control = RemoteControl(urls["control"])
    assert await control.engine_url() == urls["engine"]
    async with Server(ReferenceGateway(urls["engine"], urls["backend"]).answer) as gateway:
        return await run(
            Setting(
                gateway=Gateway(url=gateway.url),
                engine_url=urls["engine"],
                control=control,
                meter=RemoteBackendMeter(urls["backend"]),
                keys=Keys(prefix="p"),
                shapes=chosen(["chat", "prompt-20k", "client-leaves"]),
                patience=Patience(quiet_seconds=0.1, lost_seconds=5),
            )
        )


def test_a_control_endpoint_that_is_none_is_told() -> None:
    async def measured() -> None:
        async with parts() as here:
            await RemoteControl(here.backend_url).engine_url()

    with pytest.raises(SuiteError, match="the engine's control endpoint"):
        asyncio.run(measured())
