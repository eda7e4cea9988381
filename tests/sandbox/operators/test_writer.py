from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.operators.cluster import Cluster, ClusterError
from sandbox.operators.kinds import KEYCLOAK, SECRET, SERVICE
from sandbox.operators.reconcile import Outcome
from sandbox.operators.store import Store
from sandbox.operators.writer import Writer, merge_patch
from tests.sandbox.operators.picture import named

if TYPE_CHECKING:
    from sandbox.operators.store import Manifest

JSON = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=2), JSON, max_size=4)


class Recorder:
    """A cluster that answers every write with the object and counts them."""

    def __init__(self, refusal: ClusterError | None = None) -> None:
        self.calls: list[tuple[str, Manifest]] = []
        self._refusal = refusal

    def apply(self, manifest: Manifest, _manager: str) -> Manifest:
        return self._answer("apply", manifest)

    def create(self, manifest: Manifest, _manager: str) -> Manifest:
        return self._answer("create", manifest)

    def patch(self, manifest: Manifest, patch: Manifest, _manager: str, *, status: bool = False) -> Manifest:
        self.calls.append(("status" if status else "patch", patch))
        return manifest

    def _answer(self, verb: str, manifest: Manifest) -> Manifest:
        self.calls.append((verb, manifest))
        if self._refusal:
            raise self._refusal
        metadata = {**manifest["metadata"], "uid": "u", "resourceVersion": str(len(self.calls)), "generation": 1}
        return {**manifest, "metadata": metadata}


def writer(recorder: Recorder, *objects: Manifest) -> tuple[Writer, Store]:
    store = Store(objects)
    return Writer(cast("Cluster", recorder), store), store


def plain(kind: str, name: str, **fields: Any) -> Manifest:  # noqa: ANN401 - the fields of any kind
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "n"}, **fields}


def merged(old: Any, patch: Any) -> Any:  # noqa: ANN401 - RFC 7386 works on any JSON
    if not isinstance(patch, dict):
        return patch
    base = dict(old) if isinstance(old, dict) else {}
    for key, value in patch.items():
        if value is None:
            base.pop(key, None)
        else:
            base[key] = merged(base.get(key), value)
    return base


@given(OBJECTS, OBJECTS)
def test_the_patch_leads_from_the_old_object_to_the_new_one(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert merged(old, merge_patch(old, new)) == new


@given(OBJECTS)
def test_equal_objects_need_no_patch(value: dict[str, Any]) -> None:
    assert merge_patch(value, value) == {}


def test_an_applied_object_is_not_applied_again_until_somebody_edits_it() -> None:
    recorder = Recorder()
    keeper, store = writer(recorder)
    owner = named(KEYCLOAK, "sso", "n")
    outcome = Outcome(apply=(plain("Service", "s", spec={"a": 1}),))
    keeper.write(owner, outcome, "op")
    keeper.write(owner, outcome, "op")
    assert len(recorder.calls) == 1
    edited = store.get(SERVICE, "n", "s")
    assert edited is not None
    store.put(SERVICE, {**edited, "metadata": {**edited["metadata"], "generation": 2, "resourceVersion": "9"}})
    keeper.write(owner, outcome, "op")
    assert len(recorder.calls) == 2


def test_another_wish_is_applied_at_once() -> None:
    recorder = Recorder()
    keeper, _ = writer(recorder)
    owner = named(KEYCLOAK, "sso", "n")
    keeper.write(owner, Outcome(apply=(plain("Service", "s", spec={"a": 1}),)), "op")
    keeper.write(owner, Outcome(apply=(plain("Service", "s", spec={"a": 2}),)), "op")
    assert len(recorder.calls) == 2


def test_what_exists_is_not_created() -> None:
    recorder = Recorder()
    keeper, _ = writer(recorder, named(SECRET, "seed", "n"))
    keeper.write(named(KEYCLOAK, "sso", "n"), Outcome(create=(plain("Secret", "seed"),)), "op")
    assert not recorder.calls


def test_somebody_faster_wins_a_creation() -> None:
    there = ClusterError(asked="POST", status=409, reason="AlreadyExists", message="is there")
    keeper, _ = writer(Recorder(there))
    keeper.write(named(KEYCLOAK, "sso", "n"), Outcome(create=(plain("Secret", "seed"),)), "op")


def test_any_other_refusal_is_raised() -> None:
    refused = ClusterError(asked="POST", status=422, reason="Invalid", message="no")
    keeper, _ = writer(Recorder(refused))
    with pytest.raises(ClusterError, match="422 Invalid"):
        keeper.write(named(KEYCLOAK, "sso", "n"), Outcome(create=(plain("Secret", "seed"),)), "op")


def test_only_the_change_of_a_status_is_written() -> None:
    recorder = Recorder()
    keeper, _ = writer(recorder)
    resource = named(KEYCLOAK, "sso", "n", status={"instances": 0, "selector": "a"})
    keeper.write(resource, Outcome(status={"instances": 1}), "op")
    assert recorder.calls == [
        ("status", {"metadata": {"resourceVersion": "1"}, "status": {"instances": 1, "selector": None}})
    ]
    keeper.write(resource, Outcome(status={"instances": 0, "selector": "a"}), "op")
    assert len(recorder.calls) == 1
