"""Places OpenShift AI and waits until it can serve models."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.config import Settings
from components.config.operators import OpenShiftAi as OpenShiftAiSettings
from components.custom_resources import Manifest, digest
from components.openshift_ai import first_generation
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
    beside: Sequence[pulumi.Resource] = ()
    """Gates of the operators on whose kinds OpenShift AI builds, where Knative runs the models."""


class OpenShiftAi(pulumi.ComponentResource):
    """DSCInitialization, DataScienceCluster, and the gate of both."""

    ready: pulumi.Resource
    """The gate: model servers can be placed."""

    def __init__(self, name: str, args: OpenShiftAiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:platform:OpenShiftAi", name, {}, opts)
        prepared, manifest = manifests(args.site.settings, args.settings)
        first = args.site.place(
            f"{name}-initialization",
            prepared,
            pulumi.ResourceOptions(parent=self, depends_on=[args.operator, *args.beside]),
        )
        second = args.site.place(f"{name}-cluster", manifest, pulumi.ResourceOptions(parent=self, depends_on=[first]))
        self.ready = ConditionGate(
            f"{name}-ready",
            ConditionGateArgs(
                api_version=manifest["apiVersion"],
                kind=manifest["kind"],
                name=manifest["metadata"]["name"],
                # Every release 2.x tells it by its phase, the older ones by nothing else (rhods-operator 2.16).
                conditions=["status.phase=Ready"] if args.settings.first_generation else ["Ready"],
                fields={},
                timeout_seconds=args.site.settings.waits.openshift_ai_ready_seconds,
                trigger=digest(manifest),
            ),
            pulumi.ResourceOptions(parent=self, provider=args.site.gates, depends_on=[second]),
        )
        self.register_outputs({})


def manifests(settings: Settings, release: OpenShiftAiSettings) -> tuple[Manifest, Manifest]:
    """DSCInitialization and DataScienceCluster in the versions that the release has."""
    headless, serverless = settings.model_serving.service_kind == "headless", settings.compat.serverless
    if not release.first_generation:
        return initialization(), data_science_cluster(dashboard=release.dashboard, headless=headless)
    cluster = first_generation.data_science_cluster(
        release.release,
        dashboard=release.dashboard,
        headless=headless,
        serverless=serverless,
        certificate=settings.model_serving.ingress_certificate_secret,
    )
    return first_generation.initialization(serverless=serverless), cluster
