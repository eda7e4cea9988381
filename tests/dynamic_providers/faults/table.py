"""The whole table: every call of a course × every fault, in several processes, with signs of life."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from multiprocessing import get_context
from multiprocessing.util import Finalize
from pathlib import Path
from typing import ClassVar

from tests.dynamic_providers.faults.cell import Prepared, Proof, Verdict
from tests.dynamic_providers.faults.kinds import TROUBLES
from tests.dynamic_providers.faults.model import COURSES

HEALED, NEXT_RUN, ADOPTED, WRONG, NOT_ASKED = "✓", "↻", "a", "✗", "·"
MEANING = {
    HEALED: "the run itself got over it",
    NEXT_RUN: "the next run converged",
    ADOPTED: "the next run was refused with the id and `adopt: true`, and converged with it",
    WRONG: "did not converge",
    NOT_ASKED: "cannot happen to this call",
}
SAY_EVERY_SECONDS = 15.0


@dataclass(frozen=True)
class Cell:
    """One result; a row of the JSON file."""

    course: str
    call: str
    number: int
    """Place of the call in its course, from 0."""
    trouble: str
    verdict: Verdict

    @property
    def sign(self) -> str:
        """What the table shows."""
        if self.verdict.problems or not self.verdict.met:
            return WRONG
        return HEALED if self.verdict.healed else ADOPTED if self.verdict.adopted else NEXT_RUN


@dataclass
class Table:
    """All cells and how long they took."""

    cells: list[Cell] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def wrong(self) -> list[Cell]:
        """The cells that did not converge."""
        return [cell for cell in self.cells if cell.sign == WRONG]

    def lines(self) -> Iterator[str]:
        """Yield the table as text: per course a head and a row per call, then what is wrong, then the totals."""
        for course in dict.fromkeys(cell.course for cell in self.cells):
            yield from self._course([cell for cell in self.cells if cell.course == course])
        for cell in self.wrong:
            told = cell.verdict.problems or ("the call was not asked",)
            yield f"{cell.course}: {cell.call}: {cell.trouble}: {'; '.join(told[:3])}"
        signs = Counter(cell.sign for cell in self.cells)
        yield from (f"{sign} {meaning}" for sign, meaning in MEANING.items())
        counted = "   ".join(f"{sign} {signs[sign]}" for sign in MEANING if sign != NOT_ASKED)
        yield f"{len(self.cells)} cells: {counted}; {self.seconds:.0f} s"

    def saved(self, path: Path) -> None:
        """Write everything as JSON."""
        rows = [asdict(cell) | {"sign": cell.sign} for cell in self.cells]
        path.write_text(json.dumps({"seconds": round(self.seconds, 1), "cells": rows}, indent=1) + "\n")

    def _course(self, cells: Sequence[Cell]) -> Iterator[str]:
        signs = {(cell.number, cell.trouble): cell.sign for cell in cells}
        titles = list(dict.fromkeys(cell.trouble for cell in cells))
        titles.sort(key=list(TROUBLES).index)
        rows = {cell.number: cell.call for cell in sorted(cells, key=lambda cell: cell.number)}
        width = max(map(len, rows.values()))
        yield ""
        yield f"{cells[0].course}: {len(rows)} calls"
        for place, title in enumerate(titles):
            yield f"{'':{width}} {'│ ' * place}┌ {title}"
        for number, call in rows.items():
            yield f"{call:{width}} {' '.join(signs.get((number, title), NOT_ASKED) for title in titles)}"


def filled(courses: Sequence[str], troubles: Sequence[str], jobs: int, say: Callable[[str], None]) -> Table:
    """Try every call of these courses with each of these troubles, in `jobs` processes, and say how far it is."""
    began, table = time.monotonic(), Table()
    with Proof() as proof:
        calls = [(course, number) for course in courses for number in range(len(proof.prepared(COURSES[course]).calls))]
    said = began
    # No fork: a process with gRPC threads cannot be forked.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_begin) as pool:
        running = [pool.submit(_row, course, number, troubles) for course, number in calls]
        for done, finished in enumerate(as_completed(running), 1):
            table.cells += finished.result()
            if time.monotonic() - said > SAY_EVERY_SECONDS:
                said = time.monotonic()
                wrong = f"{len(table.wrong)} of {len(table.cells)} cells did not converge"
                say(f"{said - began:4.0f} s: {done} of {len(calls)} calls, {wrong}")
    table.seconds = time.monotonic() - began
    table.cells.sort(key=lambda cell: (list(COURSES).index(cell.course), cell.number))
    return table


class _Worker:
    """What one process keeps between two calls."""

    proof: Proof
    prepared: ClassVar[dict[str, Prepared]] = {}


def _begin() -> None:
    _Worker.proof = Proof().__enter__()
    Finalize(None, _Worker.proof.__exit__, exitpriority=1)


def _row(course: str, number: int, troubles: Sequence[str]) -> list[Cell]:
    """Return the cells of one call."""
    if course not in _Worker.prepared:
        _Worker.prepared[course] = _Worker.proof.prepared(COURSES[course])
    prepared = _Worker.prepared[course]
    call = prepared.calls[number]
    return [
        Cell(course, str(call), number, title, _Worker.proof.tried(prepared, call, TROUBLES[title]))
        for title in troubles
        if TROUBLES[title].concerns(call)
    ]
