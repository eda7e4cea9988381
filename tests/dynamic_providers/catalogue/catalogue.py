"""A catalogue of models as a stack declares it, in plain values, and the program that it stands for.

An edit never has to fit: `whole` leaves out what refers to nothing any more, as a person who edits the stack would.
"""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from components.model_api.definition import USAGE_PATH, ApiDefinition
from dynamic_providers.declared import DeclaredProvider
from dynamic_providers.threescale.active_doc import ActiveDocProvider
from dynamic_providers.threescale.application_plan import ApplicationPlanProvider
from dynamic_providers.threescale.backend import BackendProvider
from dynamic_providers.threescale.backend_usages import BackendUsagesProvider
from dynamic_providers.threescale.mapping_rules import MappingRulesProvider
from dynamic_providers.threescale.metrics import MetricsProvider
from dynamic_providers.threescale.policy_chain import PolicyChainProvider
from dynamic_providers.threescale.product import ProductProvider
from dynamic_providers.threescale.proxy_promotion import ProxyPromotionProvider
from dynamic_providers.threescale.retired_metrics import RetiredMetricsProvider
from dynamic_providers.threescale.service_plan import ServicePlanProvider
from tests.support.plugin_host import Json
from tests.support.small_engine import Declared, Ref

Catalogue = dict[str, Json]
"""Key of a model → what is declared of it, in the shape of `MODEL`."""

MODEL: Json = {
    "backend": {"system_name": "KEY", "name": "Server", "private_endpoint": "http://one.models.svc:80"},
    "product": {"system_name": "KEY", "name": "Model", "description": "A model"},
    "metrics": {"tokens": {"friendly_name": "Tokens", "unit": "token"}},
    "methods": {"chat": {"friendly_name": "Chat"}, "models": {"friendly_name": "Models"}},
    "rules": {"POST /v1/chat": {"metric": "chat"}, "GET /v1/models$": {"metric": "models"}},
    "order": [],
    "policies": [{"name": "cors", "version": "builtin", "configuration": {"allow_origin": "*"}, "enabled": True}],
    "subscription": {"name": "Default"},
    "page": {"title": "Reference", "version": "1", "published": True},
    "features": {"fast": {"name": "Fast", "description": "Short queues"}, "small": {"name": "Small"}},
    "plans": {
        "standard": {
            "name": "Standard",
            "limits": {"tokens per day": {"value": 100}, "chat per minute": {"value": 6}},
            "prices": {"tokens from 1 to 1000": {"cost_per_unit": 0.01}},
            "features": ["fast"],
        }
    },
}
"""One model. In system names, KEY stands for its key; `order` names rules that stand before all others."""
HITS = "hits"


def new(*keys: str) -> Catalogue:
    """Return a catalogue of models that differ by their keys only."""
    return {key: whole(MODEL, key) for key in keys}


def edited(catalogue: Catalogue, model: str, path: tuple[str, ...], value: Any) -> Catalogue:  # noqa: ANN401 - any JSON
    """Return the catalogue with one place set to `value`; None removes what is there, `{}` for a model adds one.

    Nothing changes where the model or the way to the place does not exist, and the last model stays.
    """
    changed = copy.deepcopy(catalogue)
    if not path and value is None and len(changed) > 1:
        changed.pop(model, None)
    elif not path and value is not None:
        changed.setdefault(model, copy.deepcopy(MODEL))
    place: Any = changed.get(model)
    for step in path[:-1]:
        place = place.get(step) if isinstance(place, dict) else None
    if path and isinstance(place, dict):
        place.pop(path[-1], None)
        if value is not None:
            place[path[-1]] = value
    return {key: whole(one, key) for key, one in changed.items()}


