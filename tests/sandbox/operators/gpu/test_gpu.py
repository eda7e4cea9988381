"""A node offers its GPUs when discovery, driver and device plugin have done their part, shared as it is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sandbox.operators import nfd
from sandbox.operators.gpu import cluster_policy
from sandbox.operators.kinds import CLUSTER_POLICY, CONFIG_MAP, FEATURE_DISCOVERY, NODE, POD
from tests.sandbox.operators.picture import applied, condition, named, running, view, written

if TYPE_CHECKING:
    from sandbox.operators.reconcile import Outcome
    from sandbox.operators.store import Manifest

SPACE, FEATURES = "nvidia-gpu-operator", "openshift-nfd"
FOUND = "feature.node.kubernetes.io/pci-10de.present"
OPERANDS = ("nvidia-driver-daemonset", "nvidia-device-plugin-daemonset", "gpu-feature-discovery")
CONFIG = json.dumps({"sources": {"pci": {"deviceLabelFields": ["vendor"]}}})


def a_node(kind: str = "g5.2xlarge", **labels: str) -> Manifest:
    found = {"node.kubernetes.io/instance-type": kind, **labels}
    return named(NODE, "gpu-0", metadata={"labels": found}, spec={}, status={"allocatable": {}, "capacity": {}})


def taken(kind: str = "g5.2xlarge", **labels: str) -> Manifest:
    parts = ("driver", "device-plugin", "gpu-feature-discovery")
    deploy = {f"nvidia.com/gpu.deploy.{part}": "true" for part in parts}
    return a_node(kind, **{FOUND: "true", "nvidia.com/gpu.present": "true", **deploy, **labels})


def pods(*names: str, space: str = SPACE) -> list[Manifest]:
    return [
        named(
            POD,
            f"{name}-1",
            space,
            spec={"nodeName": "gpu-0"},
            metadata={"labels": {"app": name}},
            status={"conditions": [{"type": "Ready", "status": "True"}]},
        )
        for name in names
    ]


def policy(**spec: object) -> Manifest:
    return named(CLUSTER_POLICY, "gpu-cluster-policy", spec={"daemonsets": {}, **spec})


def discovery(config: str = CONFIG) -> Manifest:
    return named(FEATURE_DISCOVERY, "nfd-instance", FEATURES, spec={"workerConfig": {"configData": config}})


def labelled(outcome: Outcome) -> dict[str, str]:
    return {name: value for _, patch in outcome.patch for name, value in patch["metadata"].get("labels", {}).items()}


def offered(outcome: Outcome) -> dict[str, str]:
    [(_, patch)] = outcome.status_patch
    assert patch["capacity"] == patch["allocatable"]
    found: dict[str, str] = patch["allocatable"]
    return found


def test_discovery_labels_a_node_with_a_gpu_once_its_worker_runs_there() -> None:
    asked, master = discovery(), running("nfd-master", FEATURES)
    worker = pods("nfd-worker", space=FEATURES)
    without = nfd.reconcile(asked, view(asked, master, a_node()))
    outcome = nfd.reconcile(asked, view(asked, master, a_node(), *worker))

    assert labelled(without) == {}
    assert labelled(outcome) == {FOUND: "true"}
    assert applied(outcome, "DaemonSet", "nfd-worker")["spec"]["template"]["spec"]["tolerations"] == [
        {"operator": "Exists", "effect": "NoSchedule"}
    ]
    assert condition(outcome.status, "Available")["status"] == "True"


def test_a_node_without_gpus_and_a_configuration_without_the_vendor_give_another_picture() -> None:
    master, worker = running("nfd-master", FEATURES), pods("nfd-worker", space=FEATURES)
    plain, other = discovery(), discovery("{}")

    assert labelled(nfd.reconcile(plain, view(plain, master, a_node("m6i.4xlarge"), *worker))) == {}
    assert FOUND not in labelled(nfd.reconcile(other, view(other, master, a_node(), *worker)))


def test_a_policy_is_ready_without_any_gpu() -> None:
    status = written(cluster_policy.reconcile(policy(), view(policy(), a_node("m6i.4xlarge"))))

    assert status["state"] == "ready"
    assert condition(status, "Ready")["reason"] == "NoGPUNodes"


def test_a_discovered_node_is_taken_up_and_gets_the_operands() -> None:
    outcome = cluster_policy.reconcile(policy(), view(policy(), a_node(**{FOUND: "true"})))

    assert labelled(outcome)["nvidia.com/gpu.present"] == "true"
    assert {one["metadata"]["name"] for one in outcome.apply} == set(OPERANDS)
    driver = applied(outcome, "DaemonSet", OPERANDS[0])["spec"]["template"]["spec"]
    assert driver["nodeSelector"] == {"nvidia.com/gpu.deploy.driver": "true"}
    assert driver["tolerations"][0]["key"] == "nvidia.com/gpu"


def test_gpus_come_with_driver_and_plugin_and_labels_with_the_discovery() -> None:
    waiting = cluster_policy.reconcile(policy(), view(policy(), taken(), *pods(OPERANDS[1])))
    assert waiting.status_patch == ()
    assert written(waiting)["state"] == "notReady"
    message = condition(waiting.status, "Error")["message"]
    assert message == "ClusterPolicy is not ready, states not ready: [state-driver state-gpu-feature-discovery]"

    outcome = cluster_policy.reconcile(policy(), view(policy(), taken(), *pods(*OPERANDS)))
    assert offered(outcome) == {"nvidia.com/gpu": "1"}
    assert labelled(outcome)["nvidia.com/gpu.product"] == "NVIDIA-A10G"
    assert condition(outcome.status, "Ready")["reason"] == "Reconciled"


def test_time_slicing_by_the_nodes_label() -> None:
    sliced = {"version": "v1", "sharing": {"timeSlicing": {"resources": [{"name": "nvidia.com/gpu", "replicas": 4}]}}}
    data = {"exclusive": '{"version": "v1"}', "shared-a10g": json.dumps(sliced)}
    configs = named(CONFIG_MAP, "maas-device-plugin", SPACE, data=data)
    asked = policy(devicePlugin={"config": {"name": "maas-device-plugin", "default": "exclusive"}})
    chosen = taken(**{"nvidia.com/device-plugin.config": "shared-a10g"})

    shared = cluster_policy.reconcile(asked, view(asked, configs, chosen, *pods(*OPERANDS)))
    assert offered(shared) == {"nvidia.com/gpu": "4"}
    assert labelled(shared)["nvidia.com/gpu.product"] == "NVIDIA-A10G-SHARED"
    alone = cluster_policy.reconcile(asked, view(asked, configs, taken(), *pods(*OPERANDS)))
    assert offered(alone) == {"nvidia.com/gpu": "1"}


def test_a_changed_configuration_of_the_same_name_is_not_read_again() -> None:
    def configs(name: str, many: int) -> Manifest:
        slices = {"timeSlicing": {"resources": [{"name": "nvidia.com/gpu", "replicas": many}]}}
        return named(CONFIG_MAP, name, SPACE, data={"all": json.dumps({"version": "v1", "sharing": slices})})

    def offers(name: str, *found: Manifest) -> dict[str, str]:
        asked = policy(devicePlugin={"config": {"name": name, "default": "all"}})
        return offered(cluster_policy.reconcile(asked, view(asked, taken(), *found)))

    asked, running_pods = policy(devicePlugin={"config": {"name": "first", "default": "all"}}), pods(*OPERANDS)
    outcome = cluster_policy.reconcile(asked, view(asked, configs("first", 4), taken(), *running_pods))
    [(plugin, patch)] = [one for one in outcome.patch if one[0]["kind"] == "Pod"]
    plugin["metadata"]["annotations"] = patch["metadata"]["annotations"]

    assert offers("first", configs("first", 8), *running_pods) == {"nvidia.com/gpu": "4"}
    assert offers("second", configs("second", 8), *running_pods) == {"nvidia.com/gpu": "8"}
    assert offers("first", configs("first", 8), *pods(*OPERANDS)) == {"nvidia.com/gpu": "8"}


@pytest.mark.parametrize(
    ("strategy", "resources"),
    [("mixed", {"nvidia.com/mig-1g.10gb": "56", "nvidia.com/gpu": "0"}), ("single", {"nvidia.com/gpu": "56"})],
)
def test_divided_gpus_by_the_nodes_label(strategy: str, resources: dict[str, str]) -> None:
    asked = policy(mig={"strategy": strategy})
    divided = taken("p4de.24xlarge", **{"nvidia.com/mig.config": "all-1g.10gb"})
    outcome = cluster_policy.reconcile(asked, view(asked, divided, *pods(*OPERANDS)))

    assert offered(outcome) == resources
    assert labelled(outcome)["nvidia.com/mig.config.state"] == "success"


@pytest.mark.parametrize(("kind", "profile"), [("g5.2xlarge", "1g.10gb"), ("p4de.24xlarge", "2g.40gb")])
def test_a_profile_that_the_gpu_does_not_have_fails(kind: str, profile: str) -> None:
    wrong = taken(kind, **{"nvidia.com/mig.config": f"all-{profile}"})
    outcome = cluster_policy.reconcile(policy(), view(policy(), wrong, *pods(*OPERANDS)))

    assert labelled(outcome)["nvidia.com/mig.config.state"] == "failed"


def test_a_second_policy_is_ignored() -> None:
    second = named(CLUSTER_POLICY, "other", spec={"daemonsets": {}})

    assert written(cluster_policy.reconcile(second, view(policy(), second))) == {"state": "ignored"}


def test_a_node_made_by_hand_says_its_gpus_itself() -> None:
    metal = taken("none")
    metal["metadata"]["annotations"] = {"sandbox/gpus": "NVIDIA-L40S=2"}
    outcome = cluster_policy.reconcile(policy(), view(policy(), metal, *pods(*OPERANDS)))

    assert offered(outcome) == {"nvidia.com/gpu": "2"}
    assert labelled(outcome)["nvidia.com/gpu.product"] == "NVIDIA-L40S"
