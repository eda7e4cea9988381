"""One mapping rule: what it is known by, and what a request that matches it counts."""

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
    """Return what is sent for a declared rule, all but its place; `ids` are those of the metrics."""
    method, _, pattern = key.partition(" ")
    return {
        "http_method": method,
        "pattern": pattern,
        "metric_id": int(ids[rule["metric"]]),
        "delta": rule["delta"],
        "last": rule["last"],
    }
