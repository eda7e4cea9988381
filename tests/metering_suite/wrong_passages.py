"""Gateways with one mistake each between client and engine: whom they ask, how often, what they leave out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from metering_suite.http.server import answer
from metering_suite.http.wire import CutShortError, head_bytes, read_head
from metering_suite.verdicts import Verdict
from tests.metering_suite.reference_gateway import Call, Pairs, Reader, ReferenceGateway

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from metering_suite.http.server import Connection, Received
    from metering_suite.http.wire import Head
    from tests.metering_suite.usage_reader import Usage


class AnswersFromACache(ReferenceGateway):
    def __init__(self, engine_url: str, backend_url: str) -> None:
        super().__init__(engine_url, backend_url)
        self._answered_keys: set[str] = set()

    async def answer(self, request: Received, connection: Connection) -> bool:
        key = request.head.value("Authorization")
        if request.method == "POST" and key in self._answered_keys:
            await answer(connection, 200, b'{"choices":[]}')
            return request.keeps_alive
        self._answered_keys.add(key)
        return await super().answer(request, connection)


class AnswersARetryItself(ReferenceGateway):
    def __init__(self, engine_url: str, backend_url: str) -> None:
        super().__init__(engine_url, backend_url)
        self._ids: set[str] = set()

    async def answer(self, request: Received, connection: Connection) -> bool:
        number = request.head.value("X-Request-Id")
        if number in self._ids:
            await answer(connection, 200, b"{}")
            return request.keeps_alive
        self._ids.add(number)
        return await super().answer(request, connection)


class EndsHalfWay(ReferenceGateway):
    async def _forwarded(self, call: Call, head: Head, pieces: AsyncIterator[bytes], usage: Reader | None) -> bool:
        async def first() -> AsyncIterator[bytes]:
            async for piece in pieces:
                yield piece
                if head.value("Content-Type").startswith("text/event-stream"):
                    raise CutShortError("the gateway has had enough")

        return await super()._forwarded(call, head, first(), usage)


class AsksTheEngineTwice(ReferenceGateway):
    async def answer(self, request: Received, connection: Connection) -> bool:
        if request.method == "POST":
            reader, writer = await self.asked(request)
            await read_head(reader)
            writer.close()
        return await super().answer(request, connection)


class ChargesBothOfTwo(AsksTheEngineTwice):
    async def reported(self, call: Call, usage: Usage) -> None:
        await super().reported(call, usage)
        await super().reported(call, usage)


class MirrorsLater(ReferenceGateway):
    async def reported(self, call: Call, usage: Usage) -> None:
        await super().reported(call, usage)
        _, writer = await self.asked(call.request)
        writer.close()


class SendsNoBodyWithoutLeave(ReferenceGateway):
    leave = True

    async def answer(self, request: Received, connection: Connection) -> bool:
        if request.head.value("Expect"):
            self.leave = await self._leave(request)
        return await super().answer(request, connection)

    async def _leave(self, request: Received) -> bool:
        reader, writer = await asyncio.open_connection(self._engine.hostname, self._engine.port)
        try:
            writer.write(head_bytes(f"POST {request.target} HTTP/1.1", request.head.headers))
            async with asyncio.timeout(0.2):
                return await read_head(reader) is not None
        except TimeoutError:
            return False
        finally:
            writer.close()

    def body(self, request: Received) -> bytes:
        return super().body(request) if self.leave else b""


class ForgetsTheParameters(ReferenceGateway):
    def target(self, request: Received) -> str:
        return request.target.partition("?")[0]


class KeepsHeadersToItself(ReferenceGateway):
    def answer_headers(self, head: Head) -> Pairs:
        return [pair for pair in super().answer_headers(head) if pair[0].lower() == "content-type"]


SEEN: dict[type[ReferenceGateway], tuple[Verdict, tuple[str, ...]]] = {
    AnswersFromACache: (Verdict.NOT_ASKED, ("chat", "comments-apart")),
    AnswersARetryItself: (Verdict.NOT_ASKED, ("retry",)),
    EndsHalfWay: (Verdict.BODY_CHANGED, ("slow-stream",)),
    AsksTheEngineTwice: (Verdict.ASKED_TWICE, ("chat",)),
    ChargesBothOfTwo: (Verdict.ASKED_TWICE, ("chat", "embeddings")),
    MirrorsLater: (Verdict.ASKED_TWICE, ("chat",)),
    SendsNoBodyWithoutLeave: (Verdict.BODY_CHANGED, ("expect-unanswered",)),
    ForgetsTheParameters: (Verdict.ADDRESS_CHANGED, ("query",)),
    KeepsHeadersToItself: (Verdict.HEADERS_CHANGED, ("error-429",)),
}
"""Which verdict on which shapes gives each of them away."""
