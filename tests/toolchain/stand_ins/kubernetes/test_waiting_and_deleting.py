from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.toolchain.stand_ins.kubernetes.builders import built, config_map, pods, widget
from tests.toolchain.stand_ins.kubernetes.plugin_client import Refused
from toolchain.stand_ins.kubernetes import values

if TYPE_CHECKING:
    from tests.toolchain.stand_ins.kubernetes.control_plane import ControlPlane
    from tests.toolchain.stand_ins.kubernetes.plugin_client import PluginClient
    from toolchain.stand_ins.kubernetes.cluster import Place
    from toolchain.stand_ins.kubernetes.values import Tree

AVAILABLE = {"status": {"conditions": [{"type": "Available", "status": "True"}]}}


def soon(plane: ControlPlane, obj: Tree, change: Tree) -> threading.Timer:
    """Write the status a moment after the object is there, as an operator does."""
    name, namespace = obj["metadata"]["name"], obj["metadata"]["namespace"]

    def write() -> None:
        plane.eventually(lambda: plane.get(obj["apiVersion"], obj["kind"], name, namespace))
        plane.merge_patch(obj, change, manager="operator", part="/status")

    timer = threading.Timer(0.3, write)
    timer.start()
    return timer


def test_a_custom_resource_is_waited_for_and_answered_with_its_status(
    provider: PluginClient, plane: ControlPlane, namespace: str
) -> None:
    inputs = widget(namespace, annotations={"waitFor": "condition=Available"})
    timer = soon(plane, inputs, AVAILABLE)
    _, state = provider.create(inputs)
    timer.join()
    assert state["status"] == AVAILABLE["status"]


def test_time_that_is_up_keeps_the_object_with_its_reasons(provider: PluginClient, namespace: str) -> None:
    inputs = widget(namespace, size=1, annotations={"waitFor": "condition=Available", "timeoutSeconds": "600"})
    with pytest.raises(Refused) as refusal:
        provider.create(inputs, timeout=0.2)
    assert refusal.value.message == (
        'resource "urn:pulumi:dev::p::kubernetes:test.example/v1:Widget::r" was successfully created, but the '
        "Kubernetes API server reported that it failed to fully initialize or become live: "
        "timed out waiting for the condition"
    )
    detail = refusal.value.detail
    assert detail.id == f"{namespace}/w"
    assert list(detail.reasons) == [refusal.value.message]
    kept = values.tree(detail.properties)
    assert kept["__inputs"] == inputs
    assert kept["spec"]["size"] == 1
    assert not detail.HasField("inputs")


def test_the_next_update_waits_again(provider: PluginClient, plane: ControlPlane, namespace: str) -> None:
    inputs = widget(namespace, size=1, annotations={"waitFor": "condition=Available"})
    with pytest.raises(Refused) as refusal:
        provider.create(inputs, timeout=0.1)
    state = values.tree(refusal.value.detail.properties)
    with pytest.raises(Refused, match=r'reported that ".*/w" failed to fully initialize or become live: timed out'):
        provider.update(f"{namespace}/w", state, inputs, timeout=0.1)
    timer = soon(plane, inputs, AVAILABLE)
    assert provider.update(f"{namespace}/w", state, inputs)["status"] == AVAILABLE["status"]
    timer.join()


def test_skip_await_wins_over_wait_for(provider: PluginClient, namespace: str) -> None:
    inputs = widget(namespace, annotations={"waitFor": "condition=Available", "skipAwait": "true"})
    assert provider.create(inputs)[0] == f"{namespace}/w"


def test_a_wrong_expression_is_silent_in_preview_and_leaves_an_orphan_in_create(
    provider: PluginClient, plane: ControlPlane, namespace: str
) -> None:
    inputs = widget(namespace, annotations={"waitFor": "jsonpath=.status.x"})
    assert provider.create(inputs, preview=True)[1]["kind"] == "Widget"
    with pytest.raises(Refused, match=r"not successfully created .*: \.status\.x should be wrapped") as refusal:
        provider.create(inputs)
    assert refusal.value.detail is None
    assert plane.get("test.example/v1", "Widget", "w", namespace) is not None


def test_workloads_without_replicas_are_ready_at_once(provider: PluginClient, namespace: str) -> None:
    _, deployment = provider.create(built("Deployment", "d", namespace, "apps/v1", spec=pods()), timeout=20)
    assert deployment["status"]["observedGeneration"] == 1
    spec = {**pods(), "serviceName": "s"}
    _, stateful_set = provider.create(built("StatefulSet", "s", namespace, "apps/v1", spec=spec), timeout=20)
    assert stateful_set["status"]["observedGeneration"] == 1


