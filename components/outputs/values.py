"""The values of the stack's outputs; `components.config.outputs` describes them."""

from collections.abc import Mapping
from typing import Any

import pulumi

from components.config import Settings, hosts
from components.config.consumers import KEY_ENTRY, secret_name
from components.config.operations import exposed
from components.config.outputs import complete

PlanIds = Mapping[tuple[str, str], pulumi.Output[str]]
"""Ids of the plans by model and plan."""


def stack_outputs(settings: Settings, plan_ids: PlanIds) -> dict[str, Any]:
    """Every output by name; keys and passwords are given as references to Secrets."""
    values = {
        "wildcard_domain": settings.cluster.wildcard_domain,
        "portal_url": hosts.portal_url(settings),
        "threescale_admin_url": hosts.threescale_admin_url(settings),
        "identity_issuer_url": hosts.identity_issuer_url(settings),
        "models": [_model(settings, key, plan_ids) for key in settings.models],
        "model_endpoints": {
            settings.system_name(key): hosts.gateway_url(settings, key, "production") for key in settings.models
        },
        "test_application_keys": _key_references(settings),
        "compat_flags": list(settings.compat.active),
    }
    complete(values)
    return values


def _model(settings: Settings, key: str, plan_ids: PlanIds) -> dict[str, Any]:
    model = settings.models[key]
    return {
        "name": key,
        "system_name": settings.system_name(key),
        "served_model_name": settings.served_model_name(key),
        "kind": model.kind,
        "max_model_len": model.max_model_len,
        "operations": [operation.system_name for operation in exposed(model, settings.compat)],
        "production_url": hosts.gateway_url(settings, key, "production"),
        "staging_url": hosts.gateway_url(settings, key, "staging"),
        "internal_url": hosts.model_base_url(settings, key),
        "plan_ids": {plan: plan_ids[key, plan] for plan in model.plans},
    }


def _key_references(settings: Settings) -> dict[str, dict[str, str]]:
    namespace = settings.namespaces.consumers
    return {
        f"{key}/{title}": {
            "model": settings.system_name(application.model),
            "namespace": namespace,
            "name": secret_name(key, title),
            "key": KEY_ENTRY,
        }
        for key, account in settings.consumers.accounts.items()
        for title, application in account.applications.items()
    }
