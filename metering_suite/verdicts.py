"""Verdicts on one call: the ledger's tokens beside the gateway's, the bytes on both sides."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from metering_suite.counts import JUDGED, Counts, summed
from metering_suite.http.wire import digest
from metering_suite.request_change import difference
from metering_suite.shapes.model import Shape, Truth

if TYPE_CHECKING:
    from metering_suite.engine.ledger import Entry
    from metering_suite.http.client import Answered


class Verdict(StrEnum):
    """What a gateway did with a call."""

    COUNTED = "counted"
    LOST = "lost"
    DOUBLE = "double"
    BODY_CHANGED = "body changed"
    STATUS_CHANGED = "status changed"
    NO_USAGE = "no usage reported"
    ABORTED = "aborted"

    @property
    def failing(self) -> bool:
        """Whether a gateway with this verdict does not pass."""
        return self in (Verdict.LOST, Verdict.DOUBLE, Verdict.BODY_CHANGED, Verdict.STATUS_CHANGED)


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
    for verdict, found in ((Verdict.STATUS_CHANGED, _status(evidence)), (Verdict.BODY_CHANGED, _bodies(evidence))):
        if found:
            verdicts.append(verdict)
            notes.append(found)
    return Judgement(tuple(verdicts), truth, tuple(notes))


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


def _status(evidence: Evidence) -> str:
    shape = evidence.shape
    if shape.truth is Truth.ABORTED:
        return ""
    for answer, wanted in zip(evidence.answers, evidence.expected_status, strict=True):
        reached = any(entry.request_id == answer.request.request_id for entry in evidence.entries)
        if shape.own_answer and not reached and answer.status:
            continue
        if answer.status == wanted:
            continue
        if answer.status == 0:
            return f"no answer in place of {wanted}: {answer.problem}"
        return f"{answer.status} in place of {wanted}" + ("" if reached else ", the engine was not asked")
    return ""


def _bodies(evidence: Evidence) -> str:
    """What changed on the way to the engine or back; nothing for what never arrived."""
    waiting = list(evidence.entries)
    for answer in evidence.answers:
        entry = next((one for one in waiting if one.request_id == answer.request.request_id), None)
        if entry is None:
            continue
        waiting.remove(entry)
        found = _request(answer, entry) or _answer(evidence.shape, answer, entry)
        if found:
            return found
    return ""


def _request(answer: Answered, entry: Entry) -> str:
    given = {name.lower(): value for name, value in answer.request.headers}
    path = unquote(urlsplit(answer.request.target).path)
    found = difference(path, given.get("content-type", ""), answer.request.body, entry.body)
    return f"request {found}" if found else ""


def _answer(shape: Shape, answer: Answered, entry: Entry) -> str:
    """What changed in an answer that came whole; a gateway may take out the usage that it had asked for itself."""
    if shape.truth is Truth.ABORTED or not entry.complete or answer.request.method == "HEAD":
        return ""
    if digest(answer.body) in (entry.sent_digest, _lean(answer, entry)) and not answer.problem:
        return _type(answer, entry)
    told = f": {answer.problem}" if answer.problem else ""
    return f"answer of {entry.sent_bytes} bytes came as {len(answer.body)} others{told}"


def _type(answer: Answered, entry: Entry) -> str:
    """What became of the answer's type, which says to clients how to read it."""
    found = next((value for name, value in answer.headers if name.lower() == "content-type"), "")
    if not entry.sent_type or found.replace(" ", "").lower() == entry.sent_type.replace(" ", "").lower():
        return ""
    return f"answer of type {entry.sent_type} came as {found or 'none'}"


def _lean(answer: Answered, entry: Entry) -> str:
    return entry.lean_digest if entry.body != answer.request.body else entry.sent_digest
