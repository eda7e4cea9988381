"""Places OpenShift AI and waits until it can serve models."""

from dataclasses import dataclass

import pulumi

from components.config.operators import OpenShiftAi as OpenShiftAiSettings
from components.custom_resources import digest
from components.openshift_ai.manifests import data_science_cluster, initialization
from components.site import Site
from dynamic_providers.cluster.condition_gate import ConditionGate, ConditionGateArgs


@dataclass(frozen=True, kw_only=True)
class OpenShiftAiArgs:
    """What to place, and after what."""

    site: Site
    """The stack at work."""
    settings: OpenShiftAiSettings
    """The release."""
    operator: pulumi.Resource
    """Gate of the operator."""


class OpenShiftAi(pulumi.ComponentResource):
    """DSCInitialization, DataScienceCluster, and the gate of both."""

    ready: pulumi.Resource
    """The gate: model servers can be placed."""

    def __init__(self, name: str, args: OpenShiftAiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:platform:OpenShiftAi", name, {}, opts)
        manifest = data_science_cluster(dashboard=args.settings.dashboard)
        first = args.site.place(
            f"{name}-initialization",
            initialization(),
            pulumi.ResourceOptions(parent=self, depends_on=[args.operator]),
        )
        second = args.site.place(f"{name}-cluster", manifest, pulumi.ResourceOptions(parent=self, depends_on=[first]))
        self.ready = ConditionGate(
            f"{name}-ready",
            ConditionGateArgs(
                api_version=manifest["apiVersion"],
                kind=manifest["kind"],
                name=manifest["metadata"]["name"],
                conditions=["Ready"],
                fields={},
                timeout_seconds=args.site.settings.waits.openshift_ai_ready_seconds,
                trigger=digest(manifest),
            ),
            pulumi.ResourceOptions(parent=self, provider=args.site.gates, depends_on=[second]),
        )
        self.register_outputs({})
