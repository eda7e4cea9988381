"""APIcast's upstream_connection policy: how long the upstream may take. Seconds, as there.

Facts: APIcast, gateway/src/apicast/policy/upstream_connection/upstream_connection.lua.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.gateway.chain import Context, Policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.apicast.runtime import Runtime

_NAMES = ("connect_timeout", "send_timeout", "read_timeout")


class UpstreamConnection(Policy):
    """Time limits towards the upstream."""

    names = frozenset({("upstream_connection", "builtin")})

    def __init__(self, configuration: Mapping[str, Any], _: Runtime) -> None:
        super().__init__(configuration)
        self._given = {name: float(configuration[name]) for name in _NAMES if configuration.get(name) is not None}

    async def rewrite(self, context: Context) -> None:
        """Set the given limits; the others keep the gateway's own."""
        context.timeouts.update(self._given)
