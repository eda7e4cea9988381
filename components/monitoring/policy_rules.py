"""When the token policy itself has trouble, which no answer shows; pure.

APIcast drops an error of a policy without a word (gateway/src/apicast/policy_chain.lua), so that calls pass and tokens
are lost. The policy counts what went wrong; a counter that has once begun stays, so only its growth is trouble.
"""

from collections.abc import Iterator

from components.config import Settings
from components.config.gateway_metrics import TROUBLE
from components.monitoring.rule import Rule
from components.monitoring.series import selector

_LASTING = "15m"
"""Longer than a restart of 3scale's backend or of a server, which a gateway's pods survive."""


def policy_rules(settings: Settings) -> Iterator[Rule]:
    """Alerts about tokens that were used and are in no count, or in none of 3scale's."""
    space = selector(namespace=settings.namespaces.threescale)
    yield Rule(
        name="MaasTokenPolicyErrors",
        expression=_growing(TROUBLE["policy_errors"], space, "service_system_name, reason"),
        lasting=_LASTING,
        severity="warning",
        summary="The gateways' token policy fails for calls of {{ $labels.service_system_name }}",
        description="It fails in {{ $labels.reason }}. Calls pass, and their tokens may be lost. Look for llm-metrics "
        "in the gateways' log.",
    )
    yield Rule(
        name="MaasTokenReportsFail",
        expression=_growing(TROUBLE["reports_failed"], space, "service_system_name"),
        lasting=_LASTING,
        severity="warning",
        summary="3scale does not take the tokens of {{ $labels.service_system_name }}",
        description="They are in the gateways' counters and in no statistics, limit or invoice. See that "
        "backend-listener answers, and that every metric of the token policy's rules exists.",
    )
    yield Rule(
        name="MaasUsageMissing",
        expression=_growing(TROUBLE["usage_missing"], space, "service_system_name, reason"),
        lasting=_LASTING,
        severity="info",
        summary="Answers of {{ $labels.service_system_name }} tell no tokens",
        description="Nothing is counted for them ({{ $labels.reason }}). See that the model server tells usage; "
        "apiDefaults.metering.estimate writes down an estimate.",
    )


def _growing(series: str, space: str, labels: str) -> str:
    return f"sum by ({labels}) (rate({series}{space}[10m])) > 0"
