"""Subscriptions of accounts to products: porta, service_{contracts,subscriptions}, buyers_service_plans controllers.

Refuses: a second subscription to one product, and deletion while unsuspended applications of that product exist.
`service_subscriptions` exists from 2.16 on; before, `buy` and `service_contracts` do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.threescale.entities import plans
from sandbox.threescale.operation import Call, Item, Json, Listing, Nothing, Operation, shown
from sandbox.threescale.refusals import DeletionRefused, Invalid, NotFound, Said
from sandbox.threescale.tenant import PROVIDER
from sandbox.threescale.values import integer

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant


def render(row: Row) -> Json:
    """A subscription as the API shows it."""
    names = ("id", "plan_id", "created_at", "updated_at", "state", "service_id", "accepted_at")
    body = {name: row[name] for name in names}
    extra = {"user_account_id": row["account_id"], "setup_fee": "0.0", "type": "ServiceContract", "tenant_id": PROVIDER}
    return shown({**body, **extra})


def added(tenant: Tenant, account: Row, plan: Row) -> Row:
    """The subscription's row.

    Raises:
        Invalid: the account is already subscribed to the product.
    """
    product = plan["issuer_id"]
    if tenant.store.first("service_contract", account_id=account["id"], service_id=product) is not None:
        raise Invalid({"base": ["already subscribed to this service"]})
    state = "pending" if plan["approval_required"] else "live"
    return tenant.insert(
        "service_contract",
        account_id=account["id"],
        plan_id=plan["id"],
        service_id=product,
        state=state,
        accepted_at=None if plan["approval_required"] else tenant.now(),
    )


def ensured(tenant: Tenant, account: Row, product: Row) -> None:
    """Subscribe the account as creating an application does: by the default service plan, else the first one.

    Raises:
        Said: the product has no service plan.
    """
    if tenant.store.first("service_contract", account_id=account["id"], service_id=product["id"]) is not None:
        return
    plan = tenant.store.find("plan", product["default_service_plan_id"]) or tenant.store.first(
        "plan", type=plans.SERVICE, issuer_id=product["id"]
    )
    if plan is None:
        raise Said(422, "You cannot subscribe to that service.")
    added(tenant, account, plan)


def _account(call: Call) -> Row:
    return call.row("account", "account_id")


def _service_plan(call: Call, number: int | None) -> Row:
    row = call.tenant.store.find("plan", number)
    if row is None or row["type"] != plans.SERVICE:
        raise NotFound
    return row


def buy(call: Call) -> Item:
    """Subscribe to a service plan; the answer is the plan."""
    plan = _service_plan(call, call.number("service_plan_id"))
    added(call.tenant, _account(call), plan)
    return Item(plans.SERVICE, plans.render(call.tenant, plan))


def contracts(call: Call) -> Listing:
    """The account's subscriptions under their old name."""
    rows = call.tenant.store.rows("service_contract", account_id=_account(call)["id"])
    return Listing("service_contracts", "service_contract", [render(row) for row in rows])


def _one(call: Call) -> Row:
    return call.row("service_contract", account_id=_account(call)["id"])


def delete(call: Call) -> Nothing:
    """End a subscription; suspended applications of the product go with it."""
    tenant, row = call.tenant, _one(call)
    own = tenant.store.rows("application", account_id=row["account_id"], service_id=row["service_id"])
    unsuspended = sum(application["state"] != "suspended" for application in own)
    if unsuspended:
        many = "is 1 unsuspended application" if unsuspended == 1 else f"are {unsuspended} unsuspended applications"
        raise DeletionRefused({"base": [f"There {many} subscribed to the service"]})
    for application in own:
        tenant.store.delete("application", application["id"])
    tenant.store.delete("service_contract", row["id"])
    return Nothing()


def _newer(call: Call) -> None:
    if not call.tenant.at_least("2.16"):
        raise NotFound


def index(call: Call) -> Listing:
    """The account's subscriptions."""
    _newer(call)
    rows = call.tenant.store.rows("service_contract", account_id=_account(call)["id"])
    return Listing("service_subscriptions", "service_subscription", [render(row) for row in rows])


def show(call: Call) -> Item:
    """One subscription."""
    _newer(call)
    return Item("service_subscription", render(_one(call)))


def create(call: Call) -> Item:
    """Subscribe to a service plan."""
    _newer(call)
    plan = _service_plan(call, integer(call.fields.get("plan_id")))
    return Item("service_subscription", render(added(call.tenant, _account(call), plan)))


def remove(call: Call) -> Nothing:
    """End a subscription."""
    _newer(call)
    return delete(call)


def change_plan(call: Call) -> Item:
    """Move to another service plan of the same product."""
    _newer(call)
    row, plan = _one(call), _service_plan(call, integer(call.fields.get("plan_id")))
    if plan["issuer_id"] != row["service_id"]:
        raise Invalid({"plan": ["must belong to the same product"]})
    return Item("service_subscription", render(call.tenant.change("service_contract", row, plan_id=plan["id"])))


def approve(call: Call) -> Item:
    """Accept a pending subscription."""
    _newer(call)
    row = _one(call)
    if row["state"] != "pending":
        raise Invalid({"state": ['cannot transition via "accept"']})
    row = call.tenant.change("service_contract", row, state="live", accepted_at=call.tenant.now())
    return Item("service_subscription", render(row))


_ACCOUNT = "/admin/api/accounts/{account_id}"
_PATH = f"{_ACCOUNT}/service_subscriptions"
_WRAPPER = "service_subscription"
OPERATIONS = (
    Operation("POST", f"{_ACCOUNT}/service_plans/{{service_plan_id}}/buy", buy),
    Operation("GET", f"{_ACCOUNT}/service_contracts", contracts),
    Operation("DELETE", f"{_ACCOUNT}/service_contracts/{{id}}", delete),
    Operation("GET", _PATH, index, json_only=True),
    Operation("POST", _PATH, create, _WRAPPER, ("plan_id",), json_only=True),
    Operation("GET", f"{_PATH}/{{id}}", show, json_only=True),
    Operation("DELETE", f"{_PATH}/{{id}}", remove, json_only=True),
    Operation("PUT", f"{_PATH}/{{id}}/change_plan", change_plan, _WRAPPER, ("plan_id",), json_only=True),
    Operation("PUT", f"{_PATH}/{{id}}/approve", approve, json_only=True),
)
