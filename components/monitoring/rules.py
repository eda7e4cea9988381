"""When somebody is told; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from components.config import Settings
from components.config.counted import metric_names
from components.config.gateway_metrics import ALL_TOKENS, ANSWERS, REFUSALS, TOKENS
from components.config.monitoring import Alerts
from components.config.naming import metric_of
from components.monitoring.policy_rules import policy_rules
from components.monitoring.rule import Rule
from components.monitoring.series import KNOWN, one_of, selector

_RANGES: Mapping[str, str] = {"minute": "1m", "hour": "1h", "day": "1d"}
"""Range of a counter by the period of a limit; Prometheus keeps user workloads' series for a day by default."""

_ANSWERS_WITHOUT_TOKENS = 20
"""Answers within 15 minutes from which on it is no chance, such as health checks, that no token is counted."""


def model_rules(settings: Settings) -> list[Rule]:
    """Alerts about servers that this stack runs, for the models' namespace."""
    chosen = server_deployments(settings)
    if not chosen:
        return []
    return [
        Rule(
            name="MaasModelDown",
            # A server that is meant to have no pod, because nobody asks it, is not down.
            expression=f"kube_deployment_spec_replicas{chosen} > 0 unless on (namespace, deployment) "
            f"kube_deployment_status_replicas_available{chosen} > 0",
            lasting="5m",
            severity="critical",
            summary="The model server {{ $labels.deployment }} has no pod that answers",
            description="Look at the pods and events of {{ $labels.deployment }} in {{ $labels.namespace }}.",
        )
    ]


def server_deployments(settings: Settings) -> str:
    """The selector of the Deployments of this stack's model servers, or nothing.

    KServe names a plain one `<name>-predictor`; Knative makes one per revision, `<name>-predictor-00001-deployment`
    (serving, pkg/reconciler/revision/resources/names).
    """
    revision = "(-[0-9]+-deployment)?" if settings.compat.serverless else ""
    servers = [f"{key}-predictor{revision}" for key, model in settings.models.items() if model.server is not None]
    return selector(namespace=settings.namespaces.models, deployment=one_of(servers)) if servers else ""


def gateway_rules(settings: Settings, alerts: Alerts) -> list[Rule]:
    """Alerts about calls, for 3scale's namespace."""
    rules = [_errors(settings, alerts), _refused(settings), *_uncounted(settings), *_quotas(settings, alerts)]
    return rules if settings.threescale.gateway_policy.is_the_guides else [*rules, *policy_rules(settings)]


def _errors(settings: Settings, alerts: Alerts) -> Rule:
    space, models = settings.namespaces.threescale, one_of(_names(settings))
    failed = selector(namespace=space, service_system_name=models, status="=~5..")
    every = selector(namespace=space, service_system_name=models)
    return Rule(
        name="MaasModelErrors",
        expression=f"100 * sum by (service_system_name) (rate({ANSWERS}{failed}[10m])) / "
        f"sum by (service_system_name) (rate({ANSWERS}{every}[10m])) > {alerts.error_percent}",
        lasting="10m",
        severity="warning",
        summary="{{ $labels.service_system_name }} answers too often with an error",
        description="{{ $value | humanize }} % of its answers have a status of 500 to 599. Look at the server's log.",
    )


def _refused(settings: Settings) -> Rule:
    refused = selector(namespace=settings.namespaces.threescale, status="429")
    return Rule(
        name="MaasQuotaReached",
        expression=f"sum(rate({REFUSALS}{refused}[10m])) > 0",
        lasting="10m",
        severity="info",
        summary="Calls are refused because a plan's limit is reached",
        description="{{ $value | humanize }} calls per second get status 429. The portal's statistics say whose.",
    )


def _uncounted(settings: Settings) -> Iterator[Rule]:
    """Usage that nobody is charged for: calls pass, and the policy that counts tokens does not run or cannot report."""
    counting = [
        settings.system_name(key)
        for key, model in settings.models.items()
        if "total_tokens" in metric_names(model, settings.api_defaults.metering)
    ]
    if not counting:
        return
    space, models = settings.namespaces.threescale, one_of(counting)
    answered = selector(namespace=space, service_system_name=models, status="200")
    counted = selector(namespace=space, service_system_name=models)
    yield Rule(
        name="MaasTokensNotCounted",
        expression=f"sum by (service_system_name) (increase({ANSWERS}{answered}[15m])) > {_ANSWERS_WITHOUT_TOKENS} "
        f"unless on (service_system_name) "
        f"sum by (service_system_name) (increase({TOKENS['total_tokens']}{counted}[15m])) > 0",
        lasting="15m",
        severity="warning",
        summary="{{ $labels.service_system_name }} is used, and no token of it is counted",
        description="See that the gateways have the policy llm-metrics in the version of the chain, and their logs.",
    )


def _quotas(settings: Settings, alerts: Alerts) -> Iterator[Rule]:
    """One alert per token limit of a plan and model. A counter knows its application and not its plan."""
    for key, model in settings.models.items():
        counted = metric_names(model, settings.api_defaults.metering)
        for plan, offered in settings.plans_of(key).items():
            for limit, number in offered.limits.items():
                metric, span = metric_of(limit), _RANGES.get(limit.rpartition(" ")[2])
                if metric in ALL_TOKENS and metric in counted and span is not None and number:
                    chosen = _of_applications(settings, key)
                    used = f"increase({ALL_TOKENS[metric]}{chosen}[{span}])"
                    yield _Quota(model=key, plan=plan, limit=limit, number=number).rule(used, alerts.quota_percent)


def _of_applications(settings: Settings, model: str) -> str:
    """Series of the model that name their application; without it all developers together would be one."""
    space, product = settings.namespaces.threescale, settings.system_name(model)
    return selector(namespace=space, service_system_name=product, application_id=KNOWN)


@dataclass(frozen=True, kw_only=True)
class _Quota:
    """A limit of a plan, as a model offers it."""

    model: str
    plan: str
    limit: str
    number: int

    def rule(self, used: str, percent: int) -> Rule:
        return Rule(
            name="MaasQuotaNearEnd",
            expression=f"sum by (service_system_name, application_id, application_system_name) ({used}) "
            f"> {self.number * percent / 100:.10g}",
            lasting="0s",
            severity="info",
            summary=f"An application of {self.model} is near the limit of the plan {self.plan}",
            description="Application {{ $labels.application_system_name }} ({{ $labels.application_id }}) has used "
            f"{{{{ $value | humanize }}}} of {self.number}, the limit {self.limit}. It fires for larger plans of the "
            "model too: the gateway does not know an application's plan.",
            labels={"model": self.model, "plan": self.plan},
        )


def _names(settings: Settings) -> list[str]:
    return [settings.system_name(key) for key in settings.models]
