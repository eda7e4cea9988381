"""Rows survive what a process does not."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


class _RefusedError(Exception):
    """A request that is taken back."""


@given(st.lists(st.tuples(st.sampled_from(["insert", "update", "delete", "refused"]), st.integers(1, 4)), max_size=40))
def test_a_list_by_indexed_fields_is_what_a_scan_finds(steps: list[tuple[str, int]]) -> None:
    store = Store(None)

    def step(action: str, number: int) -> None:
        owner = {"owner_id": number % 3 or None, "system_name": f"name-{number}"}
        if action == "insert":
            store.insert("thing", **owner)
        elif store.find("thing", number) is not None:
            store.delete("thing", number) if action == "delete" else store.update("thing", number, **owner)

    def refused(number: int) -> None:
        for action in ("update", "delete", "insert"):
            step(action, number)
        raise _RefusedError

    for action, number in steps:
        with suppress(_RefusedError), store.transaction():
            refused(number) if action == "refused" else step(action, number)
    every = store.everything().get("thing", [])
    for owner in (None, 1, 2):
        for name in ("name-1", "name-2"):
            wanted = [row for row in every if (row["owner_id"], row["system_name"]) == (owner, name)]
            assert store.rows("thing", owner_id=owner, system_name=name) == wanted
        assert store.rows("thing", owner_id=owner) == [row for row in every if row["owner_id"] == owner]
    assert store.rows("thing", service_id=None) == every
    store.close()
