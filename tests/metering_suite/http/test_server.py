"""The small server: ports, connections, broken requests; and fetching pages from it."""

from __future__ import annotations

import asyncio

import pytest

from metering_suite.errors import SuiteError
from metering_suite.http.connection import Address
from metering_suite.http.fetch import fetched
from metering_suite.http.server import Connection, Received, Server, answer


async def _echo(request: Received, connection: Connection) -> bool:
    status = int(request.query.get("status", "200"))
    await answer(connection, status, f"{request.method} {request.path}".encode())
    return request.keeps_alive


def test_a_page_is_fetched() -> None:
    async def run() -> bytes:
        async with Server(_echo) as server:
            return await fetched(f"{server.url}/a%20b?x=1", "the page")

    assert asyncio.run(run()) == b"GET /a b"


def test_a_page_with_another_status_is_refused_without_its_parameters() -> None:
    async def run() -> None:
        async with Server(_echo) as server:
            await fetched(f"{server.url}/page?status=403&access_token=canary", "the page")

    with pytest.raises(SuiteError, match="status 403: GET /page") as caught:
        asyncio.run(run())
    assert "canary" not in str(caught.value)


def test_a_page_that_nobody_serves_is_refused() -> None:
    with pytest.raises(SuiteError, match=r"the page at http://127.0.0.1:1/(.|\n)*start it"):
        asyncio.run(fetched("http://127.0.0.1:1/", "the page"))


def test_a_taken_port_is_told_with_its_number() -> None:
    async def run() -> None:
        async with Server(_echo) as first, Server(_echo, first.port):
            pass

    with pytest.raises(SuiteError, match=r"port \d+ on 127.0.0.1 is taken"):
        asyncio.run(run())


def test_what_is_not_http_ends_its_connection_alone() -> None:
    async def run() -> tuple[bytes, bytes]:
        async with Server(_echo) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(b"nonsense\r\n\r\n")
            rest = await reader.read()
            writer.close()
            return rest, await fetched(server.url, "the page")

    assert asyncio.run(run()) == (b"", b"GET /")


def test_stopping_ends_connections_that_wait() -> None:
    async def run() -> bytes:
        async with Server(_echo) as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            await asyncio.sleep(0)
        rest = await reader.read()
        writer.close()
        return rest

    assert asyncio.run(run()) == b""


@pytest.mark.parametrize(
    "url", ["models.example", "ftp://models.example", "http://", "http://host:99999", "https:///x"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(SuiteError, match="an address"):
        Address.of(url)


def test_an_address_has_the_usual_ports_and_may_be_asked_by_another_name() -> None:
    plain, secret = Address.of("http://a/base/"), Address.of("https://a", name="b.example")
    assert (plain.port, plain.path, plain.name) == (80, "/base", "a")
    assert (secret.port, secret.path, secret.name) == (443, "", "b.example")
