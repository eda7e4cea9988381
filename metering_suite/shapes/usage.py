"""Where an answer tells its usage, and what looks like one and is none."""

from __future__ import annotations

from metering_suite.shapes import model as m
from metering_suite.shapes.model import Reply, Shape, Truth, Usage

_DECOY = 'say "usage":{"prompt_tokens":90001,"completion_tokens":90002,"total_tokens":180003} '

SHAPES = (
    Shape(name="usage-first", says="Usage before everything else", reply=Reply(usage_first=True)),
    Shape(
        name="usage-nulls",
        says="Usage null in every event until the last",
        modes=m.STREAM,
        reply=Reply(usage=Usage.NULLS),
    ),
    Shape(
        name="usage-null-last",
        says="Usage null in an event after the one that tells it",
        modes=m.STREAM,
        reply=Reply(usage=Usage.NULL_LAST),
    ),
    Shape(
        name="usage-several",
        says="Several events of usage alone: the last one counts",
        modes=m.STREAM,
        reply=Reply(usage=Usage.SEVERAL),
    ),
    Shape(
        name="usage-with-choice",
        says="Usage in the event with the last words",
        modes=m.STREAM,
        reply=Reply(usage=Usage.WITH_CHOICE),
    ),
    Shape(
        name="usage-with-half-pair",
        says="Usage beside half a surrogate pair, as engines that write ASCII cut one between two events",
        reply=Reply(text="A day is long \ud83d", ascii_only=True, usage=Usage.WITH_CHOICE),
    ),
    Shape(name="usage-null-details", says="Null for the details of usage", reply=Reply(usage=Usage.NULL_FIELDS)),
    Shape(name="usage-in-text", says="Text that looks like usage", reply=Reply(text=_DECOY, size=1000)),
    Shape(
        name="usage-in-text-split",
        says="Text that looks like usage, cut everywhere",
        modes=m.STREAM,
        reply=Reply(text=_DECOY, frame=m.Frame(cut=m.Cut.ODD)),
    ),
    Shape(name="usage-nested", says="Objects named usage deeper in the answer", reply=Reply(usage=Usage.NESTED)),
    Shape(
        name="usage-only-nested",
        says="An object named usage deeper in the answer, and none at the top",
        reply=Reply(usage=Usage.ONLY_NESTED),
        truth=Truth.UNREPORTED,
    ),
    Shape(
        name="usage-none",
        says="An answer without usage",
        reply=Reply(usage=Usage.NONE),
        truth=Truth.UNREPORTED,
    ),
    Shape(
        name="usage-null",
        says="An answer whose usage is null",
        reply=Reply(usage=Usage.NULL),
        truth=Truth.UNREPORTED,
    ),
    Shape(
        name="usage-in-text-only",
        says="Text that looks like usage in an answer without usage",
        reply=Reply(text=_DECOY, usage=Usage.NONE),
        truth=Truth.UNREPORTED,
    ),
)
