"""A state file cut off by a kill."""

from pathlib import Path

import pytest

from operations.errors import OperationError
from operations.recover.checkpoint import mended, unmarked


@pytest.fixture
def state(tmp_path: Path) -> Path:
    (tmp_path / "dev.json.bak").write_text('{"version": 3, "serial": 7}')
    return tmp_path / "dev.json"


@pytest.mark.parametrize("torn", ["", '{"version": 3, "chec'])
def test_a_torn_state_is_put_back_from_its_copy_and_kept_beside_it(state: Path, torn: str) -> None:
    state.write_text(torn)
    assert mended(state)
    assert state.read_text() == '{"version": 3, "serial": 7}'
    assert state.with_name("dev.json.torn").read_text() == torn


def test_a_state_that_vanished_in_its_replacement_is_put_back(state: Path) -> None:
    assert mended(state)
    assert state.exists()


def test_a_whole_state_is_left_alone(state: Path) -> None:
    state.write_text('{"serial": 8}')
    assert not mended(state)
    assert state.read_text() == '{"serial": 8}'


def test_a_stack_without_any_state_is_left_alone(tmp_path: Path) -> None:
    assert not mended(tmp_path / "dev.json")


def test_a_torn_copy_is_an_error_that_names_the_backups(state: Path) -> None:
    state.write_text("")
    state.with_name("dev.json.bak").write_text("{")
    with pytest.raises(OperationError, match="backups"):
        mended(state)
    assert state.exists()


def test_a_torn_note_beside_a_whole_state_is_removed(state: Path) -> None:
    note = state.with_name("dev.json.attrs")
    for text, torn in (("", True), ('{"md5":"x"}', False)):
        note.write_text(text)
        assert unmarked(state) is torn
        assert note.exists() is not torn
