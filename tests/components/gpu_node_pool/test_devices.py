"""NVIDIA's software is told how GPUs are shared, and the autoscaler how many there may be."""

import json
from typing import Any

import pytest

from components.config.gpu import Pool
from components.custom_resources import validated
from components.gpu_node_pool.cluster_autoscaler import cluster_autoscaler
from components.gpu_node_pool.devices import (
    cluster_policy,
    device_plugin_config_name,
    device_plugin_configs,
    node_feature_discovery,
)
from tests.components.config.test_validation import settings
from tests.support.node_pools import PREREQS, gpu_pool

SLICED = {"sharing": {"strategy": "timeSlicing", "replicas": 4}}
DIVIDED = {
    "product": "A100-80GB",
    "machineType": "p4de.24xlarge",
    "sharing": {"strategy": "mig", "profile": "1g.10gb"},
    "min": None,
    "max": None,
    "replicas": 2,
}


def pools(**changes: dict[str, Any]) -> list[Pool]:
    gpu = settings(gpu={"pools": {key: gpu_pool(**change) for key, change in changes.items()}}, prereqs=PREREQS).gpu
    return [gpu.pool(key) for key in gpu.pools]


@pytest.mark.row("S-024")
def test_discovery_labels_nodes_by_the_vendor_of_their_devices() -> None:
    found = validated(node_feature_discovery("openshift-nfd"))
    config = json.loads(found["spec"]["workerConfig"]["configData"])

    assert config["sources"]["pci"]["deviceLabelFields"] == ["vendor"]
    assert {"03", "12"} <= set(config["sources"]["pci"]["deviceClassWhitelist"])
    assert "image" not in found["spec"]["operand"]


@pytest.mark.row("S-024")
def test_the_policy_switches_on_what_makes_gpus_usable() -> None:
    spec = validated(cluster_policy(pools(a10g={})))["spec"]

    assert spec["operator"] == {"use_ocp_driver_toolkit": True}
    for part in ("driver", "toolkit", "devicePlugin", "dcgmExporter", "gfd", "nodeStatusExporter"):
        assert spec[part]["enabled"]
    assert "config" not in spec["devicePlugin"]
    assert spec["mig"] == {"strategy": "single"}
    assert "tolerations" not in spec["daemonsets"]


@pytest.mark.row("S-027")
def test_time_slicing_refuses_pods_that_ask_for_two() -> None:
    found = pools(a10g=SLICED, plain={})
    configs = {name: json.loads(text) for name, text in device_plugin_configs(found).items()}

    assert configs == {
        "exclusive": {"version": "v1"},
        "shared-a10g": {
            "version": "v1",
            "sharing": {
                "timeSlicing": {
                    "failRequestsGreaterThanOne": True,
                    "resources": [{"name": "nvidia.com/gpu", "replicas": 4}],
                }
            },
        },
    }
    spec = validated(cluster_policy(found))["spec"]
    name = device_plugin_config_name(device_plugin_configs(found))
    assert spec["devicePlugin"]["config"] == {"name": name, "default": "exclusive"}
    assert device_plugin_configs(pools(plain={})) == {}


@pytest.mark.row("S-027")
def test_another_number_of_shares_is_another_configuration_by_name() -> None:
    """The plugin reads its configuration when it starts; only another name in the policy starts it again."""

    def name(replicas: int) -> str:
        shared = pools(a10g={"sharing": {"strategy": "timeSlicing", "replicas": replicas}})
        config: dict[str, str] = cluster_policy(shared)["spec"]["devicePlugin"]["config"]
        return config["name"]

    assert name(4) == name(4)
    assert name(4) != name(8)


@pytest.mark.row("S-027")
def test_a_divided_gpu_makes_parts_a_resource_of_their_own() -> None:
    assert validated(cluster_policy(pools(a100=DIVIDED)))["spec"]["mig"] == {"strategy": "mixed"}


def test_the_operators_pods_tolerate_a_taint_of_another_key() -> None:
    spec = validated(cluster_policy(pools(a10g={"taint": {"key": "example.com/gpu"}})))["spec"]

    assert [one["key"] for one in spec["daemonsets"]["tolerations"]] == ["nvidia.com/gpu", "example.com/gpu"]


def test_gpus_of_all_pools_stay_between_the_sums_of_their_limits() -> None:
    stack = settings(
        gpu={
            "pools": {"a": gpu_pool(min=0, max=3), "b": gpu_pool(min=1, max=2, machineType="g5.12xlarge")},
            "autoscaler": {"maxNodesTotal": 20, "unneededMinutes": 30},
        }
    ).gpu
    found = validated(cluster_autoscaler(stack.autoscaler, [stack.pool(key) for key in stack.pools]))

    assert found["metadata"] == {"name": "default"}
    assert found["spec"] == {
        "resourceLimits": {"gpus": [{"type": "NVIDIA-A10G", "min": 4, "max": 11}], "maxNodesTotal": 20},
        "scaleDown": {"enabled": True, "delayAfterAdd": "30m", "unneededTime": "30m"},
    }


def test_the_autoscaler_counts_what_nodes_offer_and_no_parts() -> None:
    found = pools(shared={**SLICED, "min": 1, "max": 2}, divided=DIVIDED)
    limits = validated(cluster_autoscaler(settings().gpu.autoscaler, found))["spec"]["resourceLimits"]

    assert limits == {"gpus": [{"type": "NVIDIA-A10G-SHARED", "min": 4, "max": 8}]}


def test_without_gpus_only_unneeded_nodes_go() -> None:
    found = validated(cluster_autoscaler(settings().gpu.autoscaler, []))

    assert found["spec"] == {"scaleDown": {"enabled": True, "delayAfterAdd": "10m", "unneededTime": "10m"}}
