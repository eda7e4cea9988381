"""Which change is reported how, and what replaces: the tables of the official plugin."""

from __future__ import annotations

import copy

import pytest

from toolchain.stand_ins.kubernetes import diff
from toolchain.stand_ins.kubernetes.replacement import Mutability
from toolchain.stand_ins.kubernetes.values import UNKNOWN, Tree, Value

KINDS = {"ADD": 0, "ADD_REPLACE": 1, "DELETE": 2, "DELETE_REPLACE": 3, "UPDATE": 4, "UPDATE_REPLACE": 5}


def differing(olds: Tree, news: Tree, live: Tree | None = None, **more: Value) -> diff.Difference:
    """The difference; the live object is the old inputs unless given."""
    mutability = more.pop("mutability", Mutability())
    kind = news.get("kind")
    request = diff.DiffRequest(
        type_token=more.pop("type_token", f"kubernetes:x/v1:{kind}"),
        live=live if live is not None else copy.deepcopy(olds),
        old_inputs=olds,
        new_inputs=news,
        **more,
    )
    return diff.difference(request, mutability, lambda obj: obj.get("kind") != "Namespace")


def told(found: diff.Difference) -> dict[str, str]:
    names = {number: name for name, number in KINDS.items()}
    return {path: names[change.kind] for path, change in found.changes.items()}


def custom(spec: Value = None, **metadata: Value) -> Tree:
    obj: Tree = {"apiVersion": "e.org/v1", "kind": "Thing", "metadata": {"name": "t", "namespace": "n", **metadata}}
    return obj if spec is None else {**obj, "spec": spec}


def built_in(kind: str, api_version: str = "v1", **fields: Value) -> Tree:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "t", "namespace": "n"}, **fields}


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ({"a": 1}, {"a": 1}, {}),
        ({"a": 1}, {"a": 2}, {"spec.a": "UPDATE"}),
        ({"a": 1}, {"a": "1"}, {"spec.a": "UPDATE"}),
        ({"a": 1}, {"a": True}, {"spec.a": "UPDATE"}),
        ({"a": {"b": 1}}, {"a": [1]}, {"spec.a": "UPDATE"}),
        ({"a": 1}, {"a": 1, "b": {"c": 1}}, {"spec.b": "ADD"}),
        ({"a": {"b": 1}}, {"a": {"b": 1, "x.y/z": 2}}, {'spec.a["x.y/z"]': "ADD"}),
        ({"a": 1, "b": 2}, {"a": 1}, {"spec.b": "DELETE"}),
        ({"l": [1, 2, 3]}, {"l": [1, 5, 3]}, {"spec.l[1]": "UPDATE"}),
        ({"l": [1, 2, 3]}, {"l": [1, 2, 3, 4]}, {"spec.l[3]": "ADD"}),
        ({"l": [1, 2, 3]}, {"l": [1, 2]}, {"spec.l[2]": "DELETE"}),
        ({"l": [{"k": 1}, {"k": 2}]}, {"l": [{"k": 1}, {"k": 3}]}, {"spec.l[1].k": "UPDATE"}),
        ({"l": [{"k": 1, "j": 2}]}, {"l": [{"k": 1}]}, {"spec.l[0].j": "DELETE"}),
        ({"a": 1}, {"a": UNKNOWN}, {"spec.a": "UPDATE"}),
    ],
)
def test_changes_of_a_custom_resource_are_in_place(old: Tree, new: Tree, changes: dict[str, str]) -> None:
    found = differing(custom(old), custom(new))
    assert told(found) == changes
    assert found.replaces == []
    assert not found.delete_before_replace


def test_a_removed_value_is_marked_as_an_input_difference() -> None:
    found = differing(custom({"a": 1, "b": 2}), custom({"a": 2}))
    assert {path: change.inputDiff for path, change in found.changes.items()} == {"spec.a": False, "spec.b": True}


