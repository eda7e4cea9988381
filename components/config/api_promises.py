"""What a model's API, its plans and its page promise each other."""

import re
from collections.abc import Iterator, Mapping

from components.config.catalog import Model
from components.config.counted import computed_titles, counted
from components.config.documents import DocumentError, document
from components.config.naming import PATTERN, metric_of
from components.config.problems import Problem, written
from components.config.promise import Names, repeated
from components.config.settings import Settings

_OPEN_RULES = {"GET /": "every path that is read", "GET /metrics": "other developers' traffic figures"}
"""Rules that a secure API does not have, and what they let pass."""


def limits_and_prices(settings: Settings, _: Names) -> Iterator[Problem]:
    """A plan's limits and prices name what every model that offers it counts."""
    for name, plan in settings.plans.items():
        offering = settings.models_offering(name)
        for section, entry in [("limits", one) for one in plan.limits] + [("prices", one) for one in plan.prices]:
            lacking = [key for key in offering if metric_of(entry) not in _counted(settings, key)]
            if lacking:
                word = section.removesuffix("s")
                yield Problem(
                    path=written(["plans", name, section, entry]),
                    given=f"no such metric or operation on {', '.join(lacking)}, which the plan is offered for",
                    allowed=f"a {word} on one of {', '.join(_counted(settings, lacking[0]))}",
                    remedy=f"correct the {word}, or expose the operation on every model that offers the plan",
                )


def plan_names(settings: Settings, _: Names) -> Iterator[Problem]:
    """No model offers two plans of one permanent name."""
    for key in settings.models:
        offered = {plan: settings.plan_system_name(plan) for plan in settings.plans_of(key)}
        for plan, first in repeated(offered):
            yield Problem(
                path=f"models.{key}.plans",
                given=f'the plans {first} and {plan} have the one system name "{offered[plan]}"',
                allowed="plans of different system names; it is permanent and unique in a product",
                remedy=f"offer one of them, or give plans.{plan} another systemName",
            )


def features(settings: Settings, _: Names) -> Iterator[Problem]:
    """Plans of one model that share a feature mean the same one."""
    for key in settings.models:
        owners: dict[str, str] = {}
        for plan, offered in settings.plans_of(key).items():
            for name, feature in offered.features.items():
                first = owners.setdefault(name, plan)
                if feature != settings.plans[first].features[name]:
                    yield Problem(
                        path=written(["plans", plan, "features", name]),
                        given=f"it differs from the same feature of plan {first}, which model {key} offers too",
                        allowed="one title and description; the plans of a product share its features",
                        remedy="make both equal, or give one of them another name",
                    )


def other_names(settings: Settings, _: Names) -> Iterator[Problem]:
    """No two backends and no two pages have one permanent name."""
    kinds = {"backend": settings.backend_system_name, "docs": settings.docs_system_name}
    for kind, name_of in kinds.items():
        having = [key for key, model in settings.models.items() if kind == "backend" or model.docs.enabled]
        # A product's name that is there twice is a problem of its own.
        values = {key: name_of(key) for key in having}
        own = {key for key in having if values[key] != settings.system_name(key)}
        for key, first in repeated(values):
            if own & {key, first}:
                yield Problem(
                    path=f"models.{key if key in own else first}.{kind}.systemName",
                    given=f'"{values[key]}" is also the name of the {kind} of model {first if key in own else key}',
                    allowed="a name that no other one has; it is unique in the tenant",
                    remedy="give one of the two another systemName",
                )


def exact_apis(settings: Settings, _: Names) -> Iterator[Problem]:
    """What is declared word by word fits together, and fits what is computed beside it."""
    for key, model in settings.models.items():
        path = ["models", key, "api"]
        computed = computed_titles(model, settings.compat, settings.api_defaults.metering)
        yield from _uncounted(settings, key, model, path)
        yield from _names(model, path, computed)
        yield from _display_names(model, path, computed)
        yield from _patterns(model, path)
        yield from _positions(model, path)
        if model.expose is not None and model.api.rules is not None and model.api.methods is not None:
            yield Problem(
                path=f"models.{key}.expose",
                given="expose was given together with api.methods and api.rules, which replace what it decides",
                allowed="expose, or the exact methods and rules",
                remedy=f"remove models.{key}.expose",
            )


