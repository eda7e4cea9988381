"""Large requests and answers: what a gateway spills to a file, holds in memory or cuts into buffers."""

from __future__ import annotations

from metering_suite.shapes import model as m
from metering_suite.shapes.calls import EMBEDDINGS_BODY
from metering_suite.shapes.model import Ask, Frame, Reply, Shape

_KB, _MB = 1024, 1024 * 1024

SHAPES = (
    Shape(name="prompt-20k", says="A prompt of 20 KB: above the usual buffer of 16 KB", ask=Ask(padding=20 * _KB)),
    Shape(name="prompt-1m", says="A prompt of 1 MB, which gateways spill to a file", ask=Ask(padding=_MB)),
    Shape(
        name="prompt-1m-options-false",
        says="A prompt of 1 MB before an option that says false",
        modes=m.STREAM,
        ask=Ask(
            body=m.CHAT_BODY.replace("<stream>", "").removesuffix("}")
            + ',"stream":true,"stream_options":{"include_usage":false}}',
            padding=_MB,
        ),
    ),
    Shape(name="chunked", says="A request in chunks", ask=Ask(chunk=17)),
    Shape(name="chunked-1m", says="A request of 1 MB in chunks", ask=Ask(padding=_MB, chunk=8 * _KB)),
    Shape(name="answer-10m", says="An answer of 10 MB", reply=Reply(size=10 * _MB, events=200)),
    Shape(
        name="huge-event",
        says="One event of 1 MB",
        modes=m.STREAM,
        reply=Reply(size=_MB, events=1),
    ),
    Shape(
        name="huge-event-with-usage",
        says="One event of 1 MB that tells the usage at its end",
        modes=m.STREAM,
        reply=Reply(size=_MB, events=1, usage=m.Usage.WITH_CHOICE),
    ),
    Shape(name="many-events", says="Two thousand events", modes=m.STREAM, reply=Reply(size=64 * _KB, events=2000)),
    Shape(
        name="many-events-burst",
        says="Two thousand events at once",
        modes=m.STREAM,
        reply=Reply(size=64 * _KB, events=2000, frame=Frame(cut=m.Cut.BURST)),
    ),
    Shape(
        name="embeddings-10m",
        says="Embeddings of 10 MB",
        modes=m.PLAIN,
        ask=Ask(path=m.EMBEDDINGS, body=EMBEDDINGS_BODY),
        reply=Reply(size=10 * _MB),
    ),
    Shape(
        name="usage-first-1m",
        says="Usage before an answer of 1 MB",
        reply=Reply(size=_MB, usage_first=True),
    ),
)
