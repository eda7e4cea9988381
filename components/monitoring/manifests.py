"""Who collects the gateways' counters, and the rules as objects; pure."""

from typing import Any

from components.config import Settings
from components.config.gateway_metrics import DEPLOYMENTS, PORT_NAME
from components.custom_resources import Manifest
from components.monitoring.rule import Rule

GATEWAYS = "maas-gateways"
"""Name of the PodMonitor and of the rules about gateways. The operator's own, where `spec.monitoring` of the APIManager
switches them on, have other names."""

MODELS = "maas-models"
"""Name of the rules about model servers."""


def pod_monitor(settings: Settings) -> Manifest:
    """Collects the counters of both gateways every half a minute.

    In a namespace without the label `openshift.io/cluster-monitoring` the Prometheus of user workloads does it.
    """
    gateways = {"key": "deployment", "operator": "In", "values": list(DEPLOYMENTS)}
    endpoint = {"port": PORT_NAME, "path": "/metrics", "scheme": "http", "interval": "30s"}
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PodMonitor",
        "metadata": {"name": GATEWAYS, "namespace": settings.namespaces.threescale},
        "spec": {"selector": {"matchExpressions": [gateways]}, "podMetricsEndpoints": [endpoint]},
    }


def prometheus_rule(name: str, namespace: str, rules: list[Rule]) -> Manifest:
    """One group of rules; a rule sees series of its own namespace alone (OpenShift, monitoring of user workloads)."""
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"groups": [{"name": name, "rules": [_alert(rule) for rule in rules]}]},
    }


def _alert(rule: Rule) -> dict[str, Any]:
    return {
        "alert": rule.name,
        "expr": rule.expression,
        "for": rule.lasting,
        "labels": {"severity": rule.severity, **rule.labels},
        "annotations": {"summary": rule.summary, "description": rule.description},
    }
