"""The APIManager; pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from components.config import Settings
from components.config.gateway_policy import NAME as POLICY
from components.config.gateway_policy import GatewayPolicy
from components.config.threescale import ThreeScale
from components.config.threescale_databases import ExternalDatabases
from components.config.threescale_sizes import Part, PodAmounts, PodResources
from components.custom_resources import Manifest
from components.threescale_install.file_storage import file_storage

NAME = "apimanager"
"""Name of the APIManager; one per namespace."""

SEED_SECRET = "system-seed"  # noqa: S105 - the name of a Secret, not its contents
"""Secret from which 3scale takes its first accounts, at its first start only (3scale-operator)."""

POLICY_SECRET = f"{POLICY}-policy"
"""Secret with the files of the gateway's policy, where this stack makes it."""

_IN_PRODUCTION = 2
"""Pods of each part in production, so that a node can be drained without an outage."""

Path = tuple[str, ...]
"""Where something stands in the spec."""

_PODS: Mapping[str, Path] = {
    "apicast_staging": ("apicast", "stagingSpec"),
    "apicast_production": ("apicast", "productionSpec"),
    "backend_listener": ("backend", "listenerSpec"),
    "backend_worker": ("backend", "workerSpec"),
    "backend_cron": ("backend", "cronSpec"),
    "system_app": ("system", "appSpec"),
    "system_sidekiq": ("system", "sidekiqSpec"),
    "zync": ("zync", "appSpec"),
    "zync_que": ("zync", "queSpec"),
}
"""The parts whose number can be set (3scale-operator, apis/apps/v1alpha1/apimanager_types.go)."""

_CONTAINERS: Mapping[Part, Path] = {
    "apicastStaging": ("apicast", "stagingSpec", "resources"),
    "apicastProduction": ("apicast", "productionSpec", "resources"),
    "backendListener": ("backend", "listenerSpec", "resources"),
    "backendWorker": ("backend", "workerSpec", "resources"),
    "backendCron": ("backend", "cronSpec", "resources"),
    "systemMaster": ("system", "appSpec", "masterContainerResources"),
    "systemProvider": ("system", "appSpec", "providerContainerResources"),
    "systemDeveloper": ("system", "appSpec", "developerContainerResources"),
    "systemSidekiq": ("system", "sidekiqSpec", "resources"),
    "systemSearchd": ("system", "searchdSpec", "resources"),
    "systemMemcached": ("system", "memcachedResources"),
    "zync": ("zync", "appSpec", "resources"),
    "zyncQue": ("zync", "queSpec", "resources"),
}
"""The containers whose resources can be set (as above)."""


def api_manager(settings: Settings) -> Manifest:
    """The whole of 3scale; the file volume's class is named, the default one is often unfit."""
    threescale = settings.threescale
    spec: dict[str, Any] = {
        "wildcardDomain": settings.cluster.wildcard_domain,
        "tenantName": threescale.tenant_name,
        "resourceRequirementsEnabled": threescale.resource_requirements,
        "system": {"fileStorage": file_storage(threescale.file_storage)},
    }
    for path, value in _further(settings):
        _put(spec, path, value)
    return {
        "apiVersion": "apps.3scale.net/v1alpha1",
        "kind": "APIManager",
        "metadata": {"name": NAME, "namespace": settings.namespaces.threescale},
        "spec": spec,
    }


def watched(threescale: ThreeScale) -> tuple[str, ...]:
    """What the gate of the installation demands. With databases of somebody else, also that they are reached."""
    return ("Available",) if threescale.external_databases is None else ("Preflights", "Available")


def _further(settings: Settings) -> Iterator[tuple[Path, Any]]:
    """What stands in the spec besides, each with its path; nothing of it where the operator's own value is meant."""
    threescale, in_production = settings.threescale, settings.environment == "prod"
    if threescale.external_databases is not None:
        yield ("externalComponents",), _external(threescale.external_databases)
        for path in _encrypted(threescale.external_databases):
            yield path, True
    budgets = threescale.pod_disruption_budgets
    if in_production if budgets is None else budgets:
        yield ("podDisruptionBudget",), {"enabled": True}
    for part, path in _PODS.items():
        number = getattr(threescale.replicas, part) or (_IN_PRODUCTION if in_production else None)
        if number is not None:
            yield (*path, "replicas"), number
    for container, resources in threescale.resources.items():
        yield _CONTAINERS[container], _resources(resources)
    for stage in ("stagingSpec", "productionSpec"):
        yield ("apicast", stage, "customPolicies"), [_custom_policy(threescale.gateway_policy)]


def _external(databases: ExternalDatabases) -> dict[str, Any]:
    parts: dict[str, Any] = {"backend": {"redis": True}, "system": {"redis": True, "database": True}}
    return {**parts, "zync": {"database": True}} if databases.zync else parts


def _encrypted(databases: ExternalDatabases) -> Iterator[Path]:
    """The switches of TLS: the operator refuses an address whose scheme is not what its switch says."""
    if databases.tls is None:
        return
    yield from (("backend", "backendRedisTLSEnabled"), ("backend", "queuesRedisTLSEnabled"))
    yield from (("system", "systemRedisTLSEnabled"), ("system", "systemDatabaseTLSEnabled"))
    if databases.zync:
        yield ("zync", "zyncDatabaseTLSEnabled")


def _custom_policy(policy: GatewayPolicy) -> dict[str, Any]:
    secret = policy.secret_name or POLICY_SECRET
    return {"name": POLICY, "version": policy.version, "secretRef": {"name": secret}}


def _resources(resources: PodResources) -> dict[str, Any]:
    parts = {"requests": _amounts(resources.requests), "limits": _amounts(resources.limits)}
    return {name: amounts for name, amounts in parts.items() if amounts}


def _amounts(amounts: PodAmounts) -> dict[str, str]:
    return amounts.model_dump(exclude_none=True)


def _put(spec: dict[str, Any], path: Path, value: object) -> None:
    *above, last = path
    for step in above:
        spec = spec.setdefault(step, {})
    spec[last] = value
