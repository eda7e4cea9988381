from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.toolchain.stand_ins.kubernetes.builders import built, config_map, pods, widget
from tests.toolchain.stand_ins.kubernetes.plugin_client import Refused
from toolchain.stand_ins.kubernetes import values
from toolchain.stand_ins.kubernetes.values import Secret, Value

if TYPE_CHECKING:
    from tests.toolchain.stand_ins.kubernetes.control_plane import ControlPlane
    from tests.toolchain.stand_ins.kubernetes.plugin_client import PluginClient

WIDGET = "kubernetes:test.example/v1:Widget"


def inputs_of(answer: Value) -> dict[str, Value]:
    return values.tree(answer.inputs)


def test_a_refresh_projects_the_live_object_onto_the_old_inputs(
    provider: PluginClient, plane: ControlPlane, namespace: str
) -> None:
    inputs = widget(namespace, size=1, parts=["a", "b"])
    resource_id, state = provider.create(inputs)
    change = {"spec": {"size": 9, "colour": "red", "parts": ["a", "c", "d"]}, "metadata": {"labels": {"x": "y"}}}
    plane.merge_patch(inputs, change)
    answer = provider.read(resource_id, WIDGET, state, inputs)
    assert inputs_of(answer) == widget(namespace, size=9, parts=["a", "c"])
    properties = values.tree(answer.properties)
    assert properties["__inputs"] == inputs_of(answer)
    assert properties["__fieldManager"] == state["__fieldManager"]
    assert properties["spec"]["colour"] == "red"
    assert properties["metadata"]["labels"] == {"x": "y"}


def test_nothing_changed_is_nothing_changed(provider: PluginClient, namespace: str) -> None:
    inputs = provider.check(built("Secret", "s", namespace, stringData={"A": "canary"}))
    resource_id, state = provider.create(inputs)
    answer = provider.read(resource_id, "kubernetes:core/v1:Secret", state, inputs)
    assert (answer.id, inputs_of(answer), values.tree(answer.properties)) == (resource_id, inputs, state)
    assert inputs_of(answer)["data"] == Secret({"A": "Y2FuYXJ5"})


def test_a_field_removed_on_the_server_leaves_the_inputs(
    provider: PluginClient, plane: ControlPlane, namespace: str
) -> None:
    inputs = widget(namespace, size=1)
    resource_id, state = provider.create(inputs)
    plane.merge_patch(inputs, {"spec": {"size": None}})
    assert inputs_of(provider.read(resource_id, WIDGET, state, inputs))["spec"] == {}


@pytest.mark.parametrize(
    ("resource_id", "token"),
    [
        ("{namespace}/none", WIDGET),
        ("no-such-namespace/none", WIDGET),
        ("{namespace}/none", "kubernetes:no.such/v1:Foo"),
        ("{namespace}/none", "kubernetes:test.example/v1:Unheard"),
    ],
)
def test_gone_on_the_server_is_gone(provider: PluginClient, namespace: str, resource_id: str, token: str) -> None:
    answer = provider.read(resource_id.format(namespace=namespace), token)
    assert answer.id == ""
    assert not answer.HasField("properties")


def test_get_and_import_answer_the_identity_as_inputs(
    provider: PluginClient, plane: ControlPlane, namespace: str
) -> None:
    plane.create(config_map(namespace, a="1"))
    answer = provider.read(f"{namespace}/c", "kubernetes:core/v1:ConfigMap")
    assert answer.id == f"{namespace}/c"
    assert inputs_of(answer) == built("ConfigMap", "c", namespace)
    assert values.tree(answer.properties)["data"] == {"a": "1"}


def test_a_custom_resource_with_a_condition_is_read_without_waiting(
    provider: PluginClient, plane: ControlPlane, namespace: str
) -> None:
    inputs = widget(namespace, annotations={"waitFor": "condition=Ready"})
    plane.create(inputs)
    assert provider.read(f"{namespace}/w", WIDGET, {}, inputs).id == f"{namespace}/w"


def test_an_unready_deployment_is_read_with_the_reasons(
    provider: PluginClient, plane: ControlPlane, namespace: str
) -> None:
    inputs = built("Deployment", "d", namespace, "apps/v1", spec=pods(replicas=1))
    plane.create(inputs)
    with pytest.raises(Refused, match="Resource 'd' was created but failed to initialize") as refusal:
        provider.read(f"{namespace}/d", "kubernetes:apps/v1:Deployment", {}, inputs)
    detail = refusal.value.detail
    assert detail.id == f"{namespace}/d"
    assert values.tree(detail.inputs) == inputs
    assert values.tree(detail.properties)["kind"] == "Deployment"
    assert detail.reasons[0] == refusal.value.message
    assert "Minimum number of live Pods was not attained" in detail.reasons
