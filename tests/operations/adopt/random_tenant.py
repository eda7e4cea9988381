"""A tenant that somebody else made: products in every shape that a stack file can say, by the Admin API alone."""

import json
import random
from typing import Any

from components.config.api_defaults import Upstream
from components.config.operations import OPERATIONS, Operation
from components.config.token_metrics import USUAL
from components.model_api.metering import USAGE_METRICS
from components.model_api.policies import ApicastPolicy, CorsPolicy, LlmMetricsPolicy, UpstreamConnectionPolicy, chain
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.client import AdminApi
from dynamic_providers.threescale.gateway_config import STAGING, newest
from dynamic_providers.waiting import Wait

PORTAL = "https://maas.apps.example.com"
"""Portal of a tenant whose address says nothing."""
CHAT = ("chat-completions", "completions", "models", "health", "version")
EMBEDDING = ("embeddings", "models", "health", "version")
WORDS = ("Granite", "Mistral 7B", "Llama: small", "Qwen #2", "Phi — mini", "it's code", "1e3", "yes", "Größe", "[beta]")
TEXTS = ("", "A model.", "Two lines\nof text", 'With "quotes": and # signs', "- not a list", "0x10", "größer ✓")
VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
PERIODS = ("minute", "hour", "day", "week", "month", "year", "eternity")
ODD_POLICIES: tuple[Json, ...] = (
    {
        "name": "headers",
        "version": "builtin",
        "configuration": {"response": [{"op": "set", "header": "X-A", "value": "1"}]},
    },
    {"name": "ip_check", "version": "builtin", "configuration": {"ips": ["10.0.0.0/8"], "check_type": "whitelist"}},
    {"name": "caching", "version": "builtin", "configuration": {"caching_type": "none"}, "enabled": False},
    {
        "name": "own",
        "version": "1.0.0",
        "configuration": {"a": {"b": [1, 2.5, {"c": []}], "d": {}}, "e": False, "f": "✓"},
    },
    {"name": "soap", "version": "builtin", "configuration": {}},
    {
        "name": "url_rewriting",
        "version": "builtin",
        "configuration": {"commands": [{"op": "sub", "regex": "^/v1", "replace": ""}]},
    },
)


