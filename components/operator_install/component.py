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
    """The operator and its pinned version; this component creates its namespace, unless that is the cluster's."""


class OperatorInstall(pulumi.ComponentResource):
    """Namespace, OperatorGroup, Subscription, and the approval of exactly one install plan."""

    ready: pulumi.Resource
    """The gate: the operator runs and its kinds exist."""

    def __init__(self, name: str, args: OperatorInstallArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:platform:OperatorInstall", name, {}, opts)
        before = [] if args.operator.shared_namespace else [self._own_group(name, args)]
        subscribed = args.site.place(
            f"{name}-subscription",
            subscription(args.operator),
            pulumi.ResourceOptions(parent=self, depends_on=before),
        )
        gates = args.site.ground_gates if args.operator.of_the_ground else args.site.gates
        self.ready = OperatorReady(
            f"{name}-ready",
            OperatorReadyArgs(
                namespace=args.operator.namespace,
                subscription=args.operator.package,
                csv=args.operator.channel.starting_csv,
                companions=args.operator.companions or None,
                timeout_seconds=args.site.settings.waits.operator_ready_seconds,
            ),
            pulumi.ResourceOptions(parent=self, provider=gates, depends_on=[subscribed]),
        )
        self.register_outputs({})

    def _own_group(self, name: str, args: OperatorInstallArgs) -> pulumi.Resource:
        """The operator's namespace and its OperatorGroup; the cluster's own namespace for operators has both."""
        child = pulumi.ResourceOptions(parent=self, provider=args.site.kubernetes)
        namespace = core.Namespace(
            f"{name}-namespace",
            metadata={"name": args.operator.namespace},
            opts=args.site.keeping(child) if args.operator.irreplaceable else child,
        )
        return args.site.place(
            f"{name}-group",
            operator_group(args.operator),
            pulumi.ResourceOptions(parent=self, depends_on=[namespace]),
        )
