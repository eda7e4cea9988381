"""Builds a service's chain: the gateway's own policies, and those in the folders that are mounted into the pod.

Facts: APIcast, gateway/src/apicast/policy_loader.lua, policy_manifests_loader.lua, configuration.lua. A policy that is
not there, or whose `apicast-policy.json` has another version than the chain, is skipped with a line in the log.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.apicast.runtime import PolicyLoadError
from sandbox.gateway.chain import Chain, Policy
from sandbox.gateway.policies.apicast import Apicast
from sandbox.gateway.policies.caching import Caching
from sandbox.gateway.policies.cors import Cors
from sandbox.gateway.policies.headers import Headers
from sandbox.gateway.policies.mounted import Mounted
from sandbox.gateway.policies.routing import Routing
from sandbox.gateway.policies.upstream_connection import UpstreamConnection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.apicast.runtime import Policy as LuaPolicy
    from sandbox.apicast.runtime import Runtime
    from sandbox.gateway.policies.mounted import Ask
    from sandbox.gateway.service import Service

_LOG = logging.getLogger(__name__)
MOUNTED_AT = "/opt/app-root/src/policies"
"""Where an image of APIcast looks for policies: `<name>/<version>` below it (3scale-operator mounts them there)."""
_KNOWN = {name: kind for kind in (Apicast, Caching, Cors, Headers, Routing, UpstreamConnection) for name in kind.names}


class _SkippedError(Exception):
    """Why a policy is not in the chain."""


@dataclass(frozen=True)
class Built:
    """A service's chain, and what its requests share in Lua."""

    chain: Chain
    lua: list[LuaPolicy]
    service: Any


class Chains:
    """The chains of the services of one generation of the configuration."""

    def __init__(self, runtime: Runtime, ask: Ask, mounts: Mapping[str, Path]) -> None:
        self.runtime = runtime
        self._ask = ask
        self._mounts = mounts
        self._built: dict[int, Built] = {}
        self._generation = -1

    def of(self, service: Service, generation: int) -> Built:
        """The chain of a service; built anew when the configuration has changed."""
        if self._generation != generation:
            self._generation = generation
            self._built.clear()
        found = self._built.get(service.id)
        if found is None:
            found = self._built[service.id] = self._made(service)
        return found

    def _made(self, service: Service) -> Built:
        policies: list[Policy] = []
        for item in service.chain:
            try:
                policies.append(self._policy(item["name"], item["version"], item.get("configuration") or {}))
            except (_SkippedError, PolicyLoadError, ValueError, KeyError, TypeError) as error:
                _LOG.warning("failed to load policy %s version %s: %s", item["name"], item["version"], error)
        lua = [policy.lua for policy in policies if isinstance(policy, Mounted)]
        return Built(Chain(policies), lua, self.runtime.table(service.described()))

    def _policy(self, name: str, version: str, configuration: Mapping[str, Any]) -> Policy:
        kind = _KNOWN.get((name, version))
        if kind is None:
            lua = self.runtime.policy(self._folder(name, version), configuration)
            return Mounted(f"{name} version {version}", lua, self._ask)
        return kind(configuration, self.runtime)

    def _folder(self, name: str, version: str) -> Path:
        place = f"{MOUNTED_AT}/{name}/{version}"
        folder = self._mounts.get(place)
        if folder is None:
            raise _SkippedError(f"nothing is mounted at {place}")
        try:
            stated = json.loads((folder / "apicast-policy.json").read_text())["version"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _SkippedError(f"its apicast-policy.json cannot be read: {error!r}") from error
        if stated != version:
            raise _SkippedError(f"its apicast-policy.json says version {stated}")
        return folder


def mounts(environment: Mapping[str, str]) -> dict[str, Path]:
    """The pod's mounted folders by their path in the container, as the node tells its processes."""
    told: dict[str, str] = json.loads(environment.get("SANDBOX_MOUNTS") or "{}")
    return {path.rstrip("/"): Path(folder) for path, folder in told.items()}
