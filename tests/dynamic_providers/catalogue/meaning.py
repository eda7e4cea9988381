"""What a declared model means, and what the server holds of it, both in one shape; nothing of the product is used."""

import json
from collections.abc import Mapping
from typing import Any

from tests.dynamic_providers.catalogue.catalogue import HITS, document, ordered
from tests.support.plugin_host import Json

Rows = Mapping[str, list[Json]]
PLAIN = "text/plain; charset=us-ascii"
PRODUCT: Json = {
    "description": "",
    "deployment_option": "hosted",
    "backend_version": "1",
    "buyers_manage_apps": True,
    "buyers_manage_keys": True,
    "custom_keys_enabled": False,
    "buyer_key_regenerate_enabled": True,
    "buyer_can_select_plan": False,
    "buyer_plan_change_permission": "request",
    "mandatory_app_key": True,
    "referrer_filters_required": False,
    "intentions_required": False,
}
"""Of a product, what is meant where nothing is declared."""
OPTIONAL = ("support_email",)
"""Of a product, what is left to people where nothing is declared."""
PROXY: Json = {
    "credentials_location": "authorization",
    "auth_user_key": "Authorization",
    "error_auth_failed": "Authentication failed",
    "error_status_auth_failed": 403,
    "error_headers_auth_failed": PLAIN,
    "error_auth_missing": "Authentication parameters missing",
    "error_status_auth_missing": 403,
    "error_headers_auth_missing": PLAIN,
    "error_no_match": "No Mapping Rule matched",
    "error_status_no_match": 404,
    "error_headers_no_match": PLAIN,
    "error_limits_exceeded": "Usage limit exceeded",
    "error_status_limits_exceeded": 429,
    "error_headers_limits_exceeded": PLAIN,
    "hostname_rewrite": "",
    "api_test_path": "/",
}
"""Of its proxy, likewise."""
PLAN: Json = {
    "published": True,
    "approval_required": False,
    "setup_fee": 0,
    "cost_per_month": 0,
    "trial_period_days": 0,
}
APICAST = {"name": "apicast", "version": "builtin", "configuration": {}, "enabled": True}


def meant_live(model: Json) -> Json:
    """Return what the gateways of production are to do for a declared model."""
    declared = PRODUCT | PROXY | model["product"]
    subscription = model["subscription"]
    return {
        **{name: declared[name] for name in _names(model)},
        "proxy": {name: declared[name] for name in PROXY},
        "upstream": model["backend"]["private_endpoint"],
        "policies": [
            [policy["name"], policy["version"], policy["configuration"]]
            for policy in _chain(model)
            if policy["enabled"]
        ],
        "rules": _rules(model),
        "default plan": subscription["name"] if subscription.get("default", True) else "",
    }


def live(content: Json, rows: Rows, model: Json) -> Json:
    """Return the same of the content of a configuration; a default plan only where one is declared."""
    proxy = content["proxy"]
    default = content["default_service_plan_id"] if model["subscription"].get("default", True) else None
    return {
        **{name: _text(content[name]) for name in _names(model)},
        "proxy": {name: _text(proxy[name]) for name in PROXY},
        "upstream": proxy["api_backend"],
        "policies": [[policy["name"], policy["version"], policy["configuration"]] for policy in proxy["policy_chain"]],
        "rules": [
            [rule["http_method"], rule["pattern"], rule["metric_system_name"], rule["delta"], bool(rule["last"])]
            for rule in proxy["proxy_rules"]
        ],
        "default plan": next((plan["name"] for plan in rows["plan"] if plan["id"] == default), ""),
    }


def meant(model: Json, key: str) -> Json:
    """Return what the tenant is to hold for a declared model, gateways aside."""
    declared = PRODUCT | PROXY | model["product"]
    page = model.get("page")
    return {
        "backend": {"description": "", **model["backend"]},
        "product": {name: declared[name] for name in (*_names(model), *PROXY)},
        "usages": {"/": model["backend"]["system_name"]},
        "metrics": _by_name(model["metrics"], "unit"),
        "methods": _by_name(model["methods"]),
        "rules": _rules(model),
        "policies": _chain(model),
        "subscription": {"published": True, "approval_required": False, **model["subscription"]}
        | {"default": model["subscription"].get("default", True)},
        "pages": {key: {"name": page["title"], "published": page["published"], "document": document(model)}}
        if page
        else {},
        "plans": {name: _plan(model, plan) for name, plan in model["plans"].items()},
    }


def _names(model: Json) -> list[str]:
    """Return the fields of the product that are compared."""
    return ["system_name", "name", *PRODUCT, *(name for name in OPTIONAL if name in model["product"])]


def _chain(model: Json) -> list[Json]:
    chain: list[Json] = model["policies"]
    return chain if any(policy["name"] == "apicast" for policy in chain) else [*chain, APICAST]


def _rules(model: Json) -> list[list[Any]]:
    rules = {rule: model["rules"][rule] for rule in ordered(model)}
    return [
        [*rule.split(" ", 1), counted["metric"], counted.get("delta", 1), counted.get("last", False)]
        for rule, counted in rules.items()
    ]


def _by_name(members: Mapping[str, Json], *more: str) -> Json:
    names = ("friendly_name", "description", *more)
    return {one: {name: fields.get(name, "") for name in names} for one, fields in members.items()}


