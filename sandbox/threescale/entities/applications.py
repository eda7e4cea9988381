"""Applications: porta, app/models/cinstance.rb, admin/api/buyers_applications_controller.rb.

Creating one subscribes the account to the product. Refuses: an unknown plan or application (404), a user key taken in
the product or malformed, a malformed application key, transitions the state does not allow.
"""

from __future__ import annotations

import re
import secrets
from functools import partial
from typing import TYPE_CHECKING, Any

from sandbox.threescale.entities import fields_definitions, oidc_configurations, plans, subscriptions
from sandbox.threescale.operation import Call, Item, Json, Listing, Nothing, Operation, links, shown, stamps
from sandbox.threescale.refusals import INVALID, TAKEN, Errors, Invalid, NotFound
from sandbox.threescale.values import integer, text

if TYPE_CHECKING:
    from sandbox.threescale.params import Params
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

_KEY = re.compile(r"[A-Za-z0-9_\-.+=]{1,256}", re.ASCII)
_APP_ID = re.compile(r"[\x21-\x7e]{4,255}")
APP_KEY = re.compile(r"[\x20-\x7e]{5,255}")
_TRANSITIONS = {
    "accept": (("pending",), "live"),
    "suspend": (("live",), "suspended"),
    "resume": (("suspended",), "live"),
}
_NULLS = (
    *("first_traffic_at", "first_daily_traffic_at", "user_key", "provider_verification_key", "application_id"),
    *("redirect_url", "client_id", "client_secret"),
)


def render(tenant: Tenant, row: Row) -> Json:
    """An application as the API shows it (app/representers/application_representer.rb)."""
    store = tenant.store
    product, plan = store.row("service", row["service_id"]), store.row("plan", row["plan_id"])
    account = store.row("account", row["account_id"])
    body = {
        "id": row["id"],
        "state": row["state"],
        "enabled": row["state"] == "live" and account["state"] == "approved",
        **stamps(row),
        "service_id": product["id"],
        "service_name": product["name"],
        "plan_id": plan["id"],
        "plan_name": plan["name"],
        "account_id": account["id"],
        "org_name": account["org_name"],
        "first_traffic_at": row["first_traffic_at"],
        "first_daily_traffic_at": row["first_daily_traffic_at"],
        **_credentials(tenant, product, row),
        "name": row["name"],
        "description": row["description"],
        **row.get("extra_fields", {}),
        "links": _links(tenant, row),
    }
    return shown(body, (name for name in _NULLS if name in body))


def _credentials(tenant: Tenant, product: Row, row: Row) -> Json:
    """What the product's mode of authentication shows (app/representers/cinstance_representer.rb)."""
    if product["backend_version"] == "1":
        return {name: row[name] for name in ("user_key", "provider_verification_key")}
    found = {"application_id": row["application_id"]}
    if product["backend_version"] == "oauth":
        first = tenant.store.first("application_key", application_id=row["id"])
        secret = first["value"] if first else None
        found |= {"redirect_url": row["redirect_url"], "client_id": row["application_id"], "client_secret": secret}
    if tenant.proxy(product["id"])["authentication_method"] == "oidc":
        found["oidc_configuration"] = oidc_configurations.of(tenant, product["id"])
    return found


def _links(tenant: Tenant, row: Row) -> list[Json]:
    base = f"https://{tenant.admin_domain}/admin/api"
    account, product = f"{base}/accounts/{row['account_id']}", f"{base}/services/{row['service_id']}"
    own = f"{account}/applications/{row['id']}"
    plan = f"{product}/application_plans/{row['plan_id']}"
    further = {name: f"{own}/{name}" for name in ("keys", "referrer_filters")}
    return links(self=own, service=product, account=account, plan=plan, **further)


