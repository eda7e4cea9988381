from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from toolchain.stand_ins.kubernetes import ownership
from toolchain.stand_ins.kubernetes.settings import Settings

if TYPE_CHECKING:
    from toolchain.stand_ins.kubernetes.values import Tree, Value


def entry(manager: str, operation: str, fields: Tree, **more: Value) -> Tree:
    return {"manager": manager, "operation": operation, "fieldsV1": fields, "time": "t", "apiVersion": "v1", **more}


def live(*entries: Tree) -> Tree:
    return {"apiVersion": "v1", "metadata": {"managedFields": list(entries)}}


CREATED = entry("pulumi-kubernetes", "Update", {"f:data": {"f:a": {}}})
THEIRS = entry("some-controller", "Update", {"f:data": {"f:z": {}}})


@pytest.mark.parametrize(
    ("manager", "operation", "moves"),
    [
        ("kubectl", "Apply", True),
        ("kubectl-edit", "Update", True),
        ("kubectl-client-side-apply", "Update", True),
        ("before-first-apply", "Update", True),
        ("before-first-apply", "Apply", False),
        ("pulumi-kubernetes", "Update", True),
        ("pulumi-kubernetes-12345678", "Apply", False),
        ("some-controller", "Update", False),
    ],
)
def test_whose_fields_are_taken_over(manager: str, operation: str, *, moves: bool) -> None:
    found = ownership.taken_over(live(entry(manager, operation, {"f:x": {}})), "own")
    assert (found is not None) is moves


def test_fields_are_merged_with_the_own_ones_and_others_stay() -> None:
    own = entry("own", "Apply", {"f:data": {"f:b": {}}, "f:metadata": {"f:labels": {".": {}}}})
    found = ownership.taken_over(live(CREATED, THEIRS, own), "own")
    assert found is not None
    assert found[0] == THEIRS
    assert found[1]["manager"] == "own"
    assert found[1]["operation"] == "Apply"
    assert found[1]["fieldsV1"] == {"f:data": {"f:a": {}, "f:b": {}}, "f:metadata": {"f:labels": {".": {}}}}


def test_status_fields_are_never_taken_over() -> None:
    assert ownership.taken_over(live(entry("kubectl", "Update", {"f:status": {}}, subresource="status")), "own") is None


@pytest.mark.parametrize(
    ("inputs", "settings", "before", "preview", "expected"),
    [
        ({}, Settings(), live(CREATED), False, False),
        ({}, Settings(), live(CREATED), True, True),
        ({}, Settings(), live(THEIRS), True, False),
        ({}, Settings(), None, True, True),
        ({}, Settings(), None, False, False),
        ({}, Settings(patch_force=True), live(THEIRS), False, True),
        ({"metadata": {"annotations": {"pulumi.com/patchForce": "true"}}}, Settings(), live(THEIRS), False, True),
    ],
)
def test_when_conflicts_are_overridden(
    inputs: Tree,
    settings: Settings,
    before: Tree | None,
    *,
    preview: bool,
    expected: bool,
) -> None:
    assert ownership.force(settings, inputs, before, preview=preview) is expected


def test_who_owns_a_field() -> None:
    obj = live(CREATED, THEIRS)
    assert ownership.owns(obj, ("data", "a"), manager="pulumi-kubernetes", others=False)
    assert not ownership.owns(obj, ("data", "z"), manager="pulumi-kubernetes", others=False)
    assert ownership.owns(obj, ("data", "z"), manager="pulumi-kubernetes", others=True)
    assert not ownership.owns(obj, ("data", "a", "deeper"), manager="pulumi-kubernetes", others=False)
