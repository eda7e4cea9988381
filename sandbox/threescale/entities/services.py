"""Products (porta calls them services): app/models/service.rb, app/controllers/admin/api/services_controller.rb.

A product comes with the metric `hits`, a proxy, the rule `GET /`, a service plan `Default` and, a moment later, a
service token; no backend. Refuses: a taken or malformed system name, an unknown deployment option or backend version,
and the deletion of the last product.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from sandbox.threescale.entities import metrics, proxies
from sandbox.threescale.entities.states import service_transition
from sandbox.threescale.operation import Call, Item, Json, Listing, Nothing, Operation, links, shown, stamps
from sandbox.threescale.refusals import TAKEN, Errors, Forbidden
from sandbox.threescale.values import boolean, check_system_name, system_name, text

if TYPE_CHECKING:
    from sandbox.threescale.params import Params
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

DEPLOYMENTS = (
    "hosted",
    "self_managed",
    "service_mesh_istio",
    *(f"plugin_{language}" for language in ("rest", "ruby", "python", "java", "php", "csharp")),
)
VERSIONS = ("1", "2", "oauth", "oidc")
PLAN_CHANGES = ("request", "direct", "none", "credit_card", "request_credit_card")

_FLAGS: dict[str, bool] = {
    "intentions_required": False,
    "buyers_manage_apps": True,
    "buyers_manage_keys": True,
    "referrer_filters_required": False,
    "custom_keys_enabled": True,
    "buyer_key_regenerate_enabled": True,
    "mandatory_app_key": True,
    "buyer_can_select_plan": False,
}
_TEXTS = ("name", "description", "terms", "txt_support", "support_email")
_UPDATABLE = (
    *_TEXTS,
    *_FLAGS,
    "deployment_option",
    "backend_version",
    "buyer_plan_change_permission",
    "notification_settings",
    "state_event",
    "annotations",
)


def render(tenant: Tenant, row: Row) -> Json:
    """The product as the API shows it (app/representers/service_representer.rb)."""
    self_url = f"https://{tenant.admin_domain}/admin/api/services/{row['id']}"
    names = ("metrics", "service_plans", "application_plans", "features")
    body = {
        "id": row["id"],
        "name": row["name"],
        "state": row["state"],
        "system_name": row["system_name"],
        "backend_version": version(tenant, row),
        "deployment_option": row["deployment_option"],
        "support_email": row["support_email"],
        "description": row["description"],
        **{flag: row[flag] for flag in _FLAGS},
        "buyer_plan_change_permission": row["buyer_plan_change_permission"],
        "notification_settings": row["notification_settings"],
        **({"annotations": row["annotations"]} if tenant.at_least("2.16") else {}),
        **stamps(row),
        "links": links(self=self_url, **{name: f"{self_url}/{name}" for name in names}),
    }
    return shown(body)


def version(tenant: Tenant, row: Row) -> str:
    """The authentication mode as the API names it: oidc is stored as oauth plus a flag on the proxy."""
    oidc = tenant.proxy(row["id"])["authentication_method"] == "oidc"
    return "oidc" if oidc else str(row["backend_version"])


def _values(tenant: Tenant, fields: Params) -> Row:
    values: dict[str, Any] = {name: text(fields[name]) for name in _TEXTS if name in fields}
    values |= {flag: bool(boolean(fields[flag])) for flag in _FLAGS if flag in fields}
    for name in ("deployment_option", "backend_version", "buyer_plan_change_permission"):
        if name in fields:
            values[name] = text(fields[name])
    if "notification_settings" in fields:
        values["notification_settings"] = fields["notification_settings"] or None
    if "annotations" in fields and tenant.at_least("2.16"):
        values["annotations"] = fields["annotations"] or {}
    return values


def _check(errors: Errors, values: Row) -> None:
    if "name" in values:
        errors.present("name", values["name"])
        errors.short("name", values["name"])
    for name, allowed in (
        ("deployment_option", DEPLOYMENTS),
        ("backend_version", VERSIONS),
        ("buyer_plan_change_permission", PLAN_CHANGES),
    ):
        if name in values:
            errors.one_of(name, values[name], allowed)


def create(call: Call) -> Item:
    """A new product with everything that comes with it."""
    tenant = call.tenant
    values = {"name": None, "deployment_option": "hosted", "backend_version": "1", **_values(tenant, call.fields)}
    name = system_name(call.fields.get("system_name"), values["name"], "service")
    errors = Errors()
    _check(errors, values)
    check_system_name(errors, name)
    errors.unless(tenant.store.first("service", system_name=name) is None, "system_name", TAKEN)
    state = service_transition(errors, "incomplete", call.fields.get("state_event"))
    errors.refuse()
    return Item("service", render(tenant, added(tenant, {**values, "system_name": name, "state": state})))


def added(tenant: Tenant, values: Row) -> Row:
    """The product's row and its companions: metric, proxy with rule, service plan, token."""
    oidc = values.get("backend_version") == "oidc"
    defaults: dict[str, Any] = {
        **dict.fromkeys(("description", "terms", "txt_support", "support_email", "notification_settings")),
        **_FLAGS,
        "annotations": {},
        "buyer_plan_change_permission": "request",
        "default_application_plan_id": None,
        "default_service_plan_id": None,
        "deployment_option": "hosted",
    }
    stored = {**defaults, **values, "backend_version": "oauth" if oidc else values.get("backend_version", "1")}
    row = tenant.insert("service", **stored)
    metrics.add_hits(tenant, "Service", row["id"])
    proxies.add(tenant, row, method="oidc" if oidc else None)
    _add_service_plan(tenant, row["id"])
    delay = tenant.options.service_token_delay
    if delay > 0:
        tenant.later(delay, "service_token", row["id"])
    else:
        add_service_token(tenant, row["id"])
    return row


