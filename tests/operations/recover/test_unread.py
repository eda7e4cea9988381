"""What a killed `recover` left to read."""

from pathlib import Path

import pytest

from operations.errors import OperationError
from operations.recover.unread import Unread


def test_nothing_is_left_without_a_note(tmp_path: Path) -> None:
    assert Unread(tmp_path / "absent", "dev").urns() == frozenset()


def test_a_note_outlives_the_process_that_wrote_it(tmp_path: Path) -> None:
    Unread(tmp_path / "recover", "dev").remember(["b", "a"])
    assert Unread(tmp_path / "recover", "dev").urns() == {"a", "b"}


def test_a_note_is_its_owners_alone_and_of_one_stack(tmp_path: Path) -> None:
    Unread(tmp_path, "org/maas/dev").remember(["a"])
    (path,) = tmp_path.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert Unread(tmp_path, "prod").urns() == frozenset()


def test_what_is_read_is_forgotten_and_forgetting_twice_is_harmless(tmp_path: Path) -> None:
    note = Unread(tmp_path, "dev")
    note.remember(["a"])
    note.forget()
    note.forget()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", '{"a": 1}', "[1]"])
def test_a_note_of_another_form_is_an_error_that_names_the_file(tmp_path: Path, text: str) -> None:
    note = Unread(tmp_path, "dev")
    note.remember([])
    (path,) = tmp_path.iterdir()
    path.write_text(text)
    with pytest.raises(OperationError, match="unread"):
        note.urns()
