"""Gateways with one mistake each; what each does wrong is in its name, and which shapes show it in `SEEN`."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from metering_suite.verdicts import Verdict
from tests.metering_suite import body_edit
from tests.metering_suite.body_edit import asking
from tests.metering_suite.reference_gateway import Call, Pairs, ReferenceGateway

if TYPE_CHECKING:
    from metering_suite.http.server import Connection, Received
    from metering_suite.http.wire import Head
    from tests.metering_suite.usage_reader import Usage

_OPTIONS = b'"stream_options":{"include_usage":true},'


class LosesTheFirstCallOfAKey(ReferenceGateway):
    async def reported(self, call: Call, usage: Usage) -> None:
        if call.cached:
            await super().reported(call, usage)


class EncodesBodiesAnew(ReferenceGateway):
    def body(self, request: Received) -> bytes:
        try:
            return json.dumps(_lua(json.loads(super().body(request)))).encode()
        except ValueError:
            return request.body


def _lua(value: object) -> object:
    """A value as a decoder without empty arrays and with floats of 14 digits leaves it."""
    if isinstance(value, dict):
        return {key: _lua(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_lua(inner) for inner in value] or {}
    return float(f"{value:.14g}") if isinstance(value, int) and abs(value) > 10**14 else value


class CountsARetryOnce(ReferenceGateway):
    def __init__(self, engine_url: str, backend_url: str) -> None:
        super().__init__(engine_url, backend_url)
        self._seen: set[str] = set()

    async def reported(self, call: Call, usage: Usage) -> None:
        number = call.request.head.value("X-Request-Id")
        if number not in self._seen:
            self._seen.add(number)
            await super().reported(call, usage)


class CountsErrors(ReferenceGateway):
    def counts(self, head: Head) -> bool:
        return head.status > 0


class AddsTheOptionAlways(ReferenceGateway):
    def body(self, request: Received) -> bytes:
        is_object = request.body.startswith(b"{") and b"stream_options" not in request.body
        return request.body.replace(b"{", b"{" + _OPTIONS, 1) if is_object else request.body


class LeavesLargeBodiesAlone(ReferenceGateway):
    def body(self, request: Received) -> bytes:
        return request.body if len(request.body) > 16 * 1024 else super().body(request)


class TurnsOneStatusIntoAnother(ReferenceGateway):
    def status_line(self, head: Head) -> str:
        return "HTTP/1.1 502 Bad Gateway" if head.status == 503 else head.start


class EditsAnswers(ReferenceGateway):
    def piece(self, piece: bytes) -> bytes:
        return piece.replace(b"long", b"LONG")


class TakesLineEndsForItsOwn(ReferenceGateway):
    def piece(self, piece: bytes) -> bytes:
        return piece.replace(b"\r\n", b"\n")


class CallsEverythingJson(ReferenceGateway):
    def answer_headers(self, head: Head) -> Pairs:
        others = [(name, value) for name, value in super().answer_headers(head) if name.lower() != "content-type"]
        return [*others, ("Content-Type", "application/json")]


class CutsLargeAnswers(ReferenceGateway):
    def answer_headers(self, head: Head) -> Pairs:
        self._left = 100_000
        return super().answer_headers(head)

    def piece(self, piece: bytes) -> bytes:
        kept, self._left = piece[: self._left], max(0, self._left - len(piece))
        return kept or b"\n"


class LetsTheEngineCompress(ReferenceGateway):
    def request_headers(self, request: Received) -> Pairs:
        accepted = request.head.value("Accept-Encoding")
        return [*super().request_headers(request), *([("Accept-Encoding", accepted)] if accepted else [])]


class ForgetsTheCoding(LetsTheEngineCompress):
    def answer_headers(self, head: Head) -> Pairs:
        return [(name, value) for name, value in super().answer_headers(head) if name != "Content-Encoding"]


class LosesUnderLoad(ReferenceGateway):
    at_once = 0

    async def answer(self, request: Received, connection: Connection) -> bool:
        self.at_once += 1
        try:
            return await super().answer(request, connection)
        finally:
            self.at_once -= 1

    async def reported(self, call: Call, usage: Usage) -> None:
        if self.at_once <= 8:
            await super().reported(call, usage)


class TakesAnyOptionForEnough(ReferenceGateway):
    def body(self, request: Received) -> bytes:
        return request.body if b'"stream_options"' in request.body else super().body(request)


class OverwritesTheOptions(ReferenceGateway):
    def body(self, request: Received) -> bytes:
        return re.sub(rb'"stream_options":\{[^}]*\},', _OPTIONS, super().body(request))


class AsksForUsageInEveryEvent(ReferenceGateway):
    def body(self, request: Received) -> bytes:
        body = super().body(request)
        every = b'"include_usage":true,"continuous_usage_stats":true'
        return body if body == request.body else body.replace(b'"include_usage":true', every, 1)


class ReportsTwice(ReferenceGateway):
    async def reported(self, call: Call, usage: Usage) -> None:
        await super().reported(call, usage)
        await super().reported(call, usage)


class TakesOnlyTrueForTrue(ReferenceGateway):
    def body(self, request: Received) -> bytes:
        try:
            data = json.loads(request.body)
        except ValueError:
            return request.body
        return asking(request.body) if isinstance(data, dict) and data.get("stream") is True else request.body


class SearchesForTheKey(ReferenceGateway):
    def body(self, request: Received) -> bytes:
        return super().body(request) if re.search(rb'"stream"\s*:', request.body) else request.body


class TakesTheFirstOfTwoKeys(ReferenceGateway):
    def body(self, request: Received) -> bytes:
        first = re.search(rb'"stream":(true|false)', request.body)
        return request.body if first and first[1] == b"false" else super().body(request)


class ReadsOnlyUtf8(ReferenceGateway):
    def body(self, request: Received) -> bytes:
        return super().body(request) if request.body.lstrip().startswith(b"{") else request.body


class ForgetsBodiesInChunks(ReferenceGateway):
    def body(self, request: Received) -> bytes:
        return b"" if request.head.has("Transfer-Encoding", "chunked") else super().body(request)


class EditsAnyCallWithAPrompt(ReferenceGateway):
    def body(self, request: Received) -> bytes:
        body = super().body(request)
        asks = b'"prompt":' in body and b'"stream":true' in body
        return body.replace(b"{", b"{" + _OPTIONS, 1) if asks and b"stream_options" not in body else body


class EditsWhatIsNotJson(ReferenceGateway):
    def body(self, request: Received) -> bytes:
        return body_edit.asking(request.body)


SEEN: dict[type[ReferenceGateway], tuple[Verdict, tuple[str, ...]]] = {
    LosesTheFirstCallOfAKey: (Verdict.LOST, ("chat", "embeddings")),
    EncodesBodiesAnew: (Verdict.BODY_CHANGED, ("empty-arrays", "long-integers", "duplicates", "escapes", "whitespace")),
    CountsARetryOnce: (Verdict.LOST, ("retry",)),
    CountsErrors: (Verdict.DOUBLE, ("error-with-usage",)),
    AddsTheOptionAlways: (Verdict.BODY_CHANGED, ("chat", "responses", "embeddings")),
    LeavesLargeBodiesAlone: (Verdict.LOST, ("prompt-20k", "prompt-1m")),
    TurnsOneStatusIntoAnother: (Verdict.STATUS_CHANGED, ("error-503", "error-page")),
    EditsAnswers: (Verdict.BODY_CHANGED, ("chat",)),
    TakesLineEndsForItsOwn: (Verdict.BODY_CHANGED, ("crlf",)),
    CallsEverythingJson: (Verdict.BODY_CHANGED, ("answer-page", "include-true")),
    CutsLargeAnswers: (Verdict.BODY_CHANGED, ("huge-event",)),
    LetsTheEngineCompress: (Verdict.LOST, ("gzip",)),
    ForgetsTheCoding: (Verdict.BODY_CHANGED, ("gzip",)),
    LosesUnderLoad: (Verdict.LOST, ("parallel-16", "parallel-64")),
    TakesAnyOptionForEnough: (Verdict.LOST, ("options-empty", "options-null", "include-false")),
    OverwritesTheOptions: (Verdict.BODY_CHANGED, ("options-others", "options-others-false", "continuous")),
    AsksForUsageInEveryEvent: (Verdict.BODY_CHANGED, ("chat", "include-false")),
    ReportsTwice: (Verdict.DOUBLE, ("chat", "rerank")),
    TakesOnlyTrueForTrue: (Verdict.LOST, ("stream-one", "stream-word")),
    SearchesForTheKey: (Verdict.LOST, ("escaped-stream",)),
    TakesTheFirstOfTwoKeys: (Verdict.LOST, ("stream-twice",)),
    ReadsOnlyUtf8: (Verdict.LOST, ("byte-order-mark", "utf-16")),
    ForgetsBodiesInChunks: (Verdict.BODY_CHANGED, ("chunked",)),
    EditsAnyCallWithAPrompt: (Verdict.BODY_CHANGED, ("responses-prompt",)),
    EditsWhatIsNotJson: (Verdict.BODY_CHANGED, ("type-plain",)),
}
"""Which verdict on which shapes gives each of them away."""
