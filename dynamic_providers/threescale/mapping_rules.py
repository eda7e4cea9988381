"""MappingRules: which request counts which metric, in order. 3scale would accept a rule twice and count it twice.

A rule is known by method and pattern. Declared positions leave gaps (10, 20, 30), 3scale's have none (1, 2, 3): only
the order counts. The rule `GET /` that 3scale makes with a product, and every other rule nobody declared, is
rewritten into a missing one or removed.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pulumi import Input, Output, ResourceOptions
from pydantic import AfterValidator

from dynamic_providers.declared import Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.entity import EntityResource
from dynamic_providers.threescale.mapping_rule import Rule, rule_fields, rule_key
from dynamic_providers.threescale.metric_names import metric_ids, metric_names
from dynamic_providers.threescale.owned import OwnedProvider, removed
from dynamic_providers.threescale.rule_order import declared_positions, in_order, named
from dynamic_providers.threescale.shapes import Id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dynamic_providers.threescale.client import AdminApi


@dataclass(frozen=True, kw_only=True)
class MappingRulesArgs:
    """What a caller declares."""

    product_id: Input[str]
    rules: "Input[Mapping[str, Input[Mapping[str, Any]]]]"
    """`POST /v1/chat/completions` → `metric`, `delta`, `position`, `last`. Prefixes, unless a pattern ends in `$`."""


class MappingRulesProps(Props):
    """The same fields, resolved."""

    product_id: Id
    rules: dict[Annotated[str, AfterValidator(rule_key)], Rule]


class MappingRulesProvider(OwnedProvider):
    """`/admin/api/services/{product_id}/proxy/mapping_rules`."""

    props = MappingRulesProps

    def live(self, api: "AdminApi", known: Json) -> Json:
        """Return the rules of the server, each with the declared position that its place in the order stands for."""
        held = named(self._held(api, known))
        names = metric_names(api, known["product_id"], (str(rule["metric_id"]) for rule in held.values()))
        declared = {key: rule["position"] for key, rule in known["rules"].items()}
        positions = declared_positions(held, declared)
        return {
            "rules": {
                key: {
                    "metric": names[str(rule["metric_id"])],
                    "delta": rule["delta"],
                    "position": positions[key],
                    "last": bool(rule.get("last")),
                }
                for key, rule in held.items()
            }
        }

    def converge(self, api: "AdminApi", wanted: Json) -> Json:
        """Rewrite or remove what nobody declared, then put every declared rule in its place, first to last."""
        path, rules = self._path(wanted), wanted["rules"]
        ids = metric_ids(api, wanted["product_id"], needed={rule["metric"] for rule in rules.values()})
        keys = sorted(rules, key=lambda key: (rules[key]["position"], key))
        served = self._held(api, wanted)
        held = named(served)
        spare = [rule for key, rule in held.items() if key not in rules]
        for key in keys:
            if key not in held and spare:
                held[key] = spare.pop(0)
        removed(api, (f"{path}/{rule['id']}" for rule in spare))
        order = [rule["id"] for rule in served if rule not in spare]
        for place, key in enumerate(keys):
            fields, rule = rule_fields(key, rules[key], ids), held.get(key)
            moved = rule is None or order.index(rule["id"]) != place
            fields |= {"position": place + 1} if moved else {}
            if rule is None:
                order.insert(place, api.item("POST", path, {"mapping_rule": fields})["id"])
            elif moved or any(rule.get(name) != value for name, value in fields.items()):
                api.call("PATCH", f"{path}/{rule['id']}", {"mapping_rule": fields})
                order.remove(rule["id"])
                order.insert(place, rule["id"])
        return {}

    def clear(self, api: "AdminApi", known: Json) -> None:
        """Remove every rule."""
        removed(api, (f"{self._path(known)}/{rule['id']}" for rule in self._held(api, known)))

    def _path(self, known: Json) -> str:
        return f"services/{known['product_id']}/proxy/mapping_rules"

    def _held(self, api: "AdminApi", known: Json) -> list[Json]:
        return in_order(api.pages(self._path(known), "mapping_rules"))


class MappingRules(EntityResource, module="threescale", name="MappingRules"):
    """The mapping rules of one product."""

    product_id: Output[str]

    def __init__(self, name: str, args: MappingRulesArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(MappingRulesProvider(), name, args, opts)
