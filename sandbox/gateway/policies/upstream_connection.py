"""APIcast's upstream_connection policy: how long the upstream may take. Seconds, as there."""

from __future__ import annotations

from sandbox.gateway.chain import Context, Policy

_NAMES = ("connect_timeout", "send_timeout", "read_timeout")


class UpstreamConnection(Policy):
    """Time limits towards the upstream."""

    names = frozenset({("upstream_connection", "builtin")})

    async def rewrite(self, context: Context) -> None:
        """Set the given limits; the others keep the gateway's own."""
        given = {name: float(self.configuration[name]) for name in _NAMES if self.configuration.get(name) is not None}
        context.timeouts.update(given)
