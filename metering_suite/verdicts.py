"""Verdicts on one call: the ledger's tokens beside the gateway's, the bytes on both sides."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from metering_suite import passage
from metering_suite.counts import JUDGED, Counts, summed
from metering_suite.shapes.model import Shape, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metering_suite.engine.ledger import Entry
    from metering_suite.http.client import Answered

_GOOD = 2
"""The first digit of a good status."""
_OLD = "HTTP/1.0"
_REFUSALS_OF_A_VERSION = (426, 505)
"""Upgrade Required and HTTP Version Not Supported (RFC 9110, 15.5.22 and 15.6.6)."""


class Verdict(StrEnum):
    """What a gateway did with a call."""

    COUNTED = "counted"
    LOST = "lost"
    DOUBLE = "double"
    BODY_CHANGED = "body changed"
    STATUS_CHANGED = "status changed"
    ADDRESS_CHANGED = "address changed"
    HEADERS_CHANGED = "headers changed"
    NOT_ASKED = "engine not asked"
    ASKED_TWICE = "engine asked twice"
    NO_USAGE = "no usage reported"
    ABORTED = "aborted"

    @property
    def failing(self) -> bool:
        """Whether a gateway with this verdict does not pass."""
        return self not in (Verdict.COUNTED, Verdict.NO_USAGE, Verdict.ABORTED)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything known about one call."""

    shape: Shape
    answers: list[Answered]
    entries: list[Entry]
    expected_status: list[int]
    """What each request got without the gateway."""
    counted: Counts
    """What the gateway counted for this call."""
    key_parameter: str = ""
    """The parameter of the address that holds the key, if one does."""


@dataclass(frozen=True)
class Judgement:
    """The verdicts on one call, tokens first, and why."""

    verdicts: tuple[Verdict, ...]
    truth: Counts
    notes: tuple[str, ...] = field(default=())


def judgement(evidence: Evidence) -> Judgement:
    """The verdicts on a call."""
    truth = ledger_sum(evidence.entries)
    told, note = _tokens(evidence, truth)
    notes = [note] if note else []
    verdicts = [told]
    for verdict, found in (
        (Verdict.NOT_ASKED, _not_asked(evidence)),
        (Verdict.ASKED_TWICE, _asked_twice(evidence, truth)),
        (Verdict.STATUS_CHANGED, _status(evidence)),
        (Verdict.ADDRESS_CHANGED, _address(evidence)),
        (Verdict.BODY_CHANGED, _bodies(evidence)),
        (Verdict.HEADERS_CHANGED, _headers(evidence)),
    ):
        if found:
            verdicts.append(verdict)
            notes.append(found)
    return Judgement(tuple(verdicts), truth, (*notes, *_remarks(evidence)))


def ledger_sum(entries: list[Entry]) -> Counts:
    """What the engine used for these requests, by metric; a metric unknown to one of them is left out."""
    counts = [entry.tokens.as_counts() for entry in entries]
    total = summed(counts)
    return {name: value for name, value in total.items() if all(name in one for one in counts)}


def expected(shape: Shape, truth: Counts) -> Counts:
    """What has to be counted before a call is through; nothing where a gateway need not know."""
    return {name: truth.get(name, 0) if shape.truth is Truth.REPORTED else 0 for name in JUDGED if name in truth}


def _tokens(evidence: Evidence, truth: Counts) -> tuple[Verdict, str]:
    names = [name for name in evidence.counted if name in truth or not evidence.entries]
    pairs = {name: (evidence.counted[name], truth.get(name, 0)) for name in names}
    less = any(counted < used for counted, used in pairs.values())
    more = any(counted > used for counted, used in pairs.values())
    nothing = not any(counted for counted, _ in pairs.values())
    shown = ", ".join(f"{name} {counted} of {used}" for name, (counted, used) in pairs.items() if counted != used)
    if evidence.shape.truth is Truth.ABORTED:
        return (Verdict.DOUBLE, shown) if more else (Verdict.ABORTED, _aborted(pairs))
    if evidence.shape.truth is Truth.UNREPORTED:
        return (Verdict.NO_USAGE, "") if nothing else (Verdict.DOUBLE, f"no usage was told, but {shown}")
    if evidence.shape.truth is Truth.UNREADABLE and nothing:
        return Verdict.NO_USAGE, ""
    if less:
        return Verdict.LOST, shown
    return (Verdict.DOUBLE, shown) if more else (Verdict.COUNTED, "")


