"""Clients that are old, slow, impatient, thrifty with connections, or many."""

from __future__ import annotations

from metering_suite.shapes import model as m
from metering_suite.shapes.model import Ask, Client, Frame, Order, Reply, Shape, Truth, Usage

_CONTINUOUS = Ask(
    body=m.CHAT_BODY.replace(
        "<stream>", '<stream>"stream_options":{"include_usage":true,"continuous_usage_stats":true},'
    )
)
_LONG = Frame(pause_seconds=0.01)
_LEAVING = Client(leaves_after=400)

SHAPES = (
    Shape(name="http-1.0", says="HTTP/1.0", client=Client(version="HTTP/1.0")),
    Shape(
        name="slow-request",
        says="A body that arrives in five parts",
        client=Client(send_parts=5, pause_seconds=0.03),
    ),
    Shape(
        name="slow-reader",
        says="A client that reads with pauses",
        reply=Reply(size=512 * 1024, events=8),
        client=Client(pause_seconds=0.01),
    ),
    Shape(name="expect", says="`Expect: 100-continue`", ask=Ask(headers=(("Expect", "100-continue"),))),
    Shape(
        name="expect-1m",
        says="`Expect: 100-continue` with a body of 1 MB",
        ask=Ask(headers=(("Expect", "100-continue"),), padding=1024 * 1024),
    ),
    Shape(
        name="expect-unanswered",
        says="`Expect: 100-continue` at an engine that never says so: the body follows after a short wait",
        modes=m.PLAIN,
        ask=Ask(headers=(("Expect", "100-continue"),)),
        reply=Reply(continues=False),
    ),
    Shape(
        name="large-header",
        says="A header of 6 KB",
        ask=Ask(headers=(("X-Trace", "t" * 6 * 1024),)),
    ),
    Shape(name="kept-alive", says="Three requests on one connection", client=Client(count=3, order=Order.KEPT_ALIVE)),
    Shape(
        name="pipelined",
        says="Three requests at once on one connection",
        client=Client(count=3, order=Order.PIPELINED),
    ),
    Shape(
        name="pipelined-large-header",
        says="Three requests at once on one connection, each with a header of 6 KB",
        ask=Ask(headers=(("X-Trace", "t" * 6 * 1024),)),
        client=Client(count=3, order=Order.PIPELINED),
    ),
    Shape(
        name="retry",
        says="The same request id twice: the engine works twice",
        client=Client(count=2, order=Order.SAME_ID),
    ),
    Shape(name="parallel-16", says="16 at once with one key", client=Client(count=16, order=Order.PARALLEL)),
    Shape(name="parallel-64", says="64 at once with one key", client=Client(count=64, order=Order.PARALLEL)),
    Shape(
        name="parallel-16-slow",
        says="16 streams at once that last a while",
        modes=m.STREAM,
        reply=Reply(events=10, frame=_LONG),
        client=Client(count=16, order=Order.PARALLEL),
    ),
    Shape(
        name="client-leaves",
        says="A client that leaves a stream early",
        modes=m.STREAM,
        reply=Reply(events=40, frame=_LONG),
        client=_LEAVING,
        truth=Truth.ABORTED,
    ),
    Shape(
        name="client-leaves-continuous",
        says="A client that leaves a stream that tells usage in every event",
        modes=m.STREAM,
        ask=_CONTINUOUS,
        reply=Reply(events=40, usage=Usage.CONTINUOUS, frame=_LONG),
        client=_LEAVING,
        truth=Truth.ABORTED,
    ),
    Shape(
        name="client-leaves-answer",
        says="A client that leaves in the middle of a large answer",
        modes=m.PLAIN,
        reply=Reply(size=4 * 1024 * 1024),
        client=_LEAVING,
        truth=Truth.ABORTED,
    ),
    Shape(
        name="engine-dies",
        says="An engine that breaks the connection half way",
        reply=Reply(dies=True),
        truth=Truth.ABORTED,
    ),
    Shape(
        name="engine-dies-continuous",
        says="An engine that breaks a stream that tells usage in every event",
        modes=m.STREAM,
        ask=_CONTINUOUS,
        reply=Reply(dies=True, usage=Usage.CONTINUOUS),
        truth=Truth.ABORTED,
    ),
)
