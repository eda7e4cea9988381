"""The page for operators is made from the states that the tests bring about."""

import pytest

from tests.broken_states import __main__ as command
from tests.broken_states.page import PATH, page
from tests.broken_states.table import STATES


def test_the_page_is_current() -> None:
    assert PATH.read_text(encoding="utf-8") == page(), "run: python -m tests.broken_states"


def test_every_state_has_its_row_and_its_remedy() -> None:
    text = page()

    for state in STATES:
        assert f"| {state.broken} | " in text
        assert f" | {state.remedy} |" in text
        assert "|" not in "".join((*state.reads, state.means, state.remedy))


def test_a_page_that_is_not_current_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "PATH", PATH.with_name("no-such-page.md"))

    assert command.main(["--check"]) == 1
    assert "docs/no-such-page.md is not current; run: python -m tests.broken_states" in capsys.readouterr().err
