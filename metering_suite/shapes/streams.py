"""How events become bytes: everything the rules for server-sent events permit, and what engines do besides."""

from __future__ import annotations

from metering_suite.shapes import model as m
from metering_suite.shapes.model import Ask, Comments, Cut, Frame, Reply, Shape

_ASKING = Ask(
    body='{"model":"<model>",<stream>"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Day?"}]}'
)
"""Usage is asked for by the client: what is metered here is the reading of the stream alone."""
_SLOWLY = 0.002
"""Seconds between chunks, so that they are not glued together on the way."""


def _stream(name: str, says: str, frame: Frame, *, text: str = "A day is long.", events: int = 4) -> Shape:
    return Shape(name=name, says=says, modes=m.STREAM, ask=_ASKING, reply=Reply(text=text, events=events, frame=frame))


SHAPES = (
    _stream("crlf", "Lines end with CR LF", Frame(line_end="\r\n")),
    _stream("cr", "Lines end with CR alone", Frame(line_end="\r")),
    _stream(
        "crlf-cut",
        "Lines end with CR LF, cut between the two",
        Frame(line_end="\r\n", cut=Cut.BYTE),
        events=1,
        text="Day.",
    ),
    _stream("comments-apart", "Comments in chunks of their own", Frame(comments=Comments.APART, pause_seconds=_SLOWLY)),
    _stream("comment-before-event", "A comment and an event in one chunk", Frame(comments=Comments.BEFORE)),
    _stream("comment-after-event", "An event and a comment in one chunk", Frame(comments=Comments.AFTER)),
    _stream("comment-inside-event", "A comment between the lines of an event", Frame(comments=Comments.INSIDE)),
    _stream(
        "keep-alives",
        "Comments while the engine thinks",
        Frame(comments=Comments.APART, pause_seconds=0.02),
    ),
    _stream(
        "split-bytes",
        "Every byte in a chunk of its own",
        Frame(cut=Cut.BYTE, pause_seconds=0.0002),
        events=1,
        text="Žofie.",
    ),
    _stream("split-odd", "Chunks of seven bytes", Frame(cut=Cut.ODD), text="Žofie 日本語 🙂"),
    _stream("split-usage", "Cut inside the word usage and its numbers", Frame(cut=Cut.USAGE, pause_seconds=_SLOWLY)),
    _stream("burst", "The whole stream at once", Frame(cut=Cut.BURST)),
    _stream("multi-line", "Several data lines per event", Frame(multi_line=True)),
    _stream("multi-line-crlf", "Several data lines per event, with CR LF", Frame(multi_line=True, line_end="\r\n")),
    _stream("no-space", "No space after `data:`", Frame(space="")),
    _stream("byte-order-mark-in-stream", "A byte order mark first", Frame(bom=True)),
    _stream("no-last-newline", "No line end after the end marker", Frame(last_blank=False)),
    _stream("no-done", "No end marker", Frame(done=False)),
    _stream(
        "no-done-no-newline",
        "The event with the usage is the last, without a line end",
        Frame(done=False, last_blank=False),
    ),
    _stream("many-blanks", "Several empty lines between events", Frame(blanks=4)),
    _stream(
        "fields",
        "Names, numbers and waiting times of events",
        Frame(fields=("event: chunk", "id: <n>", "retry: 1000")),
    ),
    _stream("fields-after", "Other fields after the data", Frame(fields_after=("id: <n>", "event: chunk", "other"))),
)
