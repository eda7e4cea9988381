from __future__ import annotations

import pytest

from toolchain.stand_ins.kubernetes import typed
from toolchain.stand_ins.kubernetes.values import UNKNOWN, Tree, Value


def pod_template(**spec: Value) -> Tree:
    pod = {"containers": [{"name": "c", "image": "i", **spec.pop("container", {})}], **spec}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "d"},
        "spec": {"template": {"spec": pod}},
    }


def pod_spec(inputs: Tree) -> Tree:
    spec: Tree = typed.normalized(inputs)["spec"]["template"]["spec"]
    return spec


def test_unknown_fields_of_built_in_kinds_vanish_at_every_depth() -> None:
    inputs = {"apiVersion": "v1", "kind": "ConfigMap", "dta": {"a": "1"}, "metadata": {"name": "c", "lables": {}}}
    assert typed.normalized(inputs) == {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}
    assert "imagee" not in pod_spec(pod_template(container={"imagee": "x"}))["containers"][0]


def test_custom_resources_are_not_touched() -> None:
    inputs = {"apiVersion": "apps.3scale.net/v1alpha1", "kind": "Deployment", "sepc": {"a": {}}, "spec": {"b": []}}
    assert typed.normalized(inputs) == inputs


def test_an_object_that_cannot_be_decoded_stays_as_it_is() -> None:
    inputs = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": 1}, "dta": 1}
    assert typed.normalized(inputs) == inputs


@pytest.mark.parametrize("wrong", [{"replicas": "2"}, {"replicas": True}, {"paused": "no"}, {"selector": []}])
def test_a_wrong_type_anywhere_keeps_the_whole_object(wrong: Tree) -> None:
    inputs = {"apiVersion": "apps/v1", "kind": "Deployment", "oops": 1, "spec": wrong}
    assert typed.normalized(inputs) == inputs


def test_quantities_are_canonical() -> None:
    container = {"resources": {"requests": {"cpu": "1000m", "memory": "1024Mi"}, "limits": {"cpu": 2}}}
    resources = pod_spec(pod_template(container=container))["containers"][0]["resources"]
    assert resources == {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "2"}}


def test_empty_maps_and_lists_vanish_but_empty_structures_stay() -> None:
    spec = pod_spec(pod_template(nodeSelector={}, tolerations=[], volumes=[{"name": "v", "emptyDir": {}}]))
    assert spec.keys() == {"containers", "volumes"}
    assert spec["volumes"] == [{"name": "v", "emptyDir": {}}]


def test_zeros_of_plain_go_values_vanish_and_those_of_pointers_stay() -> None:
    container = {"env": [{"name": "E", "value": ""}], "tty": False}
    spec = pod_spec(pod_template(hostNetwork=False, automountServiceAccountToken=False, container=container))
    assert spec == {
        "automountServiceAccountToken": False,
        "containers": [{"name": "c", "image": "i", "env": [{"name": "E"}]}],
    }


def test_empty_texts_in_maps_stay() -> None:
    inputs = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": ""}}
    assert typed.normalized(inputs) == inputs


def test_unknown_values_stay() -> None:
    inputs = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": UNKNOWN, "data": {"a": UNKNOWN}}
    assert typed.normalized(inputs) == inputs


def test_string_data_of_a_secret_becomes_data_and_wins() -> None:
    inputs = {"apiVersion": "v1", "kind": "Secret", "stringData": {"A": "x"}, "data": {"A": "eg==", "B": "eQ=="}}
    assert typed.normalized(inputs) == {"apiVersion": "v1", "kind": "Secret", "data": {"A": "eA==", "B": "eQ=="}}


def test_white_space_in_base64_is_removed() -> None:
    inputs = {"apiVersion": "v1", "kind": "Secret", "data": {"A": "eA=\n=\n", "B": "not base64!"}}
    assert typed.normalized(inputs)["data"] == {"A": "eA==", "B": "not base64!"}


def test_an_unknown_value_in_string_data_leaves_the_secret_alone() -> None:
    inputs = {"apiVersion": "v1", "kind": "Secret", "stringData": {"A": UNKNOWN}}
    assert typed.normalized(inputs) == inputs


def test_known_scopes() -> None:
    assert typed.is_cluster_scoped("v1", "Namespace")
    assert typed.is_cluster_scoped("rbac.authorization.k8s.io/v1", "ClusterRole")
    assert not typed.is_cluster_scoped("v1", "Secret")
    assert not typed.is_cluster_scoped("example.org/v1", "Namespace")
