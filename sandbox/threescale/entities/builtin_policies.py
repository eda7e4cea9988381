"""The policies the gateway brings along, as porta asks it for them: app/services/policies/policies_list_service.rb.

The answer is `null` when the gateway does not answer. The names are those of APIcast's gateway/src/apicast/policy; the
manifests here are short: no configuration schema is reproduced.
"""

from __future__ import annotations

from sandbox.threescale.operation import Call, Item, Json, Operation

NAMES = (
    *("3scale_batcher", "apicast", "caching", "camel", "conditional", "content_caching", "cors", "custom_metrics"),
    *("default_credentials", "echo", "fapi", "grpc", "headers", "http_proxy", "ip_check", "jwt_claim_check"),
    *("keycloak_role_check", "liquid_context_debug", "logging", "maintenance_mode", "nginx_filters", "oauth_mtls"),
    *("on_failed", "payload_limits", "rate_limit", "rate_limit_headers", "request_unbuffered", "retry"),
    *("rewrite_url_captures", "routing", "soap", "statuscode_overwrite", "tls", "tls_validation"),
    *("token_introspection", "upstream", "upstream_connection", "upstream_mtls", "url_rewriting", "websocket"),
)


def _manifest(name: str) -> Json:
    words = name.replace("_", " ")
    configuration: Json = {"type": "object", "properties": {}}
    return {
        "name": name,
        "version": "builtin",
        "summary": f"The gateway's {words} policy",
        "configuration": configuration,
    }


def index(call: Call) -> Item:
    """Name → manifests of the builtin policies, and of the registered ones; `null` without a gateway."""
    if not call.tenant.options.gateway_answers:
        return Item("", None)
    found = {name: [_manifest(name)] for name in NAMES}
    for row in call.tenant.store.rows("policy"):
        found.setdefault(row["name"], []).append(row["schema"])
    return Item("", found)


OPERATIONS = (Operation("GET", "/admin/api/policies", index, json_only=True),)
