import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.dynamic_providers.faults import __main__ as command
from tests.dynamic_providers.faults.cell import Prepared, Proof, Verdict
from tests.dynamic_providers.faults.dump import differences, told
from tests.dynamic_providers.faults.kinds import TROUBLES
from tests.dynamic_providers.faults.model import COURSES
from tests.dynamic_providers.faults.table import Cell, Table, filled

LIMIT_SECONDS = 3600
QUICK = ("429", "reset after", "truncated", "kill -9 after", "plugin killed", "reset before …", "reset after …")
"""Columns that together take every way out: repeated, looked for, recovered, run again, refused."""


@pytest.fixture(scope="module")
def prepared(_proof: Proof) -> Prepared:
    return _proof.prepared(COURSES["create"])


@pytest.mark.parametrize("title", QUICK)
def test_faults_at_different_calls_of_a_create_leave_what_the_next_run_completes(
    proof: Proof, prepared: Prepared, title: str
) -> None:
    writes = [call for call in prepared.calls if call.method != "GET"]
    call = writes[QUICK.index(title) * len(writes) // len(QUICK)]
    verdict = proof.tried(prepared, call, TROUBLES[title])
    assert (verdict.problems, verdict.met) == ((), True), call


def test_the_courses_repeat_themselves_and_end_with_different_things(proof: Proof, prepared: Prepared) -> None:
    again = proof.prepared(COURSES["create"])
    assert again.calls == prepared.calls
    assert differences(prepared.wanted, again.wanted) == []
    renamed = proof.prepared(COURSES["replace"]).wanted
    assert renamed["service"] != prepared.wanted["service"]
    assert renamed["configuration"] != prepared.wanted["configuration"]


def test_something_left_over_and_something_missing_are_what_is_wrong_with_a_cell(
    proof: Proof, prepared: Prepared
) -> None:
    wanted = prepared.wanted | {"account": Counter({"another": 1})}
    verdict = proof.tried(replace(prepared, wanted=wanted), prepared.calls[0], TROUBLES["500"])
    assert verdict.problems[0] == "missing account another"
    assert [problem for problem in verdict.problems if problem.startswith("too much: account")]


def test_a_call_that_is_never_asked_is_no_success(proof: Proof, prepared: Prepared) -> None:
    never = replace(prepared.calls[0], nth=99)
    assert not proof.tried(prepared, never, TROUBLES["500"]).met


def test_ids_stamps_and_random_values_are_no_difference_but_a_second_one_is() -> None:
    one = {"id": 1, "name": "a", "created_at": "x", "user_key": "k", "service_id": 3}
    other = {"id": 9, "name": "a", "created_at": "y", "user_key": "l", "service_id": 8}
    before = told({"application": [one], "service": [{"id": 3, "system_name": "s"}], "job": [{"id": 1}]})
    after = told({"application": [other], "service": [{"id": 8, "system_name": "s"}]})
    assert differences(before, after) == []
    twice = told({"application": [other, {**other, "id": 10}], "service": [{"id": 8, "system_name": "s"}]})
    assert differences(before, twice) == ['too much: application {"name": "a", "service_id": "service s"}']


def test_only_the_newest_configuration_of_each_environment_counts() -> None:
    def row(version: int, pattern: str) -> dict[str, object]:
        content = {"id": version, "proxy_rules": [{"id": version, "pattern": pattern}], "updated_at": version}
        return {"proxy_id": 1, "environment": "production", "version": version, "content": content}

    before = told({"proxy_config": [row(1, "/old"), row(2, "/new")]})
    assert differences(before, told({"proxy_config": [row(7, "/new")]})) == []
    assert differences(before, told({"proxy_config": [row(7, "/new"), row(8, "/old")]})) != []


def _cell(number: int, trouble: str, verdict: Verdict) -> Cell:
    return Cell("create", f"POST things/{number}", number, trouble, verdict)


def test_the_table_shows_what_became_of_each_cell_and_names_what_went_wrong(tmp_path: Path) -> None:
    verdicts = (Verdict(healed=True), Verdict(), Verdict(adopted=True), Verdict(("too much: plan x",)))
    cells = [_cell(number, "500", verdict) for number, verdict in enumerate(verdicts)]
    table = Table([*cells, _cell(0, "late", Verdict(met=False))], seconds=3)
    lines = list(table.lines())
    assert [line for line in lines if line.startswith("POST")] == [
        "POST things/0 ✓ ✗",
        "POST things/1 ↻ ·",
        "POST things/2 a ·",
        "POST things/3 ✗ ·",
    ]
    assert "create: POST things/3: 500: too much: plan x" in lines
    assert "create: POST things/0: late: the call was not asked" in lines
    assert lines[-1] == "5 cells: ✓ 1   ↻ 1   a 1   ✗ 2; 3 s"
    table.saved(tmp_path / "table.json")
    assert len(json.loads((tmp_path / "table.json").read_text())["cells"]) == 5


@pytest.mark.parametrize(("problems", "code"), [((), 0), (("left over",), 1)])
def test_the_command_ends_with_1_where_something_did_not_converge(
    monkeypatch: pytest.MonkeyPatch, problems: tuple[str, ...], code: int
) -> None:
    asked: list[object] = []

    def filling(*wanted: object) -> Table:
        asked.extend(wanted)
        return Table([_cell(0, "500", Verdict(problems))])

    monkeypatch.setattr(command, "filled", filling)
    monkeypatch.setattr(sys, "argv", ["faults", "--course", "create", "--jobs", "3"])
    assert command.main() == code
    assert asked[0] == ["create"]
    assert asked[2] == 3


@pytest.mark.slow
@pytest.mark.timeout(LIMIT_SECONDS)
def test_every_call_of_every_course_converges_after_every_fault() -> None:
    table = filled(list(COURSES), list(TROUBLES), 2, lambda _: None)
    assert not table.wrong, "\n".join(table.lines())
    assert {cell.course for cell in table.cells} == set(COURSES)
