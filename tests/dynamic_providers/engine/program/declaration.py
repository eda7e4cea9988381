"""What the program declares: one complete tenant, less and more by the JSON merge patch in EDITS."""

import json
import os
from collections.abc import Mapping
from typing import Any

Declared = dict[str, Any]

SSO_SECRET = "canary-5822-sso-secret"
ACCESS_CODE = "canary-6933-portal-code"
PASSWORD = "canary-7044-user-password"
"""Secrets that must be found nowhere but on the tenant."""

MODEL: Declared = {
    "adopt": False,
    "backend": {"name": "Tiny", "private_endpoint": "http://tiny.models.svc", "description": "Serves"},
    "product": {"name": "Tiny", "description": "A tiny model"},
    "usages": {"/": {}},
    "metrics": {
        "tokens": {"friendly_name": "Tokens", "unit": "token"},
        "images": {"friendly_name": "Images", "unit": "image"},
    },
    "methods": {"chat": {"friendly_name": "Chat"}, "embeddings": {"friendly_name": "Embeddings"}},
    "rules": {
        "POST /v1/chat/completions": {"metric": "chat", "position": 10},
        "POST /v1/embeddings": {"metric": "embeddings", "position": 20},
        "GET /v1/models$": {"metric": "hits", "position": 30},
    },
    "policies": [
        {"name": "cors", "version": "builtin", "configuration": {"allow_origin": "*"}},
        {"name": "headers", "version": "builtin", "configuration": {"response": []}},
    ],
    "subscription": {},
    "doc": {
        "openapi": "3.0.3",
        "info": {"title": "Tiny", "version": "1"},
        "servers": [{"url": "https://tiny.example.com"}],
        "paths": {"/v1/models": {"get": {"summary": "List", "responses": {"200": {"description": "The models"}}}}},
    },
    "plan": {
        "system_name": "standard",
        "name": "Standard",
        "limits": {"tokens per day": {"value": 100}, "hits per minute": {"value": 60}},
        "prices": {"tokens from 1 to 1000": {"cost_per_unit": 0.01}, "tokens from 1001": {"cost_per_unit": 0.005}},
        "features": {"support": {"name": "Support", "description": "By mail"}},
    },
}
"""One model; its key is the system name of backend and product where none is declared."""

DECLARED: Declared = {
    "models": {"tiny": {}},
    "accounts": {
        "dev": {
            "users": {"reader": {"password": PASSWORD}},
            "subscriptions": {"tiny": {}},
            "applications": {"notebook": {"model": "tiny"}},
        }
    },
    "portal": {
        "provider": {"from_email": "models@example.com", "site_access_code": ACCESS_CODE},
        "settings": {"signups_enabled": False, "account_approval_required": True},
        "sso": {
            "name": "Realm",
            "system_name": "keycloak",
            "client_id": "3scale",
            "client_secret": SSO_SECRET,
            "site": "https://sso.example.com/realms/maas",
        },
        "token": {"name": "reports", "scopes": ["stats"], "permission": "ro"},
        "policy": {"version": "0.1", "summary": "Counts tokens"},
        "content": {
            "sections": {"guides": {"title": "Guides", "parent": "root"}},
            "templates": {
                "page /guides/start": {"content": "<h1>Start</h1>", "title": "Start", "section": "guides"},
                "partial models": {"content": "<p>Models</p>"},
            },
        },
        "absent": True,
    },
}


def patched(whole: Declared, patch: Mapping[str, Any]) -> Declared:
    """Return `whole` with a JSON merge patch applied (RFC 7396); its nulls stay, for `pruned`."""
    merged = dict(whole)
    for key, value in patch.items():
        held = merged.get(key)
        merged[key] = patched(held, value) if isinstance(held, dict) and isinstance(value, Mapping) else value
    return merged


def pruned(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return `value` without the null entries of its mappings."""
    if isinstance(value, Mapping):
        return {key: pruned(held) for key, held in value.items() if held is not None}
    return [pruned(held) for held in value] if isinstance(value, list) else value


def declared() -> Declared:
    """Return what is declared in this run."""
    edits = json.loads(os.environ.get("EDITS", "{}"))
    whole: Declared = pruned(patched(DECLARED, edits))
    whole["models"] = {key: pruned(patched(MODEL, spec)) for key, spec in whole["models"].items()}
    return whole
