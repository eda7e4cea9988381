from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from tests.toolchain.stand_ins.kubernetes.builders import built, config_map, widget
from tests.toolchain.stand_ins.kubernetes.plugin_client import Refused
from toolchain.stand_ins.kubernetes.values import UNKNOWN, Secret, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.toolchain.stand_ins.kubernetes.control_plane import ControlPlane
    from tests.toolchain.stand_ins.kubernetes.plugin_client import PluginClient


def test_create_answers_the_live_object_with_its_inputs(provider: PluginClient, namespace: str) -> None:
    inputs = widget(namespace, size=1)
    resource_id, state = provider.create(inputs)
    assert resource_id == f"{namespace}/w"
    assert state["__inputs"] == inputs
    assert state["__initialApiVersion"] == "test.example/v1"
    assert state["__fieldManager"].startswith("pulumi-kubernetes-")
    assert len(state["__fieldManager"]) == len("pulumi-kubernetes-12345678")
    assert state["spec"] == {"size": 1, "colour": "grey"}
    assert {"uid", "resourceVersion", "creationTimestamp"} <= state["metadata"].keys()
    (entry,) = state["metadata"]["managedFields"]
    assert (entry["manager"], entry["operation"]) == ("pulumi-kubernetes", "Update")


def test_the_id_of_an_object_without_namespace_is_its_name(provider: PluginClient, namespace: str) -> None:
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": namespace}}
    assert provider.create({**role, "rules": []})[0] == namespace


def test_a_preview_is_tried_on_the_server_and_creates_nothing(
    provider: PluginClient, plane: ControlPlane, namespace: str
) -> None:
    resource_id, state = provider.create(widget(namespace, size=1, bogus=2), preview=True)
    assert resource_id == ""
    assert state["spec"] == {"size": 1, "colour": "grey"}
    assert "uid" in state["metadata"]
    assert "resourceVersion" not in state["metadata"]
    assert plane.get("test.example/v1", "Widget", "w", namespace) is None


@pytest.mark.parametrize(
    ("change", "type_token"),
    [
        ({"spec": {"size": UNKNOWN}}, None),
        ({"kind": "Unheard"}, None),
        ({"apiVersion": "no.such/v1"}, None),
        ({"metadata": {"name": "w", "namespace": "no-such-namespace"}}, None),
        ({}, "kubernetes:test.example/v1:WidgetPatch"),
    ],
)
def test_a_preview_that_cannot_be_tried_echoes_its_inputs(
    provider: PluginClient, namespace: str, change: dict[str, Value], type_token: str | None
) -> None:
    inputs = {**widget(namespace, size=1), **change}
    assert provider.create(inputs, preview=True, type_token=type_token) == ("", inputs)


def test_an_existing_object_is_silent_in_preview_and_refused_in_create(
    provider: PluginClient, plane: ControlPlane, namespace: str
) -> None:
    inputs = config_map(namespace, a="mine")
    plane.create(config_map(namespace, a="theirs"))
    assert provider.create(inputs, preview=True) == ("", inputs)
    with pytest.raises(Refused) as refusal:
        provider.create(inputs)
    assert refusal.value.code == "UNKNOWN"
    assert refusal.value.message.startswith(
        'resource "urn:pulumi:dev::p::kubernetes:core/v1:ConfigMap::r" was not successfully created by the Kubernetes '
        'API server: configmaps "c" already exists'
    )
    assert "upsertExistingObjects" in refusal.value.message
    live = plane.get("v1", "ConfigMap", "c", namespace)
    assert live is not None
    assert live["data"] == {"a": "theirs"}


@pytest.mark.parametrize("preview", [True, False])
def test_a_wrong_type_is_refused_with_its_field(provider: PluginClient, namespace: str, *, preview: bool) -> None:
    with pytest.raises(Refused, match=r'API server: Widget\.test\.example "w" is invalid: spec\.size: Invalid value'):
        provider.create(widget(namespace, size="big"), preview=preview)


def test_a_missing_kind_is_an_error_after_all_tries(provider: PluginClient, namespace: str) -> None:
    with pytest.raises(Refused) as refusal:
        provider.create(built("Foo", "f", namespace, "no.such/v1"))
    assert refusal.value.message == (
        'creation of resource "urn:pulumi:dev::p::kubernetes:no.such/v1:Foo::r" with kind no.such/v1/Foo failed '
        "because the Kubernetes API server reported that the apiVersion for this resource does not exist. "
        'Verify that any required CRDs have been created: no matches for kind "Foo" in version "no.such/v1"'
    )


