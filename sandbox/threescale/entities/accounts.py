"""Developer accounts and sign-up: porta, app/lib/signup, app/controllers/admin/api/{accounts,signups}_controller.rb.

Sign-up makes an account and its first user, and subscribes it to every product that has a default service plan.
Refuses: missing names, a taken user name or e-mail address, unknown plans (404), transitions the state does not allow.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sandbox.threescale.entities import applications, fields_definitions, plans, subscriptions, users
from sandbox.threescale.operation import Call, Item, Json, Listing, Nothing, Operation, links, shown, stamps
from sandbox.threescale.refusals import Errors, Invalid, NotFound
from sandbox.threescale.tenant import PROVIDER
from sandbox.threescale.values import boolean, integer, text

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

_TRANSITIONS = {
    "approve": (("created", "pending", "rejected"), "approved"),
    "reject": (("created", "pending", "approved"), "rejected"),
    "make_pending": (("created", "approved", "rejected"), "pending"),
}
_TARGETS = (fields_definitions.ACCOUNT, fields_definitions.USER)
_BILLING = ("monthly_billing_enabled", "monthly_charging_enabled")
_PLANS = {
    "account_plan_id": plans.ACCOUNT,
    "service_plan_id": plans.SERVICE,
    "application_plan_id": plans.APPLICATION,
}


def render(tenant: Tenant, row: Row) -> Json:
    """An account as the API shows it (app/representers/account_representer.rb)."""
    url = f"https://{tenant.admin_domain}/admin/api/accounts/{row['id']}"
    body = {
        "id": row["id"],
        **stamps(row),
        "credit_card_stored": False,
        **{name: row[name] for name in _BILLING},
        "state": row["state"],
        "org_name": row["org_name"],
        **row.get("extra_fields", {}),
        **({"annotations": row["annotations"]} if tenant.at_least("2.16") else {}),
        "links": links(self=url, users=f"{url}/users"),
    }
    return shown(body)


def added(tenant: Tenant, org_name: str | None, plan: Row, state: str, extra_fields: Row | None = None) -> Row:
    """The account's row."""
    return tenant.insert(
        "account",
        org_name=org_name,
        state=state,
        plan_id=plan["id"],
        monthly_billing_enabled=True,
        monthly_charging_enabled=True,
        annotations={},
        extra_fields=extra_fields or {},
    )


def signup(call: Call) -> Item:
    """A new account with an admin user, approved and active at once when a password is given and no approval needed."""
    tenant, fields = call.tenant, call.fields
    chosen = {kind: _wanted_plan(call, name, kind) for name, kind in _PLANS.items()}
    plan = chosen[plans.ACCOUNT] or _default_account_plan(tenant)
    user = users.new_values(fields)
    errors = Errors()
    errors.present("org_name", fields.get("org_name"))
    errors.short("org_name", fields.get("org_name"))
    users.check(errors, tenant, user, own=None, email_needed=False)
    extra, user["extra_fields"] = (fields_definitions.given(tenant, target, call.params) for target in _TARGETS)
    for target, values in zip(_TARGETS, (extra, user["extra_fields"]), strict=True):
        fields_definitions.check(errors, tenant, target, values)
    errors.refuse()
    ready = bool(user["password"]) and not plan["approval_required"]
    waiting = "pending" if plan["approval_required"] else "created"
    account = added(tenant, text(fields.get("org_name")), plan, "approved" if ready else waiting, extra)
    users.added(tenant, account["id"], user, role="admin", state="active" if ready else "pending")
    _subscribe(tenant, account, chosen)
    return Item("account", render(tenant, account))


def _wanted_plan(call: Call, name: str, kind: str) -> Row | None:
    if not call.fields.get(name):
        return None
    row = call.tenant.store.find("plan", integer(call.fields[name]))
    if row is None or row["type"] != kind:
        raise NotFound
    return row


def _default_account_plan(tenant: Tenant) -> Row:
    number = plans.default_id(tenant, plans.ACCOUNT, PROVIDER)
    row = tenant.store.find("plan", number)
    if row is None:
        raise NotFound
    return row


def _subscribe(tenant: Tenant, account: Row, chosen: dict[str, Row | None]) -> None:
    """The chosen plans and every product's defaults (app/lib/signup/plans_with_defaults.rb)."""
    for product in tenant.products():
        service_plan = _for_product(tenant, product, plans.SERVICE, chosen[plans.SERVICE])
        application_plan = _for_product(tenant, product, plans.APPLICATION, chosen[plans.APPLICATION])
        if service_plan is None and application_plan is not None:
            service_plan = _first_published(tenant, product)
        if service_plan is None:
            continue
        subscriptions.added(tenant, account, service_plan)
        if application_plan is not None:
            # The words are porta's (admin/api/signups_controller.rb).
            applications.added(tenant, account, application_plan, dict.fromkeys(("name", "description"), "API signup"))


