from pathlib import Path

from tests.coverage.marks import marked
from tests.coverage.page import page, rows, wrong

TEST = """
import pytest

@pytest.mark.row("S-1", "S-2")
def test_a_function_shows_two_rows(): ...

class TestOfAClass:
    @pytest.mark.row("S-2")
    def test_a_method_shows_one(self): ...

def test_a_test_without_a_mark(): ...
"""


def test_marks_are_read_from_functions_and_methods(tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "test_it.py").write_text(TEST)
    function, method = (
        "part/test_it.py::test_a_function_shows_two_rows",
        "part/test_it.py::TestOfAClass::test_a_method_shows_one",
    )
    assert marked(tmp_path) == {"S-1": [function], "S-2": [function, method]}


MIX_IN = """
import pytest

class Promises:
    @pytest.mark.row("S-1")
    def test_what_all_of_them_keep(self): ...

class TestOne(Promises): ...

class Unused:
    @pytest.mark.row("S-2")
    def test_that_nobody_runs(self): ...
"""


def test_a_mark_counts_where_pytest_runs_the_test(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(MIX_IN)
    assert marked(tmp_path) == {"S-1": ["test_it.py::TestOne::test_what_all_of_them_keep"]}


def test_a_row_is_shown_or_explained_and_known() -> None:
    table = {"Part": {"S-1": {"title": "One"}, "S-2": {"title": "Two"}, "S-3": {"title": "Three", "reason": "Later."}}}
    told = wrong(table, {"S-1": ["a::b"], "S-3": ["a::c"], "S-9": ["a::d"]})
    assert told == [
        "S-9 is marked in a::d, but rows.yaml does not have it",
        "S-2 (Two) has neither a test nor a reason",
        "S-3 has a reason for not being shown, and is shown by a::c",
    ]


def test_the_page_names_tests_and_reasons() -> None:
    text = page({"Part": {"S-1": {"title": "One"}, "S-3": {"title": "Three", "reason": "Later."}}}, {"S-1": ["a::b"]})
    assert "| S-1 | One | `a::b` |" in text
    assert "| S-3 | Three | – Later. |" in text
    assert text.endswith("1 of 2 rows are shown by tests, 1 have a reason.\n")


def test_every_row_of_this_project_is_shown_or_explained() -> None:
    assert wrong(rows(), marked()) == []


def test_a_row_has_a_title_and_perhaps_a_reason_and_nothing_else() -> None:
    assert {key for members in rows().values() for one in members.values() for key in one} == {"title", "reason"}
