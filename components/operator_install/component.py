"""Places one operator and waits until its pinned version has succeeded."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.operator_install.catalogue import Operator
from components.operator_install.manifests import operator_group, subscription
from components.site import Site
from dynamic_providers.cluster.operator_ready import OperatorReady, OperatorReadyArgs


@dataclass(frozen=True, kw_only=True)
class OperatorInstallArgs:
    """Which operator, in which version, where."""

    site: Site
    """The stack at work."""
    operator: Operator
    """The operator and its pinned version; this component creates its namespace."""


class OperatorInstall(pulumi.ComponentResource):
    """Namespace, OperatorGroup, Subscription, and the approval of exactly one install plan."""

    namespace: core.Namespace
    """The operator's namespace; what must exist before the operator hangs on it."""
    ready: pulumi.Resource
    """The gate: the operator runs and its kinds exist."""

    def __init__(self, name: str, args: OperatorInstallArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:platform:OperatorInstall", name, {}, opts)
        self.namespace = core.Namespace(
            f"{name}-namespace",
            metadata={"name": args.operator.namespace},
            opts=pulumi.ResourceOptions(parent=self, provider=args.site.kubernetes),
        )
        group = args.site.place(
            f"{name}-group",
            operator_group(args.operator),
            pulumi.ResourceOptions(parent=self, depends_on=[self.namespace]),
        )
        subscribed = args.site.place(
            f"{name}-subscription",
            subscription(args.operator),
            pulumi.ResourceOptions(parent=self, depends_on=[group]),
        )
        self.ready = OperatorReady(
            f"{name}-ready",
            OperatorReadyArgs(
                namespace=args.operator.namespace,
                subscription=args.operator.package,
                csv=args.operator.channel.starting_csv,
                timeout_seconds=args.site.settings.waits.operator_ready_seconds,
            ),
            pulumi.ResourceOptions(parent=self, provider=args.site.gates, depends_on=[subscribed]),
        )
        self.register_outputs({})