def _plan(model: Json, plan: Json) -> Json:
    features = {name: {"description": "", **model["features"][name]} for name in plan["features"]}
    return {
        **PLAN,
        **plan,
        "limits": {name: limit["value"] for name, limit in plan["limits"].items()},
        "prices": {name: float(price["cost_per_unit"]) for name, price in plan["prices"].items()},
        "features": features,
    }


class Holdings:
    """What a tenant holds of one product; ids are replaced by names."""

    def __init__(self, rows: Rows, system_name: str) -> None:
        """`rows` are all of the tenant's; a product of that system name is there."""
        self._rows = rows
        (self.product,) = [one for one in alive(rows, "service") if one["system_name"] == system_name]
        (self.proxy,) = self._of("proxy", service_id=self.product["id"])
        self._metrics = {one["id"]: one for one in rows["metric"]}

    def told(self, model: Json) -> Json:
        """Return it in the shape of `meant`; the subscription is the plan of the declared name."""
        return {
            "backend": self._backend(model["backend"]["system_name"]),
            "product": {name: _text((self.proxy | self.product)[name]) for name in (*_names(model), *PROXY)},
            "usages": self._usages(),
            "metrics": self._counted("unit", methods=False),
            "methods": self._counted(methods=True),
            "rules": self._rules(),
            "policies": self.proxy["policies_config"],
            "subscription": self._subscription(model["subscription"]),
            "pages": self._pages(),
            "plans": {plan["system_name"]: self._plan(plan) for plan in self._plans("application_plan")},
        }

    def _of(self, kind: str, **match: object) -> list[Json]:
        return [row for row in self._rows.get(kind, []) if match.items() <= row.items()]

    def _backend(self, system_name: str) -> Json:
        (backend,) = [one for one in alive(self._rows, "backend_api") if one["system_name"] == system_name]
        return {name: _text(backend[name]) for name in ("system_name", "name", "description", "private_endpoint")}

    def _usages(self) -> Json:
        names = {one["id"]: one["system_name"] for one in self._rows["backend_api"]}
        held = self._of("backend_usage", service_id=self.product["id"])
        return {usage["path"]: names[usage["backend_api_id"]] for usage in held}

    def _counted(self, *more: str, methods: bool) -> Json:
        held = self._of("metric", owner_type="Service", owner_id=self.product["id"])
        kind = [one for one in held if bool(one["parent_id"]) == methods and one["system_name"] != HITS]
        names = ("friendly_name", "description", *more)
        return {one["system_name"]: {name: _text(one[name]) for name in names} for one in kind}

    def _rules(self) -> list[list[Any]]:
        held = self._of("mapping_rule", owner_type="Proxy", owner_id=self.proxy["id"])
        return [
            [rule["http_method"], rule["pattern"], self._metric(rule), rule["delta"], bool(rule["last"])]
            for rule in sorted(held, key=lambda rule: (rule["position"], rule["id"]))
        ]

    def _metric(self, row: Json) -> str:
        return str(self._metrics[row["metric_id"]]["system_name"])

    def _plans(self, kind: str) -> list[Json]:
        return self._of("plan", type=kind, issuer_id=self.product["id"])

    def _subscription(self, declared: Json) -> Json:
        (plan,) = [one for one in self._plans("service_plan") if one["name"] == declared["name"]]
        default = declared.get("default", True) and self.product["default_service_plan_id"] == plan["id"]
        asked = {name: plan[name] for name in ("name", "approval_required")}
        return asked | {"published": plan["state"] == "published", "default": default}

    def _pages(self) -> Json:
        held = self._of("active_doc", service_id=self.product["id"])
        return {
            page["system_name"]: {name: page[name] for name in ("name", "published")}
            | {"document": json.loads(page["body"])}
            for page in held
        }

    def _plan(self, plan: Json) -> Json:
        prices = self._of("pricing_rule", plan_id=plan["id"])
        limits = self._of("limit", plan_id=plan["id"])
        attached = {one["feature_id"] for one in self._of("plan_feature", plan_id=plan["id"])}
        features = [one for one in self._rows.get("feature", []) if one["id"] in attached]
        return {
            **{name: plan[name] for name in ("name", *PLAN) if name != "published"},
            "published": plan["state"] == "published",
            "limits": {f"{self._metric(limit)} per {limit['period']}": limit["value"] for limit in limits},
            "prices": {self._price(price): float(price["cost_per_unit"]) for price in prices},
            "features": {
                one["system_name"]: {"name": one["name"], "description": _text(one["description"])} for one in features
            },
        }

    def _price(self, price: Json) -> str:
        counts = f"{self._metric(price)} from {price['min']}"
        return counts if price["max"] is None else f"{counts} to {price['max']}"


def differences(wanted: Any, found: Any, path: str = "") -> list[str]:  # noqa: ANN401 - any JSON value
    """Return one line for each place where `found` is not what is `wanted`; lists are compared as a whole."""
    if not (isinstance(wanted, dict) and isinstance(found, dict)):
        return [] if wanted == found else [f"{path}: {wanted!r} is declared, {found!r} is there"]
    return [
        line
        for name in sorted(wanted.keys() | found.keys())
        for line in differences(wanted.get(name), found.get(name), f"{path} › {name}" if path else name)
    ]


def alive(rows: Rows, kind: str) -> list[Json]:
    """Return the products or backends that are not being purged."""
    return [row for row in rows.get(kind, []) if row["state"] != "deleted"]


def _text(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return an absent text as an empty one: 3scale keeps either."""
    return "" if value is None else value
