"""A pool of GPUs is changed: other machines come before the old ones go, and what needs none changes in place."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.broken_states.ground import GPU_OPERATOR, GPUS, NFD, NODES, WORKERS
from tests.broken_states.world import World
from tests.support.deployed import started, stopped

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

MACHINES = "/apis/machine.openshift.io/v1beta1/namespaces/openshift-machine-api"
TYPE = "node.kubernetes.io/instance-type"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("sandbox")
    try:
        platform = started(directory)
        yield World(platform=platform, kept=platform.settings())
    finally:
        stopped(directory)


def pool(**changes: object) -> dict[str, Any]:
    """A stack with one pool of `changes`."""
    declared = {
        "machineType": "g5.2xlarge",
        "min": 1,
        "max": 3,
        "product": "A10G",
        "forOthers": True,
        "platform": {"kind": "aws"},
        "machineSet": {"from": WORKERS},
    }
    return {
        "prereqs": {"nfd": NFD, "gpuOperator": GPU_OPERATOR},
        "gpu": {"pools": {"cards": {**declared, **changes}}},
        "waits": {"gpuNodesReadySeconds": 600},
    }


def up(world: World, **changes: object) -> str:
    """Change the pool and bring it up."""
    world.configure(pool(**changes))
    return world.up((*GPUS, "**::autoscaling*"))


def nodes(world: World) -> list[Mapping[str, Any]]:
    """The pool's nodes."""
    found: list[Mapping[str, Any]] = world.sandbox.kube("GET", f"{NODES}?labelSelector=maas/pool%3Dcards").json()[
        "items"
    ]
    return found


def machine_sets(world: World) -> list[str]:
    """Names of the pool's MachineSets."""
    return [name for name in world.names(f"{MACHINES}/machinesets") if "-cards-" in name]


@pytest.mark.row("S-023", "S-027")
def test_a_pool_is_changed_while_it_is_there(world: World) -> None:
    up(world)
    [first], [old] = machine_sets(world), nodes(world)
    assert old["metadata"]["labels"][TYPE] == "g5.2xlarge"

    # The autoscaler keeps a minimum and does not make one.
    up(world, min=2)
    assert machine_sets(world) == [first]
    assert len(nodes(world)) == 2

    # Another machine type: other machines, and the limits are theirs.
    up(world, machineType="g5.4xlarge")
    [second] = machine_sets(world)
    assert second != first
    assert {one["metadata"]["labels"][TYPE] for one in nodes(world)} == {"g5.4xlarge"}
    assert world.names(f"{MACHINES.replace('machine.openshift', 'autoscaling.openshift')}/machineautoscalers") == [
        second
    ]

    # Shared GPUs have another taint and another label, which no node gets that is there.
    shared = {"strategy": "timeSlicing", "replicas": 2}
    up(world, machineType="g5.4xlarge", sharing=shared)
    [third] = machine_sets(world)
    assert third != second
    [node] = nodes(world)
    assert node["status"]["allocatable"]["nvidia.com/gpu"] == "2"
    # The autoscaler marks nodes too.
    taints = {one["key"]: one.get("value") for one in node["spec"]["taints"]}
    assert taints["nvidia.com/gpu"] == "NVIDIA-A10G-SHARED"

    # More shares: the same machines, and the device plugin reads them.
    up(world, machineType="g5.4xlarge", sharing={**shared, "replicas": 4})
    assert machine_sets(world) == [third]
    assert nodes(world)[0]["status"]["allocatable"]["nvidia.com/gpu"] == "4"

    # What the cloud does not have takes nothing away that runs.
    world.configure(pool(machineType="g5.huge", gpusPerNode=1, sharing=shared))
    told = world.up((*GPUS, "**::autoscaling*"), fails=True)
    assert "Invalid value 'g5.huge' for InstanceType" in told
    assert third in machine_sets(world)
    assert nodes(world)[0]["metadata"]["labels"][TYPE] == "g5.4xlarge"

    up(world, machineType="g5.4xlarge", sharing=shared)
    assert machine_sets(world) == [third]


def test_an_autoscaler_of_somebody_else_stops_the_preview(world: World) -> None:
    world.reset()
    limits = {"metadata": {"name": "default"}, "spec": {"scaleDown": {"enabled": True}}}
    kind = {"apiVersion": "autoscaling.openshift.io/v1", "kind": "ClusterAutoscaler"}
    autoscalers = "/apis/autoscaling.openshift.io/v1/clusterautoscalers"
    world.make(autoscalers, {**kind, **limits})
    try:
        world.configure(pool())
        told = world.up((*GPUS, "**::autoscaling*"), fails=True)
    finally:
        world.remove(f"{autoscalers}/default")
    assert "It has clusterautoscalers.autoscaling.openshift.io/default already" in told
    assert "Set gpu.autoscaler.manage to false" in told
