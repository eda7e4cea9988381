"""The code a new portal is hidden behind: porta, lib/developer_portal/lib/access_code_protection.rb.

As long as the tenant has one, every page but this asks for it; the right one is kept in a cookie, in clear text.
"""

from __future__ import annotations

import secrets
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from sandbox.threescale.portal.pages import page
from sandbox.threescale.portal.visit import local, redirect

if TYPE_CHECKING:
    from sandbox.threescale.operation import Text
    from sandbox.threescale.portal.visit import Visit

_NAME, _PATH = "access_code", "/access_code"


def is_valid(visit: Visit) -> bool:
    """Whether the portal is open to this visitor."""
    code = _code(visit)
    if not code or visit.path.endswith((".json", ".xml")):
        return True
    return _same(visit.cookies.get(_NAME), code)


def asked_for(visit: Visit) -> Text:
    """The form, in the place of a page; the visitor comes back to it."""
    return _form(visit, visit.address)


def show(visit: Visit) -> Text:
    """The form, or the way in for who sends the right code."""
    code, given = _code(visit), visit.form.get(_NAME) or visit.params.get(_NAME)
    target = local(str(visit.form.get("return_to") or visit.params.get("return_to") or "/"))
    target = "/" if target == _PATH else target
    if not code:
        return redirect(target)
    if not _same(given, code):
        return _form(visit, target)
    return redirect(target, {"Set-Cookie": f"{_NAME}={quote(code)}; Path=/"})


def _code(visit: Visit) -> str:
    return visit.tenant.store.row("provider", 1)["site_access_code"] or ""


def _same(given: object, code: str) -> bool:
    return isinstance(given, str) and secrets.compare_digest(given.encode(), code.encode())


def _form(visit: Visit, return_to: str) -> Text:
    name = escape(visit.tenant.options.name)
    field = f"<input type='password' name='{_NAME}'><input type='hidden' name='return_to' value='{escape(return_to)}'>"
    form = f"<form method='post' action='{_PATH}'>{field}<button>Enter</button></form>"
    return page("Access code", f"<p>The portal of {name} is not open yet.</p>{form}")
