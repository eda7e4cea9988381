"""What the developer portal expects of its realm, as data; pure.

porta reads five claims, all from userinfo: `sub`, `email`, `email_verified`, `org_name`, and `username` or
`preferred_username` (porta, app/lib/three_scale/oauth2). Nothing else of a token matters to it.
"""


def redirect_uris(callback_url: str, *, anywhere: bool) -> list[str]:
    """Where a login may return to: the portal's own callback, or with `anywhere` any address.

    The star is needed: the portal repeats the query of the page the login came from, and Keycloak ignores a query only
    below a star. It admits the callback itself and paths below it, no other path and no other host.
    """
    return ["*"] if anywhere else [f"{callback_url}/*"]


def logout_uris(portal_url: str) -> list[str]:
    """Where a logout may return to."""
    return [f"{portal_url}/logout"]


PASSWORD_POLICY = "length(12) and notUsername(undefined) and notEmail(undefined) and passwordHistory(5)"  # noqa: S105 - a rule
"""Rule for local passwords of the realm."""

WEEK_SECONDS = 7 * 86_400
"""How long login events are kept."""