def _aborted(pairs: dict[str, tuple[int, int]]) -> str:
    counted, used = pairs.get("total", (0, 0))
    return f"counted {counted} of {used}"


def _not_asked(evidence: Evidence) -> str:
    """Which good answers came without a request at the engine: from a cache, or made up."""
    if evidence.shape.own_answer:
        return ""
    good = Counter(one.request.request_id for one in evidence.answers if one.status // 100 == _GOOD)
    missing = good - _at_the_engine(evidence)
    if not missing:
        return ""
    return f"{missing.total()} of {len(evidence.answers)} answers came without a request at the engine"


def _asked_twice(evidence: Evidence, truth: Counts) -> str:
    """How often the engine worked without the client having asked for it, and whether that was charged."""
    extra = _at_the_engine(evidence) - Counter(one.request.request_id for one in evidence.answers)
    if not extra:
        return ""
    counted, used = evidence.counted.get("total", 0), truth.get("total", 0)
    charged = "nothing was charged" if not counted else "charged for each" if counted >= used else "charged for fewer"
    return f"{len(evidence.entries)} requests at the engine for {len(evidence.answers)} of the client, {charged}"


def _at_the_engine(evidence: Evidence) -> Counter[str]:
    return Counter(entry.request_id for entry in evidence.entries)


def _status(evidence: Evidence) -> str:
    shape = evidence.shape
    if shape.truth is Truth.ABORTED:
        return ""
    asked = _at_the_engine(evidence)
    for answer, wanted in zip(evidence.answers, evidence.expected_status, strict=True):
        reached = asked[answer.request.request_id] > 0
        if answer.status == wanted or (not reached and _own(shape, answer)):
            continue
        if answer.status == 0:
            return f"no answer in place of {wanted}: {answer.problem}"
        return f"{answer.status} in place of {wanted}" + ("" if reached else ", the engine was not asked")
    return ""


def _own(shape: Shape, answer: Answered) -> bool:
    """Whether an answer is one that a gateway may give in the engine's place."""
    too_old = shape.client.version == _OLD and answer.status in _REFUSALS_OF_A_VERSION
    return too_old or (shape.own_answer and answer.status > 0)


def _paired(evidence: Evidence) -> Iterator[tuple[Answered, Entry]]:
    """Answers with the request at the engine that they belong to."""
    waiting = list(evidence.entries)
    for answer in evidence.answers:
        entry = next((one for one in waiting if one.request_id == answer.request.request_id), None)
        if entry is not None:
            waiting.remove(entry)
            yield answer, entry


def _address(evidence: Evidence) -> str:
    pairs = _paired(evidence)
    found = (passage.address(evidence.shape, *pair, evidence.key_parameter) for pair in pairs)
    return next(filter(None, found), "")


def _bodies(evidence: Evidence) -> str:
    """What changed on the way to the engine or back; nothing for what never arrived."""
    aborted = evidence.shape.truth is Truth.ABORTED
    for answer, entry in _paired(evidence):
        found = passage.request_body(answer, entry) or ("" if aborted else passage.answer_body(answer, entry))
        if found:
            return found
    return next(filter(None, (passage.broken(evidence.shape, answer) for answer in evidence.answers)), "")


def _headers(evidence: Evidence) -> str:
    if evidence.shape.truth is Truth.ABORTED:
        return ""
    return next(filter(None, (passage.headers(evidence.shape, answer) for answer, _ in _paired(evidence))), "")


def _remarks(evidence: Evidence) -> list[str]:
    """Differences that are none to a client; each once."""
    if evidence.shape.truth is Truth.ABORTED:
        return []
    return list(dict.fromkeys(filter(None, (passage.remark(*pair) for pair in _paired(evidence)))))
