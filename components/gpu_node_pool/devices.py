"""How the cluster learns of GPUs: Node Feature Discovery and NVIDIA's ClusterPolicy; pure."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from components.config.gpu import GPU, Mig, Pool, TimeSlicing
from components.custom_resources import Manifest, digest

POLICY = "gpu-cluster-policy"
"""Name of the ClusterPolicy; the operator ignores a second one (NVIDIA, gpu-operator, clusterpolicy_controller.go)."""

_EXCLUSIVE = "exclusive"
"""Configuration of nodes without the label that names another."""

_PCI = {
    "sources": {
        # Display controllers, 3D controllers and accelerators; network cards as the operator's own default has them.
        "pci": {"deviceClassWhitelist": ["0200", "03", "12"], "deviceLabelFields": ["vendor"]}
    }
}
"""Labels `feature.node.kubernetes.io/pci-<vendor>.present`, by which the GPU operator finds its nodes."""


def node_feature_discovery(namespace: str) -> Manifest:
    """One worker of Node Feature Discovery per node; it tolerates every taint of kind NoSchedule by itself."""
    return {
        "apiVersion": "nfd.openshift.io/v1",
        "kind": "NodeFeatureDiscovery",
        "metadata": {"name": "nfd-instance", "namespace": namespace},
        "spec": {
            "operand": {"servicePort": 12000, "imagePullPolicy": "IfNotPresent"},
            # JSON is YAML, and has one spelling.
            "workerConfig": {"configData": json.dumps(_PCI, indent=2)},
        },
    }


def device_plugin_configs(pools: Sequence[Pool]) -> dict[str, str]:
    """Configurations of the device plugin by name; empty when no pool is time-sliced.

    A pod that asks for two shared GPUs is refused: it would not get twice the time (NVIDIA, k8s-device-plugin).
    """
    shared = {pool.device_plugin_config: _time_slicing(pool) for pool in pools if pool.shared}
    return {_EXCLUSIVE: json.dumps({"version": "v1"}), **shared} if shared else {}


def device_plugin_config_name(configs: Mapping[str, str]) -> str:
    """Name of the ConfigMap with these configurations of the device plugin.

    Other contents are another ConfigMap: the operator does not watch it and the plugin's pods read it when they start,
    so only another name in the policy starts them again (NVIDIA, GPU operator, updating a time-slicing config map).
    """
    return f"maas-device-plugin-{digest(dict(configs))[:8]}"


def cluster_policy(pools: Sequence[Pool]) -> Manifest:
    """NVIDIA's software on every node with a GPU, in one policy for the cluster."""
    on = {"enabled": True}
    plugin: dict[str, Any] = dict(on)
    if configs := device_plugin_configs(pools):
        plugin["config"] = {"name": device_plugin_config_name(configs), "default": _EXCLUSIVE}
    divided = any(isinstance(pool.settings.sharing, Mig) for pool in pools)
    daemons: dict[str, Any] = {"updateStrategy": "RollingUpdate"}
    # The operator's pods tolerate the usual key by themselves.
    if keys := sorted({pool.taint["key"] for pool in pools if pool.taint is not None} - {GPU}):
        daemons["tolerations"] = [{"key": key, "operator": "Exists", "effect": "NoSchedule"} for key in (GPU, *keys)]
    return {
        "apiVersion": "nvidia.com/v1",
        "kind": "ClusterPolicy",
        "metadata": {"name": POLICY},
        "spec": {
            # The driver is built against the node's own kernel by an image of OpenShift.
            "operator": {"use_ocp_driver_toolkit": True},
            "daemonsets": daemons,
            "driver": on,
            "toolkit": on,
            "devicePlugin": plugin,
            "dcgm": on,
            "dcgmExporter": {"enabled": True, "serviceMonitor": on},
            "gfd": on,
            "nodeStatusExporter": on,
            "migManager": on,
            # Mixed names the size in the resource, so a pod that wants a whole GPU never gets a part.
            "mig": {"strategy": "mixed" if divided else "single"},
        },
    }


def _time_slicing(pool: Pool) -> str:
    sharing = pool.settings.sharing
    replicas = sharing.replicas if isinstance(sharing, TimeSlicing) else 1
    slices = {"failRequestsGreaterThanOne": True, "resources": [{"name": GPU, "replicas": replicas}]}
    return json.dumps({"version": "v1", "sharing": {"timeSlicing": slices}}, indent=2)
