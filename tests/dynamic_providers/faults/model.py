"""One complete model as a program declares it, and the courses that its entities are taken through."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dynamic_providers.threescale.access_token import AccessTokenProvider
from dynamic_providers.threescale.active_doc import ActiveDocProvider
from dynamic_providers.threescale.application import ApplicationProvider
from dynamic_providers.threescale.application_plan import ApplicationPlanProvider
from dynamic_providers.threescale.backend import BackendProvider
from dynamic_providers.threescale.backend_usages import BackendUsagesProvider
from dynamic_providers.threescale.developer_account import DeveloperAccountProvider
from dynamic_providers.threescale.developer_user import DeveloperUserProvider
from dynamic_providers.threescale.mapping_rules import MappingRulesProvider
from dynamic_providers.threescale.metrics import MetricsProvider
from dynamic_providers.threescale.policy_chain import PolicyChainProvider
from dynamic_providers.threescale.product import ProductProvider
from dynamic_providers.threescale.proxy_promotion import ProxyPromotionProvider
from dynamic_providers.threescale.retired_metrics import RetiredMetricsProvider
from dynamic_providers.threescale.service_plan import ServicePlanProvider
from dynamic_providers.threescale.service_subscription import ServiceSubscriptionProvider
from tests.support.plugin_host import Json
from tests.support.small_engine import Declared, Ref

PRODUCT = {"product_id": Ref("product")}
NAMES = {"system_name": "tiny", "name": "Tiny"}
CHAT, MODELS = "POST /v1/chat/completions", "GET /v1/models$"
COUNT_CHAT, COUNT_MODELS = {"metric": "chat", "position": 10}, {"metric": "models", "position": 20}
TOKENS = {"friendly_name": "Tokens", "unit": "token"}
LIMITS = {"tokens per day": {"value": 100}, "chat per minute": {"value": 6}}
PRICES = {"tokens from 1 to 1000": {"cost_per_unit": 0.01}}
FEATURES = {"fast": {"name": "Fast", "description": "Short queues"}}
DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"title": "Tiny", "version": "1"},
    "servers": [{"url": "https://tiny.example.com"}],
    "paths": {"/v1/models": {"get": {"responses": {"200": {"description": "Models"}}}}},
}
CORS = {"name": "cors", "version": "builtin", "configuration": {"allow_origin": "*"}}

MODEL = (
    Declared(
        name="backend", provider=BackendProvider, inputs={**NAMES, "private_endpoint": "http://tiny.models.svc:80"}
    ),
    Declared(name="product", provider=ProductProvider, inputs={**NAMES, "description": "A model"}, after=("backend",)),
    Declared(
        name="subscription",
        provider=ServicePlanProvider,
        inputs=PRODUCT | {"name": "Default"},
        deleted_with="product",
    ),
    Declared(
        name="page",
        provider=ActiveDocProvider,
        inputs=PRODUCT | NAMES | {"document": DOCUMENT},
        deleted_with="product",
    ),
    Declared(
        name="usages",
        provider=BackendUsagesProvider,
        inputs=PRODUCT | {"usages": {"/": {"backend_id": Ref("backend")}}},
        deleted_with="product",
    ),
    Declared(
        name="metrics",
        provider=MetricsProvider,
        inputs=PRODUCT
        | {
            "metrics": {"tokens": TOKENS, "cost": {"friendly_name": "Cost", "unit": "cent"}},
            "methods": {"chat": {"friendly_name": "Chat"}, "models": {"friendly_name": "Models"}},
        },
        after=("usages",),
        deleted_with="product",
    ),
    Declared(
        name="plan",
        provider=ApplicationPlanProvider,
        inputs=PRODUCT
        | {
            "system_name": "standard",
            "name": "Standard",
            "limits": LIMITS,
            "prices": PRICES,
            "features": FEATURES,
        },
        after=("metrics",),
        deleted_with="product",
    ),
    Declared(
        name="rules",
        provider=MappingRulesProvider,
        inputs=PRODUCT | {"rules": {CHAT: COUNT_CHAT, MODELS: COUNT_MODELS}},
        after=("metrics",),
        deleted_with="product",
    ),
    Declared(
        name="policies",
        provider=PolicyChainProvider,
        inputs=PRODUCT | {"policies": [CORS]},
        after=("rules",),
        deleted_with="product",
    ),
    Declared(
        name="promotion",
        provider=ProxyPromotionProvider,
        inputs=PRODUCT | {"fingerprint": ""},
        after=("backend", "product", "metrics", "rules", "policies"),
        deleted_with="product",
    ),
    Declared(
        name="retired",
        provider=RetiredMetricsProvider,
        inputs=PRODUCT | {"members": {"tokens": "metric", "cost": "metric", "chat": "method", "models": "method"}},
        after=("promotion", "plan"),
        deleted_with="product",
    ),
    Declared(
        name="account",
        provider=DeveloperAccountProvider,
        inputs={"org_name": "Team", "username": "dora", "email": "dora@example.com"},
    ),
    Declared(
        name="user",
        provider=DeveloperUserProvider,
        inputs={"account_id": Ref("account"), "username": "emil", "email": "emil@example.com", "password": "secret-1"},
        deleted_with="account",
    ),
    Declared(
        name="contract",
        provider=ServiceSubscriptionProvider,
        inputs=PRODUCT | {"account_id": Ref("account"), "service_plan_id": Ref("subscription", "plan_id")},
    ),
    Declared(
        name="application",
        provider=ApplicationProvider,
        inputs=PRODUCT | {"account_id": Ref("contract", "account_id"), "plan_id": Ref("plan"), "name": "first"},
        after=("account", "contract"),
    ),
    Declared(
        name="token",
        provider=AccessTokenProvider,
        inputs={"name": "for a pipeline", "scopes": ["stats"], "permission": "ro"},
    ),
)
"""Everything of one model, in the order in which the engine meets it."""

Edits = Mapping[str, Json]
"""Name of a resource → the inputs that are declared otherwise."""
UPDATED: Edits = {
    "backend": {"private_endpoint": "http://other.models.svc:8080"},
    "product": {"description": "Another model", "error_no_match": "No such operation"},
    "subscription": {"name": "Members", "approval_required": True},
    "page": {"description": "What it can do", "document": {**DOCUMENT, "info": {"title": "Tiny", "version": "2"}}},
    "usages": {"usages": {"/llm": {"backend_id": Ref("backend")}}},
    "metrics": {
        "metrics": {"tokens": {**TOKENS, "description": "All of them"}},
        "methods": {"chat": {"friendly_name": "Chats"}, "embed": {"friendly_name": "Embed"}},
    },
    "plan": {
        "name": "Silver",
        "limits": {"tokens per day": {"value": 50}, "embed per hour": {"value": 9}},
        "prices": {"tokens from 1": {"cost_per_unit": 0.02}},
        "features": {"small": {"name": "Small", "description": "One request at a time"}},
    },
    "rules": {"rules": {"POST /v1/embeddings": {"metric": "embed", "position": 5}, CHAT: {**COUNT_CHAT, "delta": 2}}},
    "policies": {"policies": [{**CORS, "configuration": {"allow_origin": "https://maas.example.com"}}]},
    "retired": {"members": {"tokens": "metric", "chat": "method", "embed": "method"}},
    "account": {"org_name": "The team", "email": "team@example.com"},
    "user": {"role": "admin", "password": "secret-2"},
    "application": {"description": "In use", "key_rotation": "once"},
    "token": {"permission": "rw"},
}
FEEDING = ("backend", "product", "usages", "metrics", "rules", "policies")
"""What the gateway's configuration is made from."""
RENAMED: Edits = {"backend": {"system_name": "small"}, "product": {"system_name": "small"}}
ANOTHER_PLAN: Edits = {"plan": {"system_name": "gold"}}


def program(edits: Edits) -> list[Declared]:
    """Return the model with `edits`, and with the fingerprint of everything declared in its promotion."""
    declared = [replace(one, inputs={**one.inputs, **edits.get(one.name, {})}) for one in MODEL]
    text = json.dumps([one.inputs for one in declared if one.name in FEEDING], sort_keys=True, default=str)
    fingerprint = {"fingerprint": hashlib.sha256(text.encode()).hexdigest()[:16]}
    return [replace(one, inputs={**one.inputs, **fingerprint}) if one.name == "promotion" else one for one in declared]


@dataclass(frozen=True)
class Course:
    """One way through the life of a model."""

    name: str
    before: Sequence[Declared]
    """What is up when the course begins."""
    after: Sequence[Declared]
    """What it is brought to; nothing stands for destroying."""


COURSES = {
    course.name: course
    for course in (
        Course("create", [], program({})),
        Course("update", program({}), program(UPDATED)),
        Course("replace", program({}), program(RENAMED)),
        Course("replace-plan", program({}), program(ANOTHER_PLAN)),
        Course("destroy", program({}), []),
    )
}
