"""An application's own copy of its plan: porta, app/models/contract.rb, app/models/plan.rb (`customize`).

A customised plan is a hidden copy with the limits, prices and features of the original; it goes away with the last use.
Customising twice and giving up what is not customised change nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.threescale.entities import plans
from sandbox.threescale.operation import Call, Item, Operation

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

_DEPENDENTS = ("limit", "pricing_rule", "plan_feature")
_NOT_COPIED = ("id", "created_at", "updated_at")


def _application(call: Call) -> Row:
    account = call.row("account", "account_id")
    return call.row("application", account_id=account["id"])


def _copied(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in _NOT_COPIED}


def customize(call: Call) -> Item:
    """Give the application a copy of its plan; the answer is the plan."""
    tenant, application = call.tenant, _application(call)
    plan = tenant.store.row("plan", application["plan_id"])
    if not plan["custom"]:
        plan = _customized(tenant, plan)
        tenant.change("application", application, plan_id=plan["id"])
    return Item(plans.APPLICATION, plans.render(tenant, plan))


def _customized(tenant: Tenant, plan: Row) -> Row:
    # porta appends the time of the copy with its decimal point removed; the copy's number is as unlike others.
    name = f"{plan['system_name']}_custom_{int(tenant.clock() * 1000)}"
    own = {"name": f"{plan['name']} (custom)", "system_name": name, "state": "hidden", "custom": True}
    copy = tenant.insert("plan", **{**_copied(plan), **own, "original_id": plan["id"]})
    for kind in _DEPENDENTS:
        for row in tenant.store.rows(kind, plan_id=plan["id"]):
            tenant.insert(kind, **{**_copied(row), "plan_id": copy["id"]})
    return copy


def decustomize(call: Call) -> Item:
    """Back to the plan the copy was made of; the answer is that plan."""
    tenant, application = call.tenant, _application(call)
    plan = tenant.store.row("plan", application["plan_id"])
    if plan["custom"]:
        original = tenant.store.row("plan", plan["original_id"])
        tenant.change("application", application, plan_id=original["id"])
        plans.purge(tenant, plan)
        plan = original
    return Item(plans.APPLICATION, plans.render(tenant, plan))


_PATH = "/admin/api/accounts/{account_id}/applications/{id}"
OPERATIONS = (
    Operation("PUT", f"{_PATH}/customize_plan", customize),
    Operation("PUT", f"{_PATH}/decustomize_plan", decustomize),
)
