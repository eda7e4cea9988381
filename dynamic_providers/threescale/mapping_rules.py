"""MappingRules: which request counts which metric, in order. 3scale would accept a rule twice and count it twice.

A rule is known by method and pattern. Declared positions leave gaps (10, 20, 30), 3scale's have none (1, 2, 3): only
the order counts, and foreign rules that are kept stand somewhere in between. The rule `GET /` that 3scale makes with a
product is foreign to everybody: unless declared, a create rewrites it into a missing one or removes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pulumi import Input, Output, ResourceOptions
from pydantic import AfterValidator

from dynamic_providers.declared import Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.entity import EntityResource
from dynamic_providers.threescale.foreign import BEFORE, REMOVE, Foreign, answered_for
from dynamic_providers.threescale.mapping_rule import DEFAULT_RULE, Rule, is_default, rule_fields, rule_key, rule_shown
from dynamic_providers.threescale.metric import HITS
from dynamic_providers.threescale.metric_names import metric_ids, metric_names
from dynamic_providers.threescale.owned import OwnedProvider, removed
from dynamic_providers.threescale.rule_gaps import has_gaps
from dynamic_providers.threescale.rule_order import declared_order, declared_positions, named, taken_up
from dynamic_providers.threescale.rule_places import put_in_place, served_rules
from dynamic_providers.threescale.rule_rewrite import rewritten
from dynamic_providers.threescale.shapes import Id

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi


@dataclass(frozen=True, kw_only=True)
class MappingRulesArgs:
    """What a caller declares."""

    product_id: Input[str]
    rules: Input[Mapping[str, Input[Mapping[str, Any]]]]
    """`POST /v1/chat/completions` → `metric`, `delta`, `position`, `last`. Prefixes, unless a pattern ends in `$`."""
    foreign: Input[str] = REMOVE
    """What to do with rules nobody declared: `remove`, or `keep`."""


class MappingRulesProps(Props):
    """The same fields, resolved."""

    product_id: Id
    rules: dict[Annotated[str, AfterValidator(rule_key)], Rule]
    foreign: Foreign = "remove"


class MappingRulesProvider(OwnedProvider):
    """`/admin/api/services/{product_id}/proxy/mapping_rules`."""

    props = MappingRulesProps
    kept = frozenset({"rule_ids"})

    def live(self, api: "AdminApi", known: Json) -> Json:
        """Return the rules of the server, each with the declared position that its place in the order stands for."""
        held = answered_for(named(served_rules(api, self._path(known))), known, "rules")
        names = metric_names(api, known["product_id"], (str(rule["metric_id"]) for rule in held.values()))
        positions = declared_positions(held, {key: rule["position"] for key, rule in known["rules"].items()})
        shown = {key: rule_shown(rule, names, positions[key]) for key, rule in held.items()}
        return {"rules": shown, "rule_ids": _ids(held, known)}

    def converge(self, api: "AdminApi", wanted: Json) -> Json:
        """Rewrite or remove what is not declared, then put every declared rule in its place, first to last."""
        path, rules = self._path(wanted), wanted["rules"]
        if rewritten(api, path, wanted):
            return {"rule_ids": wanted["rule_ids"]}
        found = served_rules(api, path)
        ids = metric_ids(api, wanted["product_id"], needed={HITS, *(rule["metric"] for rule in rules.values())})
        spare = [key for key in self._ours(named(found), wanted, ids) if key not in rules]
        fields = {key: rule_fields(key, rules[key], ids) for key in declared_order(rules)}
        served, left_over = taken_up(named(found), spare, list(fields))
        removed(api, [f"{path}/{rule['id']}" for rule in left_over])
        return {"rule_ids": _ids(put_in_place(api, path, fields, served, gaps=has_gaps(found)), wanted)}

    def clear(self, api: "AdminApi", known: Json) -> None:
        """Remove the rules that this resource answers for."""
        held = answered_for(named(served_rules(api, self._path(known))), known, "rules")
        removed(api, (f"{self._path(known)}/{rule['id']}" for rule in held.values()))

    def _ours(self, served: dict[str, Json], wanted: Json, ids: Mapping[str, str]) -> dict[str, Json]:
        """Return the rules this resource answers for; in a create, also the one that 3scale made with the product."""
        ours = answered_for(served, wanted, "rules")
        if BEFORE not in wanted and is_default(served.get(DEFAULT_RULE), ids[HITS]):
            ours[DEFAULT_RULE] = served[DEFAULT_RULE]
        return ours

    def _path(self, known: Json) -> str:
        return f"services/{known['product_id']}/proxy/mapping_rules"


def _ids(held: Mapping[str, Json], wanted: Json) -> dict[str, str]:
    return {key: str(rule["id"]) for key, rule in held.items() if key in wanted["rules"]}


class MappingRules(EntityResource, module="threescale", name="MappingRules"):
    """The mapping rules of one product."""

    product_id: Output[str]
    rule_ids: Output[dict[str, str]]
    """Method and pattern → id of every declared rule."""

    def __init__(self, name: str, args: MappingRulesArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(MappingRulesProvider(), name, args, opts)
