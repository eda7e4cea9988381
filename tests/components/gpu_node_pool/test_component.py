"""What is placed for pools, in which order, and what the gates wait for."""

from typing import Any

import pulumi
import pytest

from components.gpu_node_pool import (
    Autoscaling,
    AutoscalingArgs,
    GpuNodePool,
    GpuNodePoolArgs,
    GpuSoftware,
    GpuSoftwareArgs,
    WorkerPool,
    WorkerPoolArgs,
)
from components.site import Site
from tests.support.node_pools import PREREQS, gpu_pool, worker_machine_set
from tests.support.platform import placed
from tests.support.recorder import DYNAMIC, Recording

MACHINE_SET = "kubernetes:machine.openshift.io/v1beta1:MachineSet"
LIMITS = "kubernetes:autoscaling.openshift.io/v1beta1:MachineAutoscaler"
READY = f"{DYNAMIC}cluster:NodePoolReady"
FLOOR = f"{DYNAMIC}cluster:NodePoolFloor"
MARKS = f"{DYNAMIC}cluster:NodeMarks"
BARE: dict[str, Any] = {"machineType": None, "min": None, "max": None, "machineSet": None, "gpusPerNode": 2}


def pooled(declared: dict[str, Any], machine_sets: dict[str, Any] | None = None, **changes: object) -> Recording:
    def component(site: Site, gate: pulumi.Resource) -> None:
        args = GpuNodePoolArgs(
            site=site, pool=site.settings.gpu.pool("a10g"), machine_sets=machine_sets or {}, after=[gate]
        )
        GpuNodePool("a10g", args)

    return placed(component, **{"gpu": {"pools": {"a10g": declared}}, "prereqs": PREREQS, **changes})


def inputs_of(found: Recording, type_: str) -> dict[str, Any]:
    return {key: value for key, value in found.one(type_).inputs.items() if key != "__provider"}


@pytest.mark.row("S-023")
def test_a_pool_is_machines_their_limits_and_a_gate_for_usable_gpus() -> None:
    found = pooled(gpu_pool())
    made, limits, gate = found.one(MACHINE_SET), found.one(LIMITS), found.one(READY)
    floor, name = found.one(FLOOR), made.inputs["metadata"]["name"]

    # Kubernetes removes the limits first: they hold a finalizer on their MachineSet.
    assert limits.dependencies == {made.urn}
    assert floor.dependencies == {limits.urn}
    assert inputs_of(found, FLOOR) == {"machine_set": name, "least": 2}
    assert gate.dependencies == {made.urn, limits.urn, floor.urn, found.urn("test:index:Gate")}
    assert inputs_of(found, READY) | {"trigger": ""} == {
        "pool": "a10g",
        "selector": {"maas/pool": "a10g", "maas/machines": name[-5:]},
        "minimum": 2,
        "machine_set": name,
        "resource": "nvidia.com/gpu",
        "per_node": 1,
        "product": "NVIDIA-A10G",
        "namespaces": ["openshift-nfd", "nvidia-gpu-operator"],
        "timeout_seconds": 3000,
        "trigger": "",
    }
    assert "::cluster-listed::" in gate.provider


def test_a_fixed_size_has_no_limits() -> None:
    found = pooled(gpu_pool(min=None, max=None, replicas=1))

    assert found.of(LIMITS) == found.of(FLOOR) == []
    assert found.one(MACHINE_SET).inputs["spec"]["replicas"] == 1


def test_a_worker_that_was_read_from_the_cluster_gives_the_same_as_one_given_whole() -> None:
    source = {"machineSet": {"from": "worker"}}
    read = pooled(gpu_pool(**source), {"worker": worker_machine_set()}, cluster={"offline": False})
    whole = pooled(gpu_pool(), cluster={"offline": False})

    def value(found: Recording) -> object:
        return found.one(MACHINE_SET).inputs["spec"]["template"]["spec"]["providerSpec"]["value"]

    assert value(read) == value(whole)


@pytest.mark.row("S-023")
def test_another_template_is_another_resource_and_the_gate_looks_at_its_nodes_alone() -> None:
    """A replacement would carry the old zone over: what was copied from the worker is left alone."""
    before, after = pooled(gpu_pool()), pooled(gpu_pool(machineType="g5.4xlarge"))

    for type_ in (MACHINE_SET, LIMITS):
        assert before.one(type_).urn != after.one(type_).urn
        assert before.one(type_).inputs["metadata"]["name"] != after.one(type_).inputs["metadata"]["name"]
    target = after.one(LIMITS).inputs["spec"]["scaleTargetRef"]["name"]
    assert target == after.one(MACHINE_SET).inputs["metadata"]["name"] == after.one(READY).inputs["machine_set"]
    labels = after.one(MACHINE_SET).inputs["spec"]["template"]["spec"]["metadata"]["labels"]
    assert after.one(READY).inputs["selector"].items() <= labels.items()
    assert after.one(READY).inputs["selector"] != before.one(READY).inputs["selector"]
    assert after.one(READY).urn == before.one(READY).urn


