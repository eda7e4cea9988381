"""What a person sees: the developer portal's first pages, and a line on the admin host that says what this is.

Deliberately small: the product list, the log-in page with its integrations, and the redirect of an integration to its
realm. The CMS content of a real portal, the callback and sessions are not here.
"""

from __future__ import annotations

import secrets
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sandbox.threescale.operation import Text

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

_HTML = "text/html; charset=utf-8"


def _page(title: str, body: str, status: int = 200) -> Text:
    head = f"<!doctype html><html><head><title>{escape(title)}</title></head>"
    return Text(status, _HTML, f"{head}<body><h1>{escape(title)}</h1>{body}</body></html>")


def page(tenant: Tenant, method: str, path: str, query: str) -> Text:
    """A page of the developer portal."""
    if method not in ("GET", "HEAD"):
        return _page("Not simulated", f"<p>{escape(method)} {escape(path)} is not simulated.</p>", 501)
    if path == "/":
        return _home(tenant)
    if path == "/login":
        return _login(tenant)
    if path.startswith("/auth/"):
        return _redirect(tenant, path.removeprefix("/auth/"), query)
    return _page("Not found", "<p>The simulated portal has no such page.</p>", 404)


def admin_page(tenant: Tenant, path: str) -> Text:
    """What the admin host shows to a browser."""
    if path not in ("/", "/p/login"):
        return _page("Not found", "<p>Only the Admin API is simulated on this host.</p>", 404)
    body = f"<p>Simulated 3scale {escape(tenant.options.release)}. Only the Admin API under /admin/api is here.</p>"
    return _page(f"3scale admin of {tenant.options.name}", body)


def _home(tenant: Tenant) -> Text:
    products = "".join(f"<li>{escape(row['name'])}: {escape(_address(tenant, row))}</li>" for row in tenant.products())
    return _page(
        "Developer portal", f"<p>Simulated developer portal.</p><ul>{products}</ul><a href='/login'>Log in</a>"
    )


def _address(tenant: Tenant, product: Row) -> str:
    return str(tenant.proxy(product["id"])["endpoint"] or "no public address")


def _providers(tenant: Tenant) -> list[Row]:
    return tenant.store.rows("authentication_provider", account_type="developer", published=True)


def _login(tenant: Tenant) -> Text:
    links = "".join(
        f"<li><a href='/auth/{escape(row['system_name'])}'>{escape(row['name'])}</a></li>" for row in _providers(tenant)
    )
    return _page("Log in", f"<ul>{links}</ul>" if links else "<p>No integration is published.</p>")


def _redirect(tenant: Tenant, system_name: str, query: str) -> Text:
    """To the realm's authorisation endpoint; porta copies the page's own parameters into the callback address."""
    row = next((row for row in _providers(tenant) if row["system_name"] == system_name), None)
    if row is None:
        return _page("Not found", "<p>No such integration is published.</p>", 404)
    callback = f"https://{tenant.portal_domain}/auth/{system_name}/callback"
    parameters = {
        "client_id": row["client_id"],
        "redirect_uri": f"{callback}?{query}" if query else callback,
        "response_type": "code",
        "scope": "openid",
        "state": secrets.token_hex(12),
    }
    target = f"{row['site'].rstrip('/')}/protocol/openid-connect/auth?{urlencode(parameters)}"
    return Text(302, _HTML, "", {"Location": target})
