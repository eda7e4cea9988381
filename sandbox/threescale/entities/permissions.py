"""What a member of the tenant may do: porta, admin/api/member_permissions_controller.rb, MemberPermissionsRepresenter.

Stored and shown, not enforced: this emulator serves tokens of admins. An admin may see every section and every
product, and changing an admin's permissions is forbidden. Unknown sections and products are dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.threescale.operation import Call, Item, Json, Operation, links
from sandbox.threescale.refusals import Forbidden
from sandbox.threescale.tenant import PROVIDER
from sandbox.threescale.values import integer

if TYPE_CHECKING:
    from sandbox.threescale.store import Row

SECTIONS = ("finance", "monitoring", "partners", "plans", "policy_registry", "portal", "settings")


def render(call: Call, user: Row) -> Json:
    """The permissions of a user; products null = all of them."""
    admin = user["role"] == "admin"
    sections = SECTIONS if admin else user.get("allowed_sections") or []
    url = f"https://{call.tenant.admin_domain}/admin/api/accounts/{PROVIDER}/users/{user['id']}"
    return {
        "user_id": user["id"],
        "role": user["role"],
        "allowed_sections": sorted(sections),
        "allowed_service_ids": None if admin else user.get("allowed_service_ids"),
        "links": links(user=url),
    }


def show(call: Call) -> Item:
    """What one of the tenant's own users may do."""
    return Item("permissions", render(call, call.row("user", account_id=PROVIDER)))


def update(call: Call) -> Item:
    """Change sections, products or both."""
    user = call.row("user", account_id=PROVIDER)
    values: Row = {}
    if user["role"] == "admin":
        raise Forbidden
    if "allowed_sections" in call.fields:
        values["allowed_sections"] = [name for name in _listed(call.fields["allowed_sections"]) if name in SECTIONS]
    if "allowed_service_ids" in call.fields:
        values["allowed_service_ids"] = _products(call)
    return Item("permissions", render(call, call.tenant.change("user", user, **values)))


def _listed(given: Any) -> list[Any]:  # noqa: ANN401  # whatever a client sends
    return given if isinstance(given, list) else [given]


def _products(call: Call) -> list[int] | None:
    given = call.fields["allowed_service_ids"]
    if given in (None, ""):
        return None
    known = {product["id"] for product in call.tenant.products()}
    return sorted(known & {integer(number) for number in _listed(given)})


_PATH = "/admin/api/users/{id}/permissions"
OPERATIONS = (
    Operation("GET", _PATH, show),
    Operation("PUT", _PATH, update, "permissions", ("allowed_sections", "allowed_service_ids")),
)
