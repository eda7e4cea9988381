"""A pool is ready when its nodes offer their GPUs; until then the gate says what is missing."""

from typing import Any

import pytest

from dynamic_providers.cluster.node_pool_ready import NodePoolReadyProvider
from tests.dynamic_providers.cluster.conftest import Gates
from tests.dynamic_providers.cluster.fake_api import GONE
from tests.support.plugin_host import Json, PluginError

MACHINES = "/apis/machine.openshift.io/v1beta1/namespaces/openshift-machine-api"
SET, LIST = f"{MACHINES}/machinesets/c-a10g", f"{MACHINES}/machines"
NODES = "/api/v1/nodes"
PODS = "/api/v1/namespaces/nvidia-gpu-operator/pods"
EVENTS = "/api/v1/namespaces/openshift-machine-api/events"
POLICIES = "/apis/nvidia.com/v1/clusterpolicies"
READY = {"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "posting"}
LABELS = {
    "feature.node.kubernetes.io/pci-10de.present": "true",
    "nvidia.com/gpu.present": "true",
    "nvidia.com/gpu.product": "NVIDIA-A10G",
}


def example(**other: object) -> Json:
    return {
        "pool": "a10g",
        "selector": {"maas/pool": "a10g"},
        "minimum": 1,
        "timeout_seconds": 20,
        "machine_set": "c-a10g",
        "resource": "nvidia.com/gpu",
        "per_node": 1,
        "product": "NVIDIA-A10G",
        "namespaces": ["nvidia-gpu-operator"],
        "trigger": "",
        **other,
    }


def node(
    gpus: int = 1, *, ready: bool = True, name: str = "gpu-0", labels: dict[str, str | None] | None = None
) -> Json:
    told = READY if ready else {**READY, "status": "False", "reason": "KubeletNotReady", "message": "no network plugin"}
    kept = {key: value for key, value in {**LABELS, **(labels or {})}.items() if value is not None}
    status: dict[str, Any] = {"conditions": [told], "allocatable": {"nvidia.com/gpu": str(gpus)} if gpus else {}}
    return {"metadata": {"name": name, "labels": kept}, "status": status}


def machine(phase: str = "Provisioning", **status: object) -> Json:
    return {"kind": "Machine", "metadata": {"name": "c-a10g-x7k2p"}, "status": {"phase": phase, **status}}


def machine_set(replicas: int = 1) -> Json:
    return {"kind": "MachineSet", "metadata": {"name": "c-a10g"}, "spec": {"replicas": replicas}}


@pytest.fixture
def pool(gates: Gates) -> Gates:
    """A cluster with the pool's MachineSet."""
    gates.api.put(SET, machine_set())
    return gates


def phase_of(gates: Gates, **other: object) -> str:
    """What the gate says last before its short time is over."""
    with pytest.raises(PluginError) as failed:
        gates.host.create(NodePoolReadyProvider, example(timeout_seconds=1, **other))
    return str(failed.value)


def test_the_state_of_existing_stacks_finds_the_class() -> None:
    recorded = "dynamic_providers.cluster.node_pool_ready.NodePoolReadyProvider"
    assert f"{NodePoolReadyProvider.__module__}.{NodePoolReadyProvider.__qualname__}" == recorded


@pytest.mark.row("S-023", "S-024")
def test_a_node_that_offers_its_gpus_passes(pool: Gates) -> None:
    pool.api.lists[NODES] = [node()]

    held = pool.host.create(NodePoolReadyProvider, example())

    assert held.id == "a10g"
    assert pool.host.lines[-1].startswith("node pool a10g: ready")


def test_a_pool_that_may_be_empty_passes_at_once(pool: Gates) -> None:
    pool.host.create(NodePoolReadyProvider, example(minimum=0))


def test_nodes_without_gpus_only_have_to_be_ready(pool: Gates) -> None:
    pool.api.lists[NODES] = [node(0)]
    pool.host.create(NodePoolReadyProvider, example(resource="", product=""))


def test_the_machine_set_is_waited_for(pool: Gates) -> None:
    pool.api.put(SET, GONE, machine_set())
    pool.api.lists[NODES] = [node()]
    pool.host.create(NodePoolReadyProvider, example())

    assert "MachineSet c-a10g does not exist yet" in pool.host.lines[0]


def test_no_machine_yet(pool: Gates) -> None:
    told = phase_of(pool)

    assert "0 of 1 nodes are ready; no machine yet, MachineSet c-a10g asks for 1" in told
    assert "Allowed were 1 s. Repair what the last phase names" in told


def test_a_machine_that_is_being_made_is_told_with_its_providers_words(pool: Gates) -> None:
    wait = {"type": "InstanceExists", "status": "False", "reason": "InstanceNotCreated", "message": "not created"}
    pool.api.lists[LIST] = [machine(conditions=[wait])]
    pool.api.lists[EVENTS] = [
        {"reason": "FailedCreate", "message": "InsufficientInstanceCapacity in us-east-2a", "metadata": {}}
    ]
    told = phase_of(pool)

    assert "machine c-a10g-x7k2p is Provisioning (InstanceExists=False InstanceNotCreated not created)" in told
    assert "Events: FailedCreate InsufficientInstanceCapacity in us-east-2a" in told


def test_a_machine_that_failed_for_good_ends_the_wait_at_once(pool: Gates) -> None:
    message = "error launching instance: You have requested more vCPU capacity than your current vCPU limit of 0 allows"
    pool.api.lists[LIST] = [machine("Failed", errorReason="InvalidConfiguration", errorMessage=message)]
    with pytest.raises(PluginError) as failed:
        pool.host.create(NodePoolReadyProvider, example(timeout_seconds=600))

    told = str(failed.value)
    assert f"Machine c-a10g-x7k2p failed: InvalidConfiguration: {message}" in told
    assert "Correct what the provider's message names" in told


def test_a_node_that_is_not_ready(pool: Gates) -> None:
    pool.api.lists[NODES] = [node(ready=False)]

    assert "node gpu-0 is not Ready (Ready=False KubeletNotReady no network plugin)" in phase_of(pool)


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("feature.node.kubernetes.io/pci-10de.present", "Node Feature Discovery does not look at it"),
        ("nvidia.com/gpu.present", "the GPU operator has not taken it up"),
    ],
)
def test_a_label_that_is_missing_names_the_operator_that_sets_it(pool: Gates, missing: str, told: str) -> None:
    pool.api.lists[NODES] = [node(0, labels={missing: None})]

    assert f"node gpu-0 has no label {missing}: {told}" in phase_of(pool)


