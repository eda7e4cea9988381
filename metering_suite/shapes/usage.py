"""Where an answer tells its usage, and what looks like one and is none."""

from __future__ import annotations

from metering_suite.shapes import model as m
from metering_suite.shapes.model import Reply, Shape, Truth, Usage

_DECOY = 'say "usage":{"prompt_tokens":90001,"completion_tokens":90002,"total_tokens":180003} '


def _streamed(name: str, says: str, usage: Usage) -> Shape:
    return Shape(name=name, says=says, modes=m.STREAM, reply=Reply(usage=usage))


def _untold(name: str, says: str, reply: Reply) -> Shape:
    return Shape(name=name, says=says, reply=reply, truth=Truth.UNREPORTED)


SHAPES = (
    Shape(name="usage-first", says="Usage before everything else", reply=Reply(usage_first=True)),
    _streamed("usage-nulls", "Usage null in every event until the last", Usage.NULLS),
    _streamed("usage-null-last", "Usage null in an event after the one that tells it", Usage.NULL_LAST),
    _streamed("usage-several", "Several events of usage alone: the last one counts", Usage.SEVERAL),
    _streamed("usage-with-choice", "Usage in the event with the last words", Usage.WITH_CHOICE),
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
    _untold(
        "usage-only-nested",
        "An object named usage deeper in the answer, and none at the top",
        Reply(usage=Usage.ONLY_NESTED),
    ),
    _untold("usage-none", "An answer without usage", Reply(usage=Usage.NONE)),
    _untold("usage-null", "An answer whose usage is null", Reply(usage=Usage.NULL)),
    _untold(
        "usage-in-text-only",
        "Text that looks like usage in an answer without usage",
        Reply(text=_DECOY, usage=Usage.NONE),
    ),
)
