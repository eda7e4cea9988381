"""Whether a request reached the engine as it was sent, byte for byte, but for the one change a gateway may make.

The permitted change: in the body of a streamed chat or text completion, `stream_options.include_usage` becomes true, by
one edit of the text. Everything else (order, spaces, escapes, numbers, duplicate keys) stays. A gateway may tell such a
body by its members alone, whatever the path.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]  # in the decoder since Python 2.6, without a stub
from typing import TYPE_CHECKING

from metering_suite.engine.request import WITHOUT_OPTIONS, RefusedError, document, flag

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_SPACE = re.compile(r"[ \t\r\n]*")
_INNER = r'"include_usage"\s*:\s*true'
_OBJECT = rf"\{{\s*{_INNER}\s*\}}"
_MEMBER = rf'"stream_options"\s*:\s*{_OBJECT}'
_SHOWN = 40
"""Characters of either text shown around the first difference."""


@dataclass(frozen=True)
class Edit:
    """A place in the text sent, and what may stand there in the text received."""

    start: int
    end: int
    pattern: str

    def made(self, sent: str, received: str) -> bool:
        """Whether the text received is the text sent with this edit."""
        after = len(sent) - self.end
        if len(received) < self.start + after or not received.startswith(sent[: self.start]):
            return False
        if not received.endswith(sent[self.end :]):
            return False
        return re.fullmatch(self.pattern, received[self.start : len(received) - after]) is not None


@dataclass(frozen=True)
class _Member:
    """A key of an object and where its value stands."""

    key: str
    start: int
    end: int


@dataclass(frozen=True)
class _Object:
    """An object in a text: the place after `{`, the place of `}`, its members."""

    start: int
    end: int
    members: tuple[_Member, ...]

    def last(self, key: str) -> _Member | None:
        """The member that counts when a key stands several times."""
        return next((one for one in reversed(self.members) if one.key == key), None)

    def insertions(self, sent: str, member: str) -> Iterator[Edit]:
        """Every place where one more member can stand."""
        if not self.members:
            yield Edit(self.start, self.end, rf"\s*{member}\s*")
            return
        yield Edit(self.start, self.start, rf"\s*{member}\s*,\s*")
        for one in self.members:
            comma = _SPACE.match(sent, one.end).end()  # type: ignore[union-attr]  # it matches the empty text too
            for place in {one.end, comma}:
                yield Edit(place, place, rf"\s*,\s*{member}\s*")
            if sent[comma : comma + 1] == ",":
                yield Edit(comma + 1, comma + 1, rf"\s*{member}\s*,\s*")


def difference(path: str, content_type: str, sent: bytes, received: bytes) -> str:
    """What differs beyond the permitted change; empty when nothing does."""
    if sent == received:
        return ""
    try:
        # A body without a type is JSON to some engines; a gateway may ask for usage in case it is.
        data = document(content_type or "application/json", sent)
        coding = json.detect_encoding(sent)
        before, after = sent.decode(coding), received.decode(coding)
        if _may_ask(path, data) and any(edit.made(before, after) for edit in permitted(before)):
            return ""
    except (RefusedError, UnicodeDecodeError):
        return _shown(sent, received)
    return _shown(sent, received)


def _may_ask(path: str, data: dict[str, Any]) -> bool:
    """Whether a request is one that can be made to tell its usage."""
    return path not in WITHOUT_OPTIONS and bool({"messages", "prompt"} & data.keys()) and flag(data.get("stream"))


def permitted(text: str) -> Iterator[Edit]:
    """Every single edit that makes a streamed body ask for usage and changes nothing else."""
    top = _object(text, _SPACE.match(text).end())  # type: ignore[union-attr]  # likewise
    options = top.last("stream_options")
    if options is None:
        yield from top.insertions(text, _MEMBER)
        return
    if text.startswith("null", options.start):
        yield Edit(options.start, options.end, _OBJECT)
    if not text.startswith("{", options.start):
        return
    inner = _object(text, options.start)
    usage = inner.last("include_usage")
    if usage is None:
        yield from inner.insertions(text, _INNER)
    else:
        yield Edit(usage.start, usage.end, "true")


def _object(text: str, start: int) -> _Object:
    """The object that begins at a place of a text that is valid JSON."""
    decoder = json.JSONDecoder(strict=False)
    members: list[_Member] = []
    place = _after_space(text, start + 1)
    while text[place] != "}":
        key, place = scanstring(text, place + 1, False)
        begin = _after_space(text, _after_space(text, place) + 1)
        end = decoder.raw_decode(text, begin)[1]
        members.append(_Member(key, begin, end))
        place = _after_space(text, end)
        if text[place] == ",":
            place = _after_space(text, place + 1)
    return _Object(start + 1, place, tuple(members))


def _after_space(text: str, place: int) -> int:
    return _SPACE.match(text, place).end()  # type: ignore[union-attr]  # likewise


def _shown(sent: bytes, received: bytes) -> str:
    pairs = zip(sent, received, strict=False)
    place = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(sent), len(received)))
    begin = max(0, place - _SHOWN // 4)
    return f"from byte {place}: {sent[begin : begin + _SHOWN]!r} became {received[begin : begin + _SHOWN]!r}"
