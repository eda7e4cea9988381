"""What watches the platform."""

from typing import Annotated

from pydantic import Field

from components.config.section import Namespace, Section


class Alerts(Section):
    """When somebody is told; the cluster's Alertmanager decides who."""

    enabled: bool = Field(default=True, description="Whether rules are placed.")
    error_percent: Annotated[int, Field(ge=1, le=100)] = Field(
        default=5, description="Share of a model's answers with status 500 to 599, in percent over 10 minutes."
    )
    quota_percent: Annotated[int, Field(ge=1, le=100)] = Field(
        default=80,
        description="Share of a plan's token limit that an application has used, in percent; limits per week and "
        "longer are not watched, since Prometheus does not keep its numbers that long.",
    )


class Monitoring(Section):
    """Monitors, rules and a dashboard for the cluster's own monitoring of user workloads."""

    enabled: bool = Field(default=True, description="Whether anything of this section is placed.")
    pod_monitors: bool = Field(default=True, description="Whether the gateways' counters are collected (port 9421).")
    dashboards: bool = Field(
        default=True,
        description="Whether a dashboard of the models is placed, for OpenShift's console and for Grafana.",
    )
    dashboard_namespace: Namespace = Field(
        default="openshift-config-managed",
        description="Namespace of the dashboard's ConfigMap. When left out, the one from which OpenShift's console "
        "reads dashboards; any other one is for a Grafana with a sidecar.",
    )
    alerts: Alerts = Field(default=Alerts(), description="When somebody is told.")
