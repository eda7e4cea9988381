"""The verdict on a call, from the ledger, the meter's counts, the statuses and the bytes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from metering_suite.counts import Counts, Tokens
from metering_suite.engine.ledger import Entry
from metering_suite.http.client import Answered, Request
from metering_suite.http.wire import digest
from metering_suite.shapes.catalogue import BY_NAME
from metering_suite.shapes.model import Truth
from metering_suite.verdicts import Evidence, Judgement, Verdict, expected, judgement

ALL: Counts = {"prompt": 10, "completion": 8, "total": 18}
NOTHING: Counts = dict.fromkeys(ALL, 0)
MORE: Counts = {**ALL, "total": 19}
LESS: Counts = {**ALL, "prompt": 9}
BODY = b'{"messages":[],"stream":true}'
ASKING = b'{"messages":[],"stream":true,"stream_options":{"include_usage":true}}'


def _answered(**given: object) -> Answered:
    request = Request(
        request_id="r-0",
        method="POST",
        target="/v1/chat/completions",
        headers=(("Content-Type", "application/json"),),
        body=BODY,
    )
    return replace(Answered(request=request, status=200, body=b"answer", whole=True), **given)  # type: ignore[arg-type]


def _entry(**given: object) -> Entry:
    entry = Entry(
        request_id="r-0",
        shape="chat",
        key="k",
        method="POST",
        target="/",
        headers={},
        body=BODY,
        status=200,
        tokens=Tokens(10, 8, 18, None, None),
        complete=True,
        sent_bytes=6,
        sent_digest=digest(b"answer"),
        lean_digest=digest(b"lean"),
    )
    return replace(entry, **given)  # type: ignore[arg-type]


def _judged(
    counted: Counts,
    truth: Truth = Truth.REPORTED,
    *,
    answer: Answered | None = None,
    entries: list[Entry] | None = None,
    status: int = 200,
    own_answer: bool = False,
) -> Judgement:
    shape = replace(BY_NAME["chat"], truth=truth, own_answer=own_answer)
    return judgement(
        Evidence(
            shape=shape,
            answers=[answer or _answered()],
            entries=[_entry()] if entries is None else entries,
            expected_status=[status],
            counted=counted,
        )
    )


@pytest.mark.parametrize(
    ("counted", "truth", "verdict"),
    [
        (ALL, Truth.REPORTED, Verdict.COUNTED),
        (NOTHING, Truth.REPORTED, Verdict.LOST),
        (LESS, Truth.REPORTED, Verdict.LOST),
        (MORE, Truth.REPORTED, Verdict.DOUBLE),
        (NOTHING, Truth.UNREPORTED, Verdict.NO_USAGE),
        (LESS, Truth.UNREPORTED, Verdict.DOUBLE),
        (NOTHING, Truth.UNREADABLE, Verdict.NO_USAGE),
        (ALL, Truth.UNREADABLE, Verdict.COUNTED),
        (LESS, Truth.UNREADABLE, Verdict.LOST),
        (MORE, Truth.UNREADABLE, Verdict.DOUBLE),
        (NOTHING, Truth.ABORTED, Verdict.ABORTED),
        (LESS, Truth.ABORTED, Verdict.ABORTED),
        (ALL, Truth.ABORTED, Verdict.ABORTED),
        (MORE, Truth.ABORTED, Verdict.DOUBLE),
    ],
)
def test_tokens_are_judged_by_what_can_be_known_of_them(counted: Counts, truth: Truth, verdict: Verdict) -> None:
    assert _judged(counted, truth).verdicts == (verdict,)


def test_the_note_tells_both_numbers() -> None:
    assert _judged(LESS).notes == ("prompt 9 of 10",)
    assert _judged(LESS, Truth.ABORTED).notes == ("counted 18 of 18",)


def test_a_metric_the_call_does_not_know_is_not_judged() -> None:
    ranked = [_entry(tokens=Tokens(None, None, 18, None, None))]
    assert _judged({"prompt": 0, "completion": 0, "total": 18}, entries=ranked).verdicts == (Verdict.COUNTED,)
    assert expected(BY_NAME["rerank"], {"total": 18}) == {"total": 18}


def test_metrics_that_the_meter_is_told_of_are_judged_too() -> None:
    thought = [_entry(tokens=Tokens(10, 8, 18, 4, 2))]
    assert _judged({**ALL, "reasoning": 4, "cached": 0}, entries=thought).notes == ("cached 0 of 2",)


def test_retries_count_as_often_as_the_engine_worked() -> None:
    twice = [_entry(), _entry()]
    assert _judged(ALL, entries=twice).verdicts == (Verdict.LOST,)
    assert _judged({name: 2 * value for name, value in ALL.items()}, entries=twice).verdicts == (Verdict.COUNTED,)


def test_another_status_than_without_the_gateway_is_a_change() -> None:
    judged = _judged(ALL, answer=_answered(status=502))
    assert judged.verdicts == (Verdict.COUNTED, Verdict.STATUS_CHANGED)
    assert judged.notes == ("502 in place of 200",)


def test_no_answer_is_a_change_that_tells_why() -> None:
    judged = _judged(NOTHING, answer=_answered(status=0, problem="reset"), entries=[])
    assert judged.verdicts == (Verdict.COUNTED, Verdict.STATUS_CHANGED)
    assert judged.notes == ("no answer in place of 200: reset",)


def test_a_gateway_may_answer_itself_only_where_the_shape_says_so() -> None:
    refused = _answered(status=404)
    assert _judged(NOTHING, answer=refused, entries=[], own_answer=True).verdicts == (Verdict.COUNTED,)
    assert Verdict.STATUS_CHANGED in _judged(NOTHING, answer=refused, entries=[]).verdicts
    assert Verdict.STATUS_CHANGED in _judged(ALL, answer=refused, own_answer=True).verdicts


def test_a_count_without_a_request_at_the_engine_is_double() -> None:
    assert _judged(ALL, answer=_answered(status=404), entries=[], own_answer=True).verdicts == (Verdict.DOUBLE,)


def test_a_changed_request_is_told_with_its_place() -> None:
    judged = _judged(ALL, entries=[_entry(body=b'{"messages":{},"stream":true}')])
    assert judged.verdicts == (Verdict.COUNTED, Verdict.BODY_CHANGED)
    assert judged.notes[0].startswith("request from byte 12")


def test_a_changed_answer_is_told_with_both_lengths() -> None:
    judged = _judged(ALL, answer=_answered(body=b"other answer"))
    assert judged.verdicts == (Verdict.COUNTED, Verdict.BODY_CHANGED)
    assert judged.notes == ("answer of 6 bytes came as 12 others",)


@pytest.mark.parametrize(("found", "changed"), [("text/HTML;charset=utf-8", False), ("text/plain", True), ("", True)])
def test_another_type_is_a_change_of_the_answer(found: str, *, changed: bool) -> None:
    answer = _answered(headers=(("content-type", found),) if found else ())
    judged = _judged(ALL, answer=answer, entries=[_entry(sent_type="text/html; charset=utf-8")])
    assert (Verdict.BODY_CHANGED in judged.verdicts) == changed


def test_an_answer_that_did_not_end_well_is_changed() -> None:
    judged = _judged(ALL, answer=_answered(problem="the connection ended between two chunks"))
    assert Verdict.BODY_CHANGED in judged.verdicts


def test_usage_that_the_gateway_asked_for_may_be_taken_out_and_no_other() -> None:
    lean = _answered(body=b"lean")
    assert _judged(ALL, answer=lean, entries=[_entry(body=ASKING)]).verdicts == (Verdict.COUNTED,)
    assert _judged(ALL, answer=lean).verdicts == (Verdict.COUNTED, Verdict.BODY_CHANGED)


def test_bytes_of_an_aborted_call_are_not_compared() -> None:
    assert _judged(NOTHING, Truth.ABORTED, answer=_answered(body=b"an", whole=False)).verdicts == (Verdict.ABORTED,)
