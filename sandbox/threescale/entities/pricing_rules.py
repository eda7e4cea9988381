"""Prices per use of application plans: porta, app/models/pricing_rule.rb. They can be made and removed, not changed.

Refuses: a lowest count below 1, a highest below the lowest, ranges that overlap, more than four decimals.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sandbox.threescale.entities.limits import metric_of, plan_of
from sandbox.threescale.operation import Call, Item, Json, Listing, Nothing, Operation, links, shown, stamps
from sandbox.threescale.refusals import Errors
from sandbox.threescale.values import integer, number

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

_DECIMALS = 4


def render(tenant: Tenant, row: Row) -> Json:
    """A price as the API shows it."""
    plan = f"https://{tenant.admin_domain}/admin/api/application_plans/{row['plan_id']}"
    names = ("id", "metric_id", "cost_per_unit", "min", "max")
    return shown({**{name: row[name] for name in names}, **stamps(row), "links": links(plan=plan)})


def index(call: Call) -> Listing:
    """The prices of a metric ACROSS ALL PLANS: porta's query is not scoped by plan."""
    plan_of(call)
    rows = call.tenant.store.rows("pricing_rule", metric_id=metric_of(call)["id"])
    return Listing("pricing_rules", "pricing_rule", [render(call.tenant, row) for row in rows])


def index_of_plan(call: Call) -> Listing:
    """All prices of one plan."""
    rows = call.tenant.store.rows("pricing_rule", plan_id=plan_of(call)["id"])
    return Listing("pricing_rules", "pricing_rule", [render(call.tenant, row) for row in rows])


def create(call: Call) -> Item:
    """A new price for a range of counts."""
    plan, metric, fields = plan_of(call), metric_of(call), call.fields
    lowest = integer(fields.get("min")) if fields.get("min") not in (None, "") else 1
    highest = integer(fields.get("max")) if fields.get("max") not in (None, "") else None
    cost = number(fields.get("cost_per_unit")) if fields.get("cost_per_unit") not in (None, "") else 0.0
    errors = Errors()
    errors.unless(lowest is not None and lowest >= 1, "min", "must be greater than or equal to 1")
    errors.unless(cost is not None and cost >= 0, "cost_per_unit", "must be greater than or equal to 0")
    errors.unless(cost is None or round(cost, _DECIMALS) == cost, "cost_per_unit", f"maximum decimals is {_DECIMALS}.")
    first, last = lowest or 1, math.inf if highest is None else highest
    errors.unless(last >= first, "max", "'To' value cannot be less than your 'From' value")
    others = call.tenant.store.rows("pricing_rule", plan_id=plan["id"], metric_id=metric["id"])
    clash = any(first <= (row["max"] or math.inf) and row["min"] <= last for row in others)
    errors.unless(not clash, "min", "The 'From' value must be greater than the 'To' values of other existing rules")
    errors.refuse()
    row = call.tenant.insert(
        "pricing_rule", plan_id=plan["id"], metric_id=metric["id"], min=first, max=highest, cost_per_unit=cost
    )
    return Item("pricing_rule", render(call.tenant, row))


def delete(call: Call) -> Nothing:
    """Remove a price."""
    row = call.row("pricing_rule", plan_id=plan_of(call)["id"], metric_id=call.number("metric_id"))
    call.tenant.store.delete("pricing_rule", row["id"])
    return Nothing()


_PLAN = "/admin/api/application_plans/{application_plan_id}"
_PATH = f"{_PLAN}/metrics/{{metric_id}}/pricing_rules"
OPERATIONS = (
    Operation("GET", f"{_PLAN}/pricing_rules", index_of_plan),
    Operation("GET", _PATH, index),
    Operation("POST", _PATH, create, "pricing_rule", ("min", "max", "cost_per_unit")),
    Operation("DELETE", f"{_PATH}/{{id}}", delete),
)
