"""What a token policy that is declared word by word promises: metrics and plans that are there, and its own form."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError

from components.config.counted import counted
from components.config.documents import DocumentError
from components.config.exact_api import PolicyItem
from components.config.fields import Step
from components.config.gateway_policy import MANIFEST, GatewayPolicy, manifest, policy_files
from components.config.problems import Problem, shown, written
from components.config.promise import Names
from components.config.settings import Settings
from components.config.token_chain import LIQUID, members, token_policies


def reported_metrics(settings: Settings, _: Names) -> Iterator[Problem]:
    """A token policy reports to metrics that are there: the backend refuses a whole report for one that is not."""
    for key, path, item in _declared(settings):
        names = counted(settings.models[key], settings.compat, settings.api_defaults.metering)
        for number, rule in enumerate(members(item.configuration.get("rules"))):
            yield from _token_rule(rule if isinstance(rule, dict) else {}, names, [*path, "rules", number])
        for number, metric in enumerate(members(item.configuration.get("limited_metrics"))):
            if metric not in names:
                yield Problem(
                    path=written([*path, "limited_metrics", number]),
                    given=f'"{metric}" is no method or metric of the model',
                    allowed=f"one of {', '.join(names)}; 3scale refuses every call that asks for another one",
                    remedy="name one of them, or declare it in api.metrics",
                )


def named_plans(settings: Settings, _: Names) -> Iterator[Problem]:
    """Plans of a token policy are plans of the model: of others the gateway never hears."""
    for key, path, item in _declared(settings):
        titles = [plan.display_name for plan in settings.plans_of(key).values()]
        for number, entry in enumerate(members(item.configuration.get("plans"))):
            title = entry.get("plan") if isinstance(entry, dict) else None
            if title not in titles:
                yield Problem(
                    path=written([*path, "plans", number, "plan"]),
                    given=f"{shown(title)} is the title of none of the model's plans",
                    allowed=f"the displayName of one of its plans: {', '.join(titles)}",
                    remedy=f"correct the title, or add the plan to models.{key}.plans",
                )


def described_form(settings: Settings, _: Names) -> Iterator[Problem]:
    """The settings have the form that the policy's own files describe, where this stack has the files."""
    policy = settings.threescale.gateway_policy
    schema = _schema(policy)
    if schema is None:
        return
    for _key, path, item in _declared(settings):
        if item.version == policy.version:
            for fault in Draft7Validator(schema).iter_errors(item.configuration):
                yield Problem(
                    path=written([*path, *fault.absolute_path]),
                    given=_said(fault),
                    allowed=f"the form that {policy.files_folder}/{MANIFEST} describes",
                    remedy="correct the policy's configuration",
                )


def _declared(settings: Settings) -> Iterator[tuple[str, list[Step], PolicyItem]]:
    """Each token policy that is declared: its model, the path of its configuration, and the policy."""
    for key, model in settings.models.items():
        for position, item in token_policies(model):
            yield key, ["models", key, "api", "policies", position, "configuration"], item


def _token_rule(rule: Mapping[str, Any], names: Sequence[str], path: Sequence[Step]) -> Iterator[Problem]:
    metric, increment = rule.get("metric"), rule.get("increment")
    if metric not in names:
        yield Problem(
            path=written([*path, "metric"]),
            given=f'"{metric}" is no method or metric of the model',
            allowed=f"the plain name of one of {', '.join(names)}",
            remedy="name one of them, or declare it in api.metrics",
        )
    if LIQUID not in str(increment):
        yield Problem(
            path=written([*path, "increment"]),
            given=f'"{increment}" was given',
            allowed="a Liquid expression, such as `{{ llm_usage.total_tokens }}`",
            remedy="write the expression; the name of the metric stands in metric",
        )


def _schema(policy: GatewayPolicy) -> Mapping[str, Any] | None:
    """What the policy's files say of its settings; nothing without readable files, which is a problem of its own."""
    if policy.files_folder is None:
        return None
    try:
        described = manifest(policy_files(policy.files_folder)[MANIFEST]).get("configuration")
    except DocumentError:
        return None
    return described if isinstance(described, dict) else None


def _said(fault: ValidationError) -> str:
    """What does not fit, without the whole of a long value."""
    if fault.validator == "required":
        return fault.message
    return f"{shown(fault.instance)} does not fit {shown({str(fault.validator): fault.validator_value})}"
