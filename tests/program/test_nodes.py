"""Pools of nodes in the whole program: what they stand on, and what stands on them."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.fake_cluster import fake_cluster
from tests.support.model_servers import GRANITE_8B, served, serving_stack
from tests.support.node_pools import PREREQS, WORKER, gpu_pool, worker_machine_set
from tests.support.platform import program, program_of, refused
from tests.support.recorder import DYNAMIC

MACHINE_SET = "kubernetes:machine.openshift.io/v1beta1:MachineSet"
MACHINE_SETS = "/apis/machine.openshift.io/v1beta1/namespaces/openshift-machine-api/machinesets"
SLICED: dict[str, Any] = {"sharing": {"strategy": "timeSlicing", "replicas": 4}}


@pytest.mark.row("S-023", "S-024")
def test_a_pool_brings_its_operators_its_machines_and_one_autoscaler() -> None:
    t4 = gpu_pool(product="T4", machineType="g4dn.xlarge")
    found = program(gpu={"pools": {"a10g": gpu_pool(**SLICED), "t4": t4}}, prereqs=PREREQS)
    policy = found.urn("kubernetes:nvidia.com/v1:ClusterPolicy")

    assert {"nfd", "gpu-operator"} <= {one.name for one in found.of("maas:platform:OperatorInstall")}
    assert [one.name for one in found.of("maas:platform:GpuNodePool")] == ["a10g", "t4"]
    assert len(found.of("kubernetes:autoscaling.openshift.io/v1:ClusterAutoscaler")) == 1
    for gate in found.of(f"{DYNAMIC}cluster:NodePoolReady"):
        assert policy in gate.dependencies


def test_a_server_with_a_gpu_and_no_pool_waits_for_the_driver() -> None:
    """Its nodes are there already; the driver that this stack installs on them may not be."""
    found = program_of(serving_stack({"granite": served(weights=GRANITE_8B)}, prereqs=PREREQS))
    runtime = found.one("kubernetes:serving.kserve.io/v1alpha1:ServingRuntime", "granite-runtime")
    gates = {found.urn(f"{DYNAMIC}cluster:ConditionGate", f"gpus-{part}-ready") for part in ("features", "policy")}

    assert gates <= runtime.dependencies


def test_a_server_without_a_gpu_waits_for_no_driver() -> None:
    found = program_of(serving_stack({"drawings": served("image", server={"gpus": 0})}, prereqs=PREREQS))
    runtime = found.one("kubernetes:serving.kserve.io/v1alpha1:ServingRuntime", "drawings-runtime")

    assert not [urn for urn in runtime.dependencies if "gpus-" in urn]


def test_other_teams_read_the_pools() -> None:
    found = program(gpu={"pools": {"a10g": gpu_pool(**SLICED)}}, prereqs=PREREQS)

    assert found.outputs["gpu_pools"] == [
        {
            "name": "a10g",
            "product": "NVIDIA-A10G-SHARED",
            "resource": "nvidia.com/gpu",
            "memory_gib": 22.1,
            "taint": {"key": "nvidia.com/gpu", "value": "NVIDIA-A10G-SHARED", "effect": "NoSchedule"},
            "labels": {"maas/pool": "a10g"},
            "sharing": "timeSlicing",
            "min": 2,
            "max": 4,
        }
    ]
    assert "gpu_pools" not in program().outputs


def test_the_clusters_own_autoscaler_is_left_alone() -> None:
    found = program(gpu={"pools": {"a10g": gpu_pool()}, "autoscaler": {"manage": False}})

    assert found.of("kubernetes:autoscaling.openshift.io/v1:ClusterAutoscaler") == []


def test_an_update_derives_a_pool_from_the_clusters_own_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = gpu_pool(machineSet={"from": WORKER})
    with fake_cluster(tmp_path) as cluster:
        monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig))
        cluster.documents[f"{MACHINE_SETS}/{WORKER}"] = worker_machine_set()
        found = program(preview=False, cluster={"offline": False}, gpu={"pools": {"a10g": pool}})

    value = found.one(MACHINE_SET).inputs["spec"]["template"]["spec"]["providerSpec"]["value"]
    assert value["subnet"] == worker_machine_set()["spec"]["template"]["spec"]["providerSpec"]["value"]["subnet"]


OTHER_CLOUD = {"machineSet": {"from": WORKER}, "platform": {"kind": "gcp"}, "gpusPerNode": 1}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, f"which does not exist in openshift-machine-api. Allowed are the cluster's MachineSets: {WORKER}."),
        (OTHER_CLOUD, "has a providerSpec.value of kind AWSMachineProviderConfig, not of gcp"),
    ],
)
def test_a_worker_that_does_not_fit_stops_the_preview(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], told: str
) -> None:
    with fake_cluster(tmp_path) as cluster:
        monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig))
        cluster.documents[MACHINE_SETS] = {"items": [worker_machine_set()]}
        cluster.documents[f"{MACHINE_SETS}/{WORKER}"] = worker_machine_set()
        pool = gpu_pool(**{"machineSet": {"from": "nobody"}, **change})
        sentence, placed = refused(cluster={"offline": False}, gpu={"pools": {"a10g": pool}})

    assert told in sentence
    assert placed == [] or all(one.type.startswith("pulumi:") for one in placed)
