"""APIcast's main policy: credentials, mapping rules, authorisation, and the report after a remembered one.

Facts: APIcast, gateway/src/apicast/policy/apicast/apicast.lua, proxy.lua, errors.lua.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.gateway.chain import Context, ExitError, Policy

if TYPE_CHECKING:
    from sandbox.gateway.backend import Verdict


class Apicast(Policy):
    """Lets a request pass when the backend says so; without it nothing is checked."""

    names = frozenset({("apicast", "builtin")})

    async def rewrite(self, context: Context) -> None:
        """Find out who asks and what that counts."""
        service = context.service
        form = ""
        if context.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
            form = context.body.decode("latin-1")
        context.credentials = service.credentials(context.headers, context.query, form)
        context.usage, context.matched = service.usage(context.method, context.path, context.query)

    async def access(self, context: Context) -> None:
        """Ask the backend, unless the same call was authorised before."""
        if not context.credentials:
            raise _refused(context, "auth_missing")
        if not context.usage:
            raise _refused(context, "no_match")
        backend = context.backend
        if backend.remembered(context.service, context.credentials, context.usage):
            context.cached = context.authorized = True
            return
        verdict = await backend.authrep(context.service, context.credentials, context.usage)
        if not verdict.authorized:
            raise _answer(context, verdict)
        context.authorized = True

    async def post_action(self, context: Context) -> None:
        """Authorise and report a call that a remembered authorisation let through; a refusal ends the remembering."""
        if context.cached:
            await context.backend.authrep(context.service, context.credentials, context.usage)


def _answer(context: Context, verdict: Verdict) -> ExitError:
    if verdict.reason == "limits_exceeded":
        refused = _refused(context, "limits_exceeded")
        if verdict.reset_seconds.isdigit():
            refused.headers["Retry-After"] = verdict.reset_seconds
        return refused
    return _refused(context, "auth_failed")


def _refused(context: Context, kind: str) -> ExitError:
    refusal = context.service.refusal(kind)
    return ExitError(refusal.status, refusal.text, {"Content-Type": refusal.content_type})