def added(tenant: Tenant, account: Row, plan: Row, values: Row) -> Row:
    """The application's row, and the subscription if there is none yet."""
    product = tenant.store.row("service", plan["issuer_id"])
    subscriptions.ensured(tenant, account, product)
    row = tenant.insert(
        "application",
        account_id=account["id"],
        service_id=product["id"],
        plan_id=plan["id"],
        state="pending" if plan["approval_required"] else "live",
        name=values.get("name"),
        description=values.get("description"),
        redirect_url=values.get("redirect_url"),
        user_key=values.get("user_key") or secrets.token_hex(16),
        application_id=values.get("application_id") or secrets.token_hex(4),
        provider_verification_key=secrets.token_hex(16),
        first_traffic_at=values.get("first_traffic_at"),
        first_daily_traffic_at=values.get("first_daily_traffic_at"),
        extra_fields=values.get("extra_fields") or {},
    )
    for key in _given_keys(values):
        tenant.insert("application_key", application_id=row["id"], value=key)
    return row


def _given_keys(values: Row) -> list[str]:
    given = values.get("application_key") or []
    return [str(key) for key in (given if isinstance(given, list) else [given])]


def _account(call: Call) -> Row:
    return call.row("account", "account_id")


def _one(call: Call, name: str = "id") -> Row:
    return call.row("application", name, account_id=_account(call)["id"])


def _plan(call: Call) -> Row:
    row = call.tenant.store.find("plan", integer(call.fields.get("plan_id")))
    if row is None or row["type"] != plans.APPLICATION:
        raise NotFound
    if call.tenant.store.row("service", row["issuer_id"])["state"] == "deleted":
        raise NotFound
    return row


def create(call: Call) -> Item:
    """A new application of an account on a plan; a key is made when none is given."""
    account, plan = _account(call), _plan(call)
    values = dict(call.fields)
    for name in ("name", "description", "user_key", "application_id", "redirect_url"):
        values[name] = text(values.get(name))
    values["extra_fields"] = fields_definitions.given(call.tenant, fields_definitions.APPLICATION, call.params)
    errors = Errors()
    _check(errors, call.tenant, plan["issuer_id"], values, own=None)
    fields_definitions.check(errors, call.tenant, fields_definitions.APPLICATION, values["extra_fields"])
    errors.refuse()
    return Item("application", render(call.tenant, added(call.tenant, account, plan, values)))


def _check(errors: Errors, tenant: Tenant, product: int, values: Row, own: int | None) -> None:
    key = values.get("user_key")
    if key:
        errors.unless(_KEY.fullmatch(key), "user_key", INVALID)
        same = tenant.store.rows("application", service_id=product, user_key=key)
        errors.unless(not [row for row in same if row["id"] != own], "user_key", TAKEN)
    application_id = values.get("application_id")
    if application_id:
        errors.unless(_APP_ID.fullmatch(application_id), "application_id", INVALID)
    errors.short("name", values.get("name"))
    for value in _given_keys(values):
        errors.unless(APP_KEY.fullmatch(value), "application_keys", INVALID)


def index(call: Call) -> Listing:
    """The applications of one account, always whole."""
    wanted = {"state": call.params["state"]} if call.params.get("state") else {}
    rows = call.tenant.store.rows("application", account_id=_account(call)["id"], **wanted)
    return Listing("applications", "application", [render(call.tenant, row) for row in rows])


def index_all(call: Call) -> Listing:
    """The applications of the whole tenant, in pages."""
    wanted = {name: integer(call.params[name]) for name in ("service_id", "plan_id") if call.params.get(name)}
    alive = {product["id"] for product in call.tenant.products()}
    rows = [row for row in call.tenant.store.rows("application", **wanted) if row["service_id"] in alive]
    rows = [row for row in rows if _active(row, call.params) and _costs(call.tenant, row, call.params)]
    page, metadata = call.page(rows)
    return Listing("applications", "application", [render(call.tenant, row) for row in page], metadata)


def _active(row: Row, params: Params) -> bool:
    """Whether its last traffic fits `active_since` and `inactive_since` (ThreeScale::Search::Helpers)."""
    last, active, inactive = (row["first_daily_traffic_at"], params.get("active_since"), params.get("inactive_since"))
    return (not active or bool(last and last >= str(active))) and (not inactive or not last or last < str(inactive))


