"""The part of a model's entry that says what its API is: a kind where that says it all, and word by word what differs.

What the program would compute is left out, so that people read only what is special about a product.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic.alias_generators import to_camel

from components.config.operations import OPERATIONS
from components.config.product_rules import ProductRuleChanges
from components.model_api.definition import ApiDefinition
from dynamic_providers.declared import canonical, plain
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.policy_chain import PolicyChainProps
from dynamic_providers.threescale.product import ProductProps
from operations.adopt.reading import Reading

Draft = Callable[[Json], ApiDefinition]
"""What the program would compute for a model whose entry has these keys."""

_REFUSALS = ("auth_failed", "auth_missing", "no_match", "limits_exceeded")
_LOCATION = ("credentials_location", "auth_user_key")
_NOT_NAMED = frozenset({"metrics"})
"""Operations that no stack file names: only a switch exposes them."""


def described(reading: Reading, draft: Draft) -> Json:
    """Keys `kind`, `expose` and `api` of the entry for what was read."""
    profile = max(_profiles(reading), key=lambda one: _score(reading, draft(one)))
    computed = draft(profile)
    exact = _counted(reading, computed)
    if profile.get("expose") and exact.keys() >= {"methods", "rules"}:
        profile, computed = {}, draft({})
        exact = _counted(reading, computed)
    computed = draft({**profile, **({"api": exact} if exact else {})})
    if _chain(computed.policies) != reading.policies:
        exact["policies"] = [_link(policy) for policy in reading.policies]
    exact |= _of_the_product(reading.product, _product(computed))
    return {**profile, **({"api": exact} if exact else {})}


def in_order(rules: Mapping[str, Json]) -> list[tuple[str, Json]]:
    """Rules as the gateway tries them, without the numbers of their places."""
    keys = sorted(rules, key=lambda key: (rules[key]["position"], key))
    return [(key, {name: value for name, value in rules[key].items() if name != "position"}) for key in keys]


def _profiles(reading: Reading) -> Iterable[Json]:
    yield {}
    yield {"kind": "embedding"}
    names = [one.system_name for one in OPERATIONS if one.system_name in reading.metrics["methods"]]
    if names and not _NOT_NAMED & set(names):
        yield {"expose": names}


def _score(reading: Reading, computed: ApiDefinition) -> int:
    same = [computed.methods == reading.metrics["methods"], in_order(computed.rules) == in_order(reading.rules)]
    return sum(same)


def _counted(reading: Reading, computed: ApiDefinition) -> Json:
    """Methods, metrics and rules that differ; methods of its own need rules of its own."""
    exact: Json = {}
    if computed.methods != reading.metrics["methods"]:
        exact["methods"] = {name: _member(one) for name, one in reading.metrics["methods"].items()}
    if computed.metrics != reading.metrics["metrics"]:
        exact["metrics"] = {name: _member(one) for name, one in reading.metrics["metrics"].items()}
    if "methods" in exact or in_order(computed.rules) != in_order(reading.rules):
        exact["rules"] = {key: _rule(rule) for key, rule in reading.rules.items()}
    return exact


def _member(one: Json) -> Json:
    entry = {"displayName": one["friendly_name"]} | ({"unit": one["unit"]} if "unit" in one else {})
    return entry | ({"description": one["description"]} if one["description"] else {})


def _rule(rule: Json) -> Json:
    delta = {} if rule["delta"] == 1 else {"delta": rule["delta"]}
    last = {"last": True} if rule["last"] else {}
    return {"metric": rule["metric"], **delta, "position": rule["position"], **last}


def _link(policy: Json) -> Json:
    defaults: dict[str, Any] = {"version": "builtin", "enabled": True, "configuration": {}}
    return {name: value for name, value in policy.items() if defaults.get(name) != value}


def _chain(policies: list[Json]) -> list[Json]:
    chain: list[Json] = canonical(PolicyChainProps, {"product_id": "any", "policies": policies})[0]["policies"]
    return chain


def _product(computed: ApiDefinition) -> Json:
    return canonical(ProductProps, plain(computed.product))[0]


def _of_the_product(read: Json, computed: Json) -> Json:
    """Usage rules, place of the key, refusals and the two other settings of the proxy, where they differ."""

    def differing(names: Iterable[str]) -> Json:
        return {to_camel(name): read[name] for name in names if read[name] != computed[name]}

    refusals: Json = {}
    for kind in _REFUSALS:
        fields = {"text": f"error_{kind}", "status": f"error_status_{kind}", "contentType": f"error_headers_{kind}"}
        if own := {key: read[name] for key, name in fields.items() if read[name] != computed[name]}:
            refusals[to_camel(kind)] = own
    groups = {
        "authentication": differing(_LOCATION),
        "errors": refusals,
        "product": differing(ProductRuleChanges.model_fields),
    }
    single = {"hostnameRewrite": "hostname_rewrite", "testPath": "api_test_path"}
    exact: Json = {key: group for key, group in groups.items() if group}
    return exact | {key: read[name] for key, name in single.items() if read[name] != computed[name]}
