"""APIcast's cors policy: answers preflights, adds headers to answers of requests with an Origin.

Facts: APIcast, gateway/src/apicast/policy/cors/cors.lua. An absent setting echoes what the browser asked for; an empty
list adds no header at all, so a preflight without `allow_methods` gets none. A list makes one header per entry. An
`allow_origin` that is neither a URL nor `*` is a regular expression: the origin is echoed where it matches.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.gateway.chain import Context, ExitError, Policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.apicast.runtime import Runtime

_NO_CONTENT = 204
_MAX_AGE = 600
"""Seconds a browser may remember a preflight where nothing is set."""
# What 3scale's lua-resty-url takes for a URL.
_URL = re.compile(r"https?://(?:.+@)?[^/\s]+?(?::\d+)?(?:/.*)?")


class Cors(Policy):
    """Cross-origin requests from browsers."""

    names = frozenset({("cors", "builtin")})

    def __init__(self, configuration: Mapping[str, Any], _: Runtime) -> None:
        super().__init__(configuration)
        origin = configuration.get("allow_origin")
        self._pattern = origin if origin and origin != "*" and not _URL.fullmatch(origin) else None

    async def rewrite(self, context: Context) -> None:
        """Answer a preflight at once: the browser sends it without credentials."""
        preflight = "Origin" in context.headers and "Access-Control-Request-Method" in context.headers
        if context.method == "OPTIONS" and preflight:
            raise ExitError(_NO_CONTENT, b"")

    def header_filter(self, context: Context) -> None:
        """Let the page that asked read the answer."""
        origin = context.headers.get("Origin")
        if origin is None:
            return
        for name, values in self._headers(context, origin).items():
            context.response_headers.popall(name, None)
            for value in values:
                context.response_headers.add(name, value)

    def _headers(self, context: Context, origin: str) -> dict[str, list[str]]:
        settings = self.configuration
        credentials = settings.get("allow_credentials")
        age = settings.get("max_age")
        return {
            "Access-Control-Allow-Headers": _listed(context, settings, "headers", "Headers"),
            "Access-Control-Allow-Methods": _listed(context, settings, "methods", "Method"),
            "Access-Control-Allow-Origin": self._origin(context, origin),
            "Access-Control-Allow-Credentials": ["false" if credentials is False else "true"],
            "Access-Control-Max-Age": [str(_MAX_AGE if age is None else age)],
        }

    def _origin(self, context: Context, origin: str) -> list[str]:
        if self._pattern is None:
            return [self.configuration.get("allow_origin") or origin]
        return [origin] if context.exchange.compares(origin, "matches", self._pattern) else []


def _listed(context: Context, settings: Mapping[str, Any], what: str, asked: str) -> list[str]:
    configured: list[str] | None = settings.get(f"allow_{what}")
    if configured is not None:
        return configured
    value = context.headers.get(f"Access-Control-Request-{asked}")
    return [] if value is None else [value]
