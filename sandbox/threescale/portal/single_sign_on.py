"""Log-in by an integration: the way back from the realm, and a short address that leads there.

porta, app/lib/authentication/strategy/oauth2*.rb, lib/developer_portal/config/routes.rb. No `state` is checked, because
porta sends none. Whatever else stands in the query of the call-back, it
repeats in the redirect URI of the token call, where the realm compares it. An integration that is not published has no
link, and its call-back goes on working.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from sandbox.threescale.portal import login, people
from sandbox.threescale.portal.integrations import address, named, target
from sandbox.threescale.portal.pages import not_found
from sandbox.threescale.portal.realm import Exchange, Failed
from sandbox.threescale.portal.visit import redirect
from sandbox.threescale.refusals import NotSimulated

if TYPE_CHECKING:
    from sandbox.threescale.operation import Text
    from sandbox.threescale.portal.realm import Profile
    from sandbox.threescale.portal.visit import Visit
    from sandbox.threescale.store import Row

_PATH = re.compile(r"/auth/(?P<system_name>[^/]+)(?P<back>/callback)?")
_KEYCLOAK = "keycloak"


def answer(visit: Visit, profile: Profile | Failed | None) -> Text:
    """The redirect to the realm, or what comes of the way back; `profile` is what the realm said, if it was asked."""
    found = _PATH.fullmatch(visit.path)
    row = named(visit, found["system_name"]) if found else None
    if found and found["back"]:
        return _came_back(visit, row, profile)
    return redirect(target(visit, row)) if row and row["published"] else not_found()


def exchange(visit: Visit) -> Exchange | None:
    """The calls that this request needs: only a call-back with a code needs any."""
    found, code = _PATH.fullmatch(visit.path), visit.params.get("code")
    row = named(visit, found["system_name"]) if found and found["back"] and code else None
    if row is None or row["kind"] != _KEYCLOAK:
        return None
    options = visit.tenant.options
    return Exchange(
        site=row["site"],
        client_id=row["client_id"],
        client_secret=row["client_secret"],
        code=visit.params["code"],
        redirect_uri=_redirect_uri(visit),
        verify=not row["skip_ssl_certificate_verification"],
        # The sandbox's proxy leads to hosts of its own domain only.
        proxy=options.proxy if (urlsplit(row["site"]).hostname or "").endswith(f".{options.domain}") else "",
        ca_file=options.ca_file,
    )


def _redirect_uri(visit: Visit) -> str:
    """The call-back's own address without `code`, since 2.15 also without `iss`."""
    return address(visit, visit.path, without=("code", "iss") if visit.tenant.at_least("2.15") else ("code",))


def _came_back(visit: Visit, row: Row | None, profile: Profile | Failed | None) -> Text:
    if row is None or "code" not in visit.params:
        # Also an error of the realm ends here: nothing but the code is read.
        return login.refused(visit, "")
    if row["kind"] != _KEYCLOAK:
        raise NotSimulated(f"GET {visit.path} of an integration of kind {row['kind']}")
    asked = exchange(visit) if profile is None else None
    told = asked() if asked else profile
    if told is None or isinstance(told, Failed):
        return login.refused(visit, told.reason if told else "")
    user = people.found(visit.tenant, row, told) or people.made(visit.tenant, row, told)
    if user is not None:
        return login.signed_in(visit, user)
    return _to_sign_up(visit, row, told)


def _to_sign_up(visit: Visit, row: Row, profile: Profile) -> Text:
    """The person completes the form; who it is stays known to the session."""
    known = {
        "integration": row["system_name"],
        "uid": profile.uid,
        "username": profile.username,
        "email": profile.verified_email,
    }
    rest = [pair for pair in parse_qsl(visit.query, keep_blank_values=True) if pair[0] != "code"]
    return redirect(f"/signup?{urlencode(rest)}" if rest else "/signup", visit.session.remember(sign_up=known))
