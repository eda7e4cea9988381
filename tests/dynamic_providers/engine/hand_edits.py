"""The table of hand edits: what is done, to which resource, and how a refresh shows it."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.dynamic_providers.engine.hands import Hands

CORS = {"name": "cors", "version": "builtin", "configuration": {"allow_origin": "*"}, "enabled": True}
HEADERS = {"name": "headers", "version": "builtin", "configuration": {"response": []}, "enabled": True}
APICAST = {"name": "apicast", "version": "builtin", "configuration": {}, "enabled": True}
BY_HAND = "canary-8155-by-hand"
"""A secret that somebody set; it is shown nowhere."""


@dataclass(frozen=True)
class HandEdit:
    """One row."""

    kind: str
    resource: str
    """Class and name of the resource that shows it."""
    shown: str
    """The line of `pulumi refresh --preview-only --diff`, or its beginning."""
    do: Callable[[Hands], object]


@dataclass(frozen=True)
class Removal:
    """One row of what is deleted as a whole."""

    kind: str
    resource: str
    do: Callable[[Hands], object]


PRODUCT = [
    HandEdit("product renamed", "Product tiny", '~ name: "Tiny" => "Hand"',
             lambda by: by.put(f"services/{by.product('tiny')}", service={"name": "Hand"})),
    HandEdit("product description", "Product tiny", '~ description: "A tiny model" => "by hand"',
             lambda by: by.put(f"services/{by.product('tiny')}", service={"description": "by hand"})),
    HandEdit("product flag", "Product tiny", "~ buyers_manage_apps: true => false",
             lambda by: by.put(f"services/{by.product('tiny')}", service={"buyers_manage_apps": False})),
    HandEdit("proxy field", "Product tiny", '+ hostname_rewrite: "by.hand"',
             lambda by: by.proxy("tiny", hostname_rewrite="by.hand")),
    HandEdit("error text", "Product tiny", '~ error_no_match: "No Mapping Rule matched" => "by hand"',
             lambda by: by.proxy("tiny", error_no_match="by hand")),
    HandEdit("place of the credentials", "Product tiny", '~ credentials_location: "authorization" => "headers"',
             lambda by: by.proxy("tiny", credentials_location="headers")),
    HandEdit("backend moved", "Backend tiny",
             '~ private_endpoint: "http://tiny.models.svc:80" => "http://hand.models.svc:80"',
             lambda by: by.put(f"backend_apis/{by.tenant.id_of('backend_api', system_name='tiny')}",
                               backend_api={"private_endpoint": "http://hand.models.svc"})),
]  # fmt: skip
COUNTED = [
    HandEdit("rule added", "MappingRules tiny", '+ rules["GET /by/hand"]',
             lambda by: by.add(f"services/{by.product('tiny')}/proxy/mapping_rules", mapping_rule={
                 "http_method": "GET", "pattern": "/by/hand", "delta": 1, "metric_id": by.metric("tiny", "hits")})),
    HandEdit("rule removed", "MappingRules small", '- rules["POST /v1/embeddings"]',
             lambda by: by.remove(by.rule("small", "/v1/embeddings"))),
    HandEdit("rule changed", "MappingRules tiny", '~ rules["POST /v1/chat/completions"]["delta"]: 1 => 9',
             lambda by: by.put(by.rule("tiny", "/v1/chat/completions"), mapping_rule={"delta": 9})),
    HandEdit("rules reordered", "MappingRules mini", '~ rules["GET /v1/models$"]["position"]: 30 => 10',
             lambda by: by.put(by.rule("mini", "/v1/models$"), mapping_rule={"position": 1})),
    HandEdit("metric renamed", "Metrics tiny", '~ metrics["tokens"]["friendly_name"]: "Tokens" => "Hand"',
             lambda by: by.put(f"services/{by.product('tiny')}/metrics/{by.metric('tiny', 'tokens')}",
                               metric={"friendly_name": "Hand"})),
    HandEdit("metric added", "RetiredMetrics tiny", '+ members["hand"]: "metric"',
             lambda by: by.add(f"services/{by.product('tiny')}/metrics",
                               metric={"system_name": "hand", "friendly_name": "By hand", "unit": "x"})),
    HandEdit("metric removed", "Metrics small", '- metrics["images"]',
             lambda by: by.remove(f"services/{by.product('small')}/metrics/{by.metric('small', 'images')}")),
    HandEdit("usage added", "BackendUsages tiny", '+ usages["/hand"]',
             lambda by: by.add(f"services/{by.product('tiny')}/backend_usages", backend_api_config={
                 "backend_api_id": by.tenant.id_of("backend_api", system_name="mini"), "path": "/hand"})),
    HandEdit("usage removed", "BackendUsages small", '- usages["/"]',
             lambda by: by.remove(by.usage("small"))),
    HandEdit("usage moved", "BackendUsages mini", '+ usages["/moved"]',
             lambda by: by.put(by.usage("mini"), backend_api_config={"path": "/moved"})),
    HandEdit("policy added", "PolicyChain tiny", "+ policies[3]",
             lambda by: by.policies("tiny", [CORS, HEADERS, APICAST, CORS])),
    HandEdit("policy removed", "PolicyChain small", "- policies[2]",
             lambda by: by.policies("small", [CORS, APICAST])),
    HandEdit("policies reordered", "PolicyChain mini", '~ policies[0]["name"]: "cors" => "headers"',
             lambda by: by.policies("mini", [HEADERS, CORS, APICAST])),
    HandEdit("policy configured", "PolicyChain nano", '~ policies[0]["configuration"]["allow_origin"]: "*" => "hand"',
             lambda by: by.policies("nano", [CORS | {"configuration": {"allow_origin": "hand"}}, HEADERS, APICAST])),
    HandEdit("staging ahead", "ProxyPromotion tiny", "~ fingerprint: ",
             lambda by: by.proxy("tiny", error_auth_failed="by hand")),
    HandEdit("promoted by hand", "ProxyPromotion nano", "~ fingerprint: ",
             lambda by: by.promote("nano")),
]  # fmt: skip
PLANS = [
    HandEdit("limit added", "ApplicationPlan tiny", '+ limits["images per hour"]',
             lambda by: by.add(f"application_plans/{by.plan('tiny')}/metrics/{by.metric('tiny', 'images')}/limits",
                               usage_limit={"period": "hour", "value": 5})),
    HandEdit("limit changed", "ApplicationPlan tiny", '~ limits["tokens per day"]["value"]: 100 => 7',
             lambda by: by.put(by.limit("tiny", "tokens"), usage_limit={"value": 7})),
    HandEdit("limit removed", "ApplicationPlan tiny", '- limits["hits per minute"]',
             lambda by: by.remove(by.limit("tiny", "hits"))),
    HandEdit("price added", "ApplicationPlan tiny", '+ prices["images from 1"]',
             lambda by: by.add(
                 f"application_plans/{by.plan('tiny')}/metrics/{by.metric('tiny', 'images')}/pricing_rules",
                 pricing_rule={"min": 1, "cost_per_unit": 2})),
    HandEdit("price removed", "ApplicationPlan tiny", '- prices["tokens from 1001"]',
             lambda by: by.remove(by.price("tiny", "tokens", 1001))),
    HandEdit("feature detached", "ApplicationPlan tiny", '- features["support"]',
             lambda by: by.remove(f"application_plans/{by.plan('tiny')}/features/{by.feature('tiny')}")),
    HandEdit("plan hidden", "ApplicationPlan tiny", "~ published: true => false",
             lambda by: by.put(f"services/{by.product('tiny')}/application_plans/{by.plan('tiny')}",
                               application_plan={"state_event": "hide"})),
    HandEdit("plan renamed", "ApplicationPlan tiny", '~ name: "Standard" => "Hand"',
             lambda by: by.put(f"services/{by.product('tiny')}/application_plans/{by.plan('tiny')}",
                               application_plan={"name": "Hand"})),
    HandEdit("plan asks for approval", "ApplicationPlan tiny", "~ approval_required: false => true",
             lambda by: by.put(f"services/{by.product('tiny')}/application_plans/{by.plan('tiny')}",
                               application_plan={"approval_required": True})),
    HandEdit("another default service plan", "ServicePlan small", "~ default: true => false",
             lambda by: by.other_default("small")),
    HandEdit("service plan hidden", "ServicePlan tiny", "~ published: true => false",
             lambda by: by.put(by.service_plan("tiny"), service_plan={"state_event": "hide"})),
]  # fmt: skip
PEOPLE = [
    HandEdit("account no longer approved", "DeveloperAccount dev", "~ approved: true => false",
             lambda by: by.put(f"{by.account()}/make_pending")),
    HandEdit("user's role", "DeveloperUser dev.reader", '~ role: "member" => "admin"',
             lambda by: by.put(f"{by.user('dev-reader')}/admin")),
    HandEdit("user's address", "DeveloperUser dev.reader", '~ email: "dev-reader@example.com" => "hand@example.com"',
             lambda by: by.put(by.user("dev-reader"), email="hand@example.com")),
    HandEdit("user suspended", "DeveloperUser dev.writer", "~ active: true => false",
             lambda by: by.put(f"{by.user('dev-writer')}/suspend")),
    HandEdit("application suspended", "Application dev.notebook", "~ suspended: false => true",
             lambda by: by.put(f"{by.application('notebook')}/suspend")),
    HandEdit("application's plan", "Application dev.second", "~ plan_id: ",
             lambda by: by.put(f"{by.application('second')}/change_plan", plan_id=by.other_plan("small"))),
    HandEdit("account renamed", "DeveloperAccount dev", '~ org_name: "Dev" => "Hand"',
             lambda by: by.put(by.account(), org_name="Hand")),
]  # fmt: skip
PORTAL = [
    HandEdit("document edited", "ActiveDoc tiny", '~ document["info"]["title"]: "Tiny" => "Hand"',
             lambda by: by.retitle_doc("tiny")),
    HandEdit("document hidden", "ActiveDoc small", "~ published: true => false",
             lambda by: by.put(f"active_docs/{by.tenant.id_of('active_doc', system_name='small')}",
                               api_docs_service={"published": False})),
    HandEdit("setting", "PortalSettings settings", "~ signups_enabled: false => true",
             lambda by: by.put("settings", settings={"signups_enabled": True, "account_approval_required": True})),
    HandEdit("access code", "ProviderAccount account", "~ site_access_code: [secret] => [secret]",
             lambda by: by.put("provider", account={"site_access_code": BY_HAND})),
    HandEdit("sender of mails", "ProviderAccount account",
             '~ from_email: "models@example.com" => "hand@example.com"',
             lambda by: by.put("provider", account={"from_email": "hand@example.com"})),
    HandEdit("single sign-on hidden", "SsoIntegration sso", "~ published: true => false",
             lambda by: by.put(by.integration(), authentication_provider={"published": False})),
    HandEdit("single sign-on's secret", "SsoIntegration sso", "~ client_secret: [secret] => [secret]",
             lambda by: by.put(by.integration(), authentication_provider={"client_secret": BY_HAND})),
    HandEdit("page edited", "PortalContent content", '~ templates["page /guides/start"]["content"]: ',
             lambda by: by.page("/guides/start", "<h1>Hand</h1>", publish=True)),
    HandEdit("draft left", "PortalContent content", '~ templates["partial models"]["content"]: ',
             lambda by: by.partial("models", "<p>Draft</p>")),
    HandEdit("policy's form", "PolicyDefinition policy", '~ schema["summary"]: "Counts tokens" => "By hand"',
             lambda by: by.summarise("By hand")),
]  # fmt: skip
EDITS = [*PRODUCT, *COUNTED, *PLANS, *PEOPLE, *PORTAL]
REMOVALS = [
    Removal("subscription removed", "ServiceSubscription dev.nano", lambda by: by.remove(by.subscription("nano"))),
    Removal("application removed", "Application dev.third", lambda by: by.remove(by.application("third"))),
    Removal("user removed", "DeveloperUser dev.third", lambda by: by.remove(by.user("dev-third"))),
    Removal("document removed", "ActiveDoc nano",
            lambda by: by.remove(f"active_docs/{by.tenant.id_of('active_doc', system_name='nano')}")),
    Removal("token revoked", "AccessToken token",
            lambda by: by.remove(f"personal/access_tokens/{by.tenant.id_of('access_token', name='reports')}")),
    Removal("product removed", "Product last", lambda by: by.remove(f"services/{by.product('last')}")),
]  # fmt: skip
