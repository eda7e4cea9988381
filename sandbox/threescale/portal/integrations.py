"""Links to the realms of the published integrations: porta, app/lib/three_scale/oauth2/client_base.rb.

The link has no `state`, no `nonce` and no proof key, as porta's has none.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

if TYPE_CHECKING:
    from sandbox.threescale.portal.visit import Visit
    from sandbox.threescale.store import Row


def named(visit: Visit, system_name: str) -> Row | None:
    """The integration of this name, published or not."""
    return visit.tenant.store.first("authentication_provider", account_type="developer", system_name=system_name)


def links(visit: Visit) -> str:
    """A link to the realm of each published integration, as HTML."""
    rows = visit.tenant.store.rows("authentication_provider", account_type="developer", published=True)
    items = [
        f"<li><a class='auth-provider-{escape(row['kind'])}' href='{escape(target(visit, row))}'>"
        f"{escape(row['name'])}</a></li>"
        for row in rows
    ]
    return f"<ul>{''.join(items)}</ul>" if items else "<p>No integration is published.</p>"


def target(visit: Visit, row: Row) -> str:
    """The realm's log-in; porta copies the page's own parameters into the redirect URI (oauth_flow_presenter.rb)."""
    parameters = {
        "client_id": row["client_id"],
        "redirect_uri": address(visit, f"/auth/{row['system_name']}/callback", without=("code",)),
        "response_type": "code",
        "scope": "openid",
    }
    return f"{row['site']}/protocol/openid-connect/auth?{urlencode(parameters)}"


def address(visit: Visit, path: str, *, without: tuple[str, ...]) -> str:
    """An address of the portal with this request's parameters but `without` some, in alphabetical order (to_query)."""
    kept = sorted(pair for pair in parse_qsl(visit.query, keep_blank_values=True) if pair[0] not in without)
    whole = f"https://{visit.tenant.portal_domain}{path}"
    return f"{whole}?{urlencode(kept)}" if kept else whole
