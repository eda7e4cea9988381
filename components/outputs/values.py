"""The values of the stack's outputs; `components.config.outputs` describes them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from components.config import Settings, hosts
from components.config.consumers import KEY_ENTRY, TOKEN_ENTRY, TOKEN_SECRET, secret_name
from components.config.counted import method_names
from components.config.outputs import complete
from components.outputs.health import health
from components.outputs.identity import identity_outputs
from components.outputs.manual_steps import manual_steps
from components.outputs.namespaces import namespaces
from components.outputs.nodes import gpu_pools
from components.outputs.serving import serving_outputs
from components.outputs.storage import storage_outputs
from components.outputs.threescale import threescale_outputs
from components.outputs.versions import versions
from components.site import Offer


def stack_outputs(
    settings: Settings, offers: Mapping[str, Offer], gates: Mapping[str, Sequence[pulumi.Resource]]
) -> dict[str, Any]:
    """Every output by name; keys, tokens and passwords are given as references to Secrets.

    `gates` are those of each part of the platform.
    """
    spaces, names = settings.namespaces, {key: settings.system_name(key) for key in settings.models}
    values = {
        "wildcard_domain": settings.cluster.wildcard_domain,
        "namespaces": namespaces(settings),
        "portal_url": hosts.portal_url(settings),
        "portal_sso_callback_url": hosts.portal_sso_callback_url(settings) if settings.identity is not None else None,
        **threescale_outputs(settings),
        "threescale_access_token": {"namespace": spaces.consumers, "name": TOKEN_SECRET, "key": TOKEN_ENTRY},
        **identity_outputs(settings),
        **storage_outputs(settings),
        "gpu_pools": gpu_pools(settings),
        "models": [_model(settings, key, offers[key]) for key in settings.models],
        **serving_outputs(settings),
        "model_endpoints": {name: hosts.gateway_url(settings, key, "production") for key, name in names.items()},
        **_ids(settings, {name: offers[key] for key, name in names.items()}),
        "test_application_keys": _key_references(settings),
        "versions": versions(settings),
        "health": health(gates),
        "manual_steps": manual_steps(settings),
        "compat_flags": list(settings.compat.active),
    }
    complete(values)
    return values


def _ids(settings: Settings, offers: Mapping[str, Offer]) -> dict[str, Any]:
    """What 3scale calls the products by; `offers` are by system name."""
    product_ids = {name: offer.product_id for name, offer in offers.items()}
    return {
        "product_ids": product_ids,
        "backend_ids": {name: offer.backend_id for name, offer in offers.items()},
        "plan_ids": {name: dict(offer.plan_ids) for name, offer in offers.items()},
        "proxy_versions": {name: dict(offer.versions) for name, offer in offers.items()},
        "stats_api": {"base_url": hosts.stats_url(settings), "service_ids": product_ids},
    }


def _model(settings: Settings, key: str, offer: Offer) -> dict[str, Any]:
    model = settings.models[key]
    return {
        "name": key,
        "system_name": settings.system_name(key),
        "served_model_name": settings.served_model_name(key),
        "kind": model.kind,
        "max_model_len": model.max_model_len,
        "operations": list(method_names(model, settings.compat)),
        "production_url": hosts.gateway_url(settings, key, "production"),
        "staging_url": hosts.gateway_url(settings, key, "staging"),
        "internal_url": hosts.model_base_url(settings, key),
        "docs_url": hosts.docs_url(settings, key),
        "plan_ids": dict(offer.plan_ids),
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
