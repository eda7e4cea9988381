"""Usage limits of application plans: porta, app/models/usage_limit.rb.

Refuses: an unknown period, a second limit for one metric and period. A blank or negative value becomes 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.threescale.entities.metrics import metric_of_product
from sandbox.threescale.operation import Call, Item, Json, Listing, Nothing, Operation, links, stamps
from sandbox.threescale.refusals import TAKEN, Errors, NotFound
from sandbox.threescale.values import integer, text

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

PERIODS = ("eternity", "year", "month", "week", "day", "hour", "minute")


def plan_of(call: Call) -> Row:
    """The application plan the path names; it must belong to a product that is not being deleted."""
    plan = call.row("plan", "application_plan_id", type="application_plan")
    if call.tenant.store.row("service", plan["issuer_id"])["state"] == "deleted":
        raise NotFound
    return plan


def metric_of(call: Call) -> Row:
    """The metric the path names, of the plan's product or of a backend linked to it."""
    return metric_of_product(call.tenant, plan_of(call)["issuer_id"], call.number("metric_id"))


def render(tenant: Tenant, row: Row) -> Json:
    """A limit as the API shows it."""
    plan = f"https://{tenant.admin_domain}/admin/api/application_plans/{row['plan_id']}"
    names = ("id", "period", "value", "metric_id", "plan_id")
    own = f"{plan}/metrics/{row['metric_id']}/limits/{row['id']}"
    return {**{name: row[name] for name in names}, **stamps(row), "links": links(self=own, plan=plan)}


def _value(given: object) -> int:
    return max(0, integer(given) or 0)


def index(call: Call) -> Listing:
    """The limits on a metric ACROSS ALL PLANS: porta's query is not scoped by plan."""
    plan_of(call)
    rows = call.tenant.store.rows("limit", metric_id=metric_of(call)["id"])
    return Listing("limits", "limit", [render(call.tenant, row) for row in rows])


def index_of_plan(call: Call) -> Listing:
    """All limits of one plan, in pages."""
    rows, metadata = call.page(call.tenant.store.rows("limit", plan_id=plan_of(call)["id"]))
    return Listing("limits", "limit", [render(call.tenant, row) for row in rows], metadata)


def _check(call: Call, plan: int, metric: int, period: str | None, own: int | None) -> None:
    errors = Errors()
    errors.one_of("period", period, PERIODS, "is invalid")
    same = call.tenant.store.rows("limit", plan_id=plan, metric_id=metric, period=period)
    errors.unless(not [row for row in same if row["id"] != own], "period", TAKEN)
    errors.refuse()


def create(call: Call) -> Item:
    """A new limit."""
    plan, metric = plan_of(call), metric_of(call)
    period = text(call.fields.get("period"))
    _check(call, plan["id"], metric["id"], period, None)
    value = _value(call.fields.get("value"))
    row = call.tenant.insert("limit", plan_id=plan["id"], metric_id=metric["id"], period=period, value=value)
    return Item("limit", render(call.tenant, row))


def _one(call: Call) -> Row:
    return call.row("limit", plan_id=plan_of(call)["id"], metric_id=call.number("metric_id"))


def show(call: Call) -> Item:
    """One limit."""
    return Item("limit", render(call.tenant, _one(call)))


def update(call: Call) -> Item:
    """Change period or value."""
    row = _one(call)
    period = text(call.fields.get("period", row["period"]))
    _check(call, row["plan_id"], row["metric_id"], period, row["id"])
    value = _value(call.fields["value"]) if "value" in call.fields else row["value"]
    return Item("limit", render(call.tenant, call.tenant.change("limit", row, period=period, value=value)))


def delete(call: Call) -> Nothing:
    """Remove a limit."""
    call.tenant.store.delete("limit", _one(call)["id"])
    return Nothing()


_PLAN = "/admin/api/application_plans/{application_plan_id}"
_PATH = f"{_PLAN}/metrics/{{metric_id}}/limits"
_FIELDS = ("period", "value")
OPERATIONS = (
    Operation("GET", f"{_PLAN}/limits", index_of_plan),
    Operation("GET", _PATH, index),
    Operation("POST", _PATH, create, "usage_limit", _FIELDS),
    Operation("GET", f"{_PATH}/{{id}}", show),
    Operation("PUT", f"{_PATH}/{{id}}", update, "usage_limit", _FIELDS),
    Operation("DELETE", f"{_PATH}/{{id}}", delete),
)
