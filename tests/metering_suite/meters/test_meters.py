"""Meters read a page of counters and 3scale's statistics, and waiting ends when nothing changes any more."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from typing import TYPE_CHECKING

import pytest

from metering_suite import Patience, PrometheusMeter, StatsMeter
from metering_suite.errors import SuiteError
from metering_suite.http.server import Connection, Received, Server, answer
from metering_suite.meters.backend import RemoteBackendMeter
from metering_suite.meters.meter import settled
from metering_suite.meters.prometheus import samples

if TYPE_CHECKING:
    from metering_suite.meters.meter import Reading

PAGE = """# HELP llm_tokens_total Tokens
# TYPE llm_tokens_total counter
llm_tokens_total{service_id="3",application_name="a \\"b\\" {c}"} 12
llm_tokens_total{service_id="3",application_name="d"} 3e1 1700000000000
llm_tokens_total{service_id="4"} 100
llm_prompt_tokens_total 5
up 1
"""


def test_samples_are_summed_over_labels() -> None:
    names = ("llm_tokens_total", "llm_prompt_tokens_total")
    assert samples(PAGE, names, {}) == {"llm_tokens_total": 142, "llm_prompt_tokens_total": 5}
    assert samples(PAGE, names, {"service_id": "3"}) == {"llm_tokens_total": 42}
    assert samples(PAGE, names, {"application_name": 'a "b" {c}'}) == {"llm_tokens_total": 12}


def test_samples_of_other_names_are_not_read_and_what_is_not_finite_counts_nothing() -> None:
    page = 'age NaN\nother text\ntokens 4\ntokens{x="1"} NaN\ntokens{x="2"} +Inf\n'
    assert samples(page, ("tokens",), {}) == {"tokens": 4}


def test_a_counter_that_is_no_number_is_told() -> None:
    with pytest.raises(SuiteError, match="the counter tokens on its page"):
        samples("tokens many\n", ("tokens",), {})


@pytest.mark.parametrize("page", [b"<html>", b"[]", b"17", b'{"k":5}', b'{"k":{"m":"x"}}', b"\xff"])
def test_a_backend_or_a_tenant_that_answers_something_else_is_told(page: bytes) -> None:
    async def other(_request: Received, connection: Connection) -> bool:
        await answer(connection, 200, page)
        return False

    async def read(meter: type[RemoteBackendMeter | StatsMeter]) -> None:
        async with Server(other) as server:
            await (StatsMeter(server.url, "t", 1) if meter is StatsMeter else RemoteBackendMeter(server.url)).reading()

    with pytest.raises(SuiteError, match="the recording backend at http"):
        asyncio.run(read(RemoteBackendMeter))
    with pytest.raises(SuiteError, match="3scale's statistics of metric prompt_tokens at http"):
        asyncio.run(read(StatsMeter))


async def _page(_request: Received, connection: Connection) -> bool:
    await answer(connection, 200, PAGE.encode(), "text/plain")
    return False


def test_counters_are_read_under_their_names_and_zero_before_their_first_count() -> None:
    async def run() -> Reading:
        async with Server(_page) as server:
            meter = PrometheusMeter(
                server.url, {"total": "llm_tokens_total", "completion": "none_yet"}, {"service_id": "3"}
            )
            assert not meter.tells_keys
            return await meter.reading()

    assert asyncio.run(run()) == {"": {"total": 42, "completion": 0}}


class _Tenant:
    """3scale's statistics, as its Analytics API answers."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []

    async def answer(self, request: Received, connection: Connection) -> bool:
        token = base64.b64decode(request.head.value("Authorization").removeprefix("Basic "))
        self.asked.append((request.path, request.query))
        total = len(request.query["metric_name"])
        body = {"metric": {}, "period": {"name": "year"}, "total": total, "values": [0, total]}
        await answer(connection, 200 if token == b":canary" else 403, json.dumps(body).encode())
        return False


def _stats(tenant: _Tenant, token: str, applications: dict[str, int] | None = None) -> Reading:
    async def run() -> Reading:
        async with Server(tenant.answer) as server:
            meter = StatsMeter(server.url, token, 31, applications=applications)
            assert meter.tells_keys == bool(applications)
            return await meter.reading()

    return asyncio.run(run())


def test_statistics_of_a_product_are_read_by_metric() -> None:
    tenant = _Tenant()
    assert _stats(tenant, "canary") == {"": {"prompt": 13, "completion": 17, "total": 12}}
    assert {path for path, _ in tenant.asked} == {"/stats/services/31/usage.json"}
    assert tenant.asked[0][1] == {"metric_name": "prompt_tokens", "period": "year", "skip_change": "true"}


def test_statistics_of_applications_are_read_by_key() -> None:
    tenant = _Tenant()
    found = _stats(tenant, "canary", {"k": 7, "l": 8})
    assert found["k"] == found["l"] == {"prompt": 13, "completion": 17, "total": 12}
    assert {path for path, _ in tenant.asked} == {
        "/stats/applications/7/usage.json",
        "/stats/applications/8/usage.json",
    }


def test_a_wrong_token_is_told_without_the_token() -> None:
    with pytest.raises(SuiteError, match="statistics of metric prompt_tokens") as caught:
        _stats(_Tenant(), "wrong-canary")
    assert "wrong-canary" not in str(caught.value)


class _Scripted:
    """A meter that shows one number after the other and stays with the last."""

    name = "scripted"
    tells_keys = False

    def __init__(self, *totals: int) -> None:
        self._totals = list(totals)

    async def reading(self) -> Reading:
        total = self._totals.pop(0) if len(self._totals) > 1 else self._totals[0]
        return {"": {"total": total}}


@pytest.mark.parametrize(
    ("totals", "expected", "least", "most"),
    [
        ((5,), 5, 0.05, 0.3),
        ((0, 0, 5, 5, 10), 10, 0.05, 0.3),
        ((0, 3), 3, 0.4, 1.0),
    ],
)
def test_a_meter_is_waited_for_longer_while_something_is_missing(
    totals: tuple[int, ...], expected: int, least: float, most: float
) -> None:
    patience = Patience(quiet_seconds=0.05, lost_seconds=0.4, poll_seconds=0.01)
    begun = time.monotonic()
    found = asyncio.run(settled(_Scripted(*totals), lambda reading: reading[""]["total"] >= 5, patience))
    assert found == {"": {"total": expected}}
    assert least <= time.monotonic() - begun < most + 0.5


def test_a_meter_that_never_rests_is_left_after_the_limit() -> None:
    patience = Patience(quiet_seconds=1, lost_seconds=1, limit_seconds=0.1, poll_seconds=0.01)
    found = asyncio.run(settled(_Scripted(*range(1000)), lambda _: False, patience))
    assert 2 <= found[""]["total"] < 100
