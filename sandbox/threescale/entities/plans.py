"""Application, service and account plans: porta, app/models/plan.rb and the three controllers.

Refuses: a taken system name, negative prices and periods, an event the state does not allow, the deletion of a plan
that somebody has.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sandbox.threescale.entities.states import plan_transition
from sandbox.threescale.operation import Call, Item, Json, Listing, Nothing, Operation, links, shown, stamps
from sandbox.threescale.refusals import TAKEN, DeletionRefused, Errors
from sandbox.threescale.tenant import PROVIDER
from sandbox.threescale.values import boolean, check_system_name, integer, number, system_name, text

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

APPLICATION, SERVICE, ACCOUNT = "application_plan", "service_plan", "account_plan"
_USERS = {APPLICATION: "application", SERVICE: "service_contract", ACCOUNT: "account"}
_MONEY = ("cost_per_month", "setup_fee")
_FEW = ("name", "state_event", "approval_required")
_PERMITTED = {
    APPLICATION: (*_FEW, "description", "trial_period_days", *_MONEY),
    SERVICE: _FEW,
    ACCOUNT: _FEW,
}


def default_id(tenant: Tenant, kind: str, issuer: int) -> int | None:
    """The issuer's default plan of that type."""
    if kind == ACCOUNT:
        return tenant.store.row("provider", 1)["default_account_plan_id"]  # type: ignore[no-any-return]  # rows are untyped
    return tenant.store.row("service", issuer)[f"default_{kind}_id"]  # type: ignore[no-any-return]  # rows are untyped


def render(tenant: Tenant, row: Row) -> Json:
    """A plan as the API shows it; service and account plans do not show their system name."""
    kind, issuer = row["type"], row["issuer_id"]
    base = f"https://{tenant.admin_domain}/admin/api"
    if kind == ACCOUNT:
        addresses = {"self": f"{base}/account_plans/{row['id']}"}
    else:
        product = f"{base}/services/{issuer}"
        addresses = {"service": product, "self": f"{product}/{kind}s/{row['id']}"}
    numbers = ("setup_fee", "cost_per_month", "trial_period_days", "cancellation_period", "approval_required")
    body = {
        **{name: row[name] for name in ("id", "name", "state", *numbers)},
        "default": default_id(tenant, kind, issuer) == row["id"],
        "custom": row["custom"] if kind == APPLICATION else None,
        "system_name": row["system_name"] if kind == APPLICATION else None,
        **stamps(row),
        "links": links(**addresses),
    }
    return shown(body)


def _values(call: Call) -> Row:
    values: dict[str, Any] = {}
    for name, value in call.fields.items():
        if name in _MONEY:
            values[name] = number(value)
        elif name == "trial_period_days":
            values[name] = integer(value) if value not in (None, "") else 0
        elif name == "approval_required":
            values[name] = bool(boolean(value))
        elif name in ("name", "description"):
            values[name] = text(value)
    return values


def _check(errors: Errors, values: Row) -> None:
    if "name" in values:
        errors.present("name", values["name"])
        errors.short("name", values["name"])
    for name in (*_MONEY, "trial_period_days"):
        if name in values and values[name] is None:
            errors.add(name, "is not a number")
        elif name in values:
            errors.unless(values[name] >= 0, name, "must be greater than or equal to 0")


def _issuer(call: Call) -> int:
    return int(call.product()["id"]) if "service_id" in call.path else PROVIDER


def _one(call: Call, kind: str) -> Row:
    return call.row("plan", type=kind, issuer_id=_issuer(call))


def create(kind: str, call: Call) -> Item:
    """A new plan, hidden unless `state_event` says publish."""
    tenant, issuer = call.tenant, _issuer(call)
    values = {"name": None, **_values(call)}
    name = system_name(call.fields.get("system_name"), values["name"], kind)
    errors = Errors()
    _check(errors, values)
    check_system_name(errors, name)
    taken = tenant.store.first("plan", type=kind, issuer_id=issuer, system_name=name)
    errors.unless(taken is None, "system_name", TAKEN)
    state = plan_transition(errors, "hidden", call.fields.get("state_event"))
    errors.refuse()
    return Item(kind, render(tenant, added(tenant, kind, issuer, {**values, "system_name": name, "state": state})))