def test_a_new_map_is_one_change() -> None:
    assert told(differing(custom({}), custom({}, labels={"a": "b"}))) == {"metadata.labels": "ADD"}


def test_the_live_object_is_compared_not_the_old_inputs() -> None:
    drifted = differing(custom({"a": 1}), custom({"a": 1}), live=custom({"a": 9}))
    assert told(drifted) == {"spec.a": "UPDATE"}
    healed = differing(custom({"a": 1}), custom({"a": 2}), live=custom({"a": 2}))
    assert told(healed) == {}


def test_what_others_added_to_the_live_object_is_no_change() -> None:
    live = custom({"a": 1, "theirs": 2}, labels={"x": "y"}, uid="u", resourceVersion="5")
    assert told(differing(custom({"a": 1}), custom({"a": 1}), live=live)) == {}


def test_a_field_that_was_removed_from_the_live_object_comes_back() -> None:
    assert told(differing(custom({"a": 1}), custom({"a": 1}), live=custom({}))) == {"spec.a": "ADD"}


def test_ignored_paths_are_left_out() -> None:
    news = custom({"a": 2, "b": {"c": 2}}, labels={"l": "2"})
    olds = custom({"a": 1, "b": {"c": 1}}, labels={"l": "1"})
    found = differing(olds, news, ignore_changes=["spec.b", "metadata.labels"])
    assert told(found) == {"spec.a": "UPDATE"}


def test_a_new_api_version_is_an_update() -> None:
    news = {**custom({}), "apiVersion": "e.org/v2"}
    assert told(differing(custom({}), news)) == {"apiVersion": "UPDATE"}


def test_a_missing_namespace_is_the_default_one() -> None:
    olds = custom({}, namespace="default")
    news = custom({})
    del news["metadata"]["namespace"]
    assert told(differing(olds, news)) == {}


def test_a_wrong_namespace_of_a_kind_without_any_is_no_change() -> None:
    olds = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "t"}}
    news = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "t", "namespace": "x"}}
    assert told(differing(olds, news, live=olds)) == {}


# --- what replaces ---------------------------------------------------------------------------------------------------


def test_a_new_name_or_namespace_replaces_without_deleting_first() -> None:
    for change in ({"name": "other"}, {"namespace": "other"}):
        found = differing(custom({}), custom({}, **change))
        assert found.replaces == [f"metadata.{next(iter(change))}"]
        assert not found.delete_before_replace


SECRET = built_in("Secret", data={"a": "MQ=="}, type="Opaque")
CONFIG_MAP = built_in("ConfigMap", data={"a": "1", "b": "2"}, binaryData={"c": "MQ=="})
SERVICE = built_in("Service", spec={"type": "ClusterIP", "clusterIP": "10.0.0.1", "ports": [{"port": 80}]})
DEPLOYMENT = built_in(
    "Deployment",
    "apps/v1",
    spec={
        "replicas": 1,
        "selector": {"matchLabels": {"a": "b"}},
        "strategy": {"type": "Recreate"},
        "template": {"metadata": {"labels": {"a": "b"}}},
    },
)
STATEFUL_SET = built_in(
    "StatefulSet",
    "apps/v1",
    spec={
        "replicas": 1,
        "serviceName": "s",
        "podManagementPolicy": "Parallel",
        "selector": {"matchLabels": {"a": "b"}},
        "volumeClaimTemplates": [{"metadata": {"name": "v"}}],
        "template": {"metadata": {"labels": {"a": "b"}}},
    },
)
JOB = built_in(
    "Job",
    "batch/v1",
    spec={
        "parallelism": 1,
        "completions": 1,
        "backoffLimit": 1,
        "suspend": True,
        "ttlSecondsAfterFinished": 5,
        "template": {"spec": {"containers": [{"name": "c", "image": "i"}]}},
    },
)
CLAIM = built_in(
    "PersistentVolumeClaim",
    spec={
        "storageClassName": "s",
        "accessModes": ["ReadWriteOnce"],
        "volumeName": "v",
        "selector": {"matchLabels": {"a": "b"}},
        "resources": {"requests": {"storage": "1Gi"}},
    },
)
ROLE_BINDING = built_in(
    "RoleBinding", "rbac.authorization.k8s.io/v1", roleRef={"kind": "Role", "name": "r"}, subjects=[{"name": "s"}]
)


