"""The first `up` of a stack file without an engine: the real components register, the real plugin process creates."""

import importlib
from collections.abc import Mapping
from typing import Any

from dynamic_providers.threescale.natural_key import MODULES
from tests.dynamic_providers.engine.adopted_program import place
from tests.dynamic_providers.threescale.tenant import CANARY, Held, Tenant
from tests.support.plugin_host import PluginHost
from tests.support.recorder import COMPUTED, DYNAMIC, recorded
from tests.support.stack_file import CANARIES, handed_over

PREFIX = f"{DYNAMIC}threescale:"


class Up:
    """What was created, by type and name."""

    def __init__(self, tenant: Tenant, config: Mapping[str, Any]) -> None:
        """Create everything that the program registers for these keys of a stack file, in its order; then read it."""
        self.held: dict[tuple[str, str], Held] = {}
        self.changed: list[str] = []
        """What a refresh would show as changed, and what is gone."""
        # A process of its own, as every `up` has: it remembers what it has seen of a tenant.
        with PluginHost({"adminUrl": tenant.url, "accessToken": CANARY, "caBundle": ""}) as host:
            self._create(host, config)
            for (kind, name), held in self.held.items():
                read = host.read(_provider(kind), held)
                self.changed += [f"{kind} {name}"] * (read.id != held.id or read.inputs != held.inputs)

    def _create(self, host: PluginHost, config: Mapping[str, Any]) -> None:
        ids: dict[str, str] = {}
        for one in recorded(place, config=handed_over(config), secrets=CANARIES).resources:
            kind = one.type.removeprefix(PREFIX)
            if kind in MODULES and kind != "Gate":
                inputs = _known({key: value for key, value in one.inputs.items() if key != "__provider"}, ids)
                held = host.create(_provider(kind), inputs)
                ids[f"{one.name}-id"], self.held[kind, one.name] = held.id, held
                if kind == "ServicePlan":  # the recorder tells one id for all of them: enough for one model
                    ids[str(COMPUTED[one.type]["plan_id"])] = held.outs["plan_id"]

    def kinds(self) -> list[str]:
        """Class of everything that was created."""
        return [kind for kind, _ in self.held]


def _provider(kind: str) -> Any:  # noqa: ANN401 - a provider's class
    return getattr(importlib.import_module(f"dynamic_providers.threescale.{MODULES[kind]}"), f"{kind}Provider")


def _known(value: Any, ids: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON value
    """`value` with real ids in place of the recorder's."""
    if isinstance(value, dict):
        return {key: _known(held, ids) for key, held in value.items()}
    if isinstance(value, list):
        return [_known(held, ids) for held in value]
    return ids.get(value, value) if isinstance(value, str) else value
