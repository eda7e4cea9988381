"""Finding what an interrupted create may have left behind, for the recovery after a crash."""

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dynamic_providers.declared import TYPE_PREFIX
from dynamic_providers.threescale.entity import EntityProvider, TenantProvider
from dynamic_providers.threescale.errors import NotFound

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

MODULES = {
    "Gate": "gate",
    "ProviderAccount": "provider_account",
    "PortalSettings": "portal_settings",
    "AccessToken": "access_token",
    "Backend": "backend",
    "Product": "product",
    "BackendUsages": "backend_usages",
    "Metrics": "metrics",
    "MappingRules": "mapping_rules",
    "PolicyChain": "policy_chain",
    "PolicyDefinition": "policy_definition",
    "ApplicationPlan": "application_plan",
    "ServicePlan": "service_plan",
    "ActiveDoc": "active_doc",
    "ProxyPromotion": "proxy_promotion",
    "RetiredMetrics": "retired_metrics",
    "SsoIntegration": "sso_integration",
    "AbsentProduct": "absent_product",
    "AbsentBackend": "absent_backend",
    "AbsentAccount": "absent_account",
    "DeveloperAccount": "developer_account",
    "DeveloperUser": "developer_user",
    "Application": "application",
    "ServiceSubscription": "service_subscription",
    "PortalContent": "portal_content",
}
"""Class of a resource → its module; `<class>Provider` stands beside it."""
TYPES = frozenset(f"{TYPE_PREFIX}threescale:{name}" for name in MODULES)
"""Type tokens of this package, as they stand in a state."""


def lookup(type_token: str, api: "AdminApi", inputs: Mapping[str, Any]) -> str | None:
    """Return the id of the entity that holds the natural key of `inputs`, or None.

    None also stands for what needs no recovery: sets and single objects of a product converge on whatever is there,
    so their create is simply repeated.

    Raises:
        KeyError: no type of this package.
        ThreescaleError: 3scale cannot be asked.
    """
    provider = _provider(type_token)
    try:
        return provider.find(api, provider.canonical(inputs), fresh=True)
    except NotFound:  # the entity's own parent is gone
        return None


def matches(type_token: str, api: "AdminApi", id_: str, inputs: Mapping[str, Any]) -> bool:
    """Tell whether the entity `id_` is one that a create of `inputs` can have made.

    True when the server has every field of the create's first call as declared; what later calls set (a proxy's
    settings, limits, approvals) may be missing after a crash and is not compared. False for any other entity that
    holds the natural key, for one that is gone, and for types that `lookup` never finds.

    Raises:
        KeyError: no type of this package.
        ThreescaleError: 3scale cannot be asked.
    """
    provider = _provider(type_token)
    return provider.matches(api, id_, provider.canonical(inputs))


def is_told_once(type_token: str) -> bool:
    """Tell whether 3scale tells a part of such an entity in the answer to its create only.

    What a crash left of it is of no use: it is to be discarded, not taken over.

    Raises:
        KeyError: no type of this package.
    """
    return _provider(type_token).told_once


def discard(type_token: str, api: "AdminApi", id_: str, inputs: Mapping[str, Any]) -> None:
    """Delete the entity `id_`, which a create of `inputs` made; fine when it is gone.

    Raises:
        KeyError: no type of this package.
        TypeError: no type of which anything is told once.
        ThreescaleError: 3scale refuses, or cannot be asked.
    """
    provider = _provider(type_token)
    if not (provider.told_once and isinstance(provider, EntityProvider)):
        raise TypeError(f"{type_token} is to be taken over, not discarded")
    provider.remove(api, id_, provider.canonical(inputs))


def _provider(type_token: str) -> TenantProvider:
    name = type_token.removeprefix(f"{TYPE_PREFIX}threescale:")
    module = importlib.import_module(f"dynamic_providers.threescale.{MODULES[name]}")
    provider = getattr(module, f"{name}Provider")()
    if not isinstance(provider, TenantProvider):
        raise TypeError(f"{type_token} is served by {provider!r}, which is no provider of a tenant")
    return provider
