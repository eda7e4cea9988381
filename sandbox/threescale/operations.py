"""Every operation of the emulator, and the ones 3scale has that it does not: those answer 501 and say so."""

from __future__ import annotations

from sandbox.threescale.entities import (
    access_tokens,
    accounts,
    active_docs,
    applications,
    authentication_providers,
    backend_apis,
    backend_usages,
    limits,
    mapping_rules,
    metrics,
    objects,
    plans,
    policies,
    pricing_rules,
    provider,
    proxies,
    proxy_configs,
    registry,
    services,
    stats,
    subscriptions,
    users,
)
from sandbox.threescale.not_implemented import NOT_IMPLEMENTED

__all__ = ["NOT_IMPLEMENTED", "OPERATIONS"]

_MODULES = (
    access_tokens,
    accounts,
    active_docs,
    applications,
    authentication_providers,
    backend_apis,
    backend_usages,
    limits,
    mapping_rules,
    metrics,
    objects,
    plans,
    policies,
    pricing_rules,
    provider,
    proxies,
    proxy_configs,
    registry,
    services,
    stats,
    subscriptions,
    users,
)
OPERATIONS = tuple(operation for module in _MODULES for operation in module.OPERATIONS)
