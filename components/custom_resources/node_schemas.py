"""Compact JSON Schemas of the objects that make nodes and describe their devices; see `schemas`."""

from collections.abc import Mapping

from components.custom_resources.shapes import SWITCH, TEXT, TEXT_MAP, WHOLE, Schema, record, rows

NODE_SOURCES: Mapping[str, str] = {
    "machine.openshift.io": "openshift/api release-4.20",
    "autoscaling.openshift.io": "openshift/cluster-autoscaler-operator release-4.20",
    "nfd.openshift.io": "openshift/cluster-nfd-operator release-4.20",
    "nvidia.com": "NVIDIA/gpu-operator v26.3.3",
}
"""API group to the repository and release in which its definition was read."""

_ON = record("enabled", enabled=SWITCH)

_MACHINE_SET = record(
    "replicas",
    "selector",
    "template",
    replicas=WHOLE,
    selector=record("matchLabels", matchLabels=TEXT_MAP),
    template=record(
        "metadata",
        "spec",
        metadata=record("labels", labels=TEXT_MAP),
        spec=record(
            "providerSpec",
            metadata=record("labels", labels=TEXT_MAP),
            taints=rows(record("key", "effect", key=TEXT, value=TEXT, effect=TEXT)),
            # Free in the published definition too: it is the cloud's own, copied from a MachineSet that works.
            providerSpec=record("value", value={"type": "object"}),
        ),
    ),
)

_MACHINE_AUTOSCALER = record(
    "minReplicas",
    "maxReplicas",
    "scaleTargetRef",
    minReplicas=WHOLE,
    maxReplicas=WHOLE,
    scaleTargetRef=record("apiVersion", "kind", "name", apiVersion=TEXT, kind=TEXT, name=TEXT),
)

_CLUSTER_AUTOSCALER = record(
    "scaleDown",
    resourceLimits=record(
        maxNodesTotal=WHOLE, gpus=rows(record("type", "min", "max", type=TEXT, min=WHOLE, max=WHOLE))
    ),
    scaleDown=record("enabled", enabled=SWITCH, delayAfterAdd=TEXT, unneededTime=TEXT),
)

_NODE_FEATURE_DISCOVERY = record(
    "operand",
    operand=record(servicePort=WHOLE, imagePullPolicy=TEXT),
    workerConfig=record("configData", configData=TEXT),
)

_CLUSTER_POLICY = record(
    *("operator", "daemonsets", "driver", "toolkit", "devicePlugin", "dcgm", "dcgmExporter", "gfd"),
    "nodeStatusExporter",
    operator=record(use_ocp_driver_toolkit=SWITCH),
    daemonsets=record(
        updateStrategy={"type": "string", "enum": ["RollingUpdate"]},
        tolerations=rows(record("key", "operator", key=TEXT, operator=TEXT, effect=TEXT)),
    ),
    driver=_ON,
    toolkit=_ON,
    devicePlugin=record("enabled", enabled=SWITCH, config=record("name", "default", name=TEXT, default=TEXT)),
    dcgm=_ON,
    dcgmExporter=record("enabled", enabled=SWITCH, serviceMonitor=_ON),
    gfd=_ON,
    nodeStatusExporter=_ON,
    migManager=_ON,
    mig=record("strategy", strategy={"type": "string", "enum": ["single", "mixed"]}),
)

NODE_SPECS: Mapping[tuple[str, str], Schema] = {
    ("machine.openshift.io/v1beta1", "MachineSet"): _MACHINE_SET,
    ("autoscaling.openshift.io/v1beta1", "MachineAutoscaler"): _MACHINE_AUTOSCALER,
    ("autoscaling.openshift.io/v1", "ClusterAutoscaler"): _CLUSTER_AUTOSCALER,
    ("nfd.openshift.io/v1", "NodeFeatureDiscovery"): _NODE_FEATURE_DISCOVERY,
    ("nvidia.com/v1", "ClusterPolicy"): _CLUSTER_POLICY,
}
"""`(apiVersion, kind)` to the schema of `spec`."""