def added(tenant: Tenant, kind: str, issuer: int, values: Row) -> Row:
    """The plan's row with its defaults."""
    defaults = {
        "setup_fee": 0.0,
        "cost_per_month": 0.0,
        "trial_period_days": 0,
        "cancellation_period": 0,
        "approval_required": False,
        "description": None,
        "custom": False,
    }
    return tenant.insert("plan", type=kind, issuer_id=issuer, **{**defaults, **values})


def index(kind: str, call: Call) -> Listing:
    """All plans of one type of a product, of the tenant for account plans; always whole."""
    rows = call.tenant.store.rows("plan", type=kind, issuer_id=_issuer(call))
    return Listing("plans", kind, [render(call.tenant, row) for row in rows])


def index_all(kind: str, call: Call) -> Listing:
    """All plans of one type over all products."""
    alive = {product["id"] for product in call.tenant.products()}
    rows = [row for row in call.tenant.store.rows("plan", type=kind) if row["issuer_id"] in alive]
    return Listing("plans", kind, [render(call.tenant, row) for row in rows])


def show(kind: str, call: Call) -> Item:
    """One plan."""
    return Item(kind, render(call.tenant, _one(call, kind)))


def update(kind: str, call: Call) -> Item:
    """Change a plan; the system name stays."""
    row, values, errors = _one(call, kind), _values(call), Errors()
    _check(errors, values)
    state = plan_transition(errors, row["state"], call.fields.get("state_event"))
    errors.refuse()
    return Item(kind, render(call.tenant, call.tenant.change("plan", row, state=state, **values)))


def delete(kind: str, call: Call) -> Nothing:
    """Remove a plan that nobody has."""
    tenant, row = call.tenant, _one(call, kind)
    user, words = _USERS[kind], kind.replace("_", " ")
    if tenant.store.first(user, plan_id=row["id"]) is not None:
        thing = user.removeprefix("service_")
        raise DeletionRefused({"base": [f"This {words} cannot be deleted! At least one {thing} depends on it."]})
    copies = tenant.store.rows("plan", original_id=row["id"])
    if any(tenant.store.first(user, plan_id=copy["id"]) for copy in copies):
        text = f"This {words} cannot be deleted!  At least one customized version of this {words} exists."
        raise DeletionRefused({"base": [text]})
    for copy in copies:
        purge(tenant, copy)
    if default_id(tenant, kind, row["issuer_id"]) == row["id"]:
        _set_default(tenant, kind, row["issuer_id"], None)
    purge(tenant, row)
    return Nothing()


def purge(tenant: Tenant, row: Row) -> None:
    """Remove the plan's row with its limits, prices and features."""
    for dependent in ("limit", "pricing_rule", "plan_feature"):
        for other in tenant.store.rows(dependent, plan_id=row["id"]):
            tenant.store.delete(dependent, other["id"])
    tenant.store.delete("plan", row["id"])


def make_default(kind: str, call: Call) -> Item:
    """Make it the default; there is no call that takes it back."""
    row = _one(call, kind)
    _set_default(call.tenant, kind, row["issuer_id"], row["id"])
    return Item(kind, render(call.tenant, row))


def _set_default(tenant: Tenant, kind: str, issuer: int, plan: int | None) -> None:
    if kind == ACCOUNT:
        tenant.change("provider", tenant.store.row("provider", 1), default_account_plan_id=plan)
    else:
        tenant.change("service", tenant.store.row("service", issuer), **{f"default_{kind}_id": plan})


def _operations(kind: str, path: str) -> tuple[Operation, ...]:
    one = f"{path}/{{id}}"
    return (
        Operation("GET", path, partial(index, kind)),
        Operation("POST", path, partial(create, kind), kind, ("system_name", *_PERMITTED[kind])),
        Operation("GET", one, partial(show, kind)),
        Operation("PUT", one, partial(update, kind), kind, _PERMITTED[kind], ("system_name",)),
        Operation("DELETE", one, partial(delete, kind)),
        Operation("PUT", f"{one}/default", partial(make_default, kind)),
    )


OPERATIONS = (
    *_operations(APPLICATION, "/admin/api/services/{service_id}/application_plans"),
    *_operations(SERVICE, "/admin/api/services/{service_id}/service_plans"),
    *_operations(ACCOUNT, "/admin/api/account_plans"),
    Operation("GET", "/admin/api/application_plans", partial(index_all, APPLICATION)),
    Operation("GET", "/admin/api/service_plans", partial(index_all, SERVICE)),
)
