"""Gateway configurations: what is in one, and when a new version is saved.

porta, app/lib/apicast/{provider_source,proxy_source,proxy_rules_source}.rb, app/models/proxy_config.rb,
app/lib/backend_api_logic/routing_policy.rb, app/services/apicast_v2_deployment_service.rb.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sandbox.threescale.tenant import PROVIDER

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

MOST_BYTES = 2 * 1024 * 1024
_SERVICE_NULLS = ("logo_file_name", "logo_content_type", "logo_file_size", "kubernetes_service_link")
_SERVICE_FIELDS = (
    *("id", "name", "description", "state", "system_name", "backend_version", "created_at", "updated_at"),
    *("txt_support", "terms", "intentions_required", "buyers_manage_apps", "buyers_manage_keys"),
    *("custom_keys_enabled", "buyer_plan_change_permission", "buyer_can_select_plan", "notification_settings"),
    *("default_application_plan_id", "default_service_plan_id", "mandatory_app_key", "buyer_key_regenerate_enabled"),
    *("support_email", "referrer_filters_required", "deployment_option"),
)
_PROXY_FIELDS = (
    *("id", "service_id", "endpoint", "sandbox_endpoint", "auth_app_key", "auth_app_id", "auth_user_key"),
    *("credentials_location", "secret_token", "hostname_rewrite", "oauth_login_url", "api_test_path"),
    *("created_at", "updated_at", "lock_version", "oidc_issuer_endpoint"),
    *("jwt_claim_with_client_id", "jwt_claim_with_client_id_type"),
)


def api_backend(tenant: Tenant, product: int) -> str | None:
    """The endpoint of the backend mounted at `/`."""
    usage = next((row for row in tenant.usages(product) if row["path"] == "/"), None)
    return str(tenant.store.row("backend_api", usage["backend_api_id"])["private_endpoint"]) if usage else None


def deploy(tenant: Tenant, product: int, user: Row | None) -> Row | None:
    """Save a staging configuration when one can be made and differs from this user's newest; None when it cannot."""
    service = tenant.store.row("service", product)
    if service["deployment_option"] == "service_mesh_istio":
        for environment in ("sandbox", "production"):
            saved = _save(tenant, product, environment, user)
        return saved
    return _save(tenant, product, "sandbox", user)


def _save(tenant: Tenant, product: int, environment: str, user: Row | None) -> Row | None:
    service = tenant.store.row("service", product)
    mesh = service["deployment_option"] == "service_mesh_istio"
    usages = tenant.usages(product)
    token = tenant.store.first("service_token", service_id=product)
    if token is None or not (usages or mesh):
        return None
    body = content(tenant, service, token["value"])
    text = json.dumps(body)
    if len(text) > MOST_BYTES:
        return None
    proxy = tenant.proxy(product)
    existing = tenant.store.rows("proxy_config", proxy_id=proxy["id"], environment=environment)
    user_id = user["id"] if user else None
    # Only the newest of the same user is compared: a trap of porta that is kept.
    own = [row for row in existing if row["user_id"] == user_id]
    newest = max(own, key=_version, default=None)
    if newest is not None and newest["content"] == body:
        return newest
    return tenant.insert(
        "proxy_config",
        proxy_id=proxy["id"],
        service_id=product,
        environment=environment,
        version=max((row["version"] for row in existing), default=0) + 1,
        user_id=user_id,
        content=body,
        hosts=body["proxy"]["hosts"],
    )


def _version(row: Row) -> int:
    return int(row["version"])


def latest(tenant: Tenant, product: int, environment: str) -> Row | None:
    """The configuration with the highest version."""
    rows = tenant.store.rows("proxy_config", service_id=product, environment=environment)
    return max(rows, key=_version, default=None)


def metrics_in_use(tenant: Tenant, product: int) -> set[int]:
    """Ids of the metrics in the rules of the newest staging and production configuration."""
    newest = (latest(tenant, product, environment) for environment in ("sandbox", "production"))
    return {rule["metric_id"] for row in newest if row for rule in row["content"]["proxy"]["proxy_rules"]}


def content(tenant: Tenant, service: Row, token: str) -> dict[str, Any]:
    """The configuration as the gateway reads it."""
    return {
        **{name: service.get(name) for name in _SERVICE_FIELDS},
        **dict.fromkeys(_SERVICE_NULLS),
        "account_id": PROVIDER,
        "tenant_id": PROVIDER,
        "proxiable?": True,
        "backend_authentication_type": "service_token",
        "backend_authentication_value": token,
        "proxy": _proxy(tenant, service),
    }


