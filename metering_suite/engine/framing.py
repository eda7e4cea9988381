"""Events as the bytes of a stream, cut into the chunks a shape wants. Facts: WHATWG HTML, server-sent events."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from metering_suite.shapes.model import Comments, Cut, Frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from metering_suite.engine.documents import Event

COMMENT = ": keep-alive"
_ODD = 7


@dataclass(frozen=True)
class Chunk:
    """Bytes that are sent at once."""

    data: bytes
    part: float
    """How much of the answer is generated when they are sent."""
    usage: bool = False
    """Whether a usage ends in them."""
    only_usage: bool = False


def chunks(events: Iterable[Event], frame: Frame, *, ascii_only: bool) -> list[Chunk]:
    """The stream, before any transfer or content coding."""
    return list(_cut(_trimmed(list(_framed(events, frame, ascii_only=ascii_only)), frame), frame))


def _framed(events: Iterable[Event], frame: Frame, *, ascii_only: bool) -> Iterator[Chunk]:
    comment = f"{COMMENT}{frame.line_end}{frame.line_end}".encode()
    if frame.bom:
        yield Chunk("\ufeff".encode(), 0.0)
    for number, event in enumerate(events):
        if frame.comments is Comments.APART:
            yield Chunk(comment, event.part)
        data = _event_bytes(event, number, frame, ascii_only=ascii_only)
        if frame.comments is Comments.BEFORE:
            data = comment + data
        if frame.comments is Comments.AFTER:
            data += comment
        yield Chunk(data, event.part, event.usage, event.only_usage)
    if frame.done:
        yield Chunk(f"data:{frame.space}[DONE]{frame.line_end * (1 + frame.blanks)}".encode(), 1.0)


def _event_bytes(event: Event, number: int, frame: Frame, *, ascii_only: bool) -> bytes:
    separators = None if frame.multi_line else (",", ":")
    indent = 1 if frame.multi_line else None
    text = json.dumps(event.data, ensure_ascii=ascii_only, separators=separators, indent=indent)
    lines = [line.replace("<n>", str(number)) for line in frame.fields]
    for line in text.split("\n"):
        lines.append(f"data:{frame.space}{line}")
        if frame.comments is Comments.INSIDE:
            lines.append(COMMENT)
    lines += [line.replace("<n>", str(number)) for line in frame.fields_after]
    return "".join([*(line + frame.line_end for line in lines), frame.line_end * frame.blanks]).encode()


def _trimmed(chunks: list[Chunk], frame: Frame) -> list[Chunk]:
    """The chunks, without the line end of the last one where the shape wants it so."""
    if frame.last_blank or not chunks:
        return chunks
    last = chunks[-1]
    return [*chunks[:-1], Chunk(last.data.rstrip(b"\r\n"), last.part, last.usage, last.only_usage)]


def _cut(chunks: list[Chunk], frame: Frame) -> Iterator[Chunk]:
    """The chunks cut smaller, or joined; a usage counts as sent with its last byte."""
    if frame.cut is Cut.BURST:
        yield Chunk(b"".join(one.data for one in chunks), 1.0, any(one.usage for one in chunks))
        return
    for one in chunks:
        pieces = list(_pieces(one.data, frame.cut))
        for piece in pieces[:-1]:
            yield Chunk(piece, one.part, only_usage=one.only_usage)
        yield Chunk(pieces[-1], one.part, one.usage, one.only_usage)


def _pieces(data: bytes, cut: Cut) -> Iterator[bytes]:
    if cut is Cut.USAGE and b'"usage"' in data:
        place = data.index(b'"usage"')
        bounds = [0, place + 4, min(len(data) - 1, place + 30), len(data)]
        yield from (data[begin:end] for begin, end in pairwise(bounds) if end > begin)
        return
    size = {Cut.BYTE: 1, Cut.ODD: _ODD}.get(cut, len(data))
    yield from (data[begin : begin + size] for begin in range(0, len(data), max(1, size)))
