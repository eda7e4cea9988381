"""Whether staging has what a product is set to: then a deploy would say nothing new, and none is needed.

Stamps are not compared: 3scale renews them with writes that change nothing a gateway reads.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dynamic_providers.declared import plain
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.proxy_settings import OF_THE_PROXY
from dynamic_providers.threescale.usage_rules import USAGE_RULES

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

OF_THE_SERVICE = ("system_name", "name", "description", "deployment_option", "backend_version", *USAGE_RULES)
UPSTREAM, ROOT = "api_backend", "/"
OF_A_RULE = ("http_method", "pattern", "metric_id", "delta", "last")
OF_A_POLICY = ("name", "version", "configuration")
OWN = "Proxy"
"""Owner of a product's own rules; those of its backends stand behind them (porta, proxy_rules_source.rb)."""


def is_current(api: "AdminApi", product_id: str, staged: Json) -> bool:
    """Tell whether the configuration `staged` says what product, proxy, rules and policies are set to now.

    porta, app/lib/apicast/proxy_source.rb: of the chain only what is enabled, and a routing policy besides where a
    backend is mounted elsewhere than at `/`; such a chain never counts as current.
    """
    saved, path = staged["content"], f"services/{product_id}"
    proxy = api.item("GET", f"{path}/proxy")
    rules = api.pages(f"{path}/proxy/mapping_rules", "mapping_rules")
    running = [policy for policy in proxy.get("policies_config") or [] if policy.get("enabled")]
    of_product = [rule for rule in saved["proxy"]["proxy_rules"] if rule.get("owner_type", OWN) == OWN]
    usages = api.pages(f"{path}/backend_usages")
    return (
        all(usage["path"] == ROOT for usage in usages)
        and _fields(OF_THE_PROXY, proxy) == _fields(OF_THE_PROXY, saved["proxy"])
        and proxy.get(UPSTREAM) == saved["proxy"].get(UPSTREAM)
        and _members(OF_A_POLICY, running) == _members(OF_A_POLICY, saved["proxy"]["policy_chain"])
        and _members(OF_A_RULE, _ordered(rules)) == _members(OF_A_RULE, _ordered(of_product))
        and _fields(OF_THE_SERVICE, api.item("GET", path)) == _fields(OF_THE_SERVICE, saved)
    )


def _fields(names: Iterable[str], item: Json) -> Json:
    """Return fields in one form: 3scale leaves null ones out of its answers and keeps them in a configuration."""
    return {name: plain(item.get(name)) or None for name in names}


def _members(names: Iterable[str], items: Iterable[Json]) -> list[Json]:
    return [_fields(names, item) for item in items]


def _ordered(rules: Iterable[Json]) -> list[Json]:
    return sorted(rules, key=lambda rule: (rule["position"], rule["id"]))
