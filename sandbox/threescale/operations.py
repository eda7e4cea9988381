"""Every operation of the emulator, and the ones 3scale has that it does not: those answer 501 and say so."""

from __future__ import annotations

from sandbox.threescale.entities import (
    access_tokens,
    accounts,
    applications,
    backend_apis,
    backend_usages,
    limits,
    mapping_rules,
    metrics,
    objects,
    plans,
    policies,
    provider,
    proxies,
    proxy_configs,
    services,
    subscriptions,
    users,
)

_MODULES = (
    access_tokens,
    accounts,
    applications,
    backend_apis,
    backend_usages,
    limits,
    mapping_rules,
    metrics,
    objects,
    plans,
    policies,
    provider,
    proxies,
    proxy_configs,
    services,
    subscriptions,
    users,
)
OPERATIONS = tuple(operation for module in _MODULES for operation in module.OPERATIONS)
NOT_IMPLEMENTED: tuple[str, ...] = ()
