"""One mapping rule: what it is known by, what a request that matches it counts, and how the two are compared."""

import re
from typing import TYPE_CHECKING

from pydantic import PositiveInt

from dynamic_providers.declared import Member
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.shapes import SystemName

if TYPE_CHECKING:
    from collections.abc import Mapping

RULE = r"(GET|POST|DELETE|PUT|PATCH|HEAD|OPTIONS) /\S{0,254}"
"""porta, app/models/proxy_rule.rb: methods, and patterns of up to 255 characters that begin with a slash."""


def rule_key(value: str) -> str:
    """Return `value` when it names a method and a pattern."""
    if not re.fullmatch(RULE, value):
        raise ValueError(
            "Allowed is a method in capitals, one space and a pattern that begins with /, such as `POST /v1/chat`"
        )
    return value


DEFAULT_RULE = "GET /"
"""3scale makes it with each product, on `hits`: a prefix of every path, so that each GET would count twice."""


class Rule(Member):
    """What a matching request counts."""

    metric: SystemName
    """System name of a metric or method of the product."""
    delta: PositiveInt = 1
    position: PositiveInt
    """Place in the order, gaps allowed."""
    last: bool = False
    """Stop at this rule."""


def rule_fields(key: str, rule: Json, ids: "Mapping[str, str]") -> Json:
    """Return what is sent for a declared rule, all but its place; `ids` are those of the metrics.

    Without the id of its metric, the rule's metric is left as it is.
    """
    method, _, pattern = key.partition(" ")
    counted = {"metric_id": int(ids[rule["metric"]])} if rule["metric"] in ids else {}
    return {"http_method": method, "pattern": pattern, **counted, "delta": rule["delta"], "last": rule["last"]}


def rule_shown(rule: Json, names: "Mapping[str, str]", position: int) -> Json:
    """Return a rule of the server as it is declared; `names` are those of the metrics."""
    metric = names[str(rule["metric_id"])]
    return {"metric": metric, "delta": rule["delta"], "position": position, "last": bool(rule.get("last"))}


def rule_differs(rule: Json, fields: Json) -> bool:
    """Tell whether a rule of the server lacks any of `fields`; a value left out of an answer stands for false."""
    return any((rule.get(name) or False) != value for name, value in fields.items())


def is_default(rule: Json | None, hits_id: str) -> bool:
    """Tell whether `rule` is the one that 3scale made with the product (porta, Proxy: create_default_proxy_rules)."""
    return rule is not None and not rule_differs(rule, {"metric_id": int(hits_id), "delta": 1, "last": False})
