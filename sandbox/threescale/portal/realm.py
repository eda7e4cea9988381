"""The two calls to a realm behind a log-in: the code for a token, the token for the user's profile.

porta, app/lib/three_scale/oauth2/{client_base,keycloak_client}.rb: client and secret go in the body; of the profile it
reads `sub`, `username` or else `preferred_username`, `email`, `email_verified` and `org_name`, of the tokens nothing.
"""

from __future__ import annotations

import http.client
import json
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

_SECONDS = 10.0
_MOST_BYTES = 1024 * 1024
_WRONG_CODE = "The authorization code is incorrect or has expired."
_UNTRUSTED = "The certificate of the integration's site is not trusted."
_UNREACHABLE = "The integration's site cannot be reached."


@dataclass(frozen=True)
class Profile:
    """Who somebody is, as the realm says."""

    uid: str
    username: str
    email: str
    email_verified: bool
    org_name: str

    @property
    def verified_email(self) -> str:
        """The address when it is verified, else empty."""
        return self.email if self.email_verified else ""


@dataclass(frozen=True)
class Failed:
    """Why nobody knows who somebody is; a sentence for the page."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """Everything the two calls need, so that they can be made in another thread."""

    site: str
    client_id: str
    client_secret: str
    code: str
    redirect_uri: str
    verify: bool = True
    """Whether the site's certificate must be trusted."""
    proxy: str = ""
    """`http://host:port` the realm is reached by; empty = directly."""
    ca_file: str = ""

    def __call__(self) -> Profile | Failed:
        """The profile; takes up to twice the time-out of one call."""
        endpoint = f"{self.site}/protocol/openid-connect"
        fields = {
            "grant_type": "authorization_code",
            "code": self.code,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "redirect_uri": self.redirect_uri,
        }
        try:
            token = self._json(Request(f"{endpoint}/token", urlencode(fields).encode()))["access_token"]  # noqa: S310  # http or https: checked when the integration was made
            headers = {"Authorization": f"Bearer {token}"}
            return _profile(self._json(Request(f"{endpoint}/userinfo", headers=headers)))  # noqa: S310  # as above
        except HTTPError as error:
            error.close()
            return Failed(_WRONG_CODE)
        except (ValueError, KeyError, TypeError):
            return Failed(_WRONG_CODE)
        except (URLError, OSError, http.client.HTTPException) as error:
            cause = getattr(error, "reason", error)
            return Failed(_UNTRUSTED if isinstance(cause, ssl.SSLError) else _UNREACHABLE)

    def _json(self, request: Request) -> dict[str, Any]:
        context = ssl.create_default_context(cafile=self.ca_file or None)
        if not self.verify:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        proxies = dict.fromkeys(("http", "https"), self.proxy) if self.proxy else {}
        opener = build_opener(ProxyHandler(proxies), HTTPSHandler(context=context))
        with opener.open(request, timeout=_SECONDS) as response:
            found = json.loads(response.read(_MOST_BYTES))
        if not isinstance(found, dict):
            raise TypeError("no JSON object")
        return found


def _profile(claims: dict[str, Any]) -> Profile:
    def told(*names: str) -> str:
        return next((str(claims[name]) for name in names if claims.get(name)), "")

    verified = claims.get("email_verified")
    return Profile(
        uid=told("sub"),
        username=told("username", "preferred_username"),
        email=told("email"),
        # Ruby's truth: everything but nil and false, the text "false" included.
        email_verified=verified is not None and verified is not False,
        org_name=told("org_name"),
    )