def _add_service_plan(tenant: Tenant, product: int) -> None:
    settings = tenant.store.first("settings") or {}
    tenant.insert(
        "plan",
        type="service_plan",
        issuer_id=product,
        name="Default",
        system_name="default",
        state="hidden" if settings.get("service_plans_ui_visible") else "published",
        setup_fee=0.0,
        cost_per_month=0.0,
        trial_period_days=0,
        cancellation_period=0,
        approval_required=False,
        description=None,
        custom=False,
    )


def add_service_token(tenant: Tenant, product: int) -> None:
    """What CreateServiceTokenWorker does: without this token no gateway configuration is ever saved."""
    row = tenant.store.find("service", product)
    if row is not None and tenant.store.first("service_token", service_id=product) is None:
        tenant.store.insert("service_token", service_id=product, value=secrets.token_hex(32))


def index(call: Call) -> Listing:
    """All products that are not being deleted."""
    rows, metadata = call.page(call.tenant.products())
    return Listing("services", "service", [render(call.tenant, row) for row in rows], metadata)


def show(call: Call) -> Item:
    """One product."""
    return Item("service", render(call.tenant, call.row("service")))


def update(call: Call) -> Item:
    """Change a product; its system name never changes."""
    tenant, row = call.tenant, call.row("service")
    values = _values(tenant, call.fields)
    errors = Errors()
    _check(errors, values)
    state = service_transition(errors, row["state"], call.fields.get("state_event"))
    errors.refuse()
    if "backend_version" in values:
        oidc = values["backend_version"] == "oidc"
        proxy = tenant.proxy(row["id"])
        tenant.change("proxy", proxy, authentication_method="oidc" if oidc else None)
        values["backend_version"] = "oauth" if oidc else values["backend_version"]
    moved = values.get("deployment_option", row["deployment_option"]) != row["deployment_option"]
    row = tenant.change("service", row, state=state, **values)
    if moved:
        proxies.regenerate_endpoints(tenant, row)
    return Item("service", render(tenant, row))


def delete(call: Call) -> Nothing:
    """Hide the product at once and purge it later; the last one stays."""
    tenant, row = call.tenant, call.row("service")
    if len(tenant.products()) == 1:
        raise Forbidden
    tenant.change("service", row, state="deleted")
    tenant.later(tenant.purge_delay, "purge_service", row["id"])
    return Nothing()


def purge(tenant: Tenant, product: int) -> None:
    """Remove the product's row and everything that hangs on it, its ActiveDocs included."""
    store = tenant.store
    for plan in store.rows("plan", issuer_id=product):
        if plan["type"] == "account_plan":
            continue
        for application in store.rows("application", plan_id=plan["id"]):
            _drop(tenant, "application_key", application_id=application["id"])
            _drop(tenant, "referrer_filter", application_id=application["id"])
        for kind in ("application", "service_contract", "limit", "pricing_rule", "plan_feature"):
            _drop(tenant, kind, plan_id=plan["id"])
        store.delete("plan", plan["id"])
    proxy = tenant.proxy(product)
    _drop(tenant, "proxy_config", proxy_id=proxy["id"])
    _drop(tenant, "mapping_rule", owner_type="Proxy", owner_id=proxy["id"])
    _drop(tenant, "metric", owner_type="Service", owner_id=product)
    for kind in ("proxy", "oidc_configuration", "service_token", "backend_usage", "active_doc", "feature"):
        _drop(tenant, kind, service_id=product)
    store.delete("service", product)


def _drop(tenant: Tenant, kind: str, **match: object) -> None:
    for row in tenant.store.rows(kind, **match):
        tenant.store.delete(kind, row["id"])


_PATH = "/admin/api/services"
_NAMES = ("system_name", *_UPDATABLE)
OPERATIONS = (
    Operation("GET", _PATH, index),
    Operation("POST", _PATH, create, wrapper="service", fields=_NAMES),
    Operation("GET", f"{_PATH}/{{id}}", show),
    Operation("PUT", f"{_PATH}/{{id}}", update, wrapper="service", fields=_UPDATABLE, attributes=("system_name",)),
    Operation("DELETE", f"{_PATH}/{{id}}", delete),
)
