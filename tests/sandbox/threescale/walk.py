"""One call of every operation on a tenant that has everything, and what was answered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.threescale.app import Request
from sandbox.threescale.operations import OPERATIONS
from tests.support.tenant import TOKEN, Answer, fresh

if TYPE_CHECKING:
    from tests.support.tenant import Api, Json

PRODUCT = "/admin/api/services/{service_id}"
BACKEND = "/admin/api/backend_apis/{backend_api_id}"
ACCOUNT = "/admin/api/accounts/{account_id}"
APPLICATION = f"{ACCOUNT}/applications/{{application_id}}"
PLAN = "/admin/api/application_plans/{application_plan_id}"
_WRAPPERS = {operation.name: operation.wrapper for operation in OPERATIONS}


@dataclass
class Walk:
    """Makes the calls; `ids` fills the path, `seen` has the answers by operation."""

    api: Api = field(default_factory=lambda: fresh(release="2.16"))
    ids: dict[str, Json] = field(default_factory=dict)
    seen: dict[str, list[Answer]] = field(default_factory=dict)
    wrapped: bool = False
    """Whether fields are sent under the operation's wrapper."""
    formats: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    """Read operation → status and content type without a suffix and with `.xml`, where `asked_in` was set."""
    asked_in: tuple[str, ...] = ()

    def call(self, operation: str, /, id: Json = None, query: str = "", **fields: Json) -> Json:  # noqa: A002  # the path's own name
        """The answer's only value; the last segment `{id}` is given, the others come from `ids`."""
        method, _, path = operation.partition(" ")
        known = {**self.ids, "id": id}
        filled = re.sub(r"\{(\w+)\}", lambda name: str(known[name[1]]), path)
        if method == "GET":
            others = [self.api.call(method, f"{filled}{suffix}", query=query) for suffix in self.asked_in]
            self.formats[operation] = [(other.status, other.content_type) for other in others]
        wrapper = _WRAPPERS.get(operation) if self.wrapped and fields else None
        sent: Json = {wrapper: fields} if wrapper else fields or None
        answer = self.api.call(method, f"{filled}.json", sent, query=query)
        assert answer.status in (200, 201), f"{method} {filled}: {answer.status} {answer.text}"
        self.seen.setdefault(operation, []).append(answer)
        body = answer.json if answer.text else None
        return next(iter(body.values())) if isinstance(body, dict) and body else body

    def upload(self, operation: str, id: Json = None, **fields: str) -> Json:  # noqa: A002  # the path's own name
        """The object that the answer to a multipart request with a file holds."""
        method, _, path = operation.partition(" ")
        parts = [f'name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
        parts.append('name="attachment"; filename="a.png"\r\nContent-Type: image/png\r\n\r\nPNG')
        body = "".join(f"--limit\r\nContent-Disposition: form-data; {part}\r\n" for part in parts)
        headers = {"content-type": "multipart/form-data; boundary=limit"}
        query, filled = f"access_token={TOKEN}", path.replace("{id}", str(id))
        sent = Request(method, "127.0.0.1", f"{filled}.json", query, headers, f"{body}--limit--\r\n".encode())
        response = self.api.emulator.answer(sent)
        answer = Answer(response.status, response.body.decode(), response.content_type, dict(response.headers))
        assert answer.status in (200, 201), f"{method} {filled}: {answer.status} {answer.text}"
        self.seen.setdefault(operation, []).append(answer)
        return answer.json

    def crud(self, path: str, changes: Json, verbs: tuple[str, ...] = ("PUT",), /, **fields: Json) -> int:
        """Create two, list, show and change one, remove the other; returns the id of the one that stays."""
        second = changes.pop("_second", None)
        made = self.call(f"POST {path}", **fields)
        self.call(f"GET {path}")
        self.call(f"GET {path}/{{id}}", made["id"])
        for verb in verbs:
            self.call(f"{verb} {path}/{{id}}", made["id"], **changes)
        if second is not None:
            other = self.call(f"POST {path}", **second)
            self.call(f"DELETE {path}/{{id}}", other["id"])
        return int(made["id"])


def walked(walk: Walk | None = None) -> dict[str, list[Answer]]:
    """Operation → its answers."""
    walk = walk or Walk()
    for part in (_definitions, _products, _gateway, _backends, _plans, _accounts, _applications, _subscriptions):
        part(walk)
    for part in (_portals, _content, _tenant, _users, _usage, _ends):
        part(walk)
    return walk.seen


def _definitions(walk: Walk) -> None:
    extra = {"label": "L", "choices": ["a", "b"]}
    second = {"name": "other", "target": "User", **extra}
    for target in ("Account", "User", "Cinstance"):
        fields = {"name": "team", "target": target, **extra}
        walk.crud("/admin/api/fields_definitions", {"label": "M", "_second": second}, **fields)


def _products(walk: Walk) -> None:
    more = {"description": "d", "support_email": "s@maas.test", "notification_settings": {"web_buyer": [80]}}
    services = "/admin/api/services"
    made = walk.crud(services, {"annotations": {"a": "b"}, "_second": {"name": "Gone"}}, name="Walked", **more)
    walk.ids |= {"service_id": made, "environment": "production"}
    walk.ids["metric_id"] = walk.call(f"GET {PRODUCT}/metrics")[0]["metric"]["id"]
    second = {"friendly_name": "Gone", "unit": "x"}
    tokens = {"friendly_name": "Tokens", "unit": "token", "description": "d"}
    walk.ids["tokens"] = walk.crud(f"{PRODUCT}/metrics", {"unit": "t", "_second": second}, **tokens)
    methods = f"{PRODUCT}/metrics/{{metric_id}}/methods"
    chat = {"friendly_name": "Chat", "description": "d"}
    walk.ids["chat"] = walk.crud(methods, {"friendly_name": "C", "_second": {"friendly_name": "Other"}}, **chat)
    walk.call(f"GET {PRODUCT}/metrics")
    feature = {"name": "Fast", "description": "d"}
    walk.ids["feature"] = walk.crud(f"{PRODUCT}/features", {"name": "F", "_second": {"name": "Gone"}}, **feature)
    walk.ids["service_feature"] = walk.call(f"POST {PRODUCT}/features", name="Served", scope="ServicePlan")["id"]


def _gateway(walk: Walk) -> None:
    made = walk.call(
        "POST /admin/api/backend_apis", name="Walked", description="d", private_endpoint="https://b.example"
    )
    walk.ids["backend_api_id"] = made["id"]
    other = walk.call("POST /admin/api/backend_apis", name="Other", private_endpoint="https://o.example")
    second = {"backend_api_id": other["id"], "path": "/other"}
    usage = {"backend_api_id": made["id"], "path": "/"}
    walk.crud(f"{PRODUCT}/backend_usages", {"path": "/", "_second": second}, **usage)
    walk.call("DELETE /admin/api/backend_apis/{id}", other["id"])
    walk.api.wait(1)
    rule = {"http_method": "POST", "pattern": "/v1", "delta": 1, "metric_id": walk.ids["chat"]}
    walk.crud(f"{PRODUCT}/proxy/mapping_rules", {"delta": 2, "_second": rule}, ("PUT", "PATCH"), **rule)
    walk.call(f"GET {PRODUCT}/proxy")
    walk.call(f"PATCH {PRODUCT}/proxy", hostname_rewrite="h.example", oauth_login_url="https://l.example")
    walk.call(f"PUT {PRODUCT}/proxy", auth_user_key="key")
    walk.call(f"PUT {PRODUCT}/proxy/policies", policies_config=[{"name": "a", "version": "1", "configuration": {}}])
    walk.call(f"GET {PRODUCT}/proxy/policies")
    walk.call("GET /admin/api/policies")
    walk.call(f"POST {PRODUCT}/proxy/deploy")
    sandbox = {**walk.ids, "environment": "sandbox"}
    walk.ids, kept = sandbox, walk.ids
    walk.ids["version"] = walk.call(f"GET {PRODUCT}/proxy/configs/{{environment}}/latest")["version"]
    walk.call(f"GET {PRODUCT}/proxy/configs/{{environment}}/{{version}}")
    walk.call(f"POST {PRODUCT}/proxy/configs/{{environment}}/{{version}}/promote", to="production")
    walk.ids = kept
    walk.call(f"GET {PRODUCT}/proxy/configs/{{environment}}")
    walk.call("GET /admin/api/services/proxy/configs/{environment}")
    walk.call("GET /admin/api/account/proxy_configs/{environment}")
    walk.call("GET /master/api/proxy/configs/{environment}")


def _backends(walk: Walk) -> None:
    walk.call("GET /admin/api/backend_apis")
    walk.call("GET /admin/api/backend_apis/{id}", walk.ids["backend_api_id"])
    walk.call("PUT /admin/api/backend_apis/{id}", walk.ids["backend_api_id"], name="B2")
    hits = walk.call(f"GET {BACKEND}/metrics")[0]["metric"]["id"]
    second = {"friendly_name": "Gone", "unit": "x"}
    metric = {"friendly_name": "Bytes", "unit": "byte", "description": "d"}
    walk.crud(f"{BACKEND}/metrics", {"unit": "b", "_second": second}, **metric)
    kept, walk.ids = walk.ids, {**walk.ids, "metric_id": hits}
    methods = f"{BACKEND}/metrics/{{metric_id}}/methods"
    chat = {"friendly_name": "Chat", "description": "d"}
    walk.crud(methods, {"friendly_name": "C", "_second": {"friendly_name": "Other"}}, **chat)
    walk.ids = kept
    rule = {"http_method": "POST", "pattern": "/v1", "delta": 1, "metric_id": hits}
    walk.crud(f"{BACKEND}/mapping_rules", {"delta": 2, "_second": rule}, ("PUT", "PATCH"), **rule)


def _plans(walk: Walk) -> None:
    for kind, path in (
        ("application_plan", f"{PRODUCT}/application_plans"),
        ("service_plan", f"{PRODUCT}/service_plans"),
        ("account_plan", "/admin/api/account_plans"),
    ):
        changes = {"name": "Changed", "_second": {"name": "Gone"}}
        walk.ids[f"{kind}_id"] = walk.crud(path, changes, name="Plan", approval_required=kind == "service_plan")
        walk.call(f"PUT {path}/{{id}}/default", walk.ids[f"{kind}_id"])
    walk.call("GET /admin/api/application_plans")
    walk.call("GET /admin/api/service_plans")
    own = walk.crud("/admin/api/features", {"name": "I", "_second": {"name": "Gone"}}, name="Invoices", description="d")
    features = {"application_plan": "feature", "service_plan": "service_feature", "account_plan": ""}
    for kind, name in features.items():
        path, feature = f"/admin/api/{kind}s/{{{kind}_id}}/features", walk.ids.get(name, own)
        walk.call(f"POST {path}", feature_id=feature)
        walk.call(f"GET {path}")
        walk.call(f"DELETE {path}/{{id}}", feature)
    limits = {"value": 1, "_second": {"period": "hour", "value": 2}}
    walk.crud(f"{PLAN}/metrics/{{metric_id}}/limits", limits, period="day", value=5)
    walk.call(f"GET {PLAN}/limits")
    rules = f"{PLAN}/metrics/{{metric_id}}/pricing_rules"
    walk.call(f"POST {rules}", min=1, max=2, cost_per_unit=0.5)
    gone = walk.call(f"POST {rules}", min=3, max=4, cost_per_unit=0.5)
    walk.call(f"GET {rules}")
    walk.call(f"GET {PLAN}/pricing_rules")
    walk.call(f"DELETE {rules}/{{id}}", gone["id"])


def _accounts(walk: Walk) -> None:
    user = {"username": "walker", "email": "w@maas.test", "team": "a"}
    made = walk.call("POST /admin/api/signup", org_name="Walkers", annotations={"a": "b"}, **user)
    walk.ids["account_id"] = number = made["id"]
    walk.call("GET /admin/api/accounts")
    for query in ("username=walker", "email=w@maas.test"):
        walk.call("GET /admin/api/accounts/find", query=query)
    walk.call("GET /admin/api/accounts/{id}", number)
    walk.call("PUT /admin/api/accounts/{id}", number, org_name="W", vat_rate=7)
    for event in ("approve", "make_pending", "reject", "approve"):
        walk.call(f"PUT /admin/api/accounts/{{id}}/{event}", number)
    walk.call(f"GET {ACCOUNT}/plan")
    walk.call("PUT /admin/api/accounts/{id}/change_plan", number, plan_id=walk.ids["account_plan_id"])
    walk.call(f"POST {ACCOUNT}/messages", body="b", subject="s")
    _people(walk, f"{ACCOUNT}/users")


def _people(walk: Walk, path: str) -> None:
    user = {"username": "second", "email": "s@maas.test", "first_name": "S", "last_name": "T", "team": "b"}
    second = {"username": "third", "email": "t@maas.test"}
    made = walk.crud(path, {"first_name": "U", "_second": second}, **user)
    for event in ("activate", "suspend", "unsuspend", "admin", "member"):
        walk.call(f"PUT {path}/{{id}}/{event}", made)
    walk.ids["user_id"] = made


def _applications(walk: Walk) -> None:
    path, plan = f"{ACCOUNT}/applications", walk.ids["application_plan_id"]
    fields = {"plan_id": plan, "name": "A", "description": "d", "team": "a"}
    walk.ids["application_id"] = number = walk.crud(path, {"name": "B", "_second": fields}, **fields)
    walk.call("GET /admin/api/applications")
    walk.call("GET /admin/api/applications/find", query=f"application_id={number}")
    for event in ("suspend", "resume", "customize_plan", "decustomize_plan"):
        walk.call(f"PUT {path}/{{id}}/{event}", number)
    walk.call(f"PUT {path}/{{id}}/change_plan", number, plan_id=plan)
    walk.ids["key"] = "canary-key"
    walk.call(f"POST {APPLICATION}/keys", key="canary-key")
    walk.call(f"GET {APPLICATION}/keys")
    walk.call(f"DELETE {APPLICATION}/keys/{{key}}")
    walk.call(f"POST {APPLICATION}/referrer_filters", referrer_filter="*.example.org")
    listed = walk.call(f"GET {APPLICATION}/referrer_filters")
    walk.call(f"DELETE {APPLICATION}/referrer_filters/{{id}}", listed[0]["referrer_filter"]["id"])
    approved = f"{PRODUCT}/application_plans/{{id}}"
    walk.call(f"PUT {approved}", plan, approval_required=True)
    waiting = walk.call(f"POST {path}", **fields)["id"]
    walk.call(f"PUT {path}/{{id}}/accept", waiting)
    walk.call(f"DELETE {path}/{{id}}", waiting)
    for mode in ("2", "oidc"):
        walk.call("PUT /admin/api/services/{id}", walk.ids["service_id"], backend_version=mode)
        walk.call(f"PATCH {PRODUCT}/proxy", oidc_issuer_endpoint="https://sso", oidc_issuer_type="keycloak")
        claim = {"jwt_claim_with_client_id": "azp", "jwt_claim_with_client_id_type": "plain"}
        walk.call(f"PATCH {PRODUCT}/proxy", **claim)
        walk.call(f"PATCH {PRODUCT}/proxy/oidc_configuration", implicit_flow_enabled=True)
        walk.call(f"PUT {PRODUCT}/proxy/oidc_configuration", implicit_flow_enabled=False)
        walk.call(f"GET {PRODUCT}/proxy/oidc_configuration")
        walk.call(f"GET {path}/{{id}}", number)


def _subscriptions(walk: Walk) -> None:
    other = walk.api.product("other")
    plans = walk.api.get(f"/services/{other['id']}/service_plans")["plans"]
    plan = walk.ids["service_plan_id"]
    walk.ids |= {"service_plan_id": plans[0]["service_plan"]["id"]}
    walk.call(f"POST {ACCOUNT}/service_plans/{{service_plan_id}}/buy")
    contracts = walk.call(f"GET {ACCOUNT}/service_contracts")
    bought = next(item for item in contracts if item["service_contract"]["service_id"] == other["id"])
    walk.call(f"DELETE {ACCOUNT}/service_contracts/{{id}}", bought["service_contract"]["id"])
    path = f"{ACCOUNT}/service_subscriptions"
    made = walk.call(f"POST {path}", plan_id=walk.ids["service_plan_id"])["id"]
    walk.call(f"GET {path}")
    walk.call(f"GET {path}/{{id}}", made)
    walk.call(f"PUT {path}/{{id}}/change_plan", made, plan_id=walk.ids["service_plan_id"])
    walk.call(f"DELETE {path}/{{id}}", made)
    walk.ids["service_plan_id"] = plan
    pending = next(item for item in walk.call(f"GET {path}") if item["service_subscription"]["state"] == "pending")
    walk.call(f"PUT {path}/{{id}}/approve", pending["service_subscription"]["id"])


def _portals(walk: Walk) -> None:
    sso = {"client_id": "3scale", "client_secret": "canary-secret", "site": "https://sso/realms/maas"}
    urls = {f"{name}_url": f"https://sso/{name}" for name in ("token", "user_info", "authorize")}
    for path in ("/admin/api/authentication_providers", "/admin/api/account/authentication_providers"):
        name = "own" if "account" in path else "portal"
        walk.crud(path, {"site": "https://sso/r"}, kind="keycloak", system_name=name, **sso, **urls)
    document = '{"openapi": "3.0.3", "info": {}, "paths": {}}'
    fields = {"name": "Doc", "body": document, "description": "d", "service_id": walk.ids["service_id"]}
    second = {"name": "Gone", "body": document}
    walk.crud("/admin/api/active_docs", {"published": True, "_second": second}, **fields)


def _content(walk: Walk) -> None:
    path = "/admin/api/cms/sections"
    made = walk.api.call("POST", f"{path}.json", {"title": "Kept"}).json["id"]
    walk.call(f"POST {path}", title="Gone")
    walk.call(f"GET {path}")
    walk.call(f"GET {path}/{{id}}", made)
    walk.call(f"PUT {path}/{{id}}", made, title="Changed")
    walk.call(f"DELETE {path}/{{id}}", made)
    path = "/admin/api/cms/templates"
    for kind in ("page", "layout", "partial"):
        fields = {"type": kind, "system_name": f"walked_{kind}", "title": "T", "draft": "x {% content %}"}
        page = {"path": "/walked", "handler": "markdown"} if kind == "page" else {}
        walk.call(f"POST {path}", **fields, **page)
    for row in walk.call(f"GET {path}", query="per_page=100&content=true"):
        walk.call(f"GET {path}/{{id}}", row["id"])
        if (row["system_name"] or "").startswith("walked_"):
            walk.call(f"PUT {path}/{{id}}", row["id"], title="U")
            walk.call(f"PUT {path}/{{id}}/publish", row["id"])
            walk.call(f"DELETE {path}/{{id}}", row["id"])
    path = "/admin/api/cms/files"
    file = walk.upload(f"POST {path}", path="/images/walked.png")["id"]
    walk.call(f"GET {path}")
    walk.call(f"GET {path}/{{id}}", file)
    walk.upload(f"PUT {path}/{{id}}", file, downloadable="true")
    walk.call(f"DELETE {path}/{{id}}", file)


def _tenant(walk: Walk) -> None:
    walk.call("GET /admin/api/provider")
    walk.call("PUT /admin/api/provider", support_email="h@maas.test")
    walk.call("GET /admin/api/settings")
    walk.call("PUT /admin/api/settings", signups_enabled=True, hide_service=False)
    token: dict[str, Json] = {
        "name": "t",
        "permission": "ro",
        "scopes": ["stats"],
        "expires_at": "2099-01-01T00:00:00Z",
    }
    path = "/admin/api/personal/access_tokens"
    made = walk.call(f"POST {path}", **token)["id"]
    walk.call(f"GET {path}")
    walk.call(f"GET {path}/{{id}}", made)
    walk.call(f"DELETE {path}/{{id}}", made)
    path = "/admin/api/personal/notification_preferences"
    walk.call(f"GET {path}")
    for verb in ("PATCH", "PUT"):
        walk.call(f"{verb} {path}", weekly_report=True)
    schema = {"name": "llm", "version": "0.2", "summary": "s", "configuration": {"type": "object"}}
    second = {"name": "gone", "version": "0.2", "schema": schema}
    policy = {"name": "llm", "version": "0.2", "schema": schema}
    walk.crud("/admin/api/registry/policies", {"schema": schema, "_second": second}, **policy)
    walk.call("PUT /admin/api/webhooks", url="https://hooks.example", active=True)
    walk.call("GET /admin/api/webhooks/failures")
    walk.call("DELETE /admin/api/webhooks/failures")


def _users(walk: Walk) -> None:
    _people(walk, "/admin/api/users")
    user = walk.ids["user_id"]
    walk.call("GET /admin/api/users/{id}/permissions", user)
    walk.call("PUT /admin/api/users/{id}/permissions", user, allowed_sections=["portal"], allowed_service_ids=[1])
    token: dict[str, Json] = {"name": "t", "permission": "ro", "scopes": ["stats"]}
    walk.call("POST /admin/api/users/{user_id}/access_tokens", **token)


def _usage(walk: Walk) -> None:
    span = "since=2025-01-01&until=2025-01-02&granularity=hour"
    for query in ("metric_name=hits&period=day", f"metric_name=hits&{span}"):
        for kind, number in (("services", walk.ids["service_id"]), ("applications", walk.ids["application_id"])):
            walk.call(f"GET /stats/{kind}/{{id}}/usage", number, query)
        walk.call("GET /stats/backend_apis/{backend_api_id}/usage", query=query)
        walk.call("GET /stats/services/{id}/top_applications", walk.ids["service_id"], query)


def _ends(walk: Walk) -> None:
    walk.call("DELETE /admin/api/accounts/{id}", walk.ids["account_id"])
    walk.call("GET /admin/api/objects/status", query=f"object_type=service&object_id={walk.ids['service_id']}")
