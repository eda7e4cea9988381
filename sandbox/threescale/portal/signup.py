"""The sign-up form: porta, lib/developer_portal/app/controllers/developer_portal/signup_controller.rb.

For local users, and for who came from a realm that did not tell enough to make an account. 403 while the settings
allow no sign-up.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from sandbox.threescale.operation import Text
from sandbox.threescale.portal import people
from sandbox.threescale.portal.integrations import named
from sandbox.threescale.portal.login import signed_in
from sandbox.threescale.portal.pages import page
from sandbox.threescale.portal.session import can_log_in
from sandbox.threescale.portal.visit import redirect
from sandbox.threescale.refusals import Invalid, NotFound
from sandbox.threescale.values import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.threescale.portal.visit import Visit
    from sandbox.threescale.store import Row

_FIELDS = {"org_name": "account[org_name]", "username": "account[user][username]", "email": "account[user][email]"}


def form(visit: Visit) -> Text:
    """The form; what the realm told is filled in."""
    return _away(visit) or _form(_known(visit), "")


def create(visit: Visit) -> Text:
    """Make account and user; who may sign in is signed in."""
    if away := _away(visit):
        return away
    given = _mapping(visit.form.get("account"))
    person = _mapping(given.get("user"))
    fields = {"org_name": text(given.get("org_name"))}
    fields |= {name: text(person.get(name)) for name in ("username", "email")}
    password = text(person.get("password")) or (None if _known(visit) else "")
    try:
        user = people.signed_up(visit.tenant, fields, password)
    except Invalid as refusal:
        return _form(fields, _sentences(refusal))
    except NotFound:
        return _form(fields, "No account plan is there to sign up to.")
    user = _completed(visit, user)
    return signed_in(visit, user) if can_log_in(visit.tenant, user) else redirect("/signup/success")


def success(_visit: Visit) -> Text:
    """What somebody sees who has to wait."""
    return page("Thank you", "<p>You can sign in as soon as your user is activated and your account approved.</p>")


def _completed(visit: Visit, user: Row) -> Row:
    """Link the user to whom the realm named, approve and activate as the integration and the address allow."""
    known = _known(visit)
    if not known:
        return user
    visit.session.remember(sign_up=None)
    integration = named(visit, known["integration"])
    if integration is None:
        return user
    people.authorized(visit.tenant, integration, known["uid"], user)
    if integration["automatically_approve_accounts"]:
        people.approve(visit.tenant, user)
    verified = known["email"] and user["email"] == known["email"]
    return people.activated(visit.tenant, user) if verified else user


def _away(visit: Visit) -> Text | None:
    """Where else a visitor belongs: who is signed in, and everybody while there is no sign-up."""
    if visit.session.user:
        return redirect("/admin")
    settings = visit.tenant.store.first("settings") or {}
    return None if settings.get("signups_enabled") else Text(403, "text/plain; charset=utf-8", "Signup disabled")


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _known(visit: Visit) -> dict[str, str]:
    return visit.session.get("sign_up") or {}


def _sentences(refusal: Invalid) -> str:
    errors: dict[str, list[str]] = refusal.body["errors"]
    return "; ".join(f"{field} {reason}" for field, reasons in errors.items() for reason in reasons)


def _form(values: Mapping[str, str | None], errors: str) -> Text:
    inputs = "".join(
        f"<input name='{name}' value='{escape(values.get(field) or '')}'>" for field, name in _FIELDS.items()
    )
    inputs += "<input name='account[user][password]' type='password'><button>Sign up</button>"
    told = f"<p id='flash' class='error'>{escape(errors)}</p>" if errors else ""
    return page("Sign up", f"{told}<form method='post' action='/signup'>{inputs}</form>")