def _for_product(tenant: Tenant, product: Row, kind: str, chosen: Row | None) -> Row | None:
    if chosen is not None and chosen["issuer_id"] == product["id"]:
        return chosen
    return tenant.store.find("plan", product[f"default_{kind}_id"])


def _first_published(tenant: Tenant, product: Row) -> Row | None:
    settings = tenant.store.first("settings") or {}
    if settings.get("service_plans_ui_visible"):
        return None
    return tenant.store.first("plan", type=plans.SERVICE, issuer_id=product["id"], state="published")


def index(call: Call) -> Listing:
    """All developer accounts, optionally of one state."""
    rows = call.tenant.store.rows("account")
    state = call.params.get("state")
    if state:
        rows = [row for row in rows if row["state"] == state]
    page, metadata = call.page(rows)
    return Listing("accounts", "account", [render(call.tenant, row) for row in page], metadata)


def find(call: Call) -> Item:
    """The account of a user, named by user name, id or e-mail address, whichever is given first."""
    store = call.tenant.store
    if call.params.get("username"):
        user = store.first("user", username=text(call.params["username"]))
    elif call.params.get("user_id"):
        user = store.find("user", integer(call.params["user_id"]))
    else:
        email = text(call.params.get("email"))
        user = store.first("user", email=email) if email else None
    account = store.find("account", user["account_id"]) if user else None
    if account is None:
        raise NotFound
    return Item("account", render(call.tenant, account))


def show(call: Call) -> Item:
    """One account."""
    return Item("account", render(call.tenant, call.row("account")))


def update(call: Call) -> Item:
    """Change the organisation's name or the billing switches."""
    row, values, errors = call.row("account"), dict(call.fields), Errors()
    for name in _BILLING:
        if name in values:
            values[name] = bool(boolean(values[name]))
    if "org_name" in values:
        errors.present("org_name", values["org_name"])
    errors.refuse()
    extra = fields_definitions.given(call.tenant, fields_definitions.ACCOUNT, call.params)
    values["extra_fields"] = {**row.get("extra_fields", {}), **extra}
    return Item("account", render(call.tenant, call.tenant.change("account", row, **values)))


def delete(call: Call) -> Nothing:
    """Remove the account with its users, applications and subscriptions, at once."""
    row = call.row("account")
    store = call.tenant.store
    for application in store.rows("application", account_id=row["id"]):
        applications.purge(call.tenant, application)
    for kind in ("user", "service_contract"):
        for dependent in store.rows(kind, account_id=row["id"]):
            store.delete(kind, dependent["id"])
    store.delete("account", row["id"])
    return Nothing()


def transition(event: str, call: Call) -> Item:
    """Approve, reject or make pending; a repetition is refused."""
    row = call.row("account")
    sources, target = _TRANSITIONS[event]
    if row["state"] not in sources:
        raise Invalid({"state": [f'cannot transition via "{event}"']})
    return Item("account", render(call.tenant, call.tenant.change("account", row, state=target)))


def plan(call: Call) -> Item:
    """The account's plan."""
    account = call.row("account", "account_id")
    return Item(plans.ACCOUNT, plans.render(call.tenant, call.tenant.store.row("plan", account["plan_id"])))


def change_plan(call: Call) -> Item:
    """Move the account to another account plan."""
    row = call.row("account")
    new = call.tenant.store.find("plan", integer(call.fields.get("plan_id")))
    if new is None or new["type"] != plans.ACCOUNT:
        raise NotFound
    call.tenant.change("account", row, plan_id=new["id"])
    return Item(plans.ACCOUNT, plans.render(call.tenant, new))


_PATH = "/admin/api/accounts"
_SIGNUP = ("org_name", *users.FIELDS, *_PLANS, "annotations")
OPERATIONS = (
    Operation("POST", "/admin/api/signup", signup, fields=_SIGNUP),
    Operation("GET", _PATH, index),
    Operation("GET", f"{_PATH}/find", find),
    Operation("GET", f"{_PATH}/{{id}}", show),
    Operation("PUT", f"{_PATH}/{{id}}", update, fields=("org_name", *_BILLING, "vat_rate")),
    Operation("DELETE", f"{_PATH}/{{id}}", delete),
    *(Operation("PUT", f"{_PATH}/{{id}}/{event}", partial(transition, event)) for event in _TRANSITIONS),
    Operation("GET", f"{_PATH}/{{account_id}}/plan", plan),
    Operation("PUT", f"{_PATH}/{{id}}/change_plan", change_plan, fields=("plan_id",)),
)
