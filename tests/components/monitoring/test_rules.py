"""Who is told when: rules that see series of their own namespace alone."""

import re
from typing import Any

import pytest

from components.config import Settings
from components.config.compat import Compat
from components.config.monitoring import Alerts
from components.custom_resources import validated
from components.monitoring.manifests import pod_monitor, prometheus_rule
from components.monitoring.rule import Rule
from components.monitoring.rules import gateway_rules, model_rules
from components.monitoring.series import KNOWN, one_of, selector
from tests.components.config.test_validation import settings
from tests.support.platform import MODEL

GUIDES: dict[str, Any] = {
    "threescale": {"gatewayPolicy": {"secretName": "llm-metrics", "version": "0.1"}},
    "compat": {"seedPolicy": True},
}
EXTERNAL: dict[str, Any] = {"source": {"external": "http://vllm.models.svc.cluster.local"}, "plans": ["standard"]}


def one(rules: list[Rule], name: str) -> Rule:
    (found,) = (rule for rule in rules if rule.name == name)
    return found


def of_gateways(chosen: Settings) -> list[Rule]:
    return gateway_rules(chosen, Alerts())


def test_a_selector_tells_names_from_patterns() -> None:
    assert selector(namespace="3scale", status="=~5..") == '{namespace="3scale",status=~"5.."}'
    assert selector(model=one_of(["a", "b-c"])) == '{model=~"a|b-c"}'
    assert selector(application_id=KNOWN, model="a") == '{application_id!~"|unknown",model="a"}'


@pytest.mark.row("S-219")
def test_a_server_that_should_run_and_has_no_pod_is_down() -> None:
    (down,) = model_rules(settings())

    place = f'{{namespace="llm-hosting",deployment=~"{MODEL}-predictor"}}'
    assert down.name == "MaasModelDown"
    assert down.expression == (
        f"kube_deployment_spec_replicas{place} > 0 unless on (namespace, deployment) "
        f"kube_deployment_status_replicas_available{place} > 0"
    )


def test_knatives_revisions_are_servers_too() -> None:
    (down,) = model_rules(settings().model_copy(update={"compat": Compat(serverless=True)}))

    pattern = re.search(r'deployment=~"([^"]+)"', down.expression)
    assert pattern is not None
    # Prometheus anchors a pattern at both ends.
    for name in (f"{MODEL}-predictor", f"{MODEL}-predictor-00012-deployment"):
        assert re.fullmatch(pattern[1], name)
    assert not re.fullmatch(pattern[1], f"{MODEL}-predictor-canary")


def test_nobody_watches_servers_that_others_run() -> None:
    assert model_rules(settings(models={MODEL: None, "second": EXTERNAL}, consumers=None)) == []


@pytest.mark.row("S-219")
def test_errors_are_counted_model_by_model() -> None:
    rules = gateway_rules(settings(models={"second": EXTERNAL}), Alerts.model_validate({"errorPercent": 7}))

    models = f'service_system_name=~"{MODEL}|second"'
    assert one(rules, "MaasModelErrors").expression == (
        "100 * sum by (service_system_name) "
        f'(rate(upstream_status{{namespace="3scale",{models},status=~"5.."}}[10m])) / '
        f'sum by (service_system_name) (rate(upstream_status{{namespace="3scale",{models}}}[10m])) > 7'
    )


def test_models_that_count_no_tokens_are_not_waited_for() -> None:
    uncounted = settings(models={MODEL: {"api": {"metrics": {}}}}, plans={"standard": {"limits": None}})

    assert not {"MaasTokensNotCounted", "MaasQuotaNearEnd"} & {rule.name for rule in of_gateways(uncounted)}


def test_nobody_waits_for_counters_that_the_guides_policy_lacks() -> None:
    own, guides = ({rule.name for rule in of_gateways(settings(**changes))} for changes in ({}, GUIDES))

    assert own - guides == {"MaasTokenPolicyErrors", "MaasTokenReportsFail", "MaasUsageMissing"}
    assert guides >= {"MaasTokensNotCounted", "MaasQuotaNearEnd"}


@pytest.mark.row("S-219")
def test_calls_without_tokens_are_noticed() -> None:
    rule = one(of_gateways(settings()), "MaasTokensNotCounted")

    counted = f'{{namespace="3scale",service_system_name=~"{MODEL}"}}'
    assert f"sum by (service_system_name) (increase(llm_total_token_count{counted}[15m])) > 0" in rule.expression
    assert rule.expression.startswith("sum by (service_system_name) (increase(upstream_status{")
    assert " > 20 unless on (service_system_name) " in rule.expression


@pytest.mark.row("S-219")
def test_a_quota_is_told_before_it_ends() -> None:
    limits = {"total_tokens per minute": 100_000, "prompt_tokens per month": 9, "hits per day": 5}
    chosen = settings(plans={"standard": {"limits": limits}})
    quota = one(gateway_rules(chosen, Alerts.model_validate({"quotaPercent": 90})), "MaasQuotaNearEnd")

    assert quota.labels == {"model": MODEL, "plan": "standard"}
    assert quota.expression == (
        "sum by (service_system_name, application_id, application_system_name) "
        f'(increase(llm_total_token_count{{namespace="3scale",service_system_name="{MODEL}",application_id!~"|unknown"}}'
        "[1m])) > 90000"
    )


def test_quotas_of_further_metrics_are_watched_by_their_own_counters() -> None:
    chosen = settings(
        apiDefaults={"metering": {"reasoningTokens": True}},
        plans={"standard": {"limits": {"total_tokens per minute": None, "reasoning_tokens per day": 10}}},
    )

    assert "(increase(llm_reasoning_tokens_total{" in one(of_gateways(chosen), "MaasQuotaNearEnd").expression


def test_the_objects_have_only_fields_that_their_kinds_have() -> None:
    chosen = settings()
    rules = validated(prometheus_rule("maas-gateways", "3scale", of_gateways(chosen)))
    monitor = validated(pod_monitor(chosen))

    assert monitor["spec"] == {
        "selector": {
            "matchExpressions": [
                {"key": "deployment", "operator": "In", "values": ["apicast-production", "apicast-staging"]}
            ]
        },
        "podMetricsEndpoints": [{"port": "metrics", "path": "/metrics", "scheme": "http", "interval": "30s"}],
    }
    (group,) = rules["spec"]["groups"]
    assert all(set(rule) == {"alert", "expr", "for", "labels", "annotations"} for rule in group["rules"])
    assert all(rule["labels"]["severity"] in {"critical", "warning", "info"} for rule in group["rules"])
