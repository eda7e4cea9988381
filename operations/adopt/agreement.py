"""The last check before anything is written: what the program will declare for an entry is what the tenant has.

Both sides pass through the providers' own canonical form, so whatever differs here would be a write of the first `up`.
"""

from collections.abc import Iterator
from typing import Any

from components.config import Settings
from components.model_api.definition import USAGE_PATH, ApiDefinition, api_definition
from components.model_api.pages import page
from components.model_api.terms import plan_terms
from dynamic_providers.declared import Props, canonical
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.active_doc import ActiveDocProps
from dynamic_providers.threescale.application_plan import ApplicationPlanProps
from dynamic_providers.threescale.backend import BackendProps
from dynamic_providers.threescale.metrics import MetricsProps
from dynamic_providers.threescale.plan_state import PUBLISHED
from dynamic_providers.threescale.policy_chain import PolicyChainProps
from dynamic_providers.threescale.product import ProductProps
from dynamic_providers.threescale.service_plan import ServicePlanProps
from operations.adopt.entry import Entry, service_plan
from operations.adopt.exact import in_order
from operations.adopt.reading import Reading

OF_THE_PROGRAM = frozenset({"adopt", "foreign", "product_id"})
"""Inputs that are no value of 3scale."""


def differences(settings: Settings, entry: Entry, reading: Reading) -> list[str]:
    """Paths of what the program would change, such as `product.description`; empty when it changes nothing."""
    found: list[str] = []
    for name, props, declared, read in _parts(settings, entry, reading):
        values, refused = canonical(props, declared)
        found += [f"{name}.{path} ({reason})" for path, reason in refused]
        found += [f"{name}{path}" for path in _unequal(_own(values), _own(read))]
    api = api_definition(settings, entry.key)
    if in_order(api.rules) != in_order(reading.rules):
        found.append("rules")
    return found


def _parts(
    settings: Settings, entry: Entry, reading: Reading
) -> Iterator[tuple[str, type[Props], dict[str, Any], Json]]:
    """Name, shape, what is declared, and what was read, of each part but the rules."""
    api, any_id = api_definition(settings, entry.key), {"product_id": reading.id}
    yield "backend", BackendProps, _backend(settings, entry.key, api), reading.backends[USAGE_PATH]
    yield "product", ProductProps, api.product, reading.product
    counted = {"metrics": api.metrics, "methods": api.methods}
    yield "metrics", MetricsProps, counted | any_id, reading.metrics
    yield "policies", PolicyChainProps, {"policies": api.policies} | any_id, {"policies": reading.policies}
    for key, plan in zip(settings.models[entry.key].plans, reading.plans.values(), strict=True):
        names = {"system_name": settings.plan_system_name(key), "name": settings.plans[key].display_name}
        yield f"plan {key}", ApplicationPlanProps, names | plan_terms(settings.plans[key]) | any_id, plan
    yield "service plan", ServicePlanProps, _subscription(settings, entry.key) | any_id, _held_subscription(reading)
    if shown := _page(settings, entry, api):
        held = next(one for one in reading.pages if one["system_name"] == shown["system_name"])
        yield "page", ActiveDocProps, shown | any_id, held


def _backend(settings: Settings, key: str, api: ApiDefinition) -> Json:
    names = settings.models[key].backend
    own = api.product["description"] if names.description is None else names.description
    return {
        "system_name": settings.backend_system_name(key),
        "name": names.display_name or api.product["name"],
        "private_endpoint": api.private_endpoint,
        "description": own,
    }


def _subscription(settings: Settings, key: str) -> Json:
    terms = settings.models[key].subscription
    own = {"published": terms.published, "approval_required": terms.approval_required, "default": terms.default}
    return {"name": terms.plan, **own}


def _held_subscription(reading: Reading) -> Json:
    plan = service_plan(reading)
    own = {name: bool(plan.get(name)) for name in ("approval_required", "default")}
    return {"name": plan["name"], "published": plan["state"] == PUBLISHED, **own}


def _page(settings: Settings, entry: Entry, api: ApiDefinition) -> Json:
    shown = page(settings, entry.key, api)
    if shown is None:
        return {}
    return {
        "system_name": shown.system_name,
        "name": shown.name,
        "description": shown.description,
        "document": shown.document if entry.document is None else entry.document,
        "published": shown.published,
        "skip_swagger_validations": shown.skip_validation,
    }


def _own(values: Json) -> Json:
    return {name: value for name, value in values.items() if name not in OF_THE_PROGRAM}


def _unequal(declared: Any, read: Any, path: str = "") -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Paths at which two values differ; values are not told, they may be secrets."""
    if isinstance(declared, dict) and isinstance(read, dict):
        for name in sorted(declared.keys() | read.keys()):
            yield from _unequal(declared.get(name), read.get(name), f"{path}.{name}")
    elif declared != read:
        yield path
