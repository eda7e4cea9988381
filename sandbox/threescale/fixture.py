"""What a fresh tenant contains: porta, db/seeds.rb, app/lib/logic/provider_signup.rb, app/workers/signup_worker.rb."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

from sandbox.threescale.entities import (
    accounts,
    applications,
    backend_apis,
    backend_usages,
    fields_definitions,
    plans,
    services,
    subscriptions,
    users,
)
from sandbox.threescale.entities.cms import stock
from sandbox.threescale.tenant import ALL_SCOPES, PROVIDER
from sandbox.threescale.values import slug

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

SAMPLE_DATA = "sample_data"
_ECHO = "https://echo-api.3scale.net:443"
_FEATURES = {"Basic": ("Unlimited Greetings",), "Unlimited": ("24/7 support", "Unlimited calls")}
_SHOWN = {"description": None, "published": True, "skip_swagger_validations": False}
# Shorter than porta's: one path, no definitions.
_ECHO_DOCUMENT = {
    "swagger": "2.0",
    "info": {"version": "1.0.0", "title": "Echo API", "description": "A sample echo API"},
    "host": "echo-api.3scale.net",
    "basePath": "/",
    "schemes": ["http"],
    "paths": {"/": {"get": {"responses": {"200": {"description": "response"}}}}},
}


def seed(tenant: Tenant) -> None:
    """Fill an empty tenant: admin, token, settings, the product `API`; the sample data now or after its delay."""
    with tenant.store.transaction():
        tenant.store.start_ids_after("account", PROVIDER)
        _provider(tenant)
        fields_definitions.seed(tenant)
        product = _product(tenant)
        if tenant.options.sample_data_delay > 0:
            tenant.later(tenant.options.sample_data_delay, SAMPLE_DATA, product["id"])
        else:
            add_sample_data(tenant, product["id"])


def add_sample_data(tenant: Tenant, product: int) -> None:
    """What SampleDataWorker and ImportSimpleLayoutWorker do: plans, the account `Developer`, `Echo`, the portal."""
    account_plan = plans.added(tenant, plans.ACCOUNT, PROVIDER, _plan("Default", "default"))
    tenant.store.update("provider", 1, default_account_plan_id=account_plan["id"])
    basic, _ = (plans.added(tenant, plans.APPLICATION, product, _plan(name, name.lower())) for name in _FEATURES)
    _features(tenant, product)
    service_plan = tenant.store.first("plan", type=plans.SERVICE, issuer_id=product)
    assert service_plan is not None  # noqa: S101  # made together with the product
    defaults = {"default_application_plan_id": basic["id"], "default_service_plan_id": service_plan["id"]}
    tenant.store.update("service", product, **defaults)
    _developer(tenant, account_plan, service_plan, basic)
    tenant.insert(
        "active_doc", system_name="echo", name="Echo", body=json.dumps(_ECHO_DOCUMENT), service_id=product, **_SHOWN
    )
    stock.seed(tenant)


def _features(tenant: Tenant, product: int) -> None:
    """The features of the sample plans; a plan has those of the plans before it too."""
    named: list[Row] = []
    for plan, names in _FEATURES.items():
        number = tenant.store.rows("plan", type=plans.APPLICATION, issuer_id=product, name=plan)[0]["id"]
        for name in names:
            fields = {"name": name, "description": None, "scope": "ApplicationPlan", "visible": True}
            named.append(tenant.insert("feature", service_id=product, system_name=slug(name), **fields))
        for feature in named:
            tenant.store.insert("plan_feature", plan_id=number, feature_id=feature["id"])


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
    local, _, domain = tenant.options.admin_email.partition("@")
    john = {"username": "john", "email": f"{local}+test@{domain}", "password": secrets.token_hex(8)}
    users.added(tenant, account["id"], john, role="admin", state="active")
    subscriptions.added(tenant, account, service_plan)
    values = {"name": "Developer's App", "description": "Default application created on signup."}
    applications.added(tenant, account, application_plan, values)
