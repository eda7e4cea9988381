"""Places what makes GPUs usable: Node Feature Discovery and NVIDIA's policy, and waits for both."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.config.operators import GpuOperator, NodeFeatureDiscovery
from components.custom_resources import Manifest, digest
from components.gpu_node_pool.devices import (
    cluster_policy,
    device_plugin_config_name,
    device_plugin_configs,
    node_feature_discovery,
)
from components.site import Site
from dynamic_providers.cluster.condition_gate import ConditionGate, ConditionGateArgs


@dataclass(frozen=True, kw_only=True)
class GpuSoftwareArgs:
    """What to place, and after what."""

    site: Site
    """The stack at work."""
    operators: Mapping[str, pulumi.Resource]
    """Gates of `nfd` and `gpu-operator`, as far as this stack installs them."""


class GpuSoftware(pulumi.ComponentResource):
    """NodeFeatureDiscovery, configurations of the device plugin, ClusterPolicy, and their gates."""

    placed: list[pulumi.Resource]
    """What pools wait for. The policy is ready with no GPU in the cluster too, so each pool has a gate of its own."""
    ready: list[pulumi.Resource]
    """What servers with a GPU wait for that are on no pool: their nodes are there already, and the policy's gate is all
    that can be said of them."""

    def __init__(self, name: str, args: GpuSoftwareArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:platform:GpuSoftware", name, {}, opts)
        prereqs = args.site.settings.prereqs
        self.placed, self.ready = [], []
        if prereqs.nfd is not None:
            self.placed.append(self._discovery(name, args, prereqs.nfd))
            self.ready.append(self.placed[-1])
        if prereqs.gpu_operator is not None:
            self.placed.append(self._policy(name, args, prereqs.gpu_operator))
        self.register_outputs({})

    def _discovery(self, name: str, args: GpuSoftwareArgs, operator: NodeFeatureDiscovery) -> pulumi.Resource:
        manifest = node_feature_discovery(operator.namespace)
        made = args.site.place(
            f"{name}-features", manifest, pulumi.ResourceOptions(parent=self, depends_on=[args.operators["nfd"]])
        )
        return ConditionGate(
            f"{name}-features-ready",
            ConditionGateArgs(
                api_version=manifest["apiVersion"],
                kind=manifest["kind"],
                name=manifest["metadata"]["name"],
                namespace=operator.namespace,
                conditions=["Available"],
                timeout_seconds=args.site.settings.waits.node_features_ready_seconds,
                trigger=digest(manifest),
            ),
            pulumi.ResourceOptions(parent=self, provider=args.site.ground_gates, depends_on=[made]),
        )

    def _policy(self, name: str, args: GpuSoftwareArgs, operator: GpuOperator) -> pulumi.Resource:
        pools = [args.site.settings.gpu.pool(key) for key in args.site.settings.gpu.pools]
        manifest, after = cluster_policy(pools), [args.operators["gpu-operator"]]
        if configs := device_plugin_configs(pools):
            shared = core.ConfigMap(
                f"{name}-device-plugin",
                metadata={"name": device_plugin_config_name(configs), "namespace": operator.namespace},
                data=configs,
                opts=pulumi.ResourceOptions(parent=self, provider=args.site.kubernetes, depends_on=after),
            )
            after = [*after, shared]
        policy = args.site.place(
            f"{name}-policy", manifest, pulumi.ResourceOptions(parent=self, depends_on=[*after, *self.placed])
        )
        self.ready.append(self._policy_ready(name, args, manifest, operator.namespace, policy))
        return policy

    def _policy_ready(
        self, name: str, args: GpuSoftwareArgs, manifest: Manifest, namespace: str, policy: pulumi.Resource
    ) -> pulumi.Resource:
        """No pool waits for this gate: what it finds is shown beside what the pools' own gates find."""
        return ConditionGate(
            f"{name}-policy-ready",
            ConditionGateArgs(
                api_version=manifest["apiVersion"],
                kind=manifest["kind"],
                name=manifest["metadata"]["name"],
                conditions=["status.state=ready"],
                evidence_namespace=namespace,
                timeout_seconds=args.site.settings.waits.gpu_operator_ready_seconds,
                trigger=digest(manifest),
            ),
            pulumi.ResourceOptions(parent=self, provider=args.site.ground_gates, depends_on=[policy]),
        )
