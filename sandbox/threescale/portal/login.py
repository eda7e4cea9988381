"""Signing in and out: porta, lib/developer_portal/app/controllers/developer_portal/login_controller.rb.

With user name or e-mail address and a password, or by a link to each published integration.
"""

from __future__ import annotations

import secrets
from html import escape
from typing import TYPE_CHECKING

from sandbox.threescale.portal.integrations import links
from sandbox.threescale.portal.pages import page
from sandbox.threescale.portal.session import can_log_in
from sandbox.threescale.portal.visit import local, redirect
from sandbox.threescale.tenant import PROVIDER, digest
from sandbox.threescale.values import text

if TYPE_CHECKING:
    from sandbox.threescale.operation import Text
    from sandbox.threescale.portal.visit import Visit
    from sandbox.threescale.store import Row

INACTIVE = "Your account is not active or has not been approved yet."
_WRONG = "Incorrect email or password. Please try again."


def form(visit: Visit) -> Text:
    """The log-in page; who is signed in has no use for it."""
    if visit.session.user:
        return redirect("/admin")
    wanted = visit.params.get("return_to")
    new = wanted is not None and visit.session.get("return_to") is None
    return _form(visit, "", visit.session.remember(return_to=wanted) if new else {})


def create(visit: Visit) -> Text:
    """Sign in by password."""
    store = visit.tenant.store
    name, password = text(visit.form.get("username")) or "", text(visit.form.get("password")) or ""
    users = [row for row in store.rows("user") if row["account_id"] != PROVIDER]
    user = next((row for row in users if name and name in (row["username"], row["email"])), None)
    kept = user and user["password_digest"]
    if user is None or not kept or not secrets.compare_digest(kept, digest(password)):
        return refused(visit, _WRONG)
    return signed_in(visit, user)


def destroy(visit: Visit) -> Text:
    """Sign out of the portal; a session at the realm goes on."""
    return redirect("/", visit.session.end())


def signed_in(visit: Visit, user: Row) -> Text:
    """Start the user's session and go where the visitor wanted to; refuse who may not sign in."""
    if not can_log_in(visit.tenant, user):
        return refused(visit, INACTIVE)
    target = local(str(visit.session.get("return_to") or "/"))
    return redirect(target, visit.session.sign_in(user))


def refused(visit: Visit, reason: str) -> Text:
    """The log-in page again, which says why."""
    return _form(visit, reason, {})


def _form(visit: Visit, reason: str, headers: dict[str, str]) -> Text:
    error = f"<p id='flash' class='error'>{escape(reason)}</p>" if reason else ""
    fields = "<input name='username'><input name='password' type='password'><button>Sign in</button>"
    password = f"<form method='post' action='/session'>{fields}</form>"
    return page("Log in", f"{error}{password}{links(visit)}", headers=headers)
