"""Marks are added to a node and taken away again; what others put there stays."""

import pytest

from dynamic_providers.cluster.node_marks import NodeMarksProvider
from tests.dynamic_providers.cluster.conftest import Gates
from tests.support.plugin_host import Json, PluginError

PATH = "/api/v1/nodes/gpu-0"
TAINT = {"key": "nvidia.com/gpu", "value": "NVIDIA-L40S", "effect": "NoSchedule"}
ILL = {"key": "node.kubernetes.io/memory-pressure", "effect": "NoSchedule"}


def example(**other: object) -> Json:
    return {"node": "gpu-0", "labels": {"maas/pool": "metal"}, "taint": TAINT, **other}


def node(*taints: Json, **labels: str) -> Json:
    found = {"kubernetes.io/hostname": "gpu-0", **labels}
    metadata = {"name": "gpu-0", "resourceVersion": "7", "labels": found}
    return {"metadata": metadata, "spec": {"taints": list(taints)} if taints else {}}


def seen(gates: Gates) -> Json:
    look = gates.api.looks[PATH][0]
    assert isinstance(look, dict)
    return look


def test_the_state_of_existing_stacks_finds_the_class() -> None:
    recorded = "dynamic_providers.cluster.node_marks.NodeMarksProvider"
    assert f"{NodeMarksProvider.__module__}.{NodeMarksProvider.__qualname__}" == recorded


@pytest.mark.row("S-023")
def test_marks_are_added_beside_what_is_there_and_taken_away_again(gates: Gates) -> None:
    gates.api.put(PATH, node(ILL, mine="x"))
    held = gates.host.create(NodeMarksProvider, example())

    assert seen(gates)["spec"]["taints"] == [ILL, TAINT]
    assert seen(gates)["metadata"]["labels"]["maas/pool"] == "metal"

    gates.host.delete(NodeMarksProvider, held)
    assert seen(gates)["spec"]["taints"] == [ILL]
    assert seen(gates)["metadata"]["labels"] == {"kubernetes.io/hostname": "gpu-0", "mine": "x"}


def test_a_second_look_writes_nothing(gates: Gates) -> None:
    gates.api.put(PATH, node())
    held = gates.host.create(NodeMarksProvider, example())
    gates.api.asked.clear()
    gates.host.update(NodeMarksProvider, held, example())

    assert [asked for asked in gates.api.asked if asked.startswith("PATCH")] == []


def test_a_changed_taint_replaces_the_old_one_alone(gates: Gates) -> None:
    gates.api.put(PATH, node(ILL))
    held = gates.host.create(NodeMarksProvider, example())
    other = {**TAINT, "value": "NVIDIA-L40S-SHARED"}
    gates.host.update(NodeMarksProvider, held, example(taint=other, labels={"maas/pool": "other"}))

    assert seen(gates)["spec"]["taints"] == [ILL, other]
    assert seen(gates)["metadata"]["labels"]["maas/pool"] == "other"


def test_a_taint_that_is_no_longer_wanted_goes(gates: Gates) -> None:
    gates.api.put(PATH, node(ILL))
    held = gates.host.create(NodeMarksProvider, example())
    gates.host.update(NodeMarksProvider, held, example(taint={}))

    assert seen(gates)["spec"]["taints"] == [ILL]


def test_a_node_that_does_not_exist_is_refused_with_those_that_do(gates: Gates) -> None:
    gates.api.lists["/api/v1/nodes"] = [{"metadata": {"name": "worker-0"}}]
    with pytest.raises(PluginError, match=r"no node of that name\. Allowed are its nodes: worker-0"):
        gates.host.create(NodeMarksProvider, example())


def test_a_label_of_somebody_else_is_not_overwritten(gates: Gates) -> None:
    gates.api.put(PATH, node(**{"maas/pool": "theirs"}))
    with pytest.raises(PluginError, match="maas/pool is theirs there"):
        gates.host.create(NodeMarksProvider, example())


def test_a_taint_of_somebody_else_is_not_overwritten(gates: Gates) -> None:
    gates.api.put(PATH, node({**TAINT, "value": "theirs"}))
    told = r"gpu=theirs:NoSchedule already\. Allowed is nvidia\.com/gpu=NVIDIA-L40S:NoSchedule or no taint of that key"
    with pytest.raises(PluginError, match=told):
        gates.host.create(NodeMarksProvider, example())

    assert not [asked for asked in gates.api.asked if asked.startswith("PATCH")]
    assert seen(gates)["spec"]["taints"] == [{**TAINT, "value": "theirs"}]


def test_marks_that_were_there_before_us_stay_when_ours_go(gates: Gates) -> None:
    gates.api.put(PATH, node(TAINT, **{"maas/pool": "metal"}))
    held = gates.host.create(NodeMarksProvider, example(labels={"maas/pool": "metal", "mine": "x"}))
    changed = gates.host.update(NodeMarksProvider, held, example(labels={"maas/pool": "metal", "other": "y"}))
    assert "mine" not in seen(gates)["metadata"]["labels"]

    gates.host.delete(NodeMarksProvider, changed)
    assert seen(gates)["spec"]["taints"] == [TAINT]
    assert seen(gates)["metadata"]["labels"] == {"kubernetes.io/hostname": "gpu-0", "maas/pool": "metal"}


def test_what_others_had_written_is_not_changed_by_an_update_either(gates: Gates) -> None:
    gates.api.put(PATH, node(TAINT, **{"maas/pool": "metal"}))
    held = gates.host.create(NodeMarksProvider, example())

    with pytest.raises(PluginError, match="maas/pool is metal there"):
        gates.host.update(NodeMarksProvider, held, example(labels={"maas/pool": "other"}))
    with pytest.raises(PluginError, match="NVIDIA-L40S:NoSchedule already"):
        gates.host.update(NodeMarksProvider, held, example(taint={**TAINT, "value": "NVIDIA-L40S-SHARED"}))


def test_marks_of_an_older_state_are_ours(gates: Gates) -> None:
    gates.api.put(PATH, node(TAINT, **{"maas/pool": "metal"}))
    held = gates.host.create(NodeMarksProvider, example())
    del held.outs["theirs"]
    gates.host.delete(NodeMarksProvider, held)

    assert seen(gates)["spec"]["taints"] == []


def test_hand_edits_are_seen_by_a_refresh(gates: Gates) -> None:
    gates.api.put(PATH, node())
    held = gates.host.create(NodeMarksProvider, example())
    assert gates.host.read(NodeMarksProvider, held).outs == {**example(), "theirs": []}

    gates.api.put(PATH, node(**{"maas/pool": "by-hand"}))
    found = gates.host.read(NodeMarksProvider, held).outs
    assert (found["labels"], found["taint"]) == ({"maas/pool": "by-hand"}, {})


def test_marks_of_a_node_that_is_gone_are_gone(gates: Gates) -> None:
    gates.api.put(PATH, node())
    held = gates.host.create(NodeMarksProvider, example())
    gates.api.looks.pop(PATH)

    assert not gates.host.read(NodeMarksProvider, held).id
    gates.host.delete(NodeMarksProvider, held)


def test_a_write_that_comes_between_is_repeated(gates: Gates) -> None:
    gates.api.put(PATH, node(), 409, node())
    gates.host.create(NodeMarksProvider, example())

    assert seen(gates)["spec"]["taints"] == [TAINT]
