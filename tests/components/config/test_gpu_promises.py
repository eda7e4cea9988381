"""What pools promise each other, the cluster and the models."""

from typing import Any

import pytest

from tests.components.config.test_validation import problems, settings
from tests.support.node_pools import PREREQS, gpu_pool, worker_machine_set
from tests.support.stack_file import dev_stack

BARE: dict[str, Any] = {"machineType": None, "min": None, "max": None, "machineSet": None, "gpusPerNode": 1}
SHARED = {"strategy": "timeSlicing", "replicas": 2}
AZURE = {
    "machineType": "Standard_NC8as_T4_v3",
    "product": "T4",
    "platform": {"kind": "azure"},
    "machineSet": {"manifest": worker_machine_set({"kind": "AzureMachineProviderSpec"})},
}


def worker(**changes: object) -> dict[str, Any]:
    pool = {
        "machineType": "m6i.4xlarge",
        "replicas": 3,
        "platform": {"kind": "aws"},
        "machineSet": {"manifest": worker_machine_set()},
    }
    return pool | changes


def stack(pools: dict[str, Any], **changes: object) -> dict[str, Any]:
    return dev_stack(**{"gpu": {"pools": pools}, "prereqs": PREREQS, **changes})


def test_a_pool_that_no_model_uses_is_refused_unless_it_is_for_others() -> None:
    found = problems(stack({"a10g": gpu_pool(forOthers=None)}))

    assert found["gpu.pools.a10g"].given == "no model uses it"
    assert "forOthers" in found["gpu.pools.a10g"].remedy
    assert settings(gpu={"pools": {"a10g": gpu_pool()}}).gpu.pools


def test_two_pools_share_neither_name_nor_node() -> None:
    bare = [{"kind": "bareMetal", "nodes": nodes} for nodes in (["gpu-0"], ["gpu-1", "gpu-0"])]
    pools = {name: gpu_pool(**BARE, platform=platform) for name, platform in zip("ab", bare, strict=True)}
    found = problems(stack(pools, nodes={"workers": {"a": worker()}}))

    assert set(found) == {"gpu.pools.a", "gpu.pools.b.platform.nodes[1]"}
    assert "gpu-0 is also gpu.pools.a.platform.nodes[0]" in found["gpu.pools.b.platform.nodes[1]"].given


def test_the_name_of_a_pool_leaves_room_for_the_names_of_machines() -> None:
    assert "24 characters" in problems(stack({"p" * 24: gpu_pool()}))[f"gpu.pools.{'p' * 24}"].given
    assert settings(gpu={"pools": {"p" * 23: gpu_pool()}})


def test_machines_of_two_clouds_are_refused() -> None:
    found = problems(stack({"a": gpu_pool(), "b": gpu_pool(**AZURE)}))

    assert set(found) == {"gpu.pools.b.platform.kind"}


def test_a_preview_without_a_cluster_needs_the_machine_set_whole() -> None:
    found = problems(stack({"a": gpu_pool(machineSet={"from": "sandbox-worker"})}))

    assert set(found) == {"gpu.pools.a.machineSet.from"}
    assert "gpu.pools.a.machineSet.manifest" in found["gpu.pools.a.machineSet.from"].remedy


def test_sharing_needs_an_operator_of_this_stack() -> None:
    found = problems(stack({"a": gpu_pool(sharing=SHARED)}, prereqs=None))

    assert set(found) == {"gpu.pools.a.sharing"}


@pytest.mark.parametrize("operator", ["nfd", "gpuOperator"])
def test_an_operator_of_gpus_has_a_namespace_of_its_own(operator: str) -> None:
    prereqs = {**PREREQS, operator: {**PREREQS[operator], "namespace": "llm-hosting"}}

    assert set(problems(dev_stack(prereqs=prereqs))) == {"namespaces.models"}