def _costs(tenant: Tenant, row: Row, params: Params) -> bool:
    """Whether its plan is of the type that was asked for: `free` or `paid`."""
    wanted = params.get("plan_type")
    if wanted not in ("free", "paid"):
        return True
    plan = tenant.store.row("plan", row["plan_id"])
    rules = tenant.store.first("pricing_rule", plan_id=plan["id"])
    paid = bool(plan["cost_per_month"] or plan["setup_fee"] or rules)
    return paid is (wanted == "paid")


def find(call: Call) -> Item:
    """By user key, application id of mode 2, or numeric id."""
    params = call.params
    match: dict[str, Any] = {}
    if params.get("user_key"):
        match = {"user_key": text(params["user_key"])}
    elif params.get("app_id"):
        match = {"application_id": text(params["app_id"])}
    elif params.get("application_id"):
        match = {"id": integer(params["application_id"])}
    if params.get("service_id"):
        match["service_id"] = integer(params["service_id"])
    row = call.tenant.store.first("application", **match) if match else None
    if row is None:
        raise NotFound
    return Item("application", render(call.tenant, row))


def show(call: Call) -> Item:
    """One application."""
    return Item("application", render(call.tenant, _one(call)))


def update(call: Call) -> Item:
    """Change name, description, key or address."""
    row = _one(call)
    values: Row = {name: text(value) for name, value in call.fields.items()}
    extra = fields_definitions.given(call.tenant, fields_definitions.APPLICATION, call.params)
    values["extra_fields"] = {**row.get("extra_fields", {}), **extra}
    errors = Errors()
    _check(errors, call.tenant, row["service_id"], values, own=row["id"])
    errors.refuse()
    return Item("application", render(call.tenant, call.tenant.change("application", row, **values)))


def delete(call: Call) -> Nothing:
    """Remove the application; the subscription stays."""
    purge(call.tenant, _one(call))
    return Nothing()


def purge(tenant: Tenant, row: Row) -> None:
    """Remove the row, its keys and filters, and its own plan if it has one."""
    for kind in ("application_key", "referrer_filter"):
        for dependent in tenant.store.rows(kind, application_id=row["id"]):
            tenant.store.delete(kind, dependent["id"])
    tenant.store.delete("application", row["id"])
    plan = tenant.store.find("plan", row["plan_id"])
    if plan is not None and plan["custom"]:
        plans.purge(tenant, plan)


def change_plan(call: Call) -> Item:
    """Move to another plan of the same product; the answer is the plan."""
    row, plan = _one(call), _plan(call)
    if plan["issuer_id"] != row["service_id"]:
        raise NotFound
    old = call.tenant.store.row("plan", row["plan_id"])
    call.tenant.change("application", row, plan_id=plan["id"])
    if old["custom"] and old["id"] != plan["id"]:
        plans.purge(call.tenant, old)
    return Item(plans.APPLICATION, plans.render(call.tenant, plan))


def transition(event: str, call: Call) -> Item:
    """Accept, suspend or resume."""
    row = _one(call)
    sources, target = _TRANSITIONS[event]
    if row["state"] not in sources:
        raise Invalid({"state": [f'cannot transition via "{event}"']})
    return Item("application", render(call.tenant, call.tenant.change("application", row, state=target)))


_PATH = "/admin/api/accounts/{account_id}/applications"
_UPDATABLE = ("name", "description", "user_key", "redirect_url", "first_traffic_at", "first_daily_traffic_at")
OPERATIONS = (
    Operation("GET", _PATH, index),
    Operation("POST", _PATH, create, fields=(*_UPDATABLE, "plan_id", "application_id", "application_key")),
    Operation("GET", f"{_PATH}/{{id}}", show),
    Operation("PUT", f"{_PATH}/{{id}}", update, fields=_UPDATABLE),
    Operation("DELETE", f"{_PATH}/{{id}}", delete),
    Operation("PUT", f"{_PATH}/{{id}}/change_plan", change_plan, fields=("plan_id",)),
    *(Operation("PUT", f"{_PATH}/{{id}}/{event}", partial(transition, event)) for event in _TRANSITIONS),
    Operation("GET", "/admin/api/applications", index_all),
    Operation("GET", "/admin/api/applications/find", find),
)
