from __future__ import annotations

from sandbox.operators.kinds import SECRET
from sandbox.operators.store import Store
from tests.sandbox.operators.picture import named


def secret(version: str, uid: str = "u", name: str = "s") -> dict[str, object]:
    return named(SECRET, name, "n", metadata={"resourceVersion": version, "uid": uid})


def test_a_late_event_does_not_bring_an_older_state_back() -> None:
    store = Store([secret("10")])
    assert not store.put(SECRET, secret("9"))
    assert store.put(SECRET, secret("11"))


def test_a_new_object_of_the_same_name_replaces_the_old_one() -> None:
    store = Store([secret("10")])
    assert store.put(SECRET, secret("3", uid="other"))


def test_the_end_of_an_older_object_leaves_the_newer_one() -> None:
    store = Store([secret("12", uid="new")])
    assert not store.remove(SECRET, secret("11", uid="old"))
    assert store.get(SECRET, "n", "s") is not None


def test_a_fresh_list_tells_what_changed_and_what_is_gone() -> None:
    store = Store([secret("1", name="same"), secret("2", name="older"), secret("3", name="gone")])
    fresh = [secret("1", name="same"), secret("5", name="older"), secret("6", name="new")]
    changed = store.replace(SECRET, fresh)
    assert sorted(each["metadata"]["name"] for each in changed) == ["gone", "new", "older"]
    assert store.get(SECRET, "n", "gone") is None
