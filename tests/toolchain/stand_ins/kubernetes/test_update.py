from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.toolchain.stand_ins.kubernetes.builders import config_map, widget
from tests.toolchain.stand_ins.kubernetes.plugin_client import Refused
from toolchain.stand_ins.kubernetes import values
from toolchain.stand_ins.kubernetes.errors import ApiError
from toolchain.stand_ins.kubernetes.values import UNKNOWN, Tree

if TYPE_CHECKING:
    from tests.toolchain.stand_ins.kubernetes.control_plane import ControlPlane
    from tests.toolchain.stand_ins.kubernetes.plugin_client import PluginClient
    from toolchain.stand_ins.kubernetes.cluster import Place


def managers(state: Tree) -> list[tuple[str, str]]:
    return [(entry["manager"], entry["operation"]) for entry in state["metadata"]["managedFields"]]


def test_an_update_owns_its_fields_and_gives_up_the_removed_ones(provider: PluginClient, namespace: str) -> None:
    resource_id, state = provider.create(widget(namespace, size=1, colour="red", parts=["a"]))
    state = provider.update(resource_id, state, widget(namespace, size=2))
    assert state["spec"] == {"size": 2, "colour": "grey"}
    assert state["__inputs"]["spec"] == {"size": 2}
    assert managers(state) == [(state["__fieldManager"], "Apply")]


def test_a_preview_of_an_update_changes_nothing(provider: PluginClient, plane: ControlPlane, namespace: str) -> None:
    resource_id, state = provider.create(widget(namespace, size=1))
    preview = provider.update(resource_id, state, widget(namespace, size=2), preview=True)
    assert preview["spec"]["size"] == 2
    live = plane.get("test.example/v1", "Widget", "w", namespace)
    assert live is not None
    assert live["spec"]["size"] == 1
    assert managers(live) == [("pulumi-kubernetes", "Update")]


def test_a_preview_with_an_unknown_value_echoes_its_inputs(provider: PluginClient, namespace: str) -> None:
    resource_id, state = provider.create(widget(namespace, size=1))
    news = widget(namespace, size=UNKNOWN)
    assert provider.update(resource_id, state, news, preview=True) == news


@pytest.fixture
def updated(provider: PluginClient, namespace: str) -> tuple[str, Tree]:
    """(id, state) of a widget of size 2 that was created and then updated."""
    resource_id, state = provider.create(widget(namespace, size=1))
    return resource_id, provider.update(resource_id, state, widget(namespace, size=2))


def test_a_hand_edit_stops_the_preview_and_is_taken_back_by_the_update(
    provider: PluginClient, plane: ControlPlane, namespace: str, updated: tuple[str, Tree]
) -> None:
    resource_id, state = updated
    plane.merge_patch(state, {"spec": {"size": 9, "colour": "red"}})
    news = widget(namespace, size=3)
    with pytest.raises(Refused) as refusal:
        provider.update(resource_id, state, news, preview=True)
    manager = state["__fieldManager"]
    told = refusal.value.message
    assert told.startswith(
        f'the Kubernetes API server reported that "{resource_id}" failed to fully initialize or become live: '
        "server-side apply field conflict detected, see https://"
    )
    assert told.endswith(
        f'The resource managed by field manager "{manager}" had an apply conflict: Apply failed with 1 conflict: '
        'conflict with "kubectl-edit" using test.example/v1: .spec.size'
    )
    detail = refusal.value.detail
    assert detail.id == resource_id
    assert list(detail.reasons) == [told]
    kept = values.tree(detail.properties)
    assert (kept["spec"]["size"], kept["__inputs"]["spec"]["size"]) == (9, 3)
    state = provider.update(resource_id, state, news)
    assert state["spec"] == {"size": 3, "colour": "grey"}


def test_another_controllers_value_is_a_conflict_unless_forced(
    provider: PluginClient, plane: ControlPlane, namespace: str, updated: tuple[str, Tree]
) -> None:
    resource_id, state = updated
    plane.merge_patch(state, {"spec": {"size": 9}}, manager="some-controller")
    with pytest.raises(Refused, match='conflict with "some-controller"'):
        provider.update(resource_id, state, widget(namespace, size=3))
    forced = widget(namespace, size=3, annotations={"patchForce": "true"})
    assert provider.update(resource_id, state, forced)["spec"]["size"] == 3


def test_before_the_first_update_a_hand_edit_passes_the_preview(
    provider: PluginClient, plane: ControlPlane, namespace: str
) -> None:
    resource_id, state = provider.create(widget(namespace, size=1))
    plane.merge_patch(state, {"spec": {"size": 9}})
    assert provider.update(resource_id, state, widget(namespace, size=3), preview=True)["spec"]["size"] == 3


