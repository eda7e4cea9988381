"""Log-in integrations of the developer portal and of the admin portal: porta, app/models/authentication_provider.rb.

There is no deletion. Refuses: a second developer integration of one kind, a taken system name, a missing client or
site, white space in the site; later only six fields can change.
"""

from __future__ import annotations

import re
import secrets
from functools import partial
from typing import TYPE_CHECKING, Any

from sandbox.threescale.operation import Call, Item, Json, Listing, Operation, shown, stamps
from sandbox.threescale.refusals import TAKEN, Errors, MissingParameter
from sandbox.threescale.tenant import PROVIDER
from sandbox.threescale.values import boolean, check_system_name, slug, text

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

_FLAGS = ("published", "skip_ssl_certificate_verification", "automatically_approve_accounts", "trust_email")
_DEFAULTS = {"username_key": "login", "identifier_key": "id"}
_URLS = ("token_url", "user_info_url", "authorize_url")
_UPDATABLE = ("client_id", "client_secret", "site", *_FLAGS[:3])
_CREATABLE = ("kind", "name", "system_name", *_UPDATABLE, "trust_email", *_DEFAULTS, *_URLS)
_ADMIN_KINDS = ("keycloak", "auth0")


def render(tenant: Tenant, row: Row) -> Json:
    """An integration as the API shows it, the secret in clear text included."""
    names = ("id", "kind", "account_type", "name", "system_name", "client_id", "client_secret", "site")
    host = tenant.portal_domain if row["account_type"] == "developer" else tenant.admin_domain
    body = {
        **{name: row[name] for name in (*names, *_FLAGS, *_DEFAULTS, *_URLS)},
        "account_id": PROVIDER,
        **stamps(row),
        "callback_url": f"https://{host}/auth/{row['system_name']}/callback",
    }
    return shown(body)


def _values(call: Call) -> Row:
    return {
        name: bool(boolean(value)) if name in _FLAGS else text(value)
        for name, value in call.fields.items()
        if name != "system_name"
    }


def _check(errors: Errors, row: Row) -> None:
    for name in ("client_id", "client_secret", "site"):
        errors.present(name, row[name])
        errors.short(name, row[name])
    if row["site"]:
        errors.unless(not re.search(r"\s", row["site"]), "site", "can't contain whitespaces")
        errors.unless(re.match(r"https?://[^\s/?#]+", row["site"]), "site", "Invalid URL format")


def _system_name(call: Call, row: Row) -> str:
    given = text(call.fields.get("system_name")) or ""
    return given or slug(row["name"] or "") or f"{row['kind']}_{secrets.token_hex(6)}"


def index(account_type: str, call: Call) -> Listing:
    """All integrations of one portal, always whole."""
    rows = call.tenant.store.rows("authentication_provider", account_type=account_type)
    items = [render(call.tenant, row) for row in rows]
    return Listing("authentication_providers", "authentication_provider", items)


def _one(account_type: str, call: Call) -> Row:
    return call.row("authentication_provider", account_type=account_type)


def show(account_type: str, call: Call) -> Item:
    """One integration."""
    return Item("authentication_provider", render(call.tenant, _one(account_type, call)))


def create(account_type: str, call: Call) -> Item:
    """A new integration."""
    tenant, store = call.tenant, call.tenant.store
    kind = (text(call.fields.get("kind")) or "").lower()
    if not kind:
        raise MissingParameter("kind")
    defaults: dict[str, Any] = {**dict.fromkeys(_CREATABLE), **dict.fromkeys(_FLAGS, False), **_DEFAULTS}
    row = {**defaults, **_values(call), "kind": kind}
    row["system_name"] = _system_name(call, row)
    row["name"] = row["name"] or kind.capitalize()
    errors = Errors()
    _check(errors, row)
    if account_type == "developer":
        taken = store.first("authentication_provider", account_type=account_type, kind=kind)
        errors.unless(taken is None, "kind", TAKEN)
    else:
        errors.one_of("kind", kind, _ADMIN_KINDS, "unavailable for this account type")
    check_system_name(errors, row["system_name"])
    same_name = store.first("authentication_provider", system_name=row["system_name"])
    errors.unless(same_name is None, "system_name", TAKEN)
    errors.refuse()
    return Item(
        "authentication_provider",
        render(tenant, tenant.insert("authentication_provider", account_type=account_type, **row)),
    )


def update(account_type: str, call: Call) -> Item:
    """Change one of the six mutable fields."""
    row, values, errors = _one(account_type, call), _values(call), Errors()
    _check(errors, {**row, **values})
    errors.refuse()
    return Item(
        "authentication_provider", render(call.tenant, call.tenant.change("authentication_provider", row, **values))
    )


def _operations(account_type: str, path: str) -> tuple[Operation, ...]:
    wrapper, one = "authentication_provider", f"{path}/{{id}}"
    immutable = ("kind", "name", "system_name", "trust_email", *_DEFAULTS, *_URLS)
    return (
        Operation("GET", path, partial(index, account_type)),
        Operation("POST", path, partial(create, account_type), wrapper, _CREATABLE),
        Operation("GET", one, partial(show, account_type)),
        Operation("PUT", one, partial(update, account_type), wrapper, _UPDATABLE, immutable),
    )


OPERATIONS = (
    *_operations("developer", "/admin/api/authentication_providers"),
    *_operations("provider", "/admin/api/account/authentication_providers"),
)
