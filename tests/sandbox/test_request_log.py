from __future__ import annotations

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web

from sandbox.request_log import RequestLog

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Control:
    """Takes batches like the control API does."""

    def __init__(self) -> None:
        self.entries: list[dict[str, object]] = []
        entries = self.entries

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                entries.extend(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def control() -> Iterator[_Control]:
    taken = _Control()
    thread = threading.Thread(target=taken.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield taken
    taken.server.shutdown()
    thread.join()
    taken.server.server_close()


def test_what_is_recorded_arrives_with_every_key(control: _Control) -> None:
    log = RequestLog(control.url, "gateway")
    log.record("GET", "/v1/models", 200, 0.25)
    log.close()
    (entry,) = control.entries
    assert set(entry) == {"time", "part", "method", "path", "status", "duration"}
    assert (entry["part"], entry["method"], entry["path"], entry["status"]) == ("gateway", "GET", "/v1/models", 200)
    assert entry["duration"] == 0.25


def test_a_query_never_reaches_the_log(control: _Control) -> None:
    log = RequestLog(control.url, "threescale")
    log.record("GET", "/transactions/authrep.xml?user_key=canary", 200, 0.0)
    log.close()
    assert control.entries[0]["path"] == "/transactions/authrep.xml"
    assert "canary" not in json.dumps(control.entries)


@pytest.mark.parametrize("key", ["canary.json", "canary", "can/ary.json", "canary%2F0.xml"])
def test_an_application_key_never_reaches_the_log(control: _Control, key: str) -> None:
    log = RequestLog(control.url, "threescale")
    log.record("DELETE", f"/admin/api/accounts/1/applications/2/keys/{key}", 200, 0.0)
    log.record("GET", "/admin/api/accounts/1/applications/2/keys.json", 200, 0.0)
    log.close()
    masked, plain = (entry["path"] for entry in control.entries)
    assert masked == "/admin/api/accounts/1/applications/2/keys/***"
    assert plain == "/admin/api/accounts/1/applications/2/keys.json"


def test_order_and_number_survive_many_entries(control: _Control) -> None:
    log = RequestLog(control.url, "model")
    for number in range(500):
        log.record("GET", f"/{number}", 200, 0.0)
    assert log.flush()
    log.close()
    assert [entry["path"] for entry in control.entries] == [f"/{number}" for number in range(500)]


def test_a_log_without_control_api_does_nothing() -> None:
    log = RequestLog(None, "model")
    log.record("GET", "/", 200, 0.0)
    assert log.flush(0.0)
    log.close()


def test_a_part_goes_on_when_the_control_api_is_away() -> None:
    log = RequestLog("http://127.0.0.1:1", "model")
    log.record("GET", "/", 200, 0.0)
    assert log.flush()
    log.close()


def test_the_middleware_records_answers_and_refusals(control: _Control) -> None:
    log = RequestLog(control.url, "gateway")

    async def fine(_request: web.Request) -> web.Response:
        return web.Response(text="fine")

    async def gone(_request: web.Request) -> web.Response:
        raise web.HTTPNotFound

    async def scenario() -> None:
        application = web.Application(middlewares=[log.middleware])
        application.add_routes([web.get("/fine", fine), web.get("/gone", gone)])
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        async with aiohttp.ClientSession() as session:
            for path in ("/fine", "/gone?key=canary"):
                async with session.get(f"http://{host}:{port}{path}") as answer:
                    await answer.read()
        await runner.cleanup()

    asyncio.run(scenario())
    log.close()
    assert [(entry["path"], entry["status"]) for entry in control.entries] == [("/fine", 200), ("/gone", 404)]
