"""Gateways that forward right and read usage wrong; what each does wrong is in its name, and which shapes show it in
`SEEN`."""

from __future__ import annotations

import json
import re

from metering_suite.verdicts import Verdict
from tests.metering_suite.reference_gateway import ReferenceGateway
from tests.metering_suite.usage_reader import JsonReader, StreamReader, Usage, usage_in

_HALF_PAIR = re.compile(rb"\\ud8[0-9a-f]{2}(?!\\ud[c-f])")


class DropsChunksWithComments(ReferenceGateway):
    def stream_reader(self) -> StreamReader:
        class Reader(StreamReader):
            def feed(self, piece: bytes) -> None:
                if not any(line.startswith(b":") for line in piece.splitlines()):
                    super().feed(piece)

        return Reader()


class ReadsEveryChunkByItself(ReferenceGateway):
    def stream_reader(self) -> StreamReader:
        class Reader(StreamReader):
            def feed(self, piece: bytes) -> None:
                alone = StreamReader()
                alone.feed(piece)
                self.usage = alone.usage or self.usage

        return Reader()


class AddsEveryUsage(ReferenceGateway):
    def stream_reader(self) -> StreamReader:
        class Reader(StreamReader):
            def seen(self, found: Usage | None) -> None:
                if found:
                    self.usage = {name: value + (self.usage or {}).get(name, 0) for name, value in found.items()}

        return Reader()


class TakesTheFirstUsage(ReferenceGateway):
    def stream_reader(self) -> StreamReader:
        class Reader(StreamReader):
            def seen(self, found: Usage | None) -> None:
                self.usage = self.usage or found

        return Reader()


class DropsTheLastEventWithoutItsEnd(ReferenceGateway):
    def stream_reader(self) -> StreamReader:
        class Reader(StreamReader):
            def end(self) -> Usage | None:
                return self.usage

        return Reader()


class BreaksAtNullUsage(ReferenceGateway):
    def stream_reader(self) -> StreamReader:
        class Reader(StreamReader):
            broken = False

            def feed(self, piece: bytes) -> None:
                self.broken = self.broken or b'"usage":null' in piece
                super().feed(piece)

            def end(self) -> Usage | None:
                return None if self.broken else super().end()

        return Reader()


class DecodesTheTextBesideUsage(ReferenceGateway):
    """As cjson does, which refuses a document for half a surrogate pair."""

    def json_reader(self) -> JsonReader:
        class Reader(JsonReader):
            def end(self) -> Usage | None:
                return None if _HALF_PAIR.search(self.body) else super().end()

        return Reader()

    def stream_reader(self) -> StreamReader:
        class Reader(StreamReader):
            def line(self, line: str) -> None:
                if not _HALF_PAIR.search(line.encode()):
                    super().line(line)

        return Reader()


class FindsUsageInText(ReferenceGateway):
    def json_reader(self) -> JsonReader:
        class Reader(JsonReader):
            def end(self) -> Usage | None:
                found = re.search(rb'\\?"total_tokens\\?":\s*(\d+)', self.body)
                real = super().end()
                return {**(real or {}), "total_tokens": int(found[1])} if found else real

        return Reader()


class FindsUsageAnywhere(ReferenceGateway):
    def json_reader(self) -> JsonReader:
        class Reader(JsonReader):
            def end(self) -> Usage | None:
                try:
                    return _first(json.loads(self.body))
                except ValueError:
                    return None

        return Reader()


def _first(value: object) -> Usage | None:
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return next((found for one in inner if (found := _first(one))), None) or usage_in(value)


class EndsLinesWithNewlineOnly(ReferenceGateway):
    def stream_reader(self) -> StreamReader:
        class Reader(StreamReader):
            def feed(self, piece: bytes) -> None:
                super().feed(piece.replace(b"\r", b""))

        return Reader()


class TakesOneDataLine(ReferenceGateway):
    def stream_reader(self) -> StreamReader:
        class Reader(StreamReader):
            def line(self, line: str) -> None:
                super().line(line)
                self.dispatch()

        return Reader()


class WantsASpaceAfterData(ReferenceGateway):
    def stream_reader(self) -> StreamReader:
        class Reader(StreamReader):
            def line(self, line: str) -> None:
                if not line.startswith("data:") or line.startswith("data: "):
                    super().line(line)

        return Reader()


class KnowsOneNameOfTokens(ReferenceGateway):
    def json_reader(self) -> JsonReader:
        class Reader(JsonReader):
            def end(self) -> Usage | None:
                return super().end() if b'"prompt_tokens"' in self.body else None

        return Reader()


class ReadsOneMegabyte(ReferenceGateway):
    def json_reader(self) -> JsonReader:
        class Reader(JsonReader):
            def end(self) -> Usage | None:
                return super().end() if len(self.body) <= 1024 * 1024 else None

        return Reader()


class EstimatesWhatIsNotTold(ReferenceGateway):
    def json_reader(self) -> JsonReader:
        class Reader(JsonReader):
            def end(self) -> Usage | None:
                guess = {"total_tokens": len(self.body) // 4} if b'"choices"' in self.body else None
                return super().end() or guess

        return Reader()


SEEN: dict[type[ReferenceGateway], tuple[Verdict, tuple[str, ...]]] = {
    DropsChunksWithComments: (Verdict.LOST, ("comment-before-event", "comment-after-event")),
    ReadsEveryChunkByItself: (Verdict.LOST, ("split-odd", "split-usage")),
    AddsEveryUsage: (Verdict.DOUBLE, ("continuous", "usage-several")),
    TakesTheFirstUsage: (Verdict.LOST, ("continuous", "usage-several")),
    DropsTheLastEventWithoutItsEnd: (Verdict.LOST, ("no-done-no-newline",)),
    BreaksAtNullUsage: (Verdict.LOST, ("usage-nulls", "usage-null-last")),
    DecodesTheTextBesideUsage: (Verdict.LOST, ("usage-with-half-pair",)),
    FindsUsageInText: (Verdict.DOUBLE, ("usage-in-text", "usage-in-text-only")),
    FindsUsageAnywhere: (Verdict.DOUBLE, ("usage-nested", "usage-only-nested")),
    EndsLinesWithNewlineOnly: (Verdict.LOST, ("cr",)),
    TakesOneDataLine: (Verdict.LOST, ("multi-line", "multi-line-crlf")),
    WantsASpaceAfterData: (Verdict.LOST, ("no-space",)),
    KnowsOneNameOfTokens: (Verdict.LOST, ("responses", "transcription", "rerank")),
    ReadsOneMegabyte: (Verdict.LOST, ("usage-first-1m",)),
    EstimatesWhatIsNotTold: (Verdict.DOUBLE, ("usage-none",)),
}
"""Which verdict on which shapes gives each of them away."""
