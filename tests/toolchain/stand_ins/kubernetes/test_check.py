from __future__ import annotations

import pytest

from toolchain.stand_ins.kubernetes import check
from toolchain.stand_ins.kubernetes.errors import CallError
from toolchain.stand_ins.kubernetes.values import UNKNOWN, Tree, Value


def checked(news: Tree, olds: Tree | None = None, *, server_side: bool = True, **more: Value) -> Tree:
    request = check.CheckRequest(
        type_token=more.pop("type_token", "kubernetes:core/v1:ConfigMap"),
        logical_name="cm",
        olds=olds or {},
        news=news,
        seed=more.pop("seed", b"1"),
        **more,
    )
    return check.checked(
        request, server_side=server_side, default_namespace="ours", is_namespaced=lambda obj: obj["kind"] != "Namespace"
    )


def config_map(**metadata: Value) -> Tree:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a": "1"}}


def test_a_missing_name_is_generated_and_marked() -> None:
    metadata = checked(config_map(namespace="n"))["metadata"]
    prefix, _, digits = metadata["name"].partition("-")
    assert (prefix, len(digits), int(digits, 16) >= 0) == ("cm", 8, True)
    assert metadata["annotations"] == {"pulumi.com/autonamed": "true"}


def test_the_same_seed_gives_the_same_name_and_another_seed_another() -> None:
    names = [checked(config_map(), seed=seed)["metadata"]["name"] for seed in (b"1", b"1", b"2")]
    assert names[0] == names[1] != names[2]


def test_the_generated_name_is_kept() -> None:
    olds = checked(config_map())
    assert checked(config_map(), olds, seed=b"other")["metadata"]["name"] == olds["metadata"]["name"]


def test_the_engines_proposal_is_taken_as_it_is() -> None:
    metadata = checked(config_map(), proposed_name="wished")["metadata"]
    assert metadata["name"] == "wished"
    assert metadata["annotations"] == {"pulumi.com/autonamed": "true"}


def test_without_autonaming_a_name_is_needed() -> None:
    with pytest.raises(CallError, match=r"'cm': .metadata.name is missing and autonaming is disabled; set"):
        checked(config_map(), autonaming_off=True)


def test_an_unknown_name_is_kept() -> None:
    metadata = checked(config_map(name=UNKNOWN, namespace=UNKNOWN))["metadata"]
    assert metadata == {"name": UNKNOWN, "namespace": UNKNOWN}


def test_a_missing_namespace_is_the_providers() -> None:
    assert checked(config_map(name="x"))["metadata"] == {"name": "x", "namespace": "ours"}


def test_a_kind_without_namespaces_gets_none_and_keeps_a_wrong_one() -> None:
    news = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "x"}}
    assert checked(news)["metadata"] == {"name": "x"}
    wrong = {**news, "metadata": {"name": "x", "namespace": "y"}}
    assert checked(wrong)["metadata"] == {"name": "x", "namespace": "y"}


def test_a_label_is_added_in_client_side_mode_only() -> None:
    assert "labels" not in checked(config_map(name="x"))["metadata"]
    labels = checked(config_map(name="x"), server_side=False)["metadata"]["labels"]
    assert labels == {"app.kubernetes.io/managed-by": "pulumi"}


def test_read_only_metadata_is_no_input() -> None:
    assert checked(config_map(name="x", namespace="y", uid="1", resourceVersion="2"))["metadata"] == {
        "name": "x",
        "namespace": "y",
    }


def test_names_from_the_server_are_refused() -> None:
    with pytest.raises(
        CallError, match=r"^the \.metadata\.generateName field is not supported in Server-Side Apply mode$"
    ):
        checked(config_map(generateName="x-"))


def test_a_patch_needs_a_name_and_server_side_apply() -> None:
    token = "kubernetes:core/v1:ConfigMapPatch"
    with pytest.raises(CallError, match=r"^patch resources require the \.metadata\.name field to be set$"):
        checked(config_map(), type_token=token)
    with pytest.raises(CallError, match="enableServerSideApply"):
        checked(config_map(name="x"), type_token=token, server_side=False)


def test_the_request_is_not_changed() -> None:
    news = config_map()
    checked(news)
    assert news == config_map()
