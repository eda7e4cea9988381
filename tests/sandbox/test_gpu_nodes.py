"""From a MachineSet to a node that offers shared GPUs, in a sandbox with every operator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.running_sandbox import RunningSandbox

pytestmark = pytest.mark.e2e

MACHINE_API = "machine.openshift.io/v1beta1"
MACHINES = f"/apis/{MACHINE_API}/namespaces/openshift-machine-api"
OLM = "/apis/operators.coreos.com/v1alpha1/namespaces"
WORKER = "sandbox-7x2kq-worker-us-east-2a"
SET = "machine.openshift.io/cluster-api-machineset"
NFD, GPU = "openshift-nfd", "nvidia-gpu-operator"
SLICED = {"version": "v1", "sharing": {"timeSlicing": {"resources": [{"name": "nvidia.com/gpu", "replicas": 4}]}}}


@pytest.fixture(scope="module")
def gpu_cluster(
    start_sandbox: Callable[[Settings], RunningSandbox], tmp_path_factory: pytest.TempPathFactory
) -> RunningSandbox:
    """A sandbox in which both operators are installed and a device plugin's configuration is there."""
    cluster = start_sandbox(Settings(root=tmp_path_factory.mktemp("gpus") / "s"))
    install(cluster, NFD, "nfd", "stable", "redhat-operators")
    install(cluster, GPU, "gpu-operator-certified", "v26.3", "certified-operators")
    config = {"sources": {"pci": {"deviceLabelFields": ["vendor"]}}}
    path = f"/apis/nfd.openshift.io/v1/namespaces/{NFD}/nodefeaturediscoveries"
    spec = {"configData": json.dumps(config)}
    cluster.create(path, "NodeFeatureDiscovery", "nfd-instance", "nfd.openshift.io/v1", spec={"workerConfig": spec})
    data = {"shared": json.dumps(SLICED)}
    cluster.create(f"/api/v1/namespaces/{GPU}/configmaps", "ConfigMap", "plugin", data=data)
    parts = ("operator", "daemonsets", "driver", "toolkit", "dcgm", "dcgmExporter", "gfd", "nodeStatusExporter")
    policy: dict[str, Any] = {part: {} for part in parts} | {"devicePlugin": {"config": {"name": "plugin"}}}
    cluster.create("/apis/nvidia.com/v1/clusterpolicies", "ClusterPolicy", "gpus", "nvidia.com/v1", spec=policy)
    return cluster


@pytest.fixture(autouse=True)
def _no_fault_stays(gpu_cluster: RunningSandbox) -> Iterator[None]:
    """One test's missing image is not the next one's."""
    yield
    gpu_cluster.control("DELETE", "/faults")


def install(cluster: RunningSandbox, namespace: str, package: str, channel: str, source: str) -> None:
    """Subscribe to a channel, approve without asking, and wait until a version has succeeded."""
    cluster.create("/api/v1/namespaces", "Namespace", namespace)
    groups = f"/apis/operators.coreos.com/v1/namespaces/{namespace}/operatorgroups"
    spec: dict[str, Any] = {"targetNamespaces": [namespace]}
    cluster.create(groups, "OperatorGroup", "group", "operators.coreos.com/v1", spec=spec)
    spec = {"name": package, "channel": channel, "source": source}
    spec |= {"sourceNamespace": "openshift-marketplace"}
    path = f"{OLM}/{namespace}/subscriptions"
    cluster.create(path, "Subscription", package, "operators.coreos.com/v1alpha1", spec=spec)
    succeeded = lists(lambda one: one.get("status", {}).get("phase") == "Succeeded")
    cluster.until(f"{OLM}/{namespace}/clusterserviceversions", succeeded)


def lists(holds: Callable[[Any], object]) -> Callable[[Any], bool]:
    """Whether a list has a member for which that holds."""
    return lambda found: any(holds(one) for one in (found or {}).get("items", ()))


def has_label(name: str) -> Callable[[Any], bool]:
    """Whether a list has a member with the label."""
    return lists(lambda one: name in one["metadata"]["labels"])


def pool(cluster: RunningSandbox, name: str, machine_type: str, **labels: str) -> str:
    """A MachineSet with one machine like the worker's but of another type; returns the query of its nodes."""
    spec = cluster.kube("GET", f"{MACHINES}/machinesets/{WORKER}").json()["spec"]
    spec["selector"]["matchLabels"][SET] = spec["template"]["metadata"]["labels"][SET] = name
    spec["template"]["spec"]["metadata"] = {"labels": {"pool": name, **labels}}
    spec["template"]["spec"]["providerSpec"]["value"]["instanceType"] = machine_type
    cluster.create(f"{MACHINES}/machinesets", "MachineSet", name, MACHINE_API, spec=spec)
    return f"/api/v1/nodes?labelSelector=pool%3D{name}"


@pytest.mark.row("S-024", "S-027")
def test_a_machine_becomes_a_node_that_offers_shared_gpus_and_goes_again(gpu_cluster: RunningSandbox) -> None:
    nodes = pool(gpu_cluster, "shared", "g5.2xlarge", **{"nvidia.com/device-plugin.config": "shared"})

    # Labels and what the node offers are written by two parts, in either order.
    offers = lists(lambda one: "nvidia.com/gpu" in one["status"].get("allocatable", {}))
    assert gpu_cluster.until(nodes, offers)
    [node] = gpu_cluster.until(nodes, has_label("nvidia.com/gpu.product"))["items"]
    assert node["metadata"]["labels"]["nvidia.com/gpu.product"] == "NVIDIA-A10G-SHARED"
    assert node["status"]["allocatable"]["nvidia.com/gpu"] == "4"
    counted = gpu_cluster.until(f"{MACHINES}/machinesets/shared", lambda one: one["status"].get("readyReplicas") == 1)
    assert counted["metadata"]["annotations"]["machine.openshift.io/GPU"] == "1"

    gpu_cluster.kube("DELETE", f"{MACHINES}/machinesets/shared", {"propagationPolicy": "Foreground"})
    gpu_cluster.until(f"{MACHINES}/machinesets/shared", lambda one: one is None)
    # The garbage collector waits only for the machines it knows of; it looks for new kinds every half minute.
    gpu_cluster.until(nodes, lambda found: found["items"] == [], seconds=90)


def test_a_driver_that_cannot_be_pulled_leaves_a_node_without_gpus(gpu_cluster: RunningSandbox) -> None:
    fault = {"part": "node", "kind": "image_missing", "image": ".*/nvidia/driver.*", "count": 0}
    gpu_cluster.control("POST", "/faults", fault)
    nodes = pool(gpu_cluster, "undriven", "g5.2xlarge")

    [node] = gpu_cluster.until(nodes, has_label("nvidia.com/gpu.present"))["items"]
    policy = gpu_cluster.until(
        "/apis/nvidia.com/v1/clusterpolicies/gpus", lambda one: one["status"]["state"] == "notReady"
    )
    assert policy["status"]["conditions"][1]["reason"] == "OperandNotReady"
    assert "nvidia.com/gpu" not in node["status"]["allocatable"]


def test_a_machine_type_that_the_cloud_does_not_have_fails_for_good(gpu_cluster: RunningSandbox) -> None:
    pool(gpu_cluster, "unknown", "g5.huge")
    failed = lists(lambda one: one.get("status", {}).get("phase") == "Failed")

    found = gpu_cluster.until(f"{MACHINES}/machines?labelSelector={SET}%3Dunknown", failed)
    assert "Invalid value 'g5.huge' for InstanceType" in found["items"][0]["status"]["errorMessage"]