def test_a_pool_that_may_be_empty_has_no_floor() -> None:
    assert pooled(gpu_pool(min=0)).of(FLOOR) == []


def test_the_gate_waits_again_when_the_pool_changes_and_not_for_a_price() -> None:
    def trigger(**changes: object) -> object:
        return pooled(gpu_pool(**changes)).one(READY).inputs["trigger"]

    first = trigger()
    assert trigger(pricePerHour=1.2) == first
    assert trigger(max=5) != first


@pytest.mark.row("S-023")
def test_bare_metal_gets_marks_and_no_machines() -> None:
    found = pooled(gpu_pool(**BARE, platform={"kind": "bareMetal", "nodes": ["gpu-0", "gpu-1"]}))

    assert found.of(MACHINE_SET) == []
    assert [one.inputs["node"] for one in found.of(MARKS)] == ["gpu-0", "gpu-1"]
    first = found.of(MARKS)[0].inputs
    assert first["taint"] == {"key": "nvidia.com/gpu", "value": "NVIDIA-A10G", "effect": "NoSchedule"}
    assert first["labels"]["maas/pool"] == "a10g"
    assert (found.one(READY).inputs["minimum"], found.one(READY).inputs["machine_set"]) == (2, "")


@pytest.mark.row("S-018")
def test_a_worker_pool_waits_for_nodes_and_for_nothing_of_gpus() -> None:
    worker = {
        "machineType": "m6i.4xlarge",
        "replicas": 3,
        "platform": {"kind": "aws"},
        "labels": {"cluster.ocs.openshift.io/openshift-storage": ""},
        "machineSet": {"manifest": worker_machine_set()},
    }

    def component(site: Site, _: pulumi.Resource) -> None:
        settings = site.settings.nodes.workers["storage"]
        WorkerPool("storage", WorkerPoolArgs(site=site, settings=settings, machine_sets={}))

    found = placed(component, nodes={"workers": {"storage": worker}})
    node = found.one(MACHINE_SET).inputs["spec"]["template"]["spec"]

    assert node["metadata"]["labels"] == {
        **found.one(READY).inputs["selector"],
        "cluster.ocs.openshift.io/openshift-storage": "",
    }
    assert set(found.one(READY).inputs["selector"]) == {"maas/pool", "maas/machines"}
    assert "taints" not in node
    assert found.one(READY).inputs["resource"] == ""
    assert (found.one(READY).inputs["minimum"], found.one(READY).inputs["timeout_seconds"]) == (3, 1200)


def software(pools: dict[str, Any], prereqs: dict[str, Any]) -> Recording:
    def component(site: Site, gate: pulumi.Resource) -> None:
        GpuSoftware("gpus", GpuSoftwareArgs(site=site, operators={"nfd": gate, "gpu-operator": gate}))

    return placed(component, gpu={"pools": pools}, prereqs=prereqs)


@pytest.mark.row("S-024")
def test_discovery_comes_before_the_policy_and_both_after_their_operators() -> None:
    found = software({"a10g": gpu_pool()}, PREREQS)
    operator = found.urn("test:index:Gate")
    features = found.one("kubernetes:nfd.openshift.io/v1:NodeFeatureDiscovery")
    policy = found.one("kubernetes:nvidia.com/v1:ClusterPolicy")
    discovered = found.one(f"{DYNAMIC}cluster:ConditionGate", "gpus-features-ready")
    ready = found.one(f"{DYNAMIC}cluster:ConditionGate", "gpus-policy-ready")

    assert features.dependencies == {operator}
    assert policy.dependencies == {operator, discovered.urn}
    assert ready.dependencies == {policy.urn}
    assert ready.inputs["conditions"] == ["status.state=ready"]
    assert ready.inputs["evidence_namespace"] == "nvidia-gpu-operator"
    assert found.of("kubernetes:core/v1:ConfigMap") == []


@pytest.mark.row("S-027")
def test_the_device_plugins_configurations_come_before_the_policy() -> None:
    found = software({"a10g": gpu_pool(sharing={"strategy": "timeSlicing", "replicas": 4})}, PREREQS)
    shared = found.one("kubernetes:core/v1:ConfigMap")

    policy = found.one("kubernetes:nvidia.com/v1:ClusterPolicy").inputs["spec"]
    name = policy["devicePlugin"]["config"]["name"]
    assert shared.inputs["metadata"] == {"name": name, "namespace": "nvidia-gpu-operator"}
    assert set(shared.inputs["data"]) == {"exclusive", "shared-a10g"}
    assert shared.urn in found.one("kubernetes:nvidia.com/v1:ClusterPolicy").dependencies


def test_somebody_elses_operators_are_left_alone() -> None:
    assert software({"a10g": gpu_pool()}, {}).of("kubernetes:nvidia.com/v1:ClusterPolicy") == []


def test_the_cluster_has_one_autoscaler() -> None:
    found = placed(lambda site, _: Autoscaling("autoscaling", AutoscalingArgs(site=site)))

    assert found.one("kubernetes:autoscaling.openshift.io/v1:ClusterAutoscaler").inputs["metadata"]["name"] == "default"