def changed(obj: Tree, path: str, value: Value) -> Tree:
    """A copy with another value at the dotted path; list positions are numbers."""
    result = copy.deepcopy(obj)
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place: Value = result
    for step in steps:
        place = place[step] if isinstance(step, int) else place.setdefault(step, {})
    if value is None:
        del place[last]
    else:
        place[last] = value
    return result


@pytest.mark.parametrize(
    ("obj", "path", "value", "reported"),
    [
        (SECRET, "data.a", "Mg==", {"data.a": "UPDATE_REPLACE"}),
        (SECRET, "data.b", "Mg==", {"data.b": "ADD_REPLACE"}),
        (SECRET, "data", None, {"data": "DELETE_REPLACE"}),
        (SECRET, "type", "other", {"type": "UPDATE_REPLACE"}),
        (SECRET, "immutable", True, {"immutable": "ADD"}),
        (CONFIG_MAP, "data.a", "9", {"data.a": "UPDATE_REPLACE"}),
        (CONFIG_MAP, "data.b", None, {"data.b": "DELETE_REPLACE"}),
        (CONFIG_MAP, "data", {}, {"data": "DELETE_REPLACE"}),
        (CONFIG_MAP, "binaryData.c", "Mg==", {"binaryData.c": "UPDATE_REPLACE"}),
        (SERVICE, "spec.clusterIP", "10.0.0.2", {"spec.clusterIP": "UPDATE_REPLACE"}),
        (SERVICE, "spec.type", "NodePort", {"spec.type": "UPDATE"}),
        (SERVICE, "spec.ports.0.port", 81, {"spec.ports[0].port": "UPDATE"}),
        (DEPLOYMENT, "spec.selector.matchLabels.a", "c", {"spec.selector.matchLabels.a": "UPDATE_REPLACE"}),
        (DEPLOYMENT, "spec.replicas", 2, {"spec.replicas": "UPDATE"}),
        (DEPLOYMENT, "spec.strategy.type", "RollingUpdate", {"spec.strategy.type": "UPDATE"}),
        (DEPLOYMENT, "spec", None, {"spec": "DELETE"}),
        (STATEFUL_SET, "spec.serviceName", "t", {"spec.serviceName": "UPDATE_REPLACE"}),
        (STATEFUL_SET, "spec.podManagementPolicy", "OrderedReady", {"spec.podManagementPolicy": "UPDATE_REPLACE"}),
        (
            STATEFUL_SET,
            "spec.volumeClaimTemplates.0.metadata.name",
            "w",
            {"spec.volumeClaimTemplates[0].metadata.name": "UPDATE_REPLACE"},
        ),
        (STATEFUL_SET, "spec.replicas", 2, {"spec.replicas": "UPDATE"}),
        (
            JOB,
            "spec.template.spec.containers.0.image",
            "j",
            {"spec.template.spec.containers[0].image": "UPDATE_REPLACE"},
        ),
        (JOB, "spec.parallelism", 2, {"spec.parallelism": "UPDATE_REPLACE"}),
        (JOB, "spec.completions", 2, {"spec.completions": "UPDATE_REPLACE"}),
        (JOB, "spec.backoffLimit", 2, {"spec.backoffLimit": "UPDATE"}),
        (JOB, "spec.suspend", False, {"spec.suspend": "UPDATE"}),
        (JOB, "spec.ttlSecondsAfterFinished", 6, {"spec.ttlSecondsAfterFinished": "UPDATE"}),
        (CLAIM, "spec.storageClassName", "t", {"spec.storageClassName": "UPDATE_REPLACE"}),
        (CLAIM, "spec.accessModes.0", "ReadWriteMany", {"spec.accessModes[0]": "UPDATE_REPLACE"}),
        (CLAIM, "spec.volumeName", "w", {"spec.volumeName": "UPDATE_REPLACE"}),
        (CLAIM, "spec.resources.requests.storage", "2Gi", {"spec.resources.requests.storage": "UPDATE"}),
        (ROLE_BINDING, "roleRef.name", "q", {"roleRef.name": "UPDATE_REPLACE"}),
        (ROLE_BINDING, "subjects.0.name", "q", {"subjects[0].name": "UPDATE"}),
    ],
)
def test_what_replaces(obj: Tree, path: str, value: Value, reported: dict[str, str]) -> None:
    found = differing(obj, changed(obj, path, value))
    assert told(found) == reported
    replacing = [name for name, kind in reported.items() if kind.endswith("REPLACE")]
    assert found.replaces == replacing
    assert found.delete_before_replace is bool(replacing)