def test_a_deployment_without_nodes_times_out_and_says_why(provider: PluginClient, namespace: str) -> None:
    inputs = built("Deployment", "d", namespace, "apps/v1", spec=pods(replicas=1))
    with pytest.raises(Refused, match=r"become live: 'd' timed out waiting to be Ready$") as refusal:
        provider.create(inputs, timeout=1)
    assert "Minimum number of live Pods was not attained" in refusal.value.detail.reasons


def test_wait_for_replaces_the_built_in_wait(provider: PluginClient, namespace: str) -> None:
    spec = pods(replicas=1)
    annotations = {"waitFor": "jsonpath={.spec.replicas}=1"}
    inputs = built("Deployment", "d", namespace, "apps/v1", spec=spec, annotations=annotations)
    assert provider.create(inputs, timeout=20)[0] == f"{namespace}/d"


def test_a_service_with_a_selector_settles_or_is_ready_when_time_is_up(provider: PluginClient, namespace: str) -> None:
    spec = {"selector": {"a": "b"}, "ports": [{"port": 80}]}
    started = time.monotonic()
    _, state = provider.create(built("Service", "s", namespace, spec=spec), timeout=1)
    assert state["spec"]["clusterIP"]
    assert time.monotonic() - started >= 1
    with pytest.raises(Refused, match=r"'l' timed out waiting to be Ready"):
        provider.create(built("Service", "l", namespace, spec={**spec, "type": "LoadBalancer"}), timeout=0.2)


def test_cancel_ends_the_wait_of_a_claim(provider: PluginClient, namespace: str) -> None:
    resources = {"requests": {"storage": "1Gi"}}
    spec = {"accessModes": ["ReadWriteOnce"], "resources": resources}
    timer = threading.Timer(0.5, provider.cancel)
    timer.start()
    started = time.monotonic()
    with pytest.raises(Refused, match=r"Resource operation was cancelled for 'p'") as refusal:
        provider.create(built("PersistentVolumeClaim", "p", namespace, spec=spec), timeout=0.1)
    assert 0.4 < time.monotonic() - started < 5
    assert refusal.value.detail.id == f"{namespace}/p"
    timer.join()


# --- delete ----------------------------------------------------------------------------------------------------------


def test_delete_waits_until_the_object_is_gone(provider: PluginClient, plane: ControlPlane, namespace: str) -> None:
    resource_id, state = provider.create(config_map(namespace, a="1"))
    provider.delete(resource_id, state)
    assert plane.get("v1", "ConfigMap", "c", namespace) is None
    provider.delete(resource_id, state)


def test_what_is_gone_with_its_kind_or_namespace_is_deleted(provider: PluginClient) -> None:
    provider.delete("nowhere/w", widget("nowhere"))
    provider.delete("nowhere/f", built("Foo", "f", "nowhere", "no.such/v1"))


def test_a_foreign_finalizer_keeps_the_object_in_the_state(
    provider: PluginClient, plane: ControlPlane, namespace: str
) -> None:
    resource_id, state = provider.create(config_map(namespace, a="1"))
    plane.merge_patch(state, {"metadata": {"finalizers": ["test.example/hold"]}})
    with pytest.raises(Refused, match=r"^timed out waiting for the condition$") as refusal:
        provider.delete(resource_id, state, timeout=0.2)
    assert refusal.value.detail.id == resource_id
    kept = values.tree(refusal.value.detail.properties)
    assert "deletionTimestamp" in kept["metadata"]
    assert kept["__inputs"] == state["__inputs"]


@pytest.mark.parametrize(
    ("written", "policy"),
    [(None, "Foreground"), ("foreground", "Foreground"), ("orphan", "Orphan"), ("background", "Background")],
)
def test_the_propagation_policy_comes_from_the_stored_inputs(
    provider: PluginClient, namespace: str, monkeypatch: pytest.MonkeyPatch, written: str | None, policy: str
) -> None:
    cluster = provider.session.reachable()
    delete, asked = cluster.delete, []

    def recording(place: Place, policy: str) -> None:
        asked.append(policy)
        delete(place, policy)

    monkeypatch.setattr(cluster, "delete", recording)
    annotations = {"deletionPropagationPolicy": written} if written else {}
    inputs = built("ConfigMap", "c", namespace, data={"a": "1"}, annotations=annotations)
    resource_id, state = provider.create(inputs)
    provider.delete(resource_id, state)
    assert asked == [policy]


def test_skip_await_does_not_wait_for_a_workloads_end(
    provider: PluginClient, plane: ControlPlane, namespace: str
) -> None:
    annotations = {"skipAwait": "true"}
    inputs = built("Deployment", "d", namespace, "apps/v1", spec=pods(), annotations=annotations)
    resource_id, state = provider.create(inputs)
    plane.merge_patch(state, {"metadata": {"finalizers": ["test.example/hold"]}})
    provider.delete(resource_id, state)
    live = plane.get("apps/v1", "Deployment", "d", namespace)
    assert live is not None
    assert "deletionTimestamp" in live["metadata"]
