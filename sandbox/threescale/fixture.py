"""What a fresh tenant contains: porta, db/seeds.rb, app/lib/logic/provider_signup.rb, app/workers/signup_worker.rb."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sandbox.threescale.entities import (
    accounts,
    applications,
    backend_apis,
    backend_usages,
    plans,
    services,
    subscriptions,
    users,
)
from sandbox.threescale.tenant import ALL_SCOPES, PROVIDER

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

_ECHO = "https://echo-api.3scale.net:443"


def seed(tenant: Tenant) -> None:
    """Fill an empty tenant: admin, token, settings, product `API`, its backend, plans, the account `Developer`."""
    with tenant.store.transaction():
        tenant.store.start_ids_after("account", PROVIDER)
        _provider(tenant)
        account_plan = plans.added(tenant, plans.ACCOUNT, PROVIDER, _plan("Default", "default"))
        tenant.store.update("provider", 1, default_account_plan_id=account_plan["id"])
        product = _product(tenant)
        basic = plans.added(tenant, plans.APPLICATION, product["id"], _plan("Basic", "basic"))
        plans.added(tenant, plans.APPLICATION, product["id"], _plan("Unlimited", "unlimited"))
        service_plan = tenant.store.first("plan", type=plans.SERVICE, issuer_id=product["id"])
        assert service_plan is not None  # noqa: S101  # made together with the product
        defaults = {"default_application_plan_id": basic["id"], "default_service_plan_id": service_plan["id"]}
        tenant.store.update("service", product["id"], **defaults)
        _developer(tenant, account_plan, service_plan, basic)


def _plan(name: str, system_name: str) -> Row:
    return {"name": name, "system_name": system_name, "state": "published"}


def _provider(tenant: Tenant) -> None:
    options = tenant.options
    sender = f"no-reply@{options.domain}"
    tenant.insert(
        "provider",
        account_id=PROVIDER,
        org_name="Provider Name",
        from_email=sender,
        support_email=sender,
        finance_support_email=sender,
        site_access_code=secrets.token_hex(5),
        default_account_plan_id=None,
    )
    _settings(tenant)
    admin = {"username": options.admin_user, "email": options.admin_email, "password": options.admin_password}
    user = users.added(tenant, PROVIDER, admin, role="admin", state="active")
    scopes = list(ALL_SCOPES)
    tenant.access_token(
        user["id"], value=options.access_token, name="Default", scopes=scopes, permission="rw", expires_at=None
    )


def _settings(tenant: Tenant) -> None:
    flags = ("useraccountarea_enabled", "signups_enabled", "public_search")
    tenant.insert(
        "settings",
        **dict.fromkeys(flags, True),
        hide_service=None,
        strong_passwords_enabled=False,
        account_plans_ui_visible=False,
        service_plans_ui_visible=False,
        change_account_plan_permission="request",
        change_service_plan_permission="request",
        enforce_sso=False,
    )


def _product(tenant: Tenant) -> Row:
    product = services.added(tenant, {"name": "API", "system_name": "api", "state": "incomplete"})
    backend = backend_apis.added(
        tenant, {"name": "API Backend", "system_name": "api", "private_endpoint": _ECHO, "description": "Echo service"}
    )
    backend_usages.added(tenant, product["id"], backend["id"], "/")
    return product


def _developer(tenant: Tenant, account_plan: Row, service_plan: Row, application_plan: Row) -> None:
    account = accounts.added(tenant, "Developer", account_plan, "approved")
    john = {"username": "john", "email": f"admin+test@{tenant.portal_domain}", "password": secrets.token_hex(8)}
    users.added(tenant, account["id"], john, role="admin", state="active")
    subscriptions.added(tenant, account, service_plan)
    values = {"name": "Developer's App", "description": "Default application created on signup."}
    applications.added(tenant, account, application_plan, values)
