"""The counters of the gateways: who has them, on which port, under which names."""

from collections.abc import Mapping

from components.config.token_metrics import TOKEN_METRICS, USUAL

PORT = 9421
"""Port of a gateway's counters (APIcast, doc/prometheus_metrics.md)."""

PORT_NAME = "metrics"
"""Name of that port in the gateways' pods (3scale-operator, pkg/3scale/amp/component/apicast_monitoring.go)."""

DEPLOYMENTS = ("apicast-production", "apicast-staging")
"""The gateways; their pods have the label `deployment` with this value (3scale-operator)."""

ANSWERS = "upstream_status"
"""Answers of model servers by `status` and `service_system_name`; 3scale's operator switches those labels on."""

REFUSALS = "apicast_status"
"""Answers of the gateway by `status`, what it refuses itself included."""

SECONDS = "upstream_response_time_seconds"
"""How long model servers take, as a histogram."""

TOKENS: Mapping[str, str] = {name: metric.series for name, metric in USUAL.items()}
"""Counter of the token policy by the metric in 3scale; labels `service_system_name`, `application_id` and
`application_system_name` (the last two `unknown` where the gateway knows no application; empty with the guides')."""

ALL_TOKENS: Mapping[str, str] = {name: metric.series for name, metric in TOKEN_METRICS.items()}
"""The same with the metrics that `apiDefaults.metering` adds; this project's own policy has them."""

TROUBLE: Mapping[str, str] = {
    "policy_errors": "llm_policy_errors_total",
    "reports_failed": "llm_reports_failed_total",
    "usage_missing": "llm_usage_missing_total",
}
"""Counters of what kept tokens from being counted, which this project's own policy has: errors that the gateway drops
without a word, reports that 3scale did not take, successful answers whose tokens nobody could read."""
