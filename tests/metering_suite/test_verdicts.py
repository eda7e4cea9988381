"""The verdict on a call, from the ledger, the meter's counts, the statuses and the bytes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from metering_suite.counts import Counts, Tokens
from metering_suite.engine.ledger import Entry
from metering_suite.http.client import Answered, Request
from metering_suite.http.wire import digest
from metering_suite.shapes.catalogue import BY_NAME
from metering_suite.shapes.model import Shape, Truth
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
        target="/v1/chat/completions",
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
    shape: Shape | None = None,
    own_answer: bool = False,
) -> Judgement:
    shape = replace(shape or BY_NAME["chat"], truth=truth, own_answer=own_answer)
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


@pytest.mark.parametrize(
    ("times", "tokens", "told"),
    [
        (0, Verdict.LOST, "nothing was charged"),
        (1, Verdict.LOST, "charged for fewer"),
        (2, Verdict.COUNTED, "charged for each"),
    ],
)
def test_one_call_that_makes_the_engine_work_twice_fails_however_it_is_charged(
    times: int, tokens: Verdict, told: str
) -> None:
    judged = _judged({name: times * value for name, value in ALL.items()}, entries=[_entry(), _entry()])
    assert judged.verdicts == (tokens, Verdict.ASKED_TWICE)
    assert judged.notes[-1] == f"2 requests at the engine for 1 of the client, {told}"


def test_retries_of_the_client_count_as_often_as_the_engine_worked() -> None:
    retry = [_answered(), _answered()]
    for entries, verdicts in (
        ([_entry(), _entry()], (Verdict.LOST,)),
        ([_entry()], (Verdict.COUNTED, Verdict.NOT_ASKED)),
    ):
        evidence = Evidence(
            shape=BY_NAME["retry"], answers=retry, entries=entries, expected_status=[200, 200], counted=ALL
        )
        assert judgement(evidence).verdicts == verdicts


@pytest.mark.parametrize("truth", list(Truth))
def test_a_good_answer_without_a_request_at_the_engine_fails(truth: Truth) -> None:
    judged = _judged(NOTHING, truth, entries=[])
    assert Verdict.NOT_ASKED in judged.verdicts
    assert judged.notes[-1] == "1 of 1 answers came without a request at the engine"
    assert Verdict.NOT_ASKED not in _judged(NOTHING, truth, entries=[], own_answer=True).verdicts


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"method": "GET"}, "POST became GET"),
        ({"target": "/v1/completions"}, "the path /v1/chat/completions became /v1/completions"),
        ({"target": "/v1/chat/completions?a=1"}, "the parameters [] became [('a', '1')]"),
    ],
)
def test_another_address_at_the_engine_is_a_change(entry: dict[str, str], told: str) -> None:
    judged = _judged(ALL, entries=[_entry(**entry)])
    assert judged.verdicts == (Verdict.COUNTED, Verdict.ADDRESS_CHANGED)
    assert judged.notes == (told,)


def test_a_declared_header_of_the_answer_has_to_come_as_it_is() -> None:
    limited = BY_NAME["error-429"]
    for given, changed in (((("retry-after", "1"),), False), ((("Retry-After", "2"),), True), ((), True)):
        judged = _judged(ALL, answer=_answered(headers=given), shape=limited)
        assert (Verdict.HEADERS_CHANGED in judged.verdicts) == changed


@pytest.mark.parametrize("status", [426, 505])
def test_a_gateway_may_refuse_an_old_version_itself(status: int) -> None:
    refused = _answered(status=status)
    assert _judged(NOTHING, answer=refused, entries=[], shape=BY_NAME["http-1.0"]).verdicts == (Verdict.COUNTED,)
    assert Verdict.STATUS_CHANGED in _judged(NOTHING, answer=refused, entries=[]).verdicts
    assert Verdict.STATUS_CHANGED in _judged(ALL, answer=refused, shape=BY_NAME["http-1.0"]).verdicts


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


@pytest.mark.parametrize(
    ("found", "changed", "noted"),
    [
        ("text/html;charset=utf-8", False, False),
        ("text/html; charset=UTF-8", False, True),
        ('text/html; charset="utf-8"', False, True),
        ("text/html", False, True),
        ("text/html; charset=latin-1", True, True),
        ("text/html; charset=utf-8; x=1", True, True),
        ("text/plain", True, True),
        ("", True, True),
    ],
)
def test_another_type_is_a_change_of_the_answer_and_another_wording_a_note(
    found: str, *, changed: bool, noted: bool
) -> None:
    answer = _answered(headers=(("content-type", found),) if found else ())
    judged = _judged(ALL, answer=answer, entries=[_entry(sent_type="text/html; charset=utf-8")])
    assert (Verdict.BODY_CHANGED in judged.verdicts) == changed
    assert bool(judged.notes) == noted


def test_an_answer_that_did_not_end_well_is_changed() -> None:
    judged = _judged(ALL, answer=_answered(problem="the connection ended between two chunks"))
    assert Verdict.BODY_CHANGED in judged.verdicts


def test_an_answer_that_the_engine_could_not_end_is_changed_unless_the_call_is_left() -> None:
    cut = [_entry(complete=False)]
    assert _judged(ALL, entries=cut).verdicts == (Verdict.COUNTED, Verdict.BODY_CHANGED)
    assert _judged(ALL, Truth.ABORTED, entries=cut).verdicts == (Verdict.ABORTED,)


def test_usage_that_the_gateway_asked_for_may_be_taken_out_and_no_other() -> None:
    lean = _answered(body=b"lean")
    assert _judged(ALL, answer=lean, entries=[_entry(body=ASKING)]).verdicts == (Verdict.COUNTED,)
    assert _judged(ALL, answer=lean).verdicts == (Verdict.COUNTED, Verdict.BODY_CHANGED)


def test_bytes_of_an_aborted_call_are_not_compared() -> None:
    assert _judged(NOTHING, Truth.ABORTED, answer=_answered(body=b"an", whole=False)).verdicts == (Verdict.ABORTED,)
