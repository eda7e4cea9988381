"""Identity providers of the public: whoever asks them for an account gets one."""

from urllib.parse import urlsplit

_HOSTS = frozenset(
    {
        "accounts.google.com",
        "api.login.yahoo.com",
        "appleid.apple.com",
        "discord.com",
        "github.com",
        "gitlab.com",
        "id.twitch.tv",
        "limited.facebook.com",
        "login.live.com",
        "oauth2.googleapis.com",
        "orcid.org",
        "slack.com",
        "token.actions.githubusercontent.com",
        "www.facebook.com",
        "www.googleapis.com",
        "www.linkedin.com",
        "www.paypal.com",
    }
)
"""Hosts that serve nobody in particular: of each, `/.well-known/openid-configuration` of its operator, or its guide to
signing in (OpenID Connect Discovery 1.0, section 4)."""

_MICROSOFT = frozenset(
    {"login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn", "sts.windows.net"}
)
"""Hosts of Microsoft Entra ID and of its national clouds; the first step of a path is the tenant (Microsoft identity
platform, "OpenID Connect on the Microsoft identity platform", "National clouds")."""

_MANY_TENANTS = frozenset({"common", "consumers", "organizations", "9188040d-6c67-4c5b-b112-36a304b66dad"})
"""Tenants that stand for several, or for everybody's personal account, which is the last one (the same page)."""


def for_the_public(url: str) -> bool:
    """Whether `url` belongs to a provider at which anybody can have an account.

    Only well-known ones are recognised; of any other server the stack file has to say so.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    tenant = parts.path.strip("/").partition("/")[0].lower()
    return host in _HOSTS or (host in _MICROSOFT and tenant in _MANY_TENANTS)
