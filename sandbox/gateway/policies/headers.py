"""APIcast's headers policy: sets, adds and deletes headers of the request and of the answer.

Facts: APIcast, gateway/src/apicast/policy/headers/headers.lua. `push` and values in Liquid are not simulated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.gateway.chain import Context, Policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from multidict import CIMultiDict


class Headers(Policy):
    """Headers as configured; those of the request in the place this policy has in the chain."""

    names = frozenset({("headers", "builtin")})

    def __init__(self, configuration: Mapping[str, Any]) -> None:
        super().__init__(configuration)
        operations = [*configuration.get("request", []), *configuration.get("response", [])]
        if any(one["op"] not in _OPERATIONS or one.get("value_type", "plain") != "plain" for one in operations):
            message = "only set, add and delete with plain values are simulated"
            raise ValueError(message)

    async def rewrite(self, context: Context) -> None:
        """Change the request; a policy before this one has read it as it came."""
        _change(context.headers, self.configuration.get("request", []))

    def header_filter(self, context: Context) -> None:
        """Change the answer."""
        _change(context.response_headers, self.configuration.get("response", []))


_OPERATIONS = frozenset({"set", "add", "delete"})


def _change(headers: CIMultiDict[str], operations: list[dict[str, Any]]) -> None:
    for one in operations:
        name = one["header"]
        if one["op"] == "delete":
            headers.popall(name, None)
        elif one["op"] == "set":
            headers[name] = one["value"]
        elif name in headers:
            # `add` is for headers that are there already.
            headers.add(name, one["value"])
