"""Nodes that are too small for storage are told before anything is made."""

from pathlib import Path
from typing import Any

import pytest

from components.preflight.node_sizes import crowded_nodes, is_large, quantity, small_nodes
from components.preflight.reader import ClusterReader
from tests.components.config.test_validation import settings
from tests.support.fake_cluster import fake_cluster
from tests.support.model_servers import A10G, MODEL, on_pool, served
from tests.support.node_pools import worker_machine_set

WORKERS = "/api/v1/nodes?labelSelector=node-role.kubernetes.io/worker"
PLAN = {"by-call": {"displayName": "By call", "limits": {"hits per day": 1000}}}
ODF = {
    "odf": {
        "channel": "stable-4.20",
        "startingCSV": "odf-operator.v4.20.0-rhodf",
        "backingClass": "gp3-csi",
        "deviceSize": "512Gi",
    }
}


def node(cpu: str = "16", memory: str = "63Gi", *, ready: bool = True) -> dict[str, Any]:
    return {
        "status": {
            "capacity": {"cpu": cpu, "memory": memory},
            "conditions": [{"type": "Ready", "status": str(ready)}],
        }
    }


def hints(tmp_path: Path, *nodes: dict[str, Any], **changes: object) -> list[str]:
    with fake_cluster(tmp_path) as cluster:
        cluster.documents[WORKERS] = {"items": list(nodes)}
        return list(small_nodes(ClusterReader(cluster.kubeconfig, None), settings(**changes)))


@pytest.mark.row("S-017")
def test_two_large_nodes_are_too_few_for_storage(tmp_path: Path) -> None:
    [told] = hints(tmp_path, node(), node(), node("8"), storage=ODF)

    assert "the cluster has 2 ready worker node(s) with at least 16 processors and 64 GiB; storage wants 3" in told
    assert "nodes.workers" in told


@pytest.mark.row("S-017")
def test_three_large_nodes_are_enough_and_nodes_of_this_stack_count(tmp_path: Path) -> None:
    worker = {
        "machineType": "m6i.4xlarge",
        "replicas": 1,
        "platform": {"kind": "aws"},
        "machineSet": {"manifest": worker_machine_set()},
    }

    assert hints(tmp_path, node(), node(), node(), storage=ODF) == []
    assert hints(tmp_path, node(), node(), storage=ODF, nodes={"workers": {"more": worker}}) == []


def test_a_stack_without_storage_asks_nothing(tmp_path: Path) -> None:
    assert hints(tmp_path) == []


@pytest.mark.parametrize(
    ("cpu", "memory", "ready", "large"),
    [
        ("16", "65536Mi", True, True),
        ("15500m", "64Gi", True, False),
        ("32", "32Gi", True, False),
        ("16", "64Gi", False, False),
    ],
)
def test_a_large_node(cpu: str, memory: str, ready: bool, large: bool) -> None:  # noqa: FBT001 - facts of a node
    assert is_large(node(cpu, memory, ready=ready)) is large


def test_quantities() -> None:
    assert [quantity(text) for text in ("500m", "2", "1Ki", "1k")] == [0.5, 2.0, 1024.0, 1000.0]


def crowded(tmp_path: Path, *nodes: dict[str, Any], **changes: object) -> list[str]:
    with fake_cluster(tmp_path) as cluster:
        cluster.documents["/api/v1/nodes"] = {"items": list(nodes)}
        return list(crowded_nodes(ClusterReader(cluster.kubeconfig, None), settings(**changes)))


def offering(cpu: str, memory: str, gpus: str = "0", *, ready: bool = True) -> dict[str, Any]:
    found = node(ready=ready)
    found["status"]["allocatable"] = {"cpu": cpu, "memory": memory, "nvidia.com/gpu": gpus}
    return found


@pytest.mark.row("S-017")
def test_a_pod_that_fits_no_node_is_told_beforehand(tmp_path: Path) -> None:
    [told] = crowded(tmp_path, offering("1500m", "64Gi"), offering("16", "1Gi"), offering("16", "64Gi", ready=False))

    assert "server asks for cpu 2, memory 2Gi, and none of the cluster's 2 ready node(s) offers so much" in told
    assert "nodes.workers" in told
    assert crowded(tmp_path, offering("2", "2Gi")) == []


def test_a_pod_that_asks_for_a_gpu_needs_a_node_that_offers_one(tmp_path: Path) -> None:
    stack: dict[str, Any] = {"models": {"granite": served(), MODEL: None}, "plans": PLAN, "consumers": None}

    [told] = crowded(tmp_path, offering("16", "64Gi"), **stack)

    assert "models.granite.server asks for cpu 4, memory 16Gi, nvidia.com/gpu 1" in told
    assert crowded(tmp_path, offering("16", "64Gi", "1"), **stack) == []


def test_servers_on_a_pool_of_the_stack_and_of_others_are_not_asked_about(tmp_path: Path) -> None:
    pool = {"gpu": {"pools": {"a10g": dict(A10G)}}, "plans": PLAN, "consumers": None}
    external = {"source": {"external": "http://vllm.models.svc.cluster.local"}, "plans": ["standard"]}

    assert crowded(tmp_path, models={MODEL: None, "other": external}, consumers=None) == []
    assert crowded(tmp_path, models={MODEL: None, "granite": on_pool()}, **pool) == []
