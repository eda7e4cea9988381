"""The table for people."""

from __future__ import annotations

from metering_suite import Report, Result, Verdict
from metering_suite.shapes.model import Mode
from metering_suite.table import table


def _result(shape: str, temperature: str, *verdicts: Verdict, notes: tuple[str, ...] = ()) -> Result:
    return Result(
        shape=shape,
        mode=Mode.STREAM,
        temperature=temperature,
        verdicts=verdicts,
        truth={"total": 18},
        counted={"total": 7},
        notes=notes,
        requests=1,
        seconds_added=0.0123,
        first_byte_seconds_added=0.001,
    )


def _report(*results: Result) -> Report:
    return Report(gateway="http://a", meter="backend", seconds=1.25, results=results)


LOST = _result("chat", "cold", Verdict.LOST, Verdict.BODY_CHANGED, notes=("total 7 of 18", "request from byte 1"))
GOOD = _result("chat", "warm", Verdict.COUNTED)


def test_a_shape_has_a_line_with_its_cold_and_its_warm_call() -> None:
    lines = table(_report(LOST, GOOD), colour=False).splitlines()
    assert lines[0].split("  ")[0] == "shape"
    assert lines[1] == "calls"
    assert lines[2].split() == ["chat", "stream", "lost,", "body", "changed", "counted", "7", "of", "18", "12.3"]


def test_what_went_wrong_is_told_below_and_then_the_sums() -> None:
    lines = table(_report(LOST, GOOD), colour=False).splitlines()
    assert "chat stream cold: lost, body changed: total 7 of 18; request from byte 1" in lines
    assert "2 calls (1 with a cold key) in 1.2 s: 1 lost, 1 body changed, 1 counted" in lines
    assert lines[-1] == "not passed: 1 calls lost, double or changed"


def test_a_call_that_is_counted_and_changed_is_not_shown_as_counted() -> None:
    changed = _result("chat", "cold", Verdict.COUNTED, Verdict.STATUS_CHANGED)
    assert "counted" not in table(_report(changed), colour=False).splitlines()[2]


def test_a_shape_that_had_no_cold_key_has_a_dash_there() -> None:
    assert table(_report(GOOD), colour=False).splitlines()[2].split()[:4] == ["chat", "stream", "-", "counted"]


def test_colours_are_for_terminals() -> None:
    text = table(_report(LOST, GOOD, _result("models", "warm", Verdict.NO_USAGE)), colour=True)
    assert "\x1b[31mlost, body changed" in text
    assert "\x1b[32mcounted" in text
    assert "\x1b" not in table(_report(LOST, GOOD), colour=False)
