"""APIcast's cors policy: answers preflights, adds headers to answers of requests with an Origin.

Facts: APIcast, gateway/src/apicast/policy/cors. An absent setting echoes what the browser asked for; an empty list
adds no header at all, so a preflight without `allow_methods` gets none.
"""

from __future__ import annotations

from sandbox.gateway.chain import Context, ExitError, Policy

_NO_CONTENT = 204


class Cors(Policy):
    """Cross-origin requests from browsers."""

    names = frozenset({("cors", "builtin")})

    async def rewrite(self, context: Context) -> None:
        """Answer a preflight at once: the browser sends it without credentials."""
        preflight = "Origin" in context.headers and "Access-Control-Request-Method" in context.headers
        if context.method == "OPTIONS" and preflight:
            raise ExitError(_NO_CONTENT, "", self._headers(context))

    def header_filter(self, context: Context) -> None:
        """Let the page that asked read the answer."""
        if "Origin" in context.headers:
            context.response_headers.update(self._headers(context))

    def _headers(self, context: Context) -> dict[str, str]:
        settings, asked = self.configuration, context.headers
        values = {
            "Access-Control-Allow-Headers": _listed(
                settings.get("allow_headers"), asked.get("Access-Control-Request-Headers")
            ),
            "Access-Control-Allow-Methods": _listed(
                settings.get("allow_methods"), asked.get("Access-Control-Request-Method")
            ),
            "Access-Control-Allow-Origin": settings.get("allow_origin") or asked.get("Origin"),
            "Access-Control-Allow-Credentials": "false" if settings.get("allow_credentials") is False else "true",
            "Access-Control-Max-Age": str(settings["max_age"]) if settings.get("max_age") is not None else None,
        }
        return {name: value for name, value in values.items() if value}


def _listed(configured: list[str] | None, asked: str | None) -> str | None:
    return asked if configured is None else ", ".join(configured)
