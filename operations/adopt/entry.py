"""One product as an entry of the catalogue."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from components.config import Model, Settings
from components.config.threescale import Promotion
from components.model_api.definition import USAGE_PATH, ApiDefinition, api_definition
from components.model_api.openapi import openapi_document
from dynamic_providers.declared import plain
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.openapi_document import problems
from operations.adopt.exact import described
from operations.adopt.reading import Reading


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is written for one product."""

    key: str
    """The model's key."""
    model: Json
    """The entry, without the file of its page."""
    document: Json | None = None
    """The document of its page, where it is not the computed one."""
    promotion_reason: str = ""
    """Why it is not promoted, for a comment."""
    beside: list[str] = field(default_factory=list)
    """What stays in the tenant and is not in the entry, in words."""


def entry_of(key: str, reading: Reading, settings: Settings, plans: list[str]) -> Entry:
    """The entry of the model `key`, for a stack of these settings; `plans` are the keys of its plans.

    Raises:
        pydantic.ValidationError: a value that no entry can have.
    """
    backend, product = reading.backends[USAGE_PATH], reading.product
    names = _names(key, reading)
    outline: Json = {**names, "source": {"external": backend["private_endpoint"]}, "plans": plans}

    def draft(more: Json) -> ApiDefinition:
        return api_definition(_with(settings, key, {**outline, **more}), key)

    api = described(reading, draft)
    docs, document, beside = _page(key, reading, _with(settings, key, {**outline, **api}))
    promotion = _promotion(reading, settings.promotion)
    model = {
        **names,
        **{name: value for name, value in api.items() if name != "api"},
        "source": outline["source"],
        "plans": plans,
        **_present("docs", docs),
        **_present("subscription", _subscription(reading)),
        **_present("promotion", promotion),
        **_present("api", api.get("api", {})),
        **_present("backend", _backend(backend, product)),
        "adopt": True,
    }
    reason = reading.promoted.reason if promotion else ""
    return Entry(key=key, model=model, document=document, promotion_reason=reason, beside=beside)


def _names(key: str, reading: Reading) -> Json:
    product, names = reading.product, {}
    if product["name"] != key:
        names["displayName"] = product["name"]
    if product["description"]:
        names["description"] = product["description"]
    if reading.system_name != key:
        names["systemName"] = reading.system_name
    return names


def service_plan(reading: Reading) -> Json:
    """The service plan that an entry names: the default one, else `Default`, else the first."""
    plans = reading.service_plans
    preferred = [plan for plan in plans if plan.get("default")] + [plan for plan in plans if plan["name"] == "Default"]
    return [*preferred, *plans][0]


def _with(settings: Settings, key: str, entry: Json) -> Settings:
    model = Model.model_validate_json(json.dumps(entry))
    return settings.model_copy(update={"models": {key: model}})


def _present(name: str, value: Mapping[str, object]) -> Json:
    return {name: dict(value)} if value else {}


def _backend(backend: Json, product: Json) -> Json:
    own = {"systemName": "system_name", "displayName": "name", "description": "description"}
    return {name: backend[field] for name, field in own.items() if backend[field] != product[field]}


def _subscription(reading: Reading) -> Json:
    plan = service_plan(reading)
    told = {
        "plan": plan["name"],
        "default": bool(plan.get("default")),
        "published": plan["state"] == "published",
        "approvalRequired": bool(plan.get("approval_required")),
    }
    usual = {"plan": "Default", "default": True, "published": True, "approvalRequired": False}
    return {name: value for name, value in told.items() if usual[name] != value}


def _promotion(reading: Reading, usual: Promotion) -> Json:
    """How far the model may be promoted without a change; nothing where that is the stack's own rule."""
    done = reading.promoted
    possible = Promotion(staging=usual.staging and done.staging, production=usual.production and done.production)
    if possible == usual:
        return {}
    return {name: False for name, value in possible.model_dump().items() if not value}


def _page(key: str, reading: Reading, settings: Settings) -> tuple[Json, Json | None, list[str]]:
    """The key `docs`, its document where it is none that is computed, and what is left out."""
    usable = [page for page in reading.pages if not _unusable(page)]
    beside = [
        f"the page {page['system_name']} ({_unusable(page) or 'a model has one page'})"
        for page in reading.pages
        if page not in usable[:1]
    ]
    if not usable:
        return {"enabled": False}, None, beside
    page, product = usable[0], reading.product
    docs: Json = {} if page["published"] else {"publish": False}
    own = {"systemName": "system_name", "displayName": "name", "description": "description"}
    if page["skip_swagger_validations"]:
        docs["skipValidation"] = True
    docs |= {name: page[field] for name, field in own.items() if page[field] != product[field]}
    computed = openapi_document(settings, key, api_definition(settings, key))
    return docs, None if plain(computed) == page["document"] else page["document"], beside


def _unusable(page: Json) -> str:
    """Why a page cannot be in a stack file; empty when it can."""
    document, skip = page["document"], page["skip_swagger_validations"]
    if not isinstance(document, dict):
        return "its text is no JSON"
    if not isinstance(document.get("openapi"), str):
        return "it is no OpenAPI 3 document"
    found = problems(document, skip=skip)
    return f"{found[0][0]}: {found[0][1]}" if found else ""
