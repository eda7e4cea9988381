"""What keeps the token policy of a declared chain from counting, or limits of tokens from holding.

A tenant that is adopted has such chains already: what is a problem of any other model is a hint for one with `adopt`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from components.config.catalog import Model
from components.config.counted import limited_tokens
from components.config.exact_api import PolicyItem
from components.config.fields import Step
from components.config.gateway_policy import NAME, SEED_VERSION
from components.config.naming import metric_of
from components.config.problems import Problem, shown, written
from components.config.promise import Names
from components.config.settings import Settings
from components.config.token_metrics import TOKEN_METRICS

LIQUID = "{{"
"""Begins an expression."""
_TOLD = re.compile(r"llm_usage\.(\w+)")


def working_chains(settings: Settings, _: Names) -> Iterator[Problem]:
    """A declared chain counts each token once, at its time, and by values that there are."""
    for model, fault in _faults(settings):
        if not model.adopt:
            yield fault


def limits_of_nothing(settings: Settings, _: Names) -> Iterator[Problem]:
    """No plan seems to forbid tokens: what has not been counted yet is no more than 0."""
    for model, fault in _zeros(settings):
        if not model.adopt:
            yield fault


def adopted_faults(settings: Settings) -> Iterator[str]:
    """One sentence per fault that an adopted model may have."""
    told = [fault for model, fault in (*_faults(settings), *_zeros(settings)) if model.adopt]
    for fault in dict.fromkeys(told):
        yield f"{fault.path}: {fault.given}. Right would be {fault.allowed}. To correct it, {fault.remedy}."


def unrefusing_limits(settings: Settings) -> Iterator[str]:
    """One sentence per declared chain that lets nobody look at its plans' limits of tokens before a call."""
    for key, model in settings.models.items():
        limited = [] if model.api.policies is None else limited_tokens(settings, key)
        asked = {
            name
            for _position, item in token_policies(model)
            if item.enabled
            for name in members(item.configuration.get("limited_metrics"))
        }
        if lacking := [name for name in limited if name not in asked]:
            yield (
                f"models.{key}.api.policies has no {NAME} whose limited_metrics name {', '.join(lacking)}, which its "
                f"plans limit: these limits refuse no call. Add them there, or remove models.{key}.api.policies."
            )


def skipped(settings: Settings) -> Iterator[str]:
    """A gateway skips a policy of another version than it has, with only a line in its log."""
    loaded = settings.threescale.gateway_policy.version
    for key, model in settings.models.items():
        for _position, item in token_policies(model):
            if item.enabled and item.version != loaded:
                yield (
                    f"models.{key}.api.policies names {NAME} {item.version}, while the gateways have {loaded}: they "
                    "skip it, and no token of the model is counted. Correct the version there, or in "
                    "threescale.gatewayPolicy."
                )


def token_policies(model: Model) -> Iterator[tuple[int, PolicyItem]]:
    """The token policies of a declared chain, with their positions."""
    return ((position, item) for position, item in enumerate(model.api.policies or ()) if item.name == NAME)


def members(value: object) -> list[Any]:
    """The members of a list; none of what is no list."""
    return value if isinstance(value, list) else []


def _faults(settings: Settings) -> Iterator[tuple[Model, Problem]]:
    for key, model in settings.models.items():
        path = ["models", key, "api", "policies"]
        for fault in (*_places(model.api.policies or (), path), *_rules(model, path)):
            yield model, fault


def _zeros(settings: Settings) -> Iterator[tuple[Model, Problem]]:
    """Limits of 0 tokens, each with a model that offers its plan.

    The backend refuses when more than the value is used (apisonator, lib/3scale/backend/validators/limits.rb).
    """
    for key, model in settings.models.items():
        for name, plan in settings.plans_of(key).items():
            for limit in (one for one, value in plan.limits.items() if value == 0 and metric_of(one) in TOKEN_METRICS):
                yield (
                    model,
                    Problem(
                        path=written(["plans", name, "limits", limit]),
                        given="0 was given, which lets calls pass until a first answer is counted",
                        allowed="at least 1; a limit of tokens refuses once more than its value is used",
                        remedy="give a number of tokens, or forbid calls by a limit of 0 on hits or on an operation",
                    ),
                )


def _places(policies: Sequence[PolicyItem], path: Sequence[Step]) -> Iterator[Problem]:
    """Token policies that run too late, or once more."""
    running = [(position, item.name) for position, item in enumerate(policies) if item.enabled]
    own = [position for position, name in running if name == NAME]
    passed = [position for position, name in running if name == "apicast"]
    for position in own:
        if passed and position > passed[0]:
            yield Problem(
                path=written([*path, position]),
                given=f"{NAME} comes after apicast",
                allowed="a place before apicast; later, what it adds and refuses comes after the call was authorised",
                remedy="move it to before apicast",
            )
    for position in own[1:]:
        yield Problem(
            path=written([*path, position]),
            given=f"{NAME} is in the chain already, at {written([*path, own[0]])}",
            allowed="one that is enabled; each of them counts every answer",
            remedy="move its rules to the first one and remove it",
        )


def _rules(model: Model, path: Sequence[Step]) -> Iterator[Problem]:
    """Conditions that never hold, and increments that are never more than 0."""
    for position, item in token_policies(model):
        rules = members(item.configuration.get("rules"))
        for number, rule in enumerate(one if isinstance(one, dict) else {} for one in rules):
            at = [*path, position, "configuration", "rules", number]
            yield from _operations(rule.get("condition"), [*at, "condition"])
            # What the guides' policy knows is whatever an engine's usage has.
            if item.version != SEED_VERSION:
                yield from _increment(rule.get("increment"), [*at, "increment"])


def _operations(condition: object, path: Sequence[Step]) -> Iterator[Problem]:
    operations = members(condition.get("operations")) if isinstance(condition, dict) else []
    for number, operation in enumerate(operations):
        for side in ("left", "right") if isinstance(operation, dict) else ():
            if LIQUID in str(operation.get(side)) and _type(operation, side) != "liquid":
                yield Problem(
                    path=written([*path, "operations", number, side]),
                    given=f"{shown(operation[side])} was given without {side}_type liquid",
                    allowed="an expression with that type; otherwise the marks themselves are compared",
                    remedy=f"add {side}_type: liquid",
                )


def _type(operation: Mapping[str, Any], side: str) -> object:
    return operation.get(f"{side}_type", "plain")


def _increment(increment: object, path: Sequence[Step]) -> Iterator[Problem]:
    unknown = [name for name in _TOLD.findall(str(increment)) if name not in TOKEN_METRICS]
    if unknown:
        yield Problem(
            path=written(path),
            given=f"llm_usage has no {', '.join(unknown)}",
            allowed=f"one of its {', '.join(sorted(TOKEN_METRICS))}; anything else is 0",
            remedy="correct the name",
        )
