"""The values of the stack's outputs; `components.config.outputs` describes them."""

from collections.abc import Mapping
from typing import Any

from components.config import Settings, hosts
from components.config.consumers import KEY_ENTRY, TOKEN_ENTRY, TOKEN_SECRET, secret_name
from components.config.counted import method_names
from components.config.outputs import complete
from components.site import Offer


def stack_outputs(settings: Settings, offers: Mapping[str, Offer]) -> dict[str, Any]:
    """Every output by name; keys, tokens and passwords are given as references to Secrets."""
    names = {key: settings.system_name(key) for key in settings.models}
    product_ids = {name: offers[key].product_id for key, name in names.items()}
    values = {
        "wildcard_domain": settings.cluster.wildcard_domain,
        "portal_url": hosts.portal_url(settings),
        "portal_sso_callback_url": hosts.portal_sso_callback_url(settings) if settings.identity is not None else None,
        "threescale_admin_url": hosts.threescale_admin_url(settings),
        "threescale_access_token": {
            "namespace": settings.namespaces.consumers,
            "name": TOKEN_SECRET,
            "key": TOKEN_ENTRY,
        },
        "identity_issuer_url": hosts.identity_issuer_url(settings),
        "models": [_model(settings, key, offers[key]) for key in settings.models],
        "model_endpoints": {name: hosts.gateway_url(settings, key, "production") for key, name in names.items()},
        "product_ids": product_ids,
        "backend_ids": {name: offers[key].backend_id for key, name in names.items()},
        "plan_ids": {name: dict(offers[key].plan_ids) for key, name in names.items()},
        "proxy_versions": {name: dict(offers[key].versions) for key, name in names.items()},
        "stats_api": {"base_url": hosts.stats_url(settings), "service_ids": product_ids},
        "test_application_keys": _key_references(settings),
        "compat_flags": list(settings.compat.active),
    }
    complete(values)
    return values


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
