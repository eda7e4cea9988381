"""What a person sees: the developer portal's log-in, sign-up and first pages, and a line on the admin host.

porta, lib/developer_portal. Every other address is looked up in the content of the CMS. Not simulated: activation mails
(an administrator activates by the API), invitations, forgery protection of forms, integrations of another kind than
Keycloak.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from sandbox.threescale.entities.cms.served import served
from sandbox.threescale.params import body_params
from sandbox.threescale.portal import access_code, login, pages, signup, single_sign_on
from sandbox.threescale.portal.session import Session
from sandbox.threescale.portal.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.threescale.app import Request
    from sandbox.threescale.operation import Text
    from sandbox.threescale.portal.realm import Exchange
    from sandbox.threescale.tenant import Tenant

__all__ = ["admin_page", "answer", "exchange"]

_ROUTES: dict[tuple[str, str], Callable[[Visit], Text]] = {
    ("GET", "/"): pages.home,
    ("GET", "/admin"): pages.dashboard,
    ("GET", "/login"): login.form,
    ("POST", "/session"): login.create,
    ("GET", "/logout"): login.destroy,
    ("GET", "/signup"): signup.form,
    ("POST", "/signup"): signup.create,
    ("GET", "/signup/success"): signup.success,
}


def answer(tenant: Tenant, request: Request) -> Text:
    """A page of the developer portal."""
    visit = _visit(tenant, request)
    if visit.path == "/access_code" and visit.method in ("GET", "POST"):
        return access_code.show(visit)
    if not access_code.is_valid(visit):
        return access_code.asked_for(visit)
    if route := _ROUTES.get((visit.method, visit.path)):
        return route(visit)
    if visit.method == "GET" and visit.path.startswith("/auth/"):
        return single_sign_on.answer(visit, request.profile)
    if visit.method != "GET":
        return pages.page("Not simulated", f"<p>{escape(visit.method)} {escape(visit.path)} is not simulated.</p>", 501)
    return served(tenant, visit.path) or pages.not_found()


def exchange(tenant: Tenant, request: Request) -> Exchange | None:
    """What has to be asked of a realm before this request can be answered; None when there is nothing to ask.

    It may take long, so the server asks before it answers, and not in the transaction.
    """
    visit = _visit(tenant, request)
    return single_sign_on.exchange(visit) if access_code.is_valid(visit) else None


def admin_page(tenant: Tenant, path: str) -> Text:
    """What the admin host shows to a browser."""
    if path not in ("/", "/p/login"):
        return pages.page("Not found", "<p>Only the Admin API is simulated on this host.</p>", 404)
    body = f"<p>Simulated 3scale {escape(tenant.options.release)}. Only the Admin API under /admin/api is here.</p>"
    return pages.page(f"3scale admin of {tenant.options.name}", body)


def _visit(tenant: Tenant, request: Request) -> Visit:
    cookies = dict(part.strip().partition("=")[::2] for part in request.headers.get("cookie", "").split(";") if part)
    return Visit(
        tenant=tenant,
        method="GET" if request.method == "HEAD" else request.method,
        path=request.path,
        query=request.query,
        params=dict(parse_qsl(request.query, keep_blank_values=True)),
        form=body_params(request.headers.get("content-type", ""), request.body),
        cookies={name: unquote(value) for name, value in cookies.items()},
        session=Session(tenant, cookies.get(Session.COOKIE, "")),
    )
