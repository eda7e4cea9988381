"""Who is told when the token policy has trouble that no answer shows."""

import pytest

from components.monitoring.policy_rules import policy_rules
from tests.components.config.test_validation import settings


@pytest.mark.row("S-219")
@pytest.mark.parametrize(
    ("name", "labels", "series", "severity"),
    [
        ("MaasTokenPolicyErrors", "service_system_name, reason", "llm_policy_errors_total", "warning"),
        ("MaasTokenReportsFail", "service_system_name", "llm_reports_failed_total", "warning"),
        ("MaasUsageMissing", "service_system_name, reason", "llm_usage_missing_total", "info"),
    ],
)
def test_a_counter_of_trouble_that_goes_on_growing_is_told(name: str, labels: str, series: str, severity: str) -> None:
    (rule,) = (one for one in policy_rules(settings(namespaces={"threescale": "gateways"})) if one.name == name)

    assert rule.expression == f'sum by ({labels}) (rate({series}{{namespace="gateways"}}[10m])) > 0'
    assert (rule.lasting, rule.severity) == ("15m", severity)


def test_what_is_said_names_only_labels_that_the_sum_keeps() -> None:
    for rule in policy_rules(settings()):
        kept = rule.expression.partition("(")[2].partition(")")[0].split(", ")
        named = [one.partition(" }}")[0] for one in f"{rule.summary} {rule.description}".split("$labels.")[1:]]

        assert set(named) == set(kept)
