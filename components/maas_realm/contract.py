"""What the developer portal expects of its realm, as data; pure.

porta reads five claims, all from userinfo: `sub`, `email`, `email_verified`, `org_name`, and `username` or
`preferred_username` (porta, app/lib/three_scale/oauth2). Nothing else of a token matters to it.
"""

from collections.abc import Sequence


def redirect_uris(callback_url: str, further: Sequence[str] = (), *, anywhere: bool) -> list[str]:
    """Where a login may return to: the portal's own callback and `further` ones, or with `anywhere` any address.

    The star is needed: the portal repeats the query of the page the login came from, and Keycloak ignores a query only
    below a star. It admits the callback itself and paths below it, no other path and no other host.
    """
    return ["*"] if anywhere else [f"{callback_url}/*", *further]


def logout_uris(portal_url: str) -> list[str]:
    """Where a logout may return to."""
    return [f"{portal_url}/logout"]


def go_duration(seconds: int) -> str:
    """A time in the form that Keycloak's plugin reads back (Go, time.Duration): `5m0s`, `10h0m0s`."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m{rest}s"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"


DEFAULT_SCOPES = ("basic", "email")
"""Client scopes that are always granted: subject and address.

The scope `profile` would add names and more to userinfo, which 3scale does not read; of it only the user's name is
needed, and a mapper tells that alone.
"""

PASSWORD_POLICY = "length(12) and notUsername(undefined) and notEmail(undefined) and passwordHistory(5)"  # noqa: S105 - a rule
"""Rule for local passwords of the realm."""

DAY_SECONDS = 86_400
