"""Users of developer accounts and of the tenant itself: porta, app/models/user.rb, {buyers_users,users}_controller.

A user made here is pending and a member, whatever the request says. Refuses: a taken user name or e-mail address, a
user name outside 3–40 characters, the last admin's deletion, transitions the state does not allow.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from sandbox.threescale.entities import fields_definitions
from sandbox.threescale.operation import Call, Item, Json, Listing, Nothing, Operation, links, shown, stamps
from sandbox.threescale.refusals import NO_EMAIL, TAKEN, DeletionRefused, Errors, Refusal
from sandbox.threescale.tenant import PROVIDER, digest
from sandbox.threescale.values import text

if TYPE_CHECKING:
    from sandbox.threescale.params import Params
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

FIELDS = ("username", "email", "password", "first_name", "last_name")
_SHORTEST, _LONGEST = 3, 40
_SHORTEST_PASSWORD = 6
_STATES = {
    "activate": (("pending", "email_unverified", "active"), "active"),
    "suspend": (("active",), "suspended"),
    "unsuspend": (("suspended",), "active"),
}


def new_values(fields: Params) -> Row:
    """The user's fields as given, as text; absent ones are None."""
    return {name: text(fields.get(name)) for name in FIELDS}


def check(errors: Errors, tenant: Tenant, values: Row, *, own: Row | None, email_needed: bool) -> None:
    """Collect what porta refuses; names are unique among the tenant's developers, and among its own users."""
    if "username" in values:
        name = values["username"] or ""
        errors.present("username", name)
        if name:
            errors.unless(len(name) >= _SHORTEST, "username", f"is too short (minimum is {_SHORTEST} characters)")
            errors.short("username", name, _LONGEST)
            errors.unless(re.fullmatch(r"[\w.@+\- ]+", name), "username", "is invalid")
            errors.unless(not _others(tenant, own, username=name), "username", TAKEN)
    if values.get("email"):
        errors.email("email", values["email"])
        errors.unless(not _others(tenant, own, email=values["email"]), "email", TAKEN)
    elif email_needed and "email" in values:
        errors.add("email", NO_EMAIL)
    if values.get("password") and len(values["password"]) < _SHORTEST_PASSWORD:
        errors.add("password", f"is too short (minimum is {_SHORTEST_PASSWORD} characters)")


def _others(tenant: Tenant, own: Row | None, **match: object) -> list[Row]:
    of_tenant = own is not None and own.get("account_id") == PROVIDER
    rows = tenant.store.rows("user", **match)
    same_side = [row for row in rows if (row["account_id"] == PROVIDER) == of_tenant]
    return [row for row in same_side if own is None or row["id"] != own.get("id")]


def added(tenant: Tenant, account: int, values: Row, *, role: str, state: str) -> Row:
    """The user's row; of a password only the digest is kept."""
    stored: dict[str, Any] = {name: values.get(name) for name in FIELDS if name != "password"}
    password = values.get("password")
    stored["password_digest"] = digest(password) if password else None
    stored["extra_fields"] = values.get("extra_fields") or {}
    return tenant.insert("user", account_id=account, role=role, state=state, **stored)


def _account(call: Call) -> int:
    return int(call.row("account", "account_id")["id"]) if "account_id" in call.path else PROVIDER


def _one(call: Call) -> Row:
    return call.row("user", account_id=_account(call))


def render(tenant: Tenant, row: Row) -> Json:
    """A user as the API shows it; never the password."""
    account = row["account_id"]
    where = "users" if account == PROVIDER else f"accounts/{account}/users"
    # Names and whatever else is defined come with the definitions (FieldsRepresenter).
    names = ("id", "state", "role", "username", "email")
    self_url = f"https://{tenant.admin_domain}/admin/api/{where}/{row['id']}"
    extra = row.get("extra_fields", {})
    return shown({**{name: row.get(name) for name in names}, **extra, **stamps(row), "links": links(self=self_url)})


def index(call: Call) -> Listing:
    """All users of the account, optionally of one state or role."""
    wanted = {name: call.params[name] for name in ("state", "role") if call.params.get(name)}
    rows = call.tenant.store.rows("user", account_id=_account(call), **wanted)
    return Listing("users", "user", [render(call.tenant, row) for row in rows])


def show(call: Call) -> Item:
    """One user."""
    return Item("user", render(call.tenant, _one(call)))


def create(call: Call) -> Item:
    """A new user, pending and a member."""
    account, values, errors = _account(call), new_values(call.fields), Errors()
    check(errors, call.tenant, values, own={"account_id": account}, email_needed=True)
    if account != PROVIDER:
        values["extra_fields"] = fields_definitions.given(call.tenant, fields_definitions.USER, call.params)
        fields_definitions.check(errors, call.tenant, fields_definitions.USER, values["extra_fields"])
    errors.refuse()
    row = added(call.tenant, account, values, role="member", state="pending")
    return Item("user", render(call.tenant, row))


def update(call: Call) -> Item:
    """Change a user; a password is taken and never shown."""
    row, errors = _one(call), Errors()
    values: Row = {name: text(value) for name, value in call.fields.items()}
    check(errors, call.tenant, values, own=row, email_needed=True)
    errors.refuse()
    password = values.pop("password", None)
    if password:
        values["password_digest"] = digest(password)
    if row["account_id"] != PROVIDER:
        extra = fields_definitions.given(call.tenant, fields_definitions.USER, call.params)
        values["extra_fields"] = {**row.get("extra_fields", {}), **extra}
    return Item("user", render(call.tenant, call.tenant.change("user", row, **values)))


def delete(call: Call) -> Nothing:
    """Remove a user; an account keeps its last admin."""
    row = _one(call)
    admins = call.tenant.store.rows("user", account_id=row["account_id"], role="admin")
    if row["role"] == "admin" and len(admins) == 1:
        raise DeletionRefused({"base": ["Can't delete last admin"]})
    call.tenant.store.delete("user", row["id"])
    return Nothing()


def transition(event: str, call: Call) -> Item:
    """Activate, suspend or unsuspend."""
    row = _one(call)
    sources, target = _STATES[event]
    if row["state"] not in sources:
        subject = {"user": {"id": row["id"], "state": row["state"]}}
        sentence = f'State cannot transition via "{event}"'
        error = {"from": row["state"], "event": event, "error": sentence, "object": subject}
        raise Refusal(422, {"error": error})
    return Item("user", render(call.tenant, call.tenant.change("user", row, state=target)))


def change_role(role: str, call: Call) -> Item:
    """Make the user an admin or a member."""
    return Item("user", render(call.tenant, call.tenant.change("user", _one(call), role=role)))


def _operations(path: str) -> tuple[Operation, ...]:
    one = f"{path}/{{id}}"
    return (
        Operation("GET", path, index),
        Operation("POST", path, create, fields=FIELDS),
        Operation("GET", one, show),
        Operation("PUT", one, update, fields=FIELDS),
        Operation("DELETE", one, delete),
        *(Operation("PUT", f"{one}/{event}", partial(transition, event)) for event in _STATES),
        *(Operation("PUT", f"{one}/{role}", partial(change_role, role)) for role in ("admin", "member")),
    )


OPERATIONS = (*_operations("/admin/api/accounts/{account_id}/users"), *_operations("/admin/api/users"))