def _proxy(tenant: Tenant, service: Row) -> dict[str, Any]:
    row = tenant.proxy(service["id"])
    errors = {name: value for name, value in row.items() if name.startswith("error_")}
    endpoints = [row["endpoint"], row["sandbox_endpoint"]]
    production, staging = (urlsplit(url).hostname if url else None for url in endpoints)
    upstream = _single_upstream(tenant, service["id"])
    backend = f"https://{tenant.backend_domain}"
    return {
        **{name: row[name] for name in _PROXY_FIELDS},
        **errors,
        "tenant_id": PROVIDER,
        "deployed_at": None,
        "api_test_success": None,
        "apicast_configuration_driven": True,
        "oidc_issuer_type": row["oidc_issuer_type"] or "keycloak",
        "authentication_method": row["authentication_method"] or service["backend_version"],
        "staging_domain": staging,
        "production_domain": production,
        "hostname_rewrite_for_sandbox": row["hostname_rewrite"]
        or (urlsplit(upstream).hostname if upstream else "none"),
        "endpoint_port": (urlsplit(row["endpoint"]).port if row["endpoint"] else None) or 80,
        "api_backend": upstream,
        "valid?": True,
        "service_backend_version": service["backend_version"],
        "hosts": list(dict.fromkeys(host for host in (production, staging) if host)),
        "backend": {"endpoint": backend, "host": tenant.backend_domain},
        "policy_chain": _chain(tenant, service["id"], row["policies_config"]),
        "proxy_rules": _rules(tenant, service["id"], row["id"]),
    }


def _single_upstream(tenant: Tenant, product: int) -> str | None:
    """The upstream when every usage is at `/`; None as soon as the routing policy has to choose."""
    if any(usage["path"] != "/" for usage in tenant.usages(product)):
        return None
    return api_backend(tenant, product)


def _chain(tenant: Tenant, product: int, policies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    chain: list[dict[str, Any]] = [
        {name: policy[name] for name in ("name", "version", "configuration") if name in policy}
        for policy in policies
        if policy.get("enabled")
    ]
    usages = tenant.usages(product)
    if not any(usage["path"] != "/" for usage in usages):
        return chain
    rules = [_route(tenant, usage) for usage in sorted(usages, key=lambda usage: str(usage["path"]), reverse=True)]
    position = next((index for index, policy in enumerate(chain) if policy["name"] == "apicast"), len(chain))
    routing = {"name": "routing", "version": "builtin", "enabled": True, "configuration": {"rules": rules}}
    return [*chain[:position], routing, *chain[position:]]


def _route(tenant: Tenant, usage: Row) -> dict[str, Any]:
    path = usage["path"]
    rule: dict[str, Any] = {
        "url": tenant.store.row("backend_api", usage["backend_api_id"])["private_endpoint"],
        "owner_id": usage["backend_api_id"],
        "owner_type": "BackendApi",
        "condition": {"operations": [{"match": "path", "op": "matches", "value": "/.*"}]},
    }
    if path != "/":
        operation = {"match": "path", "op": "matches", "value": f"^({path}/.*|{path}/?)"}
        rule |= {
            "condition": {"operations": [operation]},
            "replace_path": f"{{{{uri | remove_first: '{path}'}}}}",
        }
    return rule


def _rules(tenant: Tenant, product: int, proxy: int) -> list[dict[str, Any]]:
    """The product's rules by position, then those of its backends under their usage path."""
    own = _ordered(tenant, "Proxy", proxy)
    rules = [_rule(tenant, proxy, rule, rule["pattern"]) for rule in own]
    for usage in tenant.usages(product):
        prefix = "" if usage["path"] == "/" else usage["path"]
        inherited = _ordered(tenant, "BackendApi", usage["backend_api_id"])
        rules += [_rule(tenant, None, rule, prefix + rule["pattern"]) for rule in inherited]
    return rules


def _ordered(tenant: Tenant, owner_type: str, owner: int) -> list[Row]:
    rows = tenant.store.rows("mapping_rule", owner_type=owner_type, owner_id=owner)
    return sorted(rows, key=lambda rule: (rule["position"], rule["id"]))


def _rule(tenant: Tenant, proxy: int | None, rule: Row, pattern: str) -> dict[str, Any]:
    path, _, query = pattern.partition("?")
    querystring = dict(part.partition("=")[::2] for part in query.split("&") if part)
    names = ("id", "http_method", "metric_id", "delta", "created_at", "updated_at", "redirect_url", "position", "last")
    return {
        **{name: rule[name] for name in names},
        "proxy_id": proxy,
        "pattern": pattern,
        "metric_system_name": tenant.store.row("metric", rule["metric_id"])["system_name"],
        "tenant_id": PROVIDER,
        "owner_id": rule["owner_id"],
        "owner_type": rule["owner_type"],
        "parameters": re.findall(r"\{(\w+)\}", path),
        "querystring_parameters": querystring,
    }
