"""The recording backend answers as 3scale's does and writes down what it is told."""

from __future__ import annotations

import asyncio
from urllib.parse import quote, urlencode

import pytest

from metering_suite.backend.server import RecordingBackend
from metering_suite.http.client import Request, answers
from metering_suite.http.connection import Address
from metering_suite.http.server import Server
from metering_suite.meters.backend import BackendMeter, RemoteBackendMeter
from metering_suite.shapes.model import Client

WHO = {"service_token": "t", "service_id": "3", "user_key": "k"}


def _asked(
    target: str, form: dict[str, str] | None = None, *, options: str = "", backend: RecordingBackend | None = None
) -> tuple[int, str]:
    body = urlencode(form).encode() if form is not None else b""
    request = Request(
        request_id="",
        method="GET" if form is None else "POST",
        target=target,
        headers=(("Content-Length", str(len(body))), ("3scale-options", options)),
        body=body,
    )

    async def run() -> tuple[int, str]:
        async with Server((backend or RecordingBackend()).answer) as server:
            found = (await answers(Address.of(server.url), [request], Client(), 5))[0]
            return found.status, found.body.decode()

    return asyncio.run(run())


def _authrep(call: str = "authrep", **more: str) -> str:
    return f"/transactions/{call}.xml?{urlencode({**WHO, **more})}"


def test_an_authorisation_with_usage_is_recorded() -> None:
    backend = RecordingBackend()
    status, body = _asked(_authrep() + "&usage[hits]=1&" + quote("usage[total_tokens]") + "=5", backend=backend)
    assert status == 200
    assert "<authorized>true</authorized><plan>Metering</plan>" in body
    assert backend.records.usage == {"k": {"hits": 1, "total_tokens": 5}}


def test_an_authorisation_alone_records_nothing_and_may_have_no_body() -> None:
    backend = RecordingBackend()
    assert _asked(_authrep("authorize") + "&usage[hits]=1", options="no_body=1", backend=backend) == (200, "")
    assert backend.records.usage == {}


@pytest.mark.parametrize("call", ["oauth_authrep", "oauth_authorize"])
def test_the_calls_of_openid_connect_are_taken_with_an_application_id(call: str) -> None:
    assert _asked(_authrep(call, user_key="", app_id="client"))[0] == 200


def test_a_report_of_several_transactions_is_recorded_by_key() -> None:
    backend = RecordingBackend()
    form = {
        "service_token": "t",
        "service_id": "3",
        "transactions[0][user_key]": "a",
        "transactions[0][usage][total_tokens]": "7",
        "transactions[0][usage][chat/completions]": "1",
        "transactions[0][timestamp]": "2025-05-06 07:20:00 +0000",
        "transactions[1][app_id]": "b",
        "transactions[1][usage][total_tokens]": "8",
        "transactions[2][user_key]": "a",
        "transactions[2][usage][total_tokens]": "9",
    }
    assert _asked("/transactions.xml", form, backend=backend) == (202, "")
    assert backend.records.usage == {"a": {"total_tokens": 16, "chat/completions": 1}, "b": {"total_tokens": 8}}


def test_a_value_with_a_mark_is_set_and_not_added() -> None:
    backend = RecordingBackend()
    backend.records.report("k", {"hits": "5"})
    _asked(_authrep() + "&" + urlencode({"usage[hits]": "#2"}), backend=backend)
    assert backend.records.usage == {"k": {"hits": 2}}


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        ("/transactions/authrep.xml?service_id=3&user_key=k", 403, "provider_key_or_service_token_required"),
        ("/transactions/authrep.xml?service_token=t&user_key=k", 422, "service_id_missing"),
        ("/transactions/authrep.xml?service_token=t&service_id=3", 403, "user_key_invalid"),
        (_authrep() + "&usage[hits]=many", 403, "usage_value_invalid"),
    ],
)
def test_what_the_real_one_refuses_is_refused(target: str, status: int, code: str) -> None:
    found, body = _asked(target)
    assert (found, f'code="{code}"' in body) == (status, True)


def test_another_path_is_not_found() -> None:
    assert _asked("/transactions/latest.xml")[0] == 404


def test_both_meters_read_the_records_in_the_suites_words() -> None:
    backend = RecordingBackend()
    backend.records.report("k", {"total_tokens": "7", "prompt_tokens": "3", "hits": "1"})
    expected = {"k": {"prompt": 3, "completion": 0, "total": 7}}

    async def run() -> None:
        assert await BackendMeter(backend.records).reading() == expected
        assert await BackendMeter(backend.records, {"total": "hits"}).reading() == {"k": {"total": 1}}
        async with Server(backend.answer) as server:
            assert await RemoteBackendMeter(server.url + "/").reading() == expected

    asyncio.run(run())
