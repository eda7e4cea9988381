"""Proxy settings of a product, and `deploy`: porta, app/models/proxy.rb, app/services/proxy_deployment_service.rb.

Every accepted PATCH or PUT also writes a staging configuration. Refuses: locations, statuses, keys and URLs outside
the patterns of the model.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any

from sandbox.threescale import deployment
from sandbox.threescale.operation import Call, Item, Json, Operation, links, shown, stamps
from sandbox.threescale.refusals import INVALID, Errors
from sandbox.threescale.values import integer, is_localhost, is_url, short_label, slug, text, with_port

if TYPE_CHECKING:
    from sandbox.threescale.params import Params
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

LOCATIONS = ("headers", "query", "authorization")
APICAST: Json = {"name": "apicast", "version": "builtin", "configuration": {}, "enabled": True}

_KEY = re.compile(r"[\w\-]+", re.ASCII)
_URI = re.compile(r"(?:[A-Za-z0-9\-_.!~*'();/?:@&=+$,\[\]]|%[0-9a-fA-F]{2})*", re.ASCII)
_MESSAGE = re.compile(r"[{}\[\]\d,.;@#~%&()?\w_\"= /\\:-]+", re.ASCII)
_HEADERS = "text/plain; charset=us-ascii"
_ERRORS: dict[str, tuple[str, int]] = {
    "auth_failed": ("Authentication failed", 403),
    "auth_missing": ("Authentication parameters missing", 403),
    "no_match": ("No Mapping Rule matched", 404),
    "limits_exceeded": ("Usage limit exceeded", 429),
}
_STATUSES = tuple(f"error_status_{name}" for name in _ERRORS)
_MESSAGES = tuple(f"{prefix}_{name}" for name in _ERRORS for prefix in ("error", "error_headers"))
_KEYS = ("auth_app_key", "auth_app_id", "auth_user_key", "secret_token")
_ENDPOINTS = ("endpoint", "sandbox_endpoint")
_OIDC = ("oidc_issuer_endpoint", "oidc_issuer_type", "jwt_claim_with_client_id", "jwt_claim_with_client_id_type")
_OTHER = ("credentials_location", "hostname_rewrite", "api_test_path", "oauth_login_url")
_FIELDS = (*_ENDPOINTS, *_KEYS, *_MESSAGES, *_STATUSES, *_OIDC, *_OTHER)
_LOWEST_STATUS, _STATUS_END = 200, 600


def add(tenant: Tenant, product: Row, method: str | None) -> Row:
    """The proxy every product is created with, and its rule `GET /` on hits."""
    messages: dict[str, Any] = {}
    for name, (sentence, status) in _ERRORS.items():
        messages |= {f"error_{name}": sentence, f"error_status_{name}": status, f"error_headers_{name}": _HEADERS}
    row = tenant.insert(
        "proxy",
        service_id=product["id"],
        **_generated(tenant, product),
        credentials_location="query",
        auth_app_key="app_key",
        auth_app_id="app_id",
        auth_user_key="user_key",
        secret_token=f"Shared_secret_sent_from_proxy_to_API_backend_{secrets.token_hex(8)}",
        hostname_rewrite=None,
        oauth_login_url=None,
        api_test_path="/",
        **messages,
        **dict.fromkeys(_OIDC),
        policies_config=[APICAST],
        authentication_method=method,
        lock_version=1,
    )
    _add_rule(tenant, row["id"], tenant.hits("Service", product["id"])["id"])
    return row


def _add_rule(tenant: Tenant, proxy: int, hits: int) -> None:
    """`GET /` on hits, which matches every GET."""
    tenant.insert(
        "mapping_rule",
        owner_type="Proxy",
        owner_id=proxy,
        http_method="GET",
        pattern="/",
        delta=1,
        metric_id=hits,
        position=1,
        last=False,
        redirect_url=None,
    )


def _generated(tenant: Tenant, product: Row) -> dict[str, str | None]:
    """The two public addresses of a hosted product (config/examples/sandbox_proxy.yml, production block)."""
    if product["deployment_option"] != "hosted":
        return dict.fromkeys(_ENDPOINTS)
    name = slug(product["system_name"].replace("_", "-").replace("/", "-"), "-")

    def address(environment: str) -> str:
        label = short_label(f"{name}-{tenant.options.name}-apicast-{environment}")
        return f"https://{label}.{tenant.options.domain}:443"

    return {"endpoint": address("production"), "sandbox_endpoint": address("staging")}


def regenerate_endpoints(tenant: Tenant, product: Row) -> None:
    """What a change of the deployment option does to the addresses."""
    _save(tenant, tenant.proxy(product["id"]), _generated(tenant, product))


def _save(tenant: Tenant, row: Row, changes: Row) -> Row:
    """Store changed settings: the lock version grows and the product is touched, as an ActiveRecord save does."""
    if all(row.get(key) == value for key, value in changes.items()):
        return row
    saved = tenant.change("proxy", row, **changes, lock_version=row["lock_version"] + 1)
    tenant.touch("service", row["service_id"])
    return saved


def render(tenant: Tenant, row: Row) -> Json:
    """The proxy as the API shows it (app/representers/proxy_representer.rb)."""
    product = tenant.store.row("service", row["service_id"])
    path = f"/admin/api/services/{row['service_id']}"
    oidc = _OIDC if row["authentication_method"] == "oidc" else ()
    keys = ("credentials_location", "auth_app_key", "auth_app_id", "auth_user_key")
    body = {
        "service_id": row["service_id"],
        "endpoint": row["endpoint"],
        "api_backend": deployment.api_backend(tenant, row["service_id"]),
        **{name: row[name] for name in (*keys, *_MESSAGES, *_STATUSES, *oidc)},
        "secret_token": row["secret_token"],
        "hostname_rewrite": row["hostname_rewrite"],
        "oauth_login_url": row["oauth_login_url"],
        "sandbox_endpoint": row["sandbox_endpoint"],
        "api_test_path": row["api_test_path"],
        "policies_config": row["policies_config"],
        **stamps(row),
        "deployment_option": product["deployment_option"],
        "lock_version": row["lock_version"],
        "links": links(self=f"{path}/proxy", mapping_rules=f"{path}/proxy/mapping_rules", service=path),
    }
    return shown(body, nulls=("api_backend",))


def _values(fields: Params) -> Row:
    values: Row = {}
    for name in fields:
        given = text(fields[name])
        if name in _ENDPOINTS:
            values[name] = with_port(given) if given else None
        elif name in _STATUSES:
            values[name] = integer(given)
        else:
            values[name] = given
    return values


def _check(errors: Errors, values: Row, *, hosted: bool) -> None:
    for name, value in values.items():
        if name in _ENDPOINTS:
            _check_endpoint(errors, name, value, hosted=hosted)
        elif name in _STATUSES:
            errors.unless(value is not None and _LOWEST_STATUS <= value < _STATUS_END, name, INVALID)
        elif name in _KEYS:
            errors.unless(value is not None and _KEY.fullmatch(value), name, INVALID)
        elif name in _MESSAGES:
            errors.unless(value is not None and _MESSAGE.fullmatch(value), name, INVALID)
        elif name == "api_test_path":
            errors.unless(_URI.fullmatch(value or ""), name, "only URI characters allowed")
        errors.short(name, value)
    if "credentials_location" in values:
        errors.one_of("credentials_location", values["credentials_location"], LOCATIONS)
    if values.get("oidc_issuer_type"):
        errors.one_of("oidc_issuer_type", values["oidc_issuer_type"], ("keycloak", "rest"))


def _check_endpoint(errors: Errors, name: str, value: str | None, *, hosted: bool) -> None:
    if value:
        errors.unless(is_url(value), name, "the accepted format is 'protocol://address(:port)'")
        errors.unless(not (hosted and is_localhost(value)), name, "can't be localhost")
    elif hosted:
        errors.present(name, value)


def show(call: Call) -> Item:
    """The proxy of a product."""
    return Item("proxy", render(call.tenant, call.tenant.proxy(call.product()["id"])))


def update(call: Call) -> Item:
    """Change settings and write a staging configuration."""
    tenant, product = call.tenant, call.product()
    values = _values(call.fields)
    errors = Errors()
    _check(errors, values, hosted=product["deployment_option"] == "hosted")
    errors.refuse()
    row = _save(tenant, tenant.proxy(product["id"]), values)
    deployment.deploy(tenant, product["id"], call.user)
    return Item("proxy", render(tenant, row))


def deploy(call: Call) -> Item:
    """Write a staging configuration if one can be made; the answer is 201 whatever happened."""
    product = call.product()
    deployment.deploy(call.tenant, product["id"], call.user)
    return Item("proxy", render(call.tenant, call.tenant.proxy(product["id"])))


_PATH = "/admin/api/services/{service_id}/proxy"
_ATTRIBUTES = ("api_backend", "lock_version", "policies_config", "deployed_at", "service_id")
OPERATIONS = (
    Operation("GET", _PATH, show),
    Operation("PATCH", _PATH, update, wrapper="proxy", fields=_FIELDS, attributes=_ATTRIBUTES),
    Operation("PUT", _PATH, update, wrapper="proxy", fields=_FIELDS, attributes=_ATTRIBUTES),
    Operation("POST", f"{_PATH}/deploy", deploy),
)
