"""APIcast's main policy: credentials, mapping rules, authorisation, and the report after a remembered one.

Facts: APIcast, gateway/src/apicast/policy/apicast/apicast.lua, proxy.lua, errors.lua. What is remembered is found by
service, credentials and usage; a metric with 0 is part of the usage. A limit of 0 forbids a metric: that is
`auth_failed`, as every refusal but `limits_exceeded` is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from sandbox.gateway.chain import Context, ExitError, Policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.apicast.exchange import Fields
    from sandbox.apicast.runtime import Runtime
    from sandbox.gateway.backend import Verdict

_KEY = "cached_key"
_OK = 200


class Apicast(Policy):
    """Lets a request pass when the backend says so; without it nothing is checked."""

    names = frozenset({("apicast", "builtin")})

    def __init__(self, configuration: Mapping[str, Any], _: Runtime) -> None:
        super().__init__(configuration)

    async def rewrite(self, context: Context) -> None:
        """Find out who asks and what that counts."""
        service = context.service
        form = context.exchange.body.decode("latin-1") if _is_form(context) else ""
        credentials = service.credentials(context.headers, context.query, form)
        if not credentials:
            raise _refused(context, "auth_missing")
        context.credentials = credentials
        context.exchange.set_credentials(credentials)
        usage, context.matched = service.usage(context.method, context.path, context.query, form)
        context.exchange.merge_usage(usage)
        context.exchange.set_variable(_KEY, ":".join((str(service.id), *credentials.values())))

    async def access(self, context: Context) -> None:
        """Ask the backend, unless the same call is remembered as authorised."""
        context.access_run = True
        usage = context.usage
        if not usage:
            raise _refused(context, "no_match", [("X-3scale-matched-rules", "")])
        _show_debug(context, usage)
        key = f"{context.exchange.variable(_KEY)}:{_encoded(usage)}"
        if context.backend.remembered(key) == _OK:
            context.exchange.set_variable(_KEY, key)
            return
        context.exchange.set_variable(_KEY, None)
        verdict = await context.backend.authrep(context.service, context.credentials, usage)
        context.backend.remember(context.caching, key, verdict)
        _judge(context, key, verdict)

    async def post_action(self, context: Context) -> None:
        """Authorise and report a call that a remembered authorisation let through; the answer is remembered in turn."""
        key = context.exchange.variable(_KEY) if context.access_run else None
        if key:
            backend = context.backend
            verdict = await backend.authrep(context.service, context.credentials, context.usage, context.status)
            backend.remember(context.caching, key, verdict)


def _judge(context: Context, key: str, verdict: Verdict) -> None:
    """Return when the request may pass.

    Raises:
        ExitError: it may not.
    """
    if verdict.unavailable:
        if context.backend.remembered(key) != _OK:
            raise _refused(context, "auth_failed")
    elif verdict.status != _OK:
        if verdict.reason == "limits_exceeded" and verdict.limit != 0:
            retry = [("Retry-After", verdict.reset_seconds)] if verdict.reset_seconds else []
            raise _refused(context, "limits_exceeded", retry)
        raise _refused(context, "auth_failed")


def _refused(context: Context, kind: str, headers: Fields | None = None) -> ExitError:
    refusal = context.service.refusal(kind)
    context.exchange.set_variable(_KEY, None)
    fields = [*context.own_headers.items(), *(headers or []), ("Content-Type", refusal.content_type)]
    return ExitError(refusal.status, refusal.text.encode(), fields)


def _is_form(context: Context) -> bool:
    kind = context.headers.get("Content-Type", "").lower()
    return context.method in ("POST", "PUT", "PATCH") and "application/x-www-form-urlencoded" in kind


def _encoded(usage: Mapping[str, int]) -> str:
    return "&".join(sorted(f"{quote(f'usage[{metric}]', safe='')}={delta}" for metric, delta in usage.items()))


def _show_debug(context: Context, usage: Mapping[str, int]) -> None:
    """What matched, for whoever knows the service token (`X-3scale-debug`)."""
    service = context.service
    if context.headers.get("X-3scale-debug") == service.content["backend_authentication_value"]:
        context.own_headers.update(
            {
                "X-3scale-matched-rules": ", ".join(rule.text for rule in context.matched),
                "X-3scale-credentials": urlencode(context.credentials),
                "X-3scale-usage": _encoded(usage),
                "X-3scale-hostname": context.headers.get("Host", ""),
                "X-3scale-service-id": str(service.id),
                "X-3scale-service-name": service.system_name,
            }
        )