def test_an_ignored_field_keeps_its_live_value_and_owner(
    provider: PluginClient, plane: ControlPlane, namespace: str, updated: tuple[str, Tree]
) -> None:
    resource_id, state = updated
    plane.merge_patch(state, {"spec": {"colour": "red"}}, manager="some-controller")
    news = widget(namespace, size=3, colour="blue")
    state = provider.update(resource_id, state, news, ignoreChanges=["spec.colour"])
    assert state["spec"] == {"size": 3, "colour": "red"}
    assert state["__inputs"]["spec"] == {"size": 3, "colour": "red"}
    owners = {entry["manager"]: entry["fieldsV1"]["f:spec"] for entry in state["metadata"]["managedFields"]}
    assert "f:colour" in owners["some-controller"]
    assert "f:colour" not in owners[state["__fieldManager"]]


def test_a_lost_field_of_a_custom_resource_fails_the_next_update(provider: PluginClient, namespace: str) -> None:
    resource_id, state = provider.create(widget(namespace, size=1, bogus=2))
    assert "bogus" not in state["spec"]
    with pytest.raises(Refused, match=r"\.spec\.bogus: field not declared in schema"):
        provider.update(resource_id, state, widget(namespace, size=2, bogus=2), preview=True)


def test_an_object_that_is_gone_is_not_updated(
    provider: PluginClient, plane: ControlPlane, namespace: str, updated: tuple[str, Tree]
) -> None:
    resource_id, state = updated
    plane.cluster.delete(plane.cluster.place(state), "Background")
    with pytest.raises(Refused) as refusal:
        provider.update(resource_id, state, widget(namespace, size=3))
    assert refusal.value.message.startswith(
        'update of resource "urn:pulumi:dev::p::kubernetes:test.example/v1:Widget::r" failed: widgets.test.example "w" '
        "not found\nunable to get cluster state: "
    )
    assert refusal.value.detail is None


def test_a_new_field_manager_takes_over_and_the_old_one_leaves(
    provider: PluginClient, namespace: str, updated: tuple[str, Tree]
) -> None:
    resource_id, state = updated
    news = widget(namespace, size=3, annotations={"patchFieldManager": "mine", "patchForce": "true"})
    state = provider.update(resource_id, state, news)
    answer = provider.read(resource_id, "kubernetes:test.example/v1:Widget", state, news)
    assert managers(values.tree(answer.properties)) == [("mine", "Apply")]
    assert values.tree(answer.properties)["spec"]["size"] == 3


def test_a_crd_is_replaced_as_a_whole(provider: PluginClient, namespace: str) -> None:
    names = {"kind": "Late", "plural": "lates"}

    def crd(field: str) -> Tree:
        schema = {"openAPIV3Schema": {"type": "object", "properties": {field: {"type": "string"}}}}
        version = {"name": "v1", "served": True, "storage": True, "schema": schema}
        spec = {"group": f"{namespace}.test", "scope": "Namespaced", "names": names, "versions": [version]}
        metadata = {"name": f"lates.{namespace}.test"}
        return {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": metadata,
            "spec": spec,
        }

    resource_id, state = provider.create(crd("one"))
    state = provider.update(resource_id, state, crd("two"))
    properties = state["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]
    assert properties == {"two": {"type": "string"}}


def test_mutable_config_map_data_is_changed_in_place(provider: PluginClient, namespace: str) -> None:
    resource_id, state = provider.create(config_map(namespace, a="1", b="2"))
    found = provider.diff(state, config_map(namespace, a="3"))
    assert not found.replaces
    assert found.hasDetailedDiff
    assert not found.diffs
    state = provider.update(resource_id, state, config_map(namespace, a="3"))
    assert state["data"] == {"a": "3"}


@pytest.mark.parametrize("refusals", [1, 3])
def test_a_takeover_survives_a_change_between_reading_and_writing(
    provider: PluginClient, namespace: str, monkeypatch: pytest.MonkeyPatch, refusals: int
) -> None:
    cluster = provider.session.reachable()
    left, patch = [refusals], cluster.json_patch

    def refusing(place: Place, steps: list[Tree]) -> Tree:
        if left[0]:
            left[0] -= 1
            raise ApiError(409, "the object has been modified", "Conflict")
        return patch(place, steps)

    monkeypatch.setattr(cluster, "json_patch", refusing)
    resource_id, state = provider.create(widget(namespace, size=1))
    if refusals == 1:
        assert provider.update(resource_id, state, widget(namespace, size=2))["spec"]["size"] == 2
    else:
        with pytest.raises(Refused, match="the object has been modified"):
            provider.update(resource_id, state, widget(namespace, size=2))
