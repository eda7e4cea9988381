"""A dashboard of the models in the form that OpenShift's console and Grafana read; pure."""

import json
from typing import Any

from components.config import Settings
from components.config.gateway_metrics import ANSWERS, REFUSALS, SECONDS, TOKENS
from components.monitoring.series import selector

TITLE = "Models as a Service"
FILE = "maas-models.json"
"""Entry of the ConfigMap."""

LABELS = {
    # OpenShift's console, for administrators and for developers.
    "console.openshift.io/dashboard": "true",
    "console.openshift.io/odc-dashboard": "true",
    # Grafana's usual sidecar.
    "grafana_dashboard": "1",
}
"""Labels by which the ConfigMap is found (console-operator; grafana, sidecar)."""

_SCHEMA = 16
"""Last version of the format that has rows; the console reads no newer one, and Grafana converts it."""

_HALF = 6
"""Width of a panel, of the 12 columns of a row."""


_DATASOURCE = {"name": "datasource", "label": "", "type": "datasource", "query": "prometheus", "hide": 2}
"""Grafana's choice of a Prometheus; the console has its own and ignores it."""


def dashboard(settings: Settings) -> str:
    """The dashboard as JSON, the same text for the same settings."""
    gateway = selector(namespace=settings.namespaces.threescale)
    servers = selector(namespace=settings.namespaces.models)
    rows = [
        _row("Calls", _calls(gateway)),
        _row("Tokens", _tokens(gateway)),
        _row("Model servers", _servers(servers)),
    ]
    described = {
        "title": TITLE,
        "uid": "maas-models",
        "tags": ["maas"],
        "editable": False,
        "schemaVersion": _SCHEMA,
        "timezone": "browser",
        "time": {"from": "now-6h", "to": "now"},
        "refresh": "1m",
        "templating": {"list": [_DATASOURCE]},
        "rows": _numbered(rows),
    }
    return json.dumps(described, indent=2, sort_keys=True) + "\n"


def _calls(gateway: str) -> list[dict[str, Any]]:
    by_model = "sum by (service_system_name)"
    failed = gateway.replace("}", ',status=~"5.."}')
    refused = gateway.replace("}", ',status="429"}')
    slow = f"histogram_quantile(0.95, sum by (le, service_system_name) (rate({SECONDS}_bucket{gateway}[5m])))"
    return [
        _panel("Answers per second", f"{by_model} (rate({ANSWERS}{gateway}[5m]))", "{{service_system_name}}"),
        _panel(
            "Errors per second (500 to 599)", f"{by_model} (rate({ANSWERS}{failed}[5m]))", "{{service_system_name}}"
        ),
        _panel("Seconds until an answer is complete, 95 of 100", slow, "{{service_system_name}}", unit="s"),
        _panel("Calls per second refused by a limit", f"sum(rate({REFUSALS}{refused}[5m]))", "refused"),
    ]


def _tokens(gateway: str) -> list[dict[str, Any]]:
    titles = {"prompt_tokens": "Prompt tokens per minute", "completion_tokens": "Completion tokens per minute"}
    return [
        _panel(
            title,
            f"60 * sum by (service_system_name) (rate({TOKENS[metric]}{gateway}[5m]))",
            "{{service_system_name}}",
        )
        for metric, title in titles.items()
    ]


def _servers(servers: str) -> list[dict[str, Any]]:
    """Series of vLLM (vllm, docs/usage/metrics.md); its cache has another name before 0.10."""
    cache = servers.replace("{", '{__name__=~"vllm:(kv|gpu)_cache_usage_perc",')
    by_model = "sum by (model_name)"
    return [
        _panel("Requests at work", f"{by_model} (vllm:num_requests_running{servers})", "{{model_name}}"),
        _panel("Requests that wait", f"{by_model} (vllm:num_requests_waiting{servers})", "{{model_name}}"),
        _panel("Key-value cache in use", f"max by (model_name) ({cache})", "{{model_name}}", unit="percentunit"),
        _panel(
            "Pods that answer",
            f"sum by (deployment) (kube_deployment_status_replicas_available{servers})",
            "{{deployment}}",
        ),
    ]


def _panel(title: str, expression: str, legend: str, *, unit: str = "short") -> dict[str, Any]:
    return {
        "type": "graph",
        "title": title,
        "datasource": "$datasource",
        "span": _HALF,
        "lines": True,
        "linewidth": 1,
        "fill": 0,
        "nullPointMode": "null as zero",
        "targets": [{"expr": expression, "legendFormat": legend, "format": "time_series", "refId": "A"}],
        "yaxes": [{"format": unit, "min": 0, "show": True}, {"format": "short", "show": False}],
        "xaxis": {"mode": "time", "show": True},
        "legend": {"show": True},
        "tooltip": {"shared": True, "sort": 2},
    }


def _row(title: str, panels: list[dict[str, Any]]) -> dict[str, Any]:
    return {"title": title, "showTitle": True, "collapse": False, "panels": panels}


def _numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with a number for each panel; both readers want it unique."""
    number = 0
    for row in rows:
        for panel in row["panels"]:
            number += 1
            panel["id"] = number
    return rows
