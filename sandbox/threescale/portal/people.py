"""Whose log-in it is, and the account and user that a first one makes.

porta, app/services/users/find_oauth2_user_service.rb, app/lib/authentication/strategy/oauth2.rb,
app/services/signup_service.rb, app/models/user/states.rb.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.threescale.entities import accounts, users
from sandbox.threescale.operation import Call
from sandbox.threescale.refusals import BLANK, Errors, Invalid, NotFound
from sandbox.threescale.tenant import PROVIDER, digest

if TYPE_CHECKING:
    from sandbox.threescale.portal.realm import Profile
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

_KIND = "sso_authorization"
_USERNAME = re.compile(r"\w[\w.\-@+]+", re.ASCII)


def found(tenant: Tenant, integration: Row, profile: Profile) -> Row | None:
    """The user this integration knows by `sub`, else the one with the same verified address, who is linked."""
    user = _by_uid(tenant, integration, profile.uid) or _by_email(tenant, profile.verified_email)
    if user is not None:
        authorized(tenant, integration, profile.uid, user)
    return user


def made(tenant: Tenant, integration: Row, profile: Profile) -> Row | None:
    """The user of a new account, None when one cannot be made of what the realm tells; sign-up may be switched off.

    A verified address activates the user. "Always approve" of the integration approves the account.
    """
    fields = {"org_name": profile.org_name, "username": profile.username, "email": profile.email}
    try:
        user = signed_up(tenant, fields)
    except (Invalid, NotFound):
        return None
    authorized(tenant, integration, profile.uid, user)
    if integration["automatically_approve_accounts"]:
        approve(tenant, user)
    return activated(tenant, user) if profile.verified_email else user


def signed_up(tenant: Tenant, fields: Row, password: str | None = None) -> Row:
    """The administrator of a new account, who waits for activation; default plans subscribe the account.

    None stands for a person who comes from a realm and needs no password.

    Raises:
        Invalid: fields are missing, malformed or taken.
        NotFound: the tenant has no default account plan.
    """
    errors = Errors()
    errors.unless(re.search(r"\w", fields.get("org_name") or ""), "org_name", BLANK)
    errors.unless(fields.get("email"), "email", BLANK)
    errors.unless(_USERNAME.fullmatch(fields.get("username") or ""), "username", "is invalid")
    errors.unless(password != "", "password", BLANK)
    users.check(errors, tenant, {"password": password}, own=None, email_needed=False)
    errors.refuse()
    # The API would activate who comes with a password; the portal does not.
    account = accounts.signup(Call(tenant, {}, fields, fields)).body
    user = tenant.store.first("user", account_id=account["id"])
    assert user is not None  # noqa: S101  # made together with the account
    return tenant.change("user", user, password_digest=digest(password)) if password else user


def authorized(tenant: Tenant, integration: Row, uid: str, user: Row) -> None:
    """Remember that this `sub` is this user; without one there is nothing to remember."""
    known = {"authentication_provider_id": integration["id"], "uid": uid, "user_id": user["id"]}
    if uid and tenant.store.first(_KIND, **known) is None:
        tenant.insert(_KIND, **known)


def approve(tenant: Tenant, user: Row) -> None:
    """Approve the user's account."""
    tenant.change("account", tenant.store.row("account", user["account_id"]), state="approved")


def activated(tenant: Tenant, user: Row) -> Row:
    """The user, active; a new account follows, as far as its plan lets it."""
    account = tenant.store.row("account", user["account_id"])
    if account["state"] == "created":
        needed = tenant.store.row("plan", account["plan_id"])["approval_required"]
        tenant.change("account", account, state="pending" if needed else "approved")
    return tenant.change("user", user, state="active") if user["state"] == "pending" else user


def _by_uid(tenant: Tenant, integration: Row, uid: str) -> Row | None:
    rows = tenant.store.rows(_KIND, authentication_provider_id=integration["id"], uid=uid) if uid else []
    return next((user for row in rows if (user := tenant.store.find("user", row["user_id"]))), None)


def _by_email(tenant: Tenant, email: str) -> Row | None:
    same = tenant.store.rows("user", email=email) if email else []
    return next((user for user in same if user["account_id"] != PROVIDER), None)
