"""What a model's API, its plans and its page promise each other."""

from collections.abc import Iterator

from components.config.catalog import Model
from components.config.counted import counted
from components.config.documents import DocumentError, document
from components.config.naming import metric_of
from components.config.problems import Problem, written
from components.config.promise import Names, repeated
from components.config.settings import Settings


def limits_and_prices(settings: Settings, _: Names) -> Iterator[Problem]:
    """A plan's limits and prices name what every model that offers it counts."""
    for name, plan in settings.plans.items():
        offering = [key for key, model in settings.models.items() if name in model.plans]
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
    for key, model in settings.models.items():
        offered = {plan: settings.plan_system_name(plan) for plan in model.plans if plan in settings.plans}
        for plan, first in repeated(offered):
            yield Problem(
                path=f"models.{key}.plans",
                given=f'the plans {first} and {plan} have the one system name "{offered[plan]}"',
                allowed="plans of different system names; it is permanent and unique in a product",
                remedy=f"offer one of them, or give plans.{plan} another systemName",
            )


def features(settings: Settings, _: Names) -> Iterator[Problem]:
    """Plans of one model that share a feature mean the same one."""
    for key, model in settings.models.items():
        owners: dict[str, str] = {}
        for plan in (plan for plan in model.plans if plan in settings.plans):
            for name, feature in settings.plans[plan].features.items():
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
        yield from _uncounted(settings, key, model, path)
        yield from _display_names(model, path)
        yield from _positions(model, path)
        for name in sorted({*(model.api.methods or ())} & {"hits", *(model.api.metrics or ())}):
            yield Problem(
                path=written([*path, "methods", name]),
                given=f'"{name}" is also a metric',
                allowed="names that no metric has; methods and metrics of a product share them, and hits is 3scale's",
                remedy="give the method or the metric another name",
            )
        if model.expose is not None and model.api.rules is not None and model.api.methods is not None:
            yield Problem(
                path=f"models.{key}.expose",
                given="expose was given together with api.methods and api.rules, which replace what it decides",
                allowed="expose, or the exact methods and rules",
                remedy=f"remove models.{key}.expose",
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
    return counted(settings.models[key], settings.compat)


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


def _display_names(model: Model, path: list[str]) -> Iterator[Problem]:
    titles = {
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
