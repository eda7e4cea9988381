"""Places what the cluster's own monitoring of user workloads reads."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.config.monitoring import Monitoring as MonitoringSettings
from components.monitoring.dashboard import FILE, LABELS, dashboard
from components.monitoring.manifests import GATEWAYS, MODELS, pod_monitor, prometheus_rule
from components.monitoring.rules import gateway_rules, model_rules
from components.site import Site


@dataclass(frozen=True, kw_only=True)
class MonitoringArgs:
    """What to place, and after what."""

    site: Site
    """The stack at work."""
    monitoring: MonitoringSettings
    """Which parts."""
    after: Sequence[pulumi.Resource]
    """What makes the namespaces of gateways and models."""


class Monitoring(pulumi.ComponentResource):
    """Who collects the gateways' counters, when somebody is told, and a dashboard; nothing of it has to be waited for.

    Model servers are collected by KServe's own ServiceMonitors.
    """

    def __init__(self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:platform:Monitoring", name, {}, opts)
        site, settings = args.site, args.site.settings
        after = pulumi.ResourceOptions(parent=self, depends_on=[*args.after])
        if args.monitoring.pod_monitors:
            site.place(f"{name}-gateways", pod_monitor(settings), after)
        if args.monitoring.alerts.enabled:
            told = gateway_rules(settings, args.monitoring.alerts)
            manifest = prometheus_rule(GATEWAYS, settings.namespaces.threescale, told)
            site.place(f"{name}-gateway-rules", manifest, after)
            if servers := model_rules(settings):
                site.place(f"{name}-model-rules", prometheus_rule(MODELS, settings.namespaces.models, servers), after)
        if args.monitoring.dashboards:
            self._dashboard(f"{name}-dashboard", args)
        self.register_outputs({})

    def _dashboard(self, name: str, args: MonitoringArgs) -> None:
        core.ConfigMap(
            name,
            metadata={"name": MODELS, "namespace": args.monitoring.dashboard_namespace, "labels": LABELS},
            data={FILE: dashboard(args.site.settings)},
            opts=pulumi.ResourceOptions(parent=self, provider=args.site.kubernetes),
        )
