"""The tenant's own account and its settings: porta, admin/api/{providers,settings}_controller.rb.

The organisation's name and time zone cannot be changed here. Refuses: values over 255 characters, support addresses
that are none, unknown permissions, `enforce_sso` without a published provider. On 2.15 a PUT of the settings that
leaves `account_approval_required` out resets it when there is exactly one account plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.threescale.operation import Call, Item, Json, Operation, links, shown, stamps
from sandbox.threescale.refusals import NOT_INCLUDED, Errors
from sandbox.threescale.values import boolean, text

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

_ACCOUNT = ("from_email", "support_email", "finance_support_email", "site_access_code")
_CHECKED = ("support_email", "finance_support_email")
"""The sender is not judged (porta, app/models/account.rb)."""
_FLAGS = (
    *("useraccountarea_enabled", "hide_service", "signups_enabled", "strong_passwords_enabled", "public_search"),
    *("account_plans_ui_visible", "service_plans_ui_visible"),
)
_PERMISSIONS = ("change_account_plan_permission", "change_service_plan_permission")
_ALLOWED = ("request", "none", "credit_card", "request_credit_card", "direct")
_APPROVAL = "account_approval_required"
_NO_PROVIDER = "Password-based authentication could not be disabled. No published authentication providers."


def render(tenant: Tenant, row: Row) -> Json:
    """The tenant's account as the API shows it."""
    body = {
        "id": row["account_id"],
        **stamps(row),
        "admin_domain": tenant.admin_domain,
        "domain": tenant.portal_domain,
        "admin_base_url": f"https://{tenant.admin_domain}",
        "base_url": f"https://{tenant.portal_domain}",
        **{name: row[name] for name in _ACCOUNT},
        "state": "approved",
        "org_name": row["org_name"],
        "links": links(self=f"https://{tenant.admin_domain}/admin/api/provider"),
    }
    return shown(body)


def show(call: Call) -> Item:
    """The tenant's account."""
    return Item("account", render(call.tenant, call.tenant.store.row("provider", 1)))


def update(call: Call) -> Item:
    """Change the addresses or the portal's access code; an empty code opens the portal."""
    values: Row = {name: text(value) for name, value in call.fields.items()}
    errors = Errors()
    for name, value in values.items():
        errors.short(name, value)
        if name in _CHECKED and value:
            errors.email(name, value)
    errors.refuse()
    row = call.tenant.change("provider", call.tenant.store.row("provider", 1), **values)
    return Item("account", render(call.tenant, row))


def _settings(tenant: Tenant) -> Row:
    return tenant.store.row("settings", 1)


def render_settings(tenant: Tenant) -> Json:
    """The settings as the API shows them (app/representers/settings_representer.rb)."""
    row = _settings(tenant)
    newer = {"enforce_sso": row["enforce_sso"]} if tenant.at_least("2.16") else {}
    plan = _plan(tenant)
    approval = {_APPROVAL: plan["approval_required"]} if plan else {}
    return shown({**{name: row[name] for name in (*_FLAGS, *_PERMISSIONS)}, **approval, **newer})


def _plan(tenant: Tenant) -> Row | None:
    """The default account plan, or the only one."""
    plans = tenant.store.rows("plan", type="account_plan")
    default = tenant.store.row("provider", 1)["default_account_plan_id"]
    return tenant.store.find("plan", default) or (plans[0] if len(plans) == 1 else None)


def show_settings(call: Call) -> Item:
    """The portal's settings."""
    return Item("settings", render_settings(call.tenant))


def update_settings(call: Call) -> Item:
    """Change settings; unknown keys are ignored."""
    tenant, errors = call.tenant, Errors()
    values: dict[str, Any] = {name: boolean(call.fields[name]) for name in _FLAGS if name in call.fields}
    for name in _PERMISSIONS:
        if name in call.fields:
            values[name] = call.fields[name]
            errors.one_of(name, values[name], _ALLOWED, NOT_INCLUDED)
    if "enforce_sso" in call.fields and tenant.at_least("2.16"):
        values["enforce_sso"] = bool(boolean(call.fields["enforce_sso"]))
        published = tenant.store.first("authentication_provider", account_type="provider", published=True)
        errors.unless(published or not values["enforce_sso"], "enforce_sso", _NO_PROVIDER)
    errors.refuse()
    tenant.change("settings", _settings(tenant), **values)
    _change_approval(call)
    return Item("settings", render_settings(tenant))


def _change_approval(call: Call) -> None:
    tenant, plan = call.tenant, _plan(call.tenant)
    if plan is None:
        return
    if _APPROVAL in call.fields:
        tenant.change("plan", plan, approval_required=bool(boolean(call.fields[_APPROVAL])))
    elif not tenant.at_least("2.16") and len(tenant.store.rows("plan", type="account_plan")) == 1:
        tenant.change("plan", plan, approval_required=False)


_SETTINGS = (*_FLAGS, *_PERMISSIONS, _APPROVAL, "enforce_sso")
OPERATIONS = (
    Operation("GET", "/admin/api/provider", show),
    Operation("PUT", "/admin/api/provider", update, "account", _ACCOUNT, ("org_name", "timezone")),
    Operation("GET", "/admin/api/settings", show_settings, json_only=True),
    Operation("PUT", "/admin/api/settings", update_settings, "settings", _SETTINGS, json_only=True),
)
