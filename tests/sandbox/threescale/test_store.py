"""Rows survive what a process does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.threescale.store import Store

if TYPE_CHECKING:
    from pathlib import Path


def test_committed_rows_are_there_after_the_file_is_opened_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "rows.sqlite")
    with store.transaction():
        store.insert("thing", name="one")
        store.insert("thing", name="two")
        store.delete("thing", 2)
    # Not closed: a killed process closes nothing either.
    again = Store(tmp_path / "rows.sqlite")
    assert again.everything() == {"thing": [{"id": 1, "name": "one"}]}
    with again.transaction():
        assert again.insert("thing", name="three")["id"] == 3
    again.close()
    store.close()


def test_an_exception_undoes_everything_in_its_order(tmp_path: Path) -> None:
    store = Store(tmp_path / "rows.sqlite")
    with store.transaction():
        for name in "abc":
            store.insert("thing", name=name)
    before = store.everything()

    def broken() -> None:
        with store.transaction():
            store.delete("thing", 2)
            store.update("thing", 1, name="changed")
            store.insert("thing", name="new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert store.everything() == before
    with store.transaction():
        assert store.insert("thing", name="d")["id"] == 4
    store.close()
