"""What is placed for the cluster's own monitoring, and where."""

import pulumi
import pytest

from components.config.monitoring import Monitoring as MonitoringSettings
from components.monitoring import Monitoring, MonitoringArgs
from components.site import Site
from tests.support.platform import placed
from tests.support.recorder import Recording

MONITOR = "kubernetes:monitoring.coreos.com/v1:PodMonitor"
RULES = "kubernetes:monitoring.coreos.com/v1:PrometheusRule"
DASHBOARD = "kubernetes:core/v1:ConfigMap"


def recording(**monitoring: object) -> Recording:
    def component(site: Site, gate: pulumi.Resource) -> None:
        chosen = site.settings.monitoring or MonitoringSettings()
        Monitoring("monitoring", MonitoringArgs(site=site, monitoring=chosen, after=[gate]))

    return placed(component, monitoring={"enabled": True, **monitoring})


@pytest.mark.row("S-219")
def test_rules_are_in_the_namespace_whose_series_they_read() -> None:
    found = recording()

    places = {one.name: one.inputs["metadata"]["namespace"] for one in [*found.of(RULES), *found.of(MONITOR)]}
    assert places == {
        "monitoring-gateways": "3scale",
        "monitoring-gateway-rules": "3scale",
        "monitoring-model-rules": "llm-hosting",
    }
    assert all(one.dependencies == {found.urn("test:index:Gate")} for one in found.of(RULES))


def test_the_dashboard_is_where_the_console_looks_unless_another_place_is_named() -> None:
    metadata = recording().one(DASHBOARD).inputs["metadata"]

    assert metadata["namespace"] == "openshift-config-managed"
    assert metadata["labels"]["console.openshift.io/dashboard"] == "true"
    other = recording(dashboardNamespace="grafana").one(DASHBOARD)
    assert other.inputs["metadata"]["namespace"] == "grafana"
    assert list(other.inputs["data"]) == ["maas-models.json"]


def test_each_part_can_be_left_out() -> None:
    found = recording(podMonitors=False, dashboards=False, alerts={"enabled": False})

    assert not [one for one in found.resources if one.parent.endswith("Monitoring::monitoring")]