def test_a_missing_namespace_is_an_error_after_all_tries(provider: PluginClient) -> None:
    with pytest.raises(Refused, match=r'was not successfully created by .*: namespaces "nowhere" not found'):
        provider.create(config_map("nowhere"))


def test_a_namespace_that_appears_meanwhile_is_enough(
    start_plugin: Callable[..., PluginClient], plane: ControlPlane, namespace: str
) -> None:
    patient = start_plugin(retry_seconds=(0.1,) * 50)
    patient.configure(kubeconfig=str(plane.kubeconfig))
    late = f"{namespace}-late"
    made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": late}}
    timer = threading.Timer(0.3, plane.create, [made])
    timer.start()
    assert patient.create(config_map(late))[0] == f"{late}/c"
    timer.join()


def test_data_of_a_secret_is_secret_everywhere_and_nothing_else(provider: PluginClient, namespace: str) -> None:
    news = built("Secret", "s", namespace, stringData={"A": "canary"})
    inputs = provider.check(news)
    assert inputs == built("Secret", "s", namespace, data=Secret({"A": "Y2FuYXJ5"}))
    _, state = provider.create(inputs)
    assert state["data"] == Secret({"A": "Y2FuYXJ5"})
    assert state["__inputs"] == inputs
    assert state["type"] == "Opaque"
    assert isinstance(state["metadata"], dict)


def test_a_secret_input_stays_secret_in_a_custom_resource(provider: PluginClient, namespace: str) -> None:
    inputs = widget(namespace, colour=Secret("canary"), parts=[Secret("x"), "y"], size=1)
    _, state = provider.create(inputs)
    assert state["spec"] == {"colour": Secret("canary"), "parts": Secret(["x", "y"]), "size": 1}
    assert state["__inputs"]["spec"]["colour"] == Secret("canary")


def test_a_field_manager_can_be_chosen(provider: PluginClient, namespace: str) -> None:
    _, state = provider.create(widget(namespace, annotations={"patchFieldManager": "mine"}))
    assert state["__fieldManager"] == "mine"


def test_an_upsert_merges_into_the_existing_object_and_stops_at_conflicts(
    start_plugin: Callable[..., PluginClient], plane: ControlPlane, namespace: str
) -> None:
    upserting = start_plugin()
    upserting.configure(kubeconfig=str(plane.kubeconfig), upsertExistingObjects="true")
    plane.merge_patch(plane.create(config_map(namespace, b="2")), {"data": {"a": "1"}}, manager="kubectl-create")
    _, preview = upserting.create(config_map(namespace, mine="3"), preview=True)
    _, state = upserting.create(config_map(namespace, mine="3"))
    assert preview["data"] == state["data"] == {"a": "1", "b": "2", "mine": "3"}
    with pytest.raises(Refused, match=r'conflict with "kubectl-create" using v1: \.data\.a'):
        upserting.create(config_map(namespace, a="9"))
    forced = config_map(namespace, a="9")
    forced["metadata"]["annotations"] = {"pulumi.com/patchForce": "true"}
    _, state = upserting.create(forced)
    assert state["data"]["a"] == "9"


def test_a_patch_adds_fields_and_gives_them_up_again(
    provider: PluginClient, plane: ControlPlane, namespace: str
) -> None:
    plane.create(config_map(namespace, a="1"))
    patch = config_map(namespace, p="q")
    token = "kubernetes:core/v1:ConfigMapPatch"
    resource_id, state = provider.create(patch, type_token=token)
    assert (resource_id, state["data"]) == (f"{namespace}/c", {"a": "1", "p": "q"})
    state = provider.update(resource_id, state, config_map(namespace, p="r"), type_token=token)
    provider.delete(resource_id, state, type_token=token)
    live = plane.get("v1", "ConfigMap", "c", namespace)
    assert live is not None
    assert live["data"] == {"a": "1"}
    assert [entry["manager"] for entry in live["metadata"]["managedFields"]] == ["pulumi-kubernetes"]


def test_deleting_a_patch_of_a_gone_object_does_not_bring_it_back(
    provider: PluginClient, plane: ControlPlane, namespace: str
) -> None:
    token = "kubernetes:core/v1:ConfigMapPatch"
    plane.create(config_map(namespace, a="1"))
    resource_id, state = provider.create(config_map(namespace, p="q"), type_token=token)
    plane.cluster.delete(plane.cluster.place(state), "Background")
    provider.delete(resource_id, state, type_token=token)
    assert plane.get("v1", "ConfigMap", "c", namespace) is None
