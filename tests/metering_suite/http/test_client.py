"""Clients of every kind, against a server that notes what they do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from metering_suite.http.client import Answered, Request, answers
from metering_suite.http.connection import Address
from metering_suite.http.server import Connection, Received, Server, answer
from metering_suite.http.wire import chunk, head_bytes
from metering_suite.shapes.model import Client, Order

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class Noting:
    """Answers with the request's id and notes what came."""

    def __init__(self) -> None:
        self.requests: list[Received] = []
        self.connections: set[Connection] = set()
        self.at_once = 0
        self.most_at_once = 0

    async def answer(self, request: Received, connection: Connection) -> bool:
        self.requests.append(request)
        self.connections.add(connection)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.01)
        self.at_once -= 1
        await answer(connection, 200, request.head.value("X-Number").encode())
        return request.keeps_alive


def _requests(count: int, *, body: bytes = b"{}", in_chunks: int = 0, **headers: str) -> list[Request]:
    length = ("Transfer-Encoding", "chunked") if in_chunks else ("Content-Length", str(len(body)))
    given = tuple(headers.items())
    return [
        Request(
            request_id=str(number),
            method="POST",
            target="/",
            headers=(("X-Number", str(number)), length, *given),
            body=body,
            chunk=in_chunks,
        )
        for number in range(count)
    ]


def _found(
    answering: Callable[[Received, Connection], Awaitable[bool]],
    requests: list[Request],
    client: Client,
    limit: float = 5,
) -> list[Answered]:
    async def run() -> list[Answered]:
        async with Server(answering) as server:
            return await answers(Address.of(server.url), requests, client, limit)

    return asyncio.run(run())


@pytest.mark.parametrize("order", list(Order))
def test_answers_come_in_the_order_of_their_requests(order: Order) -> None:
    noting = Noting()
    found = _found(noting.answer, _requests(3), Client(count=3, order=order))
    assert [one.body for one in found] == [b"0", b"1", b"2"]
    assert all(one.whole and one.status == 200 and not one.problem and one.seconds > 0 for one in found)
    assert (noting.most_at_once > 1) == (order is Order.PARALLEL)
    assert len(noting.connections) == (1 if order in (Order.KEPT_ALIVE, Order.PIPELINED) else 3)


def test_a_body_is_sent_in_chunks() -> None:
    noting = Noting()
    _found(noting.answer, _requests(1, body=b"abcdefghij", in_chunks=3), Client())
    assert noting.requests[0].body == b"abcdefghij"
    assert noting.requests[0].head.value("Transfer-Encoding") == "chunked"


def test_a_body_is_sent_slowly() -> None:
    noting = Noting()
    found = _found(noting.answer, _requests(1, body=b"abcdefghij"), Client(send_parts=4, pause_seconds=0.02))
    assert noting.requests[0].body == b"abcdefghij"
    assert found[0].seconds >= 0.06


def _expecting(
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]],
) -> tuple[Answered, bytes]:
    """What a client that expects leave to send its body sees, and what the server returned."""

    async def run() -> tuple[Answered, bytes]:
        returned = asyncio.get_running_loop().create_future()

        async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            returned.set_result(await serve(reader, writer))
            writer.close()

        server = await asyncio.start_server(served, "127.0.0.1", 0)
        async with server:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            (found,) = await answers(Address.of(url), _requests(1, Expect="100-continue"), Client(), 5)
            return found, await returned

    return asyncio.run(run())


def test_a_client_waits_to_be_told_to_go_on() -> None:
    async def gives_leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.05)
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await reader.readexactly(2)
        writer.write(head_bytes("HTTP/1.1 200 OK", [("Content-Length", "0")]))
        return body

    found, body = _expecting(gives_leave)
    assert (found.status, body) == (200, b"{}")


def test_a_client_that_is_refused_early_sends_no_body() -> None:
    async def refuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(head_bytes("HTTP/1.1 417 Expectation Failed", [("Content-Length", "0")]))
        return await reader.read()

    found, rest = _expecting(refuses)
    assert (found.status, found.whole, rest) == (417, True, b"")


async def _endless(_request: Received, connection: Connection) -> bool:
    connection.writer.write(head_bytes("HTTP/1.1 200 OK", [("Transfer-Encoding", "chunked")]))
    while not connection.left:
        connection.writer.write(chunk(b"x" * 50))
        await asyncio.sleep(0.001)
    return False


def test_a_client_that_leaves_is_gone_after_so_many_bytes() -> None:
    found = _found(_endless, _requests(1), Client(leaves_after=200))
    assert found[0].left
    assert not found[0].whole
    assert 200 <= len(found[0].body) < 2000


def test_a_client_has_a_limit() -> None:
    found = _found(_endless, _requests(1), Client(), limit=0.1)
    assert found[0].status == 200
    assert found[0].problem == "no end within 0.1 s"
    assert found[0].body


async def _dying(_request: Received, connection: Connection) -> bool:
    connection.writer.write(head_bytes("HTTP/1.1 200 OK", [("Content-Length", "10")]) + b"abc")
    await connection.writer.drain()
    return False


def test_a_cut_answer_is_kept_as_far_as_it_came() -> None:
    found = _found(_dying, _requests(1), Client())
    assert (found[0].status, found[0].body, found[0].whole) == (200, b"abc", False)
    assert found[0].problem == "7 of 10 bytes are missing"


def test_nobody_there_is_a_problem_of_the_answer() -> None:
    found = asyncio.run(answers(Address.of("http://127.0.0.1:1"), _requests(1), Client(), 5))
    assert found[0].status == 0
    assert "Connect call failed" in found[0].problem