def test_pods_of_the_operator_that_fail_are_quoted_with_the_policys_state(pool: Gates) -> None:
    pool.api.lists[NODES] = [node(0)]
    waiting = {"reason": "ImagePullBackOff", "message": "no image nvcr.io/nvidia/driver:1"}
    status = {"containerStatuses": [{"name": "driver", "state": {"waiting": waiting}}]}
    pool.api.lists[PODS] = [{"metadata": {"name": "nvidia-driver-daemonset-1"}, "status": status}]
    told = {"type": "Ready", "status": "False", "reason": "OperandNotReady", "message": "driver"}
    pool.api.lists[POLICIES] = [
        {"metadata": {"name": "gpu-cluster-policy"}, "status": {"state": "notReady", "conditions": [told]}}
    ]
    failed = phase_of(pool)

    assert "node gpu-0 offers 0 of 1 nvidia.com/gpu" in failed
    assert "ClusterPolicy gpu-cluster-policy is notReady (Ready=False OperandNotReady driver)" in failed
    assert "Containers: nvidia-driver-daemonset-1/driver ImagePullBackOff: no image nvcr.io/nvidia/driver:1" in failed


def test_another_gpu_than_the_pool_says_ends_the_wait_at_once(pool: Gates) -> None:
    pool.api.lists[NODES] = [node(labels={"nvidia.com/gpu.product": "Tesla-T4-SHARED"})]
    with pytest.raises(PluginError, match="has the GPU Tesla-T4-SHARED, and the pool says NVIDIA-A10G"):
        pool.host.create(NodePoolReadyProvider, example(timeout_seconds=600))


def test_time_slicing_that_is_not_applied_yet_is_waited_for(pool: Gates) -> None:
    shared = {"product": "NVIDIA-A10G-SHARED", "per_node": 4}
    pool.api.lists[NODES] = [node(4)]
    assert "label nvidia.com/gpu.product of node gpu-0 is NVIDIA-A10G, not NVIDIA-A10G-SHARED yet" in phase_of(
        pool, **shared
    )

    pool.api.lists[NODES] = [node(4, labels={"nvidia.com/gpu.product": "NVIDIA-A10G-SHARED"})]
    pool.host.create(NodePoolReadyProvider, example(**shared))


def test_a_gpu_that_cannot_be_divided_ends_the_wait_at_once(pool: Gates) -> None:
    pool.api.lists[NODES] = [node(0, labels={"nvidia.com/mig.config.state": "failed"})]
    with pytest.raises(PluginError, match="the GPUs of node gpu-0 cannot be divided"):
        pool.host.create(NodePoolReadyProvider, example(timeout_seconds=600))


def test_fewer_nodes_than_asked_for_are_counted(pool: Gates) -> None:
    pool.api.lists[NODES] = [node(), node(name="gpu-1", ready=False)]
    pool.api.lists[LIST] = [machine("Running", nodeRef={"name": "gpu-0"}), machine("Provisioned")]

    told = phase_of(pool, minimum=3)
    assert "1 of 3 nodes are ready; machine c-a10g-x7k2p is Provisioned; node gpu-1 is not Ready" in told


def test_a_refresh_tells_a_pool_that_is_not_ready_any_more(pool: Gates) -> None:
    pool.api.lists[NODES] = [node()]
    held = pool.host.create(NodePoolReadyProvider, example())
    assert pool.host.read(NodePoolReadyProvider, held).outs == held.outs

    pool.api.lists[NODES] = [node(ready=False)]
    seen = pool.host.read(NodePoolReadyProvider, held)
    assert seen.outs["trigger"].startswith("not ready: 0 of 1 nodes are ready")

    pool.api.put(SET, GONE)
    assert not pool.host.read(NodePoolReadyProvider, held).id
