"""APIcast's headers policy: sets, adds, pushes and deletes headers of the request and of the answer.

Facts: APIcast, gateway/src/apicast/policy/headers/headers.lua and its README: `add` is for headers that are there,
`push` also for others; a header that is set to nothing is deleted; values are plain or Liquid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.gateway.chain import Context, Policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from multidict import CIMultiDict

    from sandbox.apicast.runtime import Runtime

_OPERATIONS = frozenset({"set", "add", "push", "delete"})


@dataclass(frozen=True)
class _Command:
    op: str
    header: str
    template: object


class Headers(Policy):
    """Headers as configured; those of the request in the place this policy has in the chain."""

    names = frozenset({("headers", "builtin")})

    def __init__(self, configuration: Mapping[str, Any], runtime: Runtime) -> None:
        super().__init__(configuration)
        self._request = _commands(configuration.get("request") or (), runtime)
        self._response = _commands(configuration.get("response") or (), runtime)

    async def rewrite(self, context: Context) -> None:
        """Change the request; a policy before this one has read it as it came, a later template sees the change."""
        for command in self._request:
            context.show()
            _run(command, context.headers, context.exchange.rendered(command.template))
        context.show()

    def header_filter(self, context: Context) -> None:
        """Change the answer."""
        for command in self._response:
            _run(command, context.response_headers, context.exchange.rendered(command.template, "header_filter"))


def _commands(configured: Iterable[dict[str, Any]], runtime: Runtime) -> list[_Command]:
    wrong = {one["op"] for one in configured} - _OPERATIONS
    if wrong:
        raise ValueError(f"{', '.join(sorted(wrong))} is none of {', '.join(sorted(_OPERATIONS))}")
    return [
        _Command(
            one["op"], one["header"], runtime.template(str(one.get("value") or ""), one.get("value_type") or "plain")
        )
        for one in configured
    ]


def _run(command: _Command, headers: CIMultiDict[str], value: str) -> None:
    name = command.header
    if command.op == "delete" or (command.op == "set" and not value):
        headers.popall(name, None)
    elif command.op == "set":
        headers[name] = value
    elif command.op == "push" or name in headers:
        headers.add(name, value)
