"""A report as text for a person: a table by group, the sums, and what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metering_suite.shapes.catalogue import GROUPS
from metering_suite.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from metering_suite.report import Report, Result
    from metering_suite.shapes.model import Mode

_RED, _GREEN, _GREY, _BOLD, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[90m", "\x1b[1m", "\x1b[0m"
_COLUMNS = ("shape", "mode", "first call of a key", "later call", "tokens", "ms added")
_WIDTHS = (28, 7, 24, 24, 19, 8)


def table(report: Report, *, colour: bool) -> str:
    """The whole text."""
    lines = [_row(_COLUMNS, (_BOLD,) * len(_COLUMNS) if colour else ())]
    for group, shapes in GROUPS.items():
        rows = [row for shape in shapes for row in _rows(report.of(shape.name), colour=colour)]
        lines += [_painted(f"{group}", _BOLD, colour=colour), *rows] if rows else []
    return "\n".join([*lines, "", *_problems(report), *_sums(report, colour=colour)]) + "\n"


def _painted(text: str, paint: str, *, colour: bool) -> str:
    return f"{paint}{text}{_PLAIN}" if colour and text else text


def _row(cells: Iterable[str], paints: tuple[str, ...]) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True)]
    if paints:
        padded = [f"{paint}{cell}{_PLAIN}" if paint else cell for paint, cell in zip(paints, padded, strict=True)]
    return " ".join(padded).rstrip()


def _rows(results: tuple[Result, ...], *, colour: bool) -> Iterator[str]:
    """One row per mode, cold and warm beside each other."""
    modes: dict[Mode, dict[str, Result]] = {}
    for result in results:
        modes.setdefault(result.mode, {})[result.temperature] = result
    for mode, by_warmth in modes.items():
        found = [by_warmth.get("cold"), by_warmth.get("warm")]
        last = by_warmth.get("warm") or by_warmth["cold"]
        told = f"{last.counted.get('total', 0)} of {last.truth.get('total', 0)}"
        cells = (last.shape, str(mode), *(_verdicts(one) for one in found), told, f"{last.seconds_added * 1000:.1f}")
        yield _row(cells, ("", _GREY, *(_paint(one) for one in found), "", _GREY) if colour else ())


def _verdicts(result: Result | None) -> str:
    return "-" if result is None else ", ".join(result.verdicts if len(result.verdicts) == 1 else _wrong(result))


def _wrong(result: Result) -> list[Verdict]:
    """Several verdicts without the good one, when there is a bad one."""
    return [verdict for verdict in result.verdicts if verdict is not Verdict.COUNTED]


def _paint(result: Result | None) -> str:
    if result is None:
        return ""
    if result.failing:
        return _RED
    return _GREEN if result.verdicts == (Verdict.COUNTED,) else _GREY


def _problems(report: Report) -> list[str]:
    """A line per failing call."""
    lines = [
        f"{result.shape} {result.mode} {result.temperature}: {', '.join(_wrong(result))}: {'; '.join(result.notes)}"
        for result in report.results
        if result.failing
    ]
    return [*lines, ""] if lines else []


def _sums(report: Report, *, colour: bool) -> Iterator[str]:
    sums = ", ".join(f"{count} {verdict}" for verdict, count in report.tally.most_common())
    yield f"{len(report.results)} calls ({report.cold} with a cold key) in {report.seconds:.1f} s: {sums}"
    if report.passed:
        yield _painted("passed: nothing lost, nothing double, nothing changed", _GREEN, colour=colour)
    else:
        failing = sum(result.failing for result in report.results)
        yield _painted(f"not passed: {failing} calls lost, double or changed", _RED, colour=colour)
