"""Answers with unusual headers, codings and ends, all of them with status 2xx or 3xx."""

from __future__ import annotations

from metering_suite.shapes import model as m
from metering_suite.shapes.model import Ask, Frame, Gzip, Reply, Shape, Truth

_ACCEPTING = (("Accept-Encoding", "gzip, deflate"),)
_STREAM_TYPE = "text/event-stream"
_PAGE = '<!DOCTYPE html><html><body>Welcome. "usage": {"total_tokens": 90001}</body></html>'


def _typed(name: str, says: str, kind: str, *, modes: tuple[m.Mode, ...], truth: Truth = Truth.REPORTED) -> Shape:
    return Shape(name=name, says=says, modes=modes, reply=Reply(content_type=kind), truth=truth)


SHAPES = (
    Shape(
        name="gzip",
        says="Compressed if the request that arrives accepts it",
        ask=Ask(headers=_ACCEPTING),
        reply=Reply(gzip=Gzip.ASKED),
    ),
    Shape(
        name="gzip-1m",
        says="A large answer, compressed if the request that arrives accepts it",
        ask=Ask(headers=_ACCEPTING),
        reply=Reply(gzip=Gzip.ASKED, size=1024 * 1024, events=20),
    ),
    Shape(
        name="gzip-unasked",
        says="Compressed though nobody accepts it",
        reply=Reply(gzip=Gzip.ALWAYS),
        truth=Truth.UNREADABLE,
    ),
    _typed("type-charset", "JSON with a charset", "application/json; charset=utf-8", modes=m.PLAIN),
    _typed("type-case", "JSON in capitals", "Application/JSON", modes=m.PLAIN),
    _typed("stream-type-bare", "A stream without a charset", _STREAM_TYPE, modes=m.STREAM),
    _typed("stream-type-case", "A stream in capitals", "Text/Event-Stream;charset=UTF-8", modes=m.STREAM),
    _typed("type-text", "JSON that says it is text", "text/plain", modes=m.PLAIN, truth=Truth.UNREADABLE),
    _typed("type-none", "JSON that says nothing", "", modes=m.PLAIN, truth=Truth.UNREADABLE),
    _typed("stream-type-json", "A stream that says it is JSON", m.JSON, modes=m.STREAM, truth=Truth.UNREADABLE),
    Shape(name="until-close", says="An answer that ends with its connection", reply=Reply(until_close=True)),
    Shape(name="slow-engine", says="A quarter of a second until the first byte", reply=Reply(wait_seconds=0.25)),
    Shape(
        name="slow-stream",
        says="A pause before every event",
        modes=m.STREAM,
        reply=Reply(frame=Frame(pause_seconds=0.03)),
    ),
    Shape(name="answer-empty", says="200 and nothing", reply=Reply(body="")),
    Shape(name="answer-empty-stream", says="A stream of nothing", reply=Reply(body="", content_type=m.SSE)),
    Shape(name="answer-page", says="200 and a page", reply=Reply(body=_PAGE, content_type="text/html")),
    Shape(name="answer-page-as-json", says="200 and a page that says it is JSON", reply=Reply(body=_PAGE)),
    Shape(
        name="answer-page-as-stream",
        says="A page that says it is a stream",
        reply=Reply(body=_PAGE, content_type=m.SSE),
    ),
    Shape(name="answer-array", says="200 and an array", reply=Reply(body='[{"usage":{"total_tokens":90001}},[],0]')),
    Shape(name="answer-number", says="200 and a number", reply=Reply(body="7")),
    Shape(name="answer-cut-json", says="200 and half an object", reply=Reply(body='{"usage":{"total_tokens":90001')),
    Shape(
        name="usage-of-words",
        says="Usage that holds no numbers",
        reply=Reply(body='{"choices":[],"usage":{"prompt_tokens":"many","completion_tokens":[],"total_tokens":null}}'),
    ),
    Shape(name="usage-text", says="Usage that is a text", reply=Reply(body='{"choices":[],"usage":"90001"}')),
    Shape(name="usage-empty", says="Usage that is empty", reply=Reply(body='{"choices":[],"usage":{}}')),
    Shape(name="no-content", says="204", reply=Reply(status=204, body="", content_type="")),
    Shape(
        name="redirect",
        says="A redirect, which is the client's to follow",
        reply=Reply(status=307, body="", content_type="", headers=(("Location", "/v1/elsewhere"),)),
    ),
)
