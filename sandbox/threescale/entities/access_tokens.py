"""Access tokens of the asking user or another one: porta, admin/api/{personal/,}access_tokens_controller.rb.

The value is in the answer to the creation and nowhere else. Refuses: a missing name, unknown scopes or permissions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.threescale.operation import Call, Item, Json, Listing, Nothing, Operation, shown
from sandbox.threescale.refusals import INVALID, NOT_INCLUDED, Errors, Forbidden
from sandbox.threescale.tenant import ALL_SCOPES, PROVIDER
from sandbox.threescale.values import text

if TYPE_CHECKING:
    from sandbox.threescale.store import Row


def render(row: Row, value: str | None = None) -> Json:
    """A token as the API shows it."""
    names = ("id", "name", "scopes", "permission", "expires_at")
    return shown({**{name: row.get(name) for name in names}, "value": value})


def _user(call: Call) -> int:
    if call.user is None:
        raise Forbidden
    return int(call.user["id"])


def index(call: Call) -> Listing:
    """The user's own tokens, without values."""
    wanted = {"name": call.params["name"]} if call.params.get("name") else {}
    rows = call.tenant.store.rows("access_token", user_id=_user(call), **wanted)
    return Listing("access_tokens", "access_token", [render(row) for row in rows])


def show(call: Call) -> Item:
    """One token, without its value."""
    return Item("access_token", render(call.row("access_token", user_id=_user(call))))


def create(call: Call) -> Item:
    """A new token of the asking user; this answer is the only one with the value."""
    return _created(call, _user(call))


def create_for(call: Call) -> Item:
    """A new token of another user of the tenant (deprecated, but there)."""
    return _created(call, int(call.row("user", "user_id", account_id=PROVIDER)["id"]))


def _created(call: Call, user: int) -> Item:
    fields, errors = call.fields, Errors()
    given = fields.get("scopes") or []
    scopes = [str(scope) for scope in (given if isinstance(given, list) else [given])]
    errors.present("name", fields.get("name"))
    errors.one_of("permission", fields.get("permission"), ("ro", "rw"), NOT_INCLUDED)
    errors.unless(scopes, "scopes", "select at least one scope")
    errors.unless(set(scopes) <= set(ALL_SCOPES), "scopes", INVALID)
    errors.refuse()
    expires = text(fields.get("expires_at")) if call.tenant.at_least("2.16") else None
    row, value = call.tenant.access_token(
        user, name=text(fields["name"]), scopes=scopes, permission=fields["permission"], expires_at=expires
    )
    return Item("access_token", render(row, value))


def delete(call: Call) -> Nothing:
    """Revoke a token."""
    call.tenant.store.delete("access_token", call.row("access_token", user_id=_user(call))["id"])
    return Nothing()


_PATH = "/admin/api/personal/access_tokens"
_FIELDS = ("name", "permission", "scopes", "expires_at")
OPERATIONS = (
    Operation("GET", _PATH, index, json_only=True),
    Operation("POST", _PATH, create, "token", _FIELDS, json_only=True),
    Operation("GET", f"{_PATH}/{{id}}", show, json_only=True),
    Operation("DELETE", f"{_PATH}/{{id}}", delete, json_only=True),
    Operation("POST", "/admin/api/users/{user_id}/access_tokens", create_for, "token", _FIELDS, json_only=True),
)