def test_a_map_that_brings_a_replacing_field_with_it_replaces() -> None:
    olds = built_in("Service", spec={"type": "ClusterIP"})
    del olds["spec"]
    assert told(differing(olds, SERVICE)) == {"spec": "ADD_REPLACE"}


def test_a_generated_name_needs_no_deletion_first() -> None:
    olds = changed(CONFIG_MAP, "metadata.annotations", {"pulumi.com/autonamed": "true"})
    found = differing(olds, changed(olds, "data.a", "9"))
    assert found.replaces == ["data.a"]
    assert not found.delete_before_replace


@pytest.mark.parametrize(("obj", "option"), [(SECRET, "secrets"), (CONFIG_MAP, "config_maps")])
def test_mutable_data_is_changed_in_place_unless_the_object_is_immutable(obj: Tree, option: str) -> None:
    mutable = Mutability(**{option: True})
    news = changed(obj, "data.a", "Mw==")
    assert told(differing(obj, news, mutability=mutable)) == {"data.a": "UPDATE"}
    was_immutable = {**obj, "immutable": True}
    found = differing(was_immutable, {**news, "immutable": True}, mutability=mutable)
    assert told(found) == {"data.a": "UPDATE_REPLACE"}
    loosened = differing(was_immutable, news, mutability=mutable)
    assert loosened.replaces == ["data.a"]


def test_the_type_of_a_mutable_secret_still_replaces() -> None:
    found = differing(SECRET, changed(SECRET, "type", "other"), mutability=Mutability(secrets=True))
    assert found.replaces == ["type"]


def test_a_patch_replaces_only_for_another_object() -> None:
    token = "kubernetes:core/v1:SecretPatch"
    assert differing(SECRET, changed(SECRET, "data.a", "Mg=="), type_token=token).replaces == []
    assert differing(SECRET, changed(SECRET, "metadata.name", "o"), type_token=token).replaces == ["metadata.name"]


def test_string_data_is_compared_with_data() -> None:
    news = {**SECRET, "stringData": {"a": "1"}}
    del news["data"]
    assert told(differing(SECRET, news)) == {}


def test_a_zero_that_the_server_does_not_keep_is_no_change() -> None:
    spec = {"containers": [{"name": "c", "livenessProbe": {"httpGet": {"port": 1}, "grpc": {"port": 0}}}]}
    obj = built_in("Pod", spec={**spec, "shareProcessNamespace": False})
    live = built_in("Pod", spec={"containers": [{"name": "c", "livenessProbe": {"httpGet": {"port": 1}, "grpc": {}}}]})
    live["spec"]["shareProcessNamespace"] = False
    assert told(differing(obj, obj, live=live)) == {}


def test_a_new_false_is_a_change() -> None:
    obj = built_in("ServiceAccount")
    assert told(differing(obj, {**obj, "automountServiceAccountToken": False})) == {
        "automountServiceAccountToken": "ADD"
    }