def closed_in_production(settings: Settings, _: Names) -> Iterator[Problem]:
    """What the switches of `compat` open is not opened word by word in production, except on a model taken over."""
    if settings.environment != "prod":
        return
    for key, model in settings.models.items():
        for rule in [] if model.adopt else model.api.rules or {}:
            if rule in _OPEN_RULES:
                yield Problem(
                    path=written(["models", key, "api", "rules", rule]),
                    given=f"the rule was declared while environment is prod; it lets {_OPEN_RULES[rule]} pass",
                    allowed="rules for the operations of the model",
                    remedy="remove the rule",
                )
        for position, item in enumerate([] if model.adopt else model.api.policies or ()):
            if item.name == "cors" and item.configuration.get("allow_origin") == "*":
                yield Problem(
                    path=written(["models", key, "api", "policies", position, "configuration", "allow_origin"]),
                    given='"*" was given while environment is prod, so pages of every web site may call the model',
                    allowed="one origin, such as https://portal.example.com",
                    remedy="name the origin",
                )


def documents(settings: Settings, _: Names) -> Iterator[Problem]:
    """Every file that is named holds an OpenAPI document that this 3scale takes."""
    for key, model in settings.models.items():
        if model.docs.file is None:
            continue
        path = f"models.{key}.docs.file"
        try:
            version = document(model.docs.file)["openapi"]
        except DocumentError as refusal:
            allowed = "a JSON or YAML file with an OpenAPI 3.0 document, below the project's folder"
            remedy = refusal.remedy.replace("{path}", path)
            yield Problem(path=path, given=refusal.given, allowed=allowed, remedy=remedy)
            continue
        if not version.startswith("3.0.") and not model.docs.skip_validation:
            yield Problem(
                path=path,
                given=f'"{model.docs.file}" is OpenAPI {version}',
                allowed="OpenAPI 3.0.x, which the portal's viewer and 3scale 2.15 read",
                remedy=f"convert the document, or set models.{key}.docs.skipValidation",
            )


def _counted(settings: Settings, key: str) -> tuple[str, ...]:
    return counted(settings.models[key], settings.compat, settings.api_defaults.metering)


def _uncounted(settings: Settings, key: str, model: Model, path: list[str]) -> Iterator[Problem]:
    """Rules that count what the model does not have."""
    names = _counted(settings, key)
    if model.api.rules is not None:
        for rule, declared in model.api.rules.items():
            if declared.metric not in names:
                yield Problem(
                    path=written([*path, "rules", rule, "metric"]),
                    given=f'"{declared.metric}" is no method or metric of the model',
                    allowed=f"one of {', '.join(names)}",
                    remedy="name one of them, or declare it in api.methods or api.metrics",
                )
    elif model.api.methods is not None:
        yield Problem(
            path=written([*path, "methods"]),
            given="methods was given without rules, so nothing would be counted for them",
            allowed="methods together with the rules that count them",
            remedy=f"add models.{key}.api.rules, or remove models.{key}.api.methods",
        )


def _names(model: Model, path: list[str], computed: Mapping[str, str]) -> Iterator[Problem]:
    """Declared names that something else of the product has."""
    metrics = model.api.metrics or {}
    for section, members, taken in (
        ("methods", model.api.methods or {}, computed.keys() | metrics.keys()),
        ("metrics", metrics, computed.keys()),
    ):
        for name in sorted(members.keys() & taken):
            yield Problem(
                path=written([*path, section, name]),
                given=f'"{name}" is also {"a metric" if name in metrics else "one of those that are there already"}',
                allowed="names that no metric has; methods and metrics of a product share them, and hits is 3scale's",
                remedy="give the method or the metric another name",
            )


def _patterns(model: Model, path: list[str]) -> Iterator[Problem]:
    """Rules whose pattern 3scale would refuse."""
    for rule in model.api.rules or ():
        pattern = rule.partition(" ")[2]
        variables = re.findall(r"\{(\w+)\}", pattern)
        if len(set(variables)) < len(variables) or not PATTERN.fullmatch(pattern):
            yield Problem(
                path=written([*path, "rules", rule]),
                given=f'the pattern "{pattern}" was given',
                allowed="characters of a URL, `{name}` for a part of a path, each name once, and `$` only at its end",
                remedy="correct the pattern",
            )


def _display_names(model: Model, path: list[str], computed: Mapping[str, str]) -> Iterator[Problem]:
    others = {f"that of {name}": title for name, title in computed.items()}
    titles = others | {
        written([*path, section, name, "displayName"]): member.display_name
        for section, members in (("methods", model.api.methods), ("metrics", model.api.metrics))
        for name, member in (members or {}).items()
    }
    for one, first in repeated(titles):
        yield Problem(
            path=one,
            given=f'"{titles[one]}" is also {first}',
            allowed="a title that no other method or metric of the product has",
            remedy="give one of the two another displayName",
        )


def _positions(model: Model, path: list[str]) -> Iterator[Problem]:
    places = {
        written([*path, "rules", rule, "position"]): str(declared.position)
        for rule, declared in (model.api.rules or {}).items()
    }
    for one, first in repeated(places):
        yield Problem(
            path=one,
            given=f"{places[one]} is also {first}",
            allowed="a position that no other rule has",
            remedy="give one of the two another position",
        )