class RandomTenant:
    """Fills one tenant; the same seed gives the same products."""

    def __init__(self, api: AdminApi, seed: int) -> None:
        self._api, self._random = api, random.Random(seed)  # noqa: S311 - test data
        self.products: dict[str, int] = {}

    def fill(self, count: int) -> None:
        """Make so many products."""
        for number in range(count):
            self._product(number)

    def _product(self, number: int) -> None:
        dice = self._random
        name = dice.choice(("model-{}", "Model_{}", "llm{}-x", "2b-{}")).format(number)
        title = f"{dice.choice(WORDS)} {number}" if dice.random() < 0.8 else name
        fields: Json = {"system_name": name, "name": title, "description": dice.choice(TEXTS)}
        fields |= {
            flag: dice.random() < 0.5 for flag in ("buyers_manage_apps", "buyers_manage_keys", "custom_keys_enabled")
        }
        fields["buyer_plan_change_permission"] = dice.choice(("request", "direct", "none"))
        fields |= {"support_email": "help@example.org"} if dice.random() < 0.2 else {}
        id_ = self.products[name] = int(self._item("POST", "services", service=fields)["id"])
        self._backend(id_, name, fields)
        usual = dice.random() < 0.4
        names = self._counted(id_, usual=usual)
        self._proxy(id_)
        self._policies(id_, usual=usual)
        for plan in dice.sample(("basic", "gold", "Big_Plan"), dice.randint(1, 3)):
            self._plan(id_, plan, names)
        self._subscription(id_)
        self._page(id_, name, fields)
        self._promote(id_, dice.random())

    def _item(self, method: str, path: str, **body: Any) -> Json:  # noqa: ANN401 - any JSON value
        return self._api.item(method, path, body)

    def _backend(self, product: int, name: str, fields: Json) -> None:
        dice = self._random
        port, path = dice.choice(("", ":8443")), dice.choice(("", "/base", "/a/b"))
        backend = {"name": fields["name"], "description": fields["description"], "system_name": name}
        if dice.random() < 0.4:
            backend = {"name": f"{name} upstream", "description": "", "system_name": f"{name}_backend"}
        endpoint = f"https://{name.lower().replace('_', '-')}.models.example{port}{path}"
        made = self._item("POST", "backend_apis", backend_api={**backend, "private_endpoint": endpoint})
        usage = {"backend_api_id": made["id"], "path": "/"}
        self._item("POST", f"services/{product}/backend_usages", backend_api_config=usage)

    def _counted(self, product: int, *, usual: bool) -> list[str]:
        """Methods, metrics and rules; returns what plans can limit."""
        path, dice = f"services/{product}", self._random
        (default,) = (rule for rule in self._api.pages(f"{path}/proxy/mapping_rules", "mapping_rules"))
        hits = default["metric_id"]
        if usual:
            return self._usually_counted(product, hits, default["id"])
        ids, counted = {"hits": hits}, ["hits"]
        for number in range(dice.randint(0, 4)):
            counted.append(f"own_{number}/x")
            body = {"system_name": counted[-1], "friendly_name": f"Own {number}", "description": dice.choice(TEXTS)}
            ids[counted[-1]] = self._item("POST", f"{path}/metrics/{hits}/methods", metric=body)["id"]
        for number in range(dice.randint(0, 3)):
            counted.append(f"count-{number}")
            body = {"system_name": counted[-1], "friendly_name": f"Count {number}", "unit": dice.choice(("token", "1"))}
            ids[counted[-1]] = self._item("POST", f"{path}/metrics", metric=body)["id"]
        if dice.random() < 0.5:
            self._api.call("DELETE", f"{path}/proxy/mapping_rules/{default['id']}")
        for number in range(dice.randint(1, 5)):
            pattern = f"/v{number}/{dice.choice(('chat', '{any}/x', 'a?b={c}', 'end$'))}"
            rule = {"http_method": dice.choice(VERBS), "pattern": pattern, "delta": dice.choice((1, 1, 5))}
            rule |= {
                "metric_id": ids[dice.choice(counted)],
                "last": dice.random() < 0.2,
                "position": dice.randint(1, 3),
            }
            self._item("POST", f"{path}/proxy/mapping_rules", mapping_rule=rule)
        return counted

    def _usually_counted(self, product: int, hits: int, default: int) -> list[str]:
        """The same as this program makes them; `default` is the rule that goes."""
        path = f"services/{product}"
        names = self._random.choice((CHAT, EMBEDDING, ("models", "tokenize")))
        methods = [self._operation(product, hits, one) for one in OPERATIONS if one.system_name in names]
        self._api.call("DELETE", f"{path}/proxy/mapping_rules/{default}")
        for name in USUAL:
            self._item("POST", f"{path}/metrics", metric={"system_name": name, **USAGE_METRICS[name]})
        return ["hits", *USUAL, *methods]

    def _operation(self, product: int, hits: int, one: Operation) -> str:
        description = f"{one.verb} {one.pattern}"
        body = {"system_name": one.system_name, "friendly_name": one.friendly_name, "description": description}
        made = self._item("POST", f"services/{product}/metrics/{hits}/methods", metric=body)
        rule = {"http_method": one.verb, "pattern": one.pattern, "delta": 1, "metric_id": made["id"]}
        self._item("POST", f"services/{product}/proxy/mapping_rules", mapping_rule=rule)
        return one.system_name

    def _proxy(self, product: int) -> None:
        dice = self._random
        proxy: Json = {}
        proxy |= dice.choice(({}, {"credentials_location": "authorization", "auth_user_key": "Authorization"}))
        proxy |= dice.choice(({}, {"credentials_location": "headers", "auth_user_key": "X-Api-Key"}))
        proxy |= dice.choice(({}, {"error_no_match": "Nothing here", "error_status_no_match": 400}))
        proxy |= dice.choice(({}, {"error_headers_limits_exceeded": "application/json", "error_auth_failed": "No: go"}))
        proxy |= dice.choice(({}, {"hostname_rewrite": "inner.example", "api_test_path": "/v1/models"}))
        if proxy:
            self._item("PATCH", f"services/{product}/proxy", proxy=proxy)

    def _policies(self, product: int, *, usual: bool) -> None:
        dice = self._random
        if usual:
            tokens = LlmMetricsPolicy(tuple(USUAL))
            policies = chain([CorsPolicy(PORTAL), UpstreamConnectionPolicy(Upstream()), tokens, ApicastPolicy()])
        else:
            policies = [dict(one) for one in dice.sample(ODD_POLICIES, dice.randint(0, 4))]
            apicast = {"name": "apicast", "version": "builtin", "configuration": {}, "enabled": True}
            policies.insert(dice.randint(0, len(policies)), apicast)
            policies = [{"enabled": True, **one} for one in policies]
        body = {"proxy": {"policies_config": policies}}
        self._api.call("PUT", f"services/{product}/proxy/policies", body)

    def _plan(self, product: int, name: str, counted: list[str]) -> None:
        dice = self._random
        fields: Json = {"system_name": name, "name": dice.choice((name.title(), "The plan"))}
        fields |= dice.choice(({}, {"setup_fee": 1.5, "cost_per_month": 20, "trial_period_days": 7}))
        fields |= dice.choice(({"state_event": "publish"}, {}, {"state_event": "publish", "approval_required": True}))
        plan = self._item("POST", f"services/{product}/application_plans", application_plan=fields)["id"]
        metrics = {one["system_name"]: one["id"] for one in self._api.pages(f"services/{product}/metrics", "metrics")}
        for metric in dice.sample(counted, dice.randint(0, min(2, len(counted)))):
            path = f"application_plans/{plan}/metrics/{metrics[metric]}"
            self._item(
                "POST", f"{path}/limits", usage_limit={"period": dice.choice(PERIODS), "value": dice.choice((0, 100))}
            )
            for low, high in dice.choice(((), ((1, None),), ((1, 10), (11, None)))):
                price = {"min": low, "max": high, "cost_per_unit": dice.choice((0.0125, 3))}
                self._item("POST", f"{path}/pricing_rules", pricing_rule=price)
        if dice.random() < 0.3:
            self._feature(product, plan)

    def _feature(self, product: int, plan: int) -> None:
        held = {one["system_name"]: one["id"] for one in self._api.pages(f"services/{product}/features", "features")}
        if "support" not in held:
            body = {"system_name": "support", "name": "Support", "scope": "ApplicationPlan"}
            held["support"] = self._item("POST", f"services/{product}/features", feature=body)["id"]
        self._api.call("POST", f"application_plans/{plan}/features", {"feature_id": held["support"]})

    def _subscription(self, product: int) -> None:
        dice, path = self._random, f"services/{product}/service_plans"
        (plan,) = self._api.pages(path, "plans")
        if dice.random() < 0.4:
            self._item("PUT", f"{path}/{plan['id']}", service_plan={"name": "Terms", "approval_required": True})
        if dice.random() < 0.3:
            event = "hide" if plan["state"] == "published" else "publish"
            self._item("PUT", f"{path}/{plan['id']}", service_plan={"state_event": event})
        if dice.random() < 0.5:
            self._api.call("PUT", f"{path}/{plan['id']}/default")
        if dice.random() < 0.3:
            other = self._item("POST", path, service_plan={"name": "Other", "system_name": "other"})["id"]
            if dice.random() < 0.5:
                self._api.call("PUT", f"{path}/{other}/default")

    def _page(self, product: int, name: str, fields: Json) -> None:
        dice = self._random
        if dice.random() < 0.4:
            return
        document = {
            "openapi": "3.0.2",
            "info": {"title": fields["name"], "version": "1"},
            "servers": [{"url": f"https://{name.lower().replace('_', '-')}.example.com"}],
            "paths": {"/v1": {"get": {"responses": {"200": {"description": "größer"}}}}},
        }
        skip = dice.random() < 0.2
        page = {"name": dice.choice((fields["name"], "Page")), "system_name": dice.choice((name, f"{name}_docs"))}
        page |= {"description": dice.choice((fields["description"], "Of a page")), "published": dice.random() < 0.7}
        page |= {"service_id": product, "body": json.dumps(document), "skip_swagger_validations": skip}
        self._item("POST", "active_docs", api_docs_service=page)

    def _promote(self, product: int, luck: float) -> None:
        path = f"services/{product}"
        wait = Wait(f"product {product}, service token", 10, remedy="See the emulator.")
        while True:
            self._api.call("POST", f"{path}/proxy/deploy")
            if staged := newest(self._api, str(product), STAGING):
                break
            wait.pause("no token yet")
        if luck < 0.8:
            self._api.call("POST", f"{path}/proxy/configs/{STAGING}/{staged['version']}/promote", {"to": "production"})
        if luck < 0.1:
            rule = next(iter(self._api.pages(f"{path}/proxy/mapping_rules", "mapping_rules")))
            self._item("PATCH", f"{path}/proxy/mapping_rules/{rule['id']}", mapping_rule={"delta": 3})