def whole(model: Json, key: str) -> Json:
    """Return the model with its own system names, without references to metrics and features that it has not.

    Titles of metrics are unique in a product; the second holder of one gets another.
    """
    model = copy.deepcopy(model)
    for part in ("backend", "product"):
        model[part]["system_name"] = model[part]["system_name"].replace("KEY", key)
    titles = {"Hits"}
    for name, fields in [*model["metrics"].items(), *model["methods"].items()]:
        if fields["friendly_name"] in titles:
            fields["friendly_name"] += f" of {name}"
        titles.add(fields["friendly_name"])
    known = {HITS, *model["metrics"], *model["methods"]}
    model["rules"] = {rule: counted for rule, counted in model["rules"].items() if counted["metric"] in known}
    for plan in model["plans"].values():
        for part in ("limits", "prices"):
            plan[part] = {one: terms for one, terms in plan[part].items() if one.partition(" ")[0] in known}
        plan["features"] = [name for name in plan["features"] if name in model["features"]]
    return model


def ordered(model: Json) -> list[str]:
    """Return the keys of the rules in the order in which a request is to meet them."""
    first = [rule for rule in model["order"] if rule in model["rules"]]
    return [*first, *(rule for rule in model["rules"] if rule not in first)]


def document(model: Json) -> Json:
    """Return the OpenAPI document of a model."""
    return {
        "openapi": "3.0.3",
        "info": {"title": model["page"]["title"], "version": model["page"]["version"]},
        "servers": [{"url": "https://models.example.com"}],
        "paths": {"/v1/models": {"get": {"responses": {"200": {"description": "Models"}}}}},
    }


def program(catalogue: Catalogue) -> list[Declared]:
    """Return what the program declares, in the order and with the dependencies of `components/model_api`."""
    return [resource for key, model in catalogue.items() for resource in _of_model(key, model)]


def _of_model(key: str, model: Json) -> Iterator[Declared]:
    definition = _definition(model)
    backend, product = f"{key}.backend", f"{key}.product"
    yield Declared(name=backend, provider=BackendProvider, inputs=model["backend"])
    yield Declared(name=product, provider=ProductProvider, inputs=model["product"], after=(backend,))

    def part(name: str, provider: type[DeclaredProvider], /, *after: str, **inputs: Any) -> Declared:  # noqa: ANN401 - JSON
        return Declared(
            name=f"{key}.{name}",
            provider=provider,
            inputs={"product_id": Ref(product), **inputs},
            after=tuple(f"{key}.{one}" for one in after),
            deleted_with=product,
        )

    yield part("subscription", ServicePlanProvider, **model["subscription"])
    if "page" in model:
        names = {"system_name": key, "name": model["page"]["title"], "published": model["page"]["published"]}
        yield part("page", ActiveDocProvider, **names, document=document(model))
    yield part("usages", BackendUsagesProvider, usages={USAGE_PATH: {"backend_id": Ref(backend)}})
    kinds = {"metrics": model["metrics"], "methods": model["methods"]}
    yield part("metrics", MetricsProvider, "usages", **kinds)
    plans = {f"plan {name}": _plan(model, name) for name in model["plans"]}
    for name, inputs in plans.items():
        yield part(name, ApplicationPlanProvider, "metrics", **inputs)
    yield part("rules", MappingRulesProvider, "metrics", rules=definition.rules)
    yield part("policies", PolicyChainProvider, "rules", policies=model["policies"])
    feeding = ("backend", "product", "subscription", "metrics", "rules", "policies")
    yield part("promotion", ProxyPromotionProvider, *feeding, fingerprint=definition.fingerprint)
    yield part("retired", RetiredMetricsProvider, "promotion", *plans, members=definition.members)


def _definition(model: Json) -> ApiDefinition:
    rules = {rule: model["rules"][rule] | {"position": 10 * place} for place, rule in enumerate(ordered(model), 1)}
    subscription: Mapping[str, Any] = model["subscription"]
    return ApiDefinition(
        product=model["product"],
        private_endpoint=model["backend"]["private_endpoint"],
        methods=model["methods"],
        metrics=model["metrics"],
        rules=rules,
        policies=model["policies"],
        default_service_plan=subscription["name"] if subscription.get("default", True) else "",
    )


def _plan(model: Json, name: str) -> Json:
    plan: Json = model["plans"][name]
    return plan | {"system_name": name, "features": {one: model["features"][one] for one in plan["features"]}}
